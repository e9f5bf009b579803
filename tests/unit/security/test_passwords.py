"""Which passwords are taken."""

from __future__ import annotations

import itertools
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.security.gateways import common_passwords
from chalicelib.security.model.passwords import MAX_LENGTH, MIN_LENGTH, weaknesses
from chalicelib.security.service.passwords import find_weaknesses
from tools.common_passwords import build

_LIST = Path(__file__).resolve().parents[4] / "shared/data/security/common_passwords_30k.txt"


def codes(password: str, *context: str) -> set[str]:
    return {one.code for one in find_weaknesses(password, context=context)}


def lengths(password: str) -> set[str]:
    """Only what the length says."""
    found = weaknesses(password, context=(), is_common=lambda _text: False)
    return {str(one.code) for one in found} & {"too-short", "too-long"}


@pytest.mark.covers("V6.2.1")
@pytest.mark.parametrize(
    ("password", "wrong"),
    [
        ("kx7!vq2#mz9", {"too-short"}),
        ("seven tall la", {"too-short"}),
        ("seven tall lam", {"too-short"}),
        ("seven tall lamp", set()),
        ("ü" * 7 + "abcdefgh", set()),
        ("🦊🐢🦉🐝🦋🐌🐞🐙🦑🦐🐡🐠🐟🐬🐳", set()),
    ],
)
def test_the_shortest_password_has_fifteen_code_points(password: str, wrong: set[str]) -> None:
    assert lengths(password) == wrong


@pytest.mark.covers("V6.2.1")
def test_a_letter_and_its_accent_count_as_one() -> None:
    decomposed = unicodedata.normalize("NFD", "é" * 14)

    assert len(decomposed) == 28
    assert lengths(decomposed) == {"too-short"}
    assert lengths(unicodedata.normalize("NFD", "é" * 15)) == set()


@pytest.mark.covers("V6.2.9")
@pytest.mark.parametrize(("length", "wrong"), [(64, set()), (128, set()), (129, {"too-long"})])
def test_the_longest_password_has_128_code_points(length: int, wrong: set[str]) -> None:
    assert lengths(("quiet rivers carry no news " * 10)[:length]) == wrong


@pytest.mark.covers("V6.2.5")
@given(st.text(min_size=MIN_LENGTH, max_size=MAX_LENGTH, alphabet=st.characters(codec="utf-8")))
def test_no_kind_of_character_is_asked_for_or_refused(password: str) -> None:
    if MIN_LENGTH <= len(unicodedata.normalize("NFC", password)) <= MAX_LENGTH:
        assert lengths(password) == set()


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "PasswordPassword",
        "password12345678",
        "letmein letmein",
        "footballbaseball1!",
        "iloveyou-princess",
        "aaaaaaaaaaaaaaa",
        "abababababababab",
        "123456789012345",
        "987654321098765",
        "abcdefghijklmnop",
        "zyxwvutsrqponmlk",
        "qwertyuiopasdfghjkl",
        "hunter2hunter2hunter2",
        "1!passwordpassword",
    ],
)
def test_what_is_made_of_common_passwords_is_refused(password: str) -> None:
    assert codes(password) == {"common"}


@pytest.mark.parametrize(
    "password",
    [
        "seven tall lamps hum",
        "purple monkey dishwasher",
        "correct horse battery staple",
        "Tr0ub4dor&3 is not long enough",
        "жёлтый чай и семь лун",
        "4471 0932 8810 2257",
    ],
)
def test_an_uncommon_long_password_is_taken(password: str) -> None:
    assert codes(password) == set()


@pytest.mark.parametrize(
    "password",
    [
        "i keep money in xpense",
        "lovelace writes notes",
        "ADA.LOVELACE was here first",
        "mail me at example.org now",
    ],
)
def test_words_of_the_context_are_refused_inside(password: str) -> None:
    assert "context" in codes(password, "ada.lovelace@example.org", "Ada Lovelace")


def test_a_short_name_inside_a_word_is_no_reason() -> None:
    assert codes("seven canada geese hum", "ada@x.io", "Ada") == set()


@pytest.mark.skipif(not _LIST.exists(), reason="../shared/data is not here")
def test_every_entry_of_the_list_is_refused_alone_doubled_and_in_pairs() -> None:
    words = [line for line in _LIST.read_text(encoding="utf-8").splitlines() if line]

    assert all(common_passwords.is_common(word.casefold()) for word in words)
    pairs = itertools.pairwise(words[:3_001])
    for first, second in pairs:
        for made in (first * 2, first + second):
            if MIN_LENGTH <= len(made) <= MAX_LENGTH and len(second) > 1:
                assert "common" in codes(made), made


@pytest.mark.skipif(not _LIST.exists(), reason="../shared/data is not here")
def test_the_packaged_list_is_what_the_tool_makes() -> None:
    lines = _LIST.read_text(encoding="utf-8").splitlines()

    assert build(lines) == common_passwords.FILE.read_bytes()


def test_the_list_says_no_to_what_is_not_on_it() -> None:
    wrong = [
        number for number in range(20_000) if common_passwords.is_common(f"nobody uses {number}")
    ]

    assert wrong == []
    assert not common_passwords.is_common("")


def test_the_longest_password_is_judged_in_no_time() -> None:
    import time

    began = time.process_time()
    for index in range(20):
        find_weaknesses(("ab" * 63 + f"{index:02d}")[:128])

    assert time.process_time() - began < 2
