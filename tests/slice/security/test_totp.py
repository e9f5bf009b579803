"""The authenticator app over HTTP: set up, confirmed, each step once, removed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest

from chalicelib.kernel import aws
from chalicelib.kernel.errors import TooMany
from chalicelib.security.api import factors as security_factors
from chalicelib.security.errors import FactorRefused
from chalicelib.security.repository import TABLE
from tests.factories.users import SignedIn, signed_in
from tests.slice.security.people import (
    CODES,
    FACTORS,
    TOTP,
    Clock,
    code_at,
    stopped,
    with_codes,
    with_passkey,
    with_session,
    with_totp,
)
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = [pytest.mark.slice, pytest.mark.durable]


@pytest.fixture(name="at")
def clock_that_stands(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stopped(monkeypatch)


@pytest.fixture(name="person")
def somebody(cloud: Cloud, at: Clock) -> SignedIn:
    return signed_in(Client(cloud.app))


def test_a_secret_comes_as_text_uri_and_picture_and_counts_from_its_first_code_on(
    person: SignedIn, at: Clock
) -> None:
    reply = person.client.post(TOTP, {"account_name": "ada@example.org"})

    made = reply.json
    assert reply.status == 200
    assert len(made["secret"]) == 32
    assert made["otpauth_uri"].startswith("otpauth://totp/xPense:ada%40example.org?secret=")
    assert made["qr_svg"].startswith("<svg ")
    assert "<script" not in made["qr_svg"]
    assert not security_factors.second_factors(person.user_id).any
    with pytest.raises(FactorRefused):
        security_factors.verify_totp(person.user_id, code_at(made["secret"], at.at), now=at.at)

    confirmed = person.client.post(f"{TOTP}/confirm", {"code": code_at(made["secret"], at.at)})

    assert confirmed.json == {"totp": True, "passkeys": 0, "recovery_codes_left": 0}
    assert person.client.get(FACTORS).json == confirmed.json
    assert security_factors.second_factors(person.user_id).any


@pytest.mark.covers("V6.5.1")
def test_a_code_works_once_and_a_used_one_looks_like_a_wrong_one(
    person: SignedIn, at: Clock
) -> None:
    secret = with_totp(person, at.at)
    security_factors.verify_totp(person.user_id, code_at(secret, at.at), now=at.at)

    with pytest.raises(FactorRefused) as used:
        security_factors.verify_totp(person.user_id, code_at(secret, at.at), now=at.at)
    with pytest.raises(FactorRefused) as wrong:
        security_factors.verify_totp(person.user_id, "000000", now=at.at)

    assert str(used.value) == str(wrong.value)
    security_factors.verify_totp(person.user_id, code_at(secret, at.at, steps=1), now=at.at)


def test_the_code_that_confirmed_is_used_too(person: SignedIn, at: Clock) -> None:
    secret = with_totp(person, at.at)

    with pytest.raises(FactorRefused):
        security_factors.verify_totp(person.user_id, code_at(secret, at.at, steps=-1), now=at.at)


@pytest.mark.covers("V6.5.5", "V6.5.8")
@pytest.mark.parametrize(("steps", "counts"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_code_counts_a_step_early_and_late_by_our_clock(
    person: SignedIn, at: Clock, steps: int, counts: bool
) -> None:
    secret = with_totp(person, at.at)
    at.move(seconds=300)
    code = code_at(secret, at.at, steps=steps)

    if counts:
        security_factors.verify_totp(person.user_id, code, now=at.at)
    else:
        with pytest.raises(FactorRefused):
            security_factors.verify_totp(person.user_id, code, now=at.at)


@pytest.mark.covers("V2.4.1", "V6.6.3")
def test_after_five_tries_even_the_right_code_waits(person: SignedIn, at: Clock) -> None:
    secret = with_totp(person, at.at)  # the first try of this quarter of an hour
    for _ in range(4):
        with pytest.raises(FactorRefused):
            security_factors.verify_totp(person.user_id, "000000", now=at.at)

    with pytest.raises(TooMany) as refused:
        security_factors.verify_totp(person.user_id, code_at(secret, at.at), now=at.at)

    assert refused.value.retry_after == 585
    at.move(seconds=585)
    security_factors.verify_totp(person.user_id, code_at(secret, at.at), now=at.at)


def test_tries_at_one_kind_leave_the_other_kinds(person: SignedIn, at: Clock) -> None:
    with_totp(person, at.at)
    codes = with_codes(person)
    for _ in range(4):
        with pytest.raises(FactorRefused):
            security_factors.verify_totp(person.user_id, "000000", now=at.at)

    assert security_factors.use_recovery_code(person.user_id, codes[0], now=at.at) == 9


def test_a_wrong_first_code_is_a_clear_problem_and_enrols_nothing(
    person: SignedIn, at: Clock
) -> None:
    person.client.post(TOTP, {})

    reply = person.client.post(f"{TOTP}/confirm", {"code": "000000"})

    assert (reply.status, reply.problem) == (422, "code-refused")
    assert reply.json["errors"][0]["pointer"] == "/code"
    assert not security_factors.second_factors(person.user_id).totp


def test_a_secret_waits_an_hour_for_its_first_code(person: SignedIn, at: Clock) -> None:
    secret = person.client.post(TOTP, {}).json["secret"]
    at.move(minutes=5)
    late = timedelta(minutes=60)

    reply = person.client.post(f"{TOTP}/confirm", {"code": code_at(secret, at.at)})
    assert reply.status == 200, reply.text

    other = signed_in(Client(person.client._app))
    secret = other.client.post(TOTP, {}).json["secret"]
    at.at += late
    fresh = with_session(other, at.at)
    reply = fresh.client.post(f"{TOTP}/confirm", {"code": code_at(secret, at.at)})
    assert (reply.status, reply.problem) == (404, "totp-absent")


def test_asking_again_before_the_first_code_makes_the_older_secret_worthless(
    person: SignedIn, at: Clock
) -> None:
    older = person.client.post(TOTP, {}).json["secret"]
    newer = person.client.post(TOTP, {}).json["secret"]

    refused = person.client.post(f"{TOTP}/confirm", {"code": code_at(older, at.at)})
    taken = person.client.post(f"{TOTP}/confirm", {"code": code_at(newer, at.at)})

    assert (refused.problem, taken.status) == ("code-refused", 200)


def test_a_live_app_is_not_replaced_without_being_removed(person: SignedIn, at: Clock) -> None:
    secret = with_totp(person, at.at)

    assert person.client.post(TOTP, {}).problem == "totp-exists"
    again = person.client.post(f"{TOTP}/confirm", {"code": code_at(secret, at.at)})
    assert again.problem == "totp-exists"


@pytest.mark.covers("V6.5.6")
def test_removing_it_ends_its_codes_and_with_the_last_factor_the_recovery_codes(
    person: SignedIn, at: Clock
) -> None:
    secret = with_totp(person, at.at)
    codes = with_codes(person)

    assert person.client.delete(TOTP).status == 204

    with pytest.raises(FactorRefused):
        security_factors.verify_totp(person.user_id, code_at(secret, at.at), now=at.at)
    with pytest.raises(FactorRefused):
        security_factors.use_recovery_code(person.user_id, codes[0], now=at.at)
    assert person.client.get(FACTORS).json == {
        "totp": False, "passkeys": 0, "recovery_codes_left": 0,
    }  # fmt: skip
    assert person.client.delete(TOTP).problem == "totp-absent"


def test_with_another_factor_left_the_recovery_codes_stay(person: SignedIn, at: Clock) -> None:
    with_totp(person, at.at)
    with_passkey(person)
    with_codes(person)

    assert person.client.delete(TOTP).status == 204

    assert security_factors.second_factors(person.user_id).recovery_codes_left == 10


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"account_name": ""}, "/account_name"),
        ({"account_name": "a:b"}, "/account_name"),
        ({"account_name": "x" * 101}, "/account_name"),
        ({"account_name": "a\nb"}, "/account_name"),
        ({"secret": "JBSWY3DPEHPK3PXP"}, "/secret"),
    ],
)
def test_a_bad_name_is_named(person: SignedIn, body: dict[str, str], pointer: str) -> None:
    reply = person.client.post(TOTP, body)

    assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, pointer)


def test_the_table_holds_the_secret_sealed_and_no_name(person: SignedIn, at: Clock) -> None:
    secret = with_totp(person, at.at)

    raw = repr([item for item in _items() if item["pk"]["S"] == str(person.owner)])

    assert raw.count("FCT#TOTP") == 1
    assert secret not in raw
    assert person.email not in raw


def _items() -> list[dict[str, dict[str, str]]]:
    pages = cast("Any", aws.dynamodb()).get_paginator("scan").paginate(TableName=TABLE.name)
    return [item for page in pages for item in page["Items"]]


def _told(result: object) -> str:
    return result if isinstance(result, str) else type(result).__name__


def test_using_a_code_is_one_count_one_read_and_one_write(person: SignedIn, at: Clock) -> None:
    secret = with_totp(person, at.at)

    with budget() as spent:
        security_factors.verify_totp(person.user_id, code_at(secret, at.at), now=at.at)

    assert spent.calls == {"UpdateItem": 1, "GetItem": 1, "PutItem": 1}


def test_counting_the_factors_is_one_read(person: SignedIn, at: Clock) -> None:
    with_totp(person, at.at)
    with_codes(person)
    with_passkey(person)

    with budget() as spent:
        found = security_factors.second_factors(person.user_id)

    assert (found.totp, found.passkeys, found.recovery_codes_left) == (True, 1, 10)
    assert spent.calls == {"Query": 1}


def test_making_codes_without_a_factor_is_a_conflict(person: SignedIn) -> None:
    assert person.client.post(CODES).problem == "no-second-factor"
