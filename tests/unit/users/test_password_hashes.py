"""Argon2id with a pepper, as a PHC string."""

from __future__ import annotations

import unicodedata

import argon2
import pytest

from chalicelib.users.model.passwords import (
    COST,
    NOBODY,
    Cost,
    PasswordHash,
    hash_password,
)

CHEAP = Cost(memory=64, passes=1, lanes=1, pepper=1)
SALT, PEPPER = bytes(range(16)), b"p" * 32


@pytest.mark.covers("V11.4.2")
def test_the_cost_is_at_the_recommended_floor() -> None:
    assert (COST.memory, COST.passes, COST.lanes) == (46 * 1024, 1, 1)


def test_a_hash_survives_being_written_and_read() -> None:
    made = hash_password("seven tall lamps hum", salt=SALT, pepper=PEPPER, cost=CHEAP)

    text = str(made)

    assert text.startswith("$argon2id$v=19$m=64,t=1,p=1,keyid=MQ$")
    assert PasswordHash.parse(text) == made
    assert PasswordHash.parse(text).fits("seven tall lamps hum", PEPPER)


@pytest.mark.covers("V6.2.8")
def test_another_password_pepper_or_salt_does_not_fit() -> None:
    made = hash_password("seven tall lamps hum", salt=SALT, pepper=PEPPER, cost=CHEAP)

    assert not made.fits("seven tall lamps hum ", PEPPER)
    assert not made.fits("Seven tall lamps hum", PEPPER)
    assert not made.fits("seven tall lamps hum", b"q" * 32)
    other = hash_password("seven tall lamps hum", salt=SALT[::-1], pepper=PEPPER, cost=CHEAP)
    assert other.tag != made.tag


def test_without_the_pepper_the_stored_hash_is_not_plain_argon2() -> None:
    made = hash_password("seven tall lamps hum", salt=SALT, pepper=PEPPER, cost=CHEAP)

    plain = argon2.low_level.hash_secret_raw(
        b"seven tall lamps hum", SALT, 1, 64, 1, 32, argon2.low_level.Type.ID
    )

    assert made.tag != plain


@pytest.mark.covers("V6.2.8")
def test_composed_and_decomposed_letters_are_the_same_password() -> None:
    made = hash_password("prêt-à-porter café", salt=SALT, pepper=PEPPER, cost=CHEAP)

    assert made.fits(unicodedata.normalize("NFD", "prêt-à-porter café"), PEPPER)
    assert not made.fits("pret-a-porter cafe", PEPPER)


@pytest.mark.covers("V6.2.8")
@pytest.mark.parametrize("length", [64, 72, 73, 128])
def test_nothing_is_cut_off_a_long_password(length: int) -> None:
    password = "ж" * (length - 1) + "a"
    made = hash_password(password, salt=SALT, pepper=PEPPER, cost=CHEAP)

    assert made.fits(password, PEPPER)
    assert not made.fits(password[:-1] + "b", PEPPER)
    assert not made.fits(password[:-1], PEPPER)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2E$aGFzaA",
        "$argon2i$v=19$m=64,t=1,p=1,keyid=MQ$" + "A" * 22 + "$" + "A" * 43,
        "$argon2id$v=16$m=64,t=1,p=1,keyid=MQ$" + "A" * 22 + "$" + "A" * 43,
        "$argon2id$v=19$m=99999999,t=1,p=1,keyid=MQ$" + "A" * 22 + "$" + "A" * 43,
    ],
)
def test_a_text_that_we_did_not_write_is_no_hash(text: str) -> None:
    with pytest.raises(ValueError, match="not a password hash"):
        PasswordHash.parse(text)


def test_nobodys_hash_costs_as_much_as_a_new_one() -> None:
    assert NOBODY.cost == COST
    assert PasswordHash.parse(str(NOBODY)) == NOBODY
    assert not NOBODY.fits("", PEPPER)
