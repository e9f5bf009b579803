"""Which numbers stand for one account, and which account a statement is for."""

from __future__ import annotations

import pytest

from chalicelib.interchange.model.formats.types import AccountHint
from chalicelib.interchange.model.importing import Marks
from chalicelib.interchange.model.recognising import (
    Candidate,
    is_whole_number,
    plain_number,
    suggestion,
)

MARKS = Marks(number="n", last4="l", name="m")
ACCOUNTS = (
    Candidate("euro", "Everyday", "EUR"),
    Candidate("dollar", "Everyday", "USD"),
    Candidate("savings", "Savings  Pot", "EUR"),
)


@pytest.mark.parametrize(
    ("number", "bank", "whole"),
    [
        ("DE02 1203 0000 0000 2020 51", "", True),
        ("12345678", "", True),
        ("1234567", "", False),
        ("12345", "20050550", True),
        ("1234", "20050550", False),
        ("************2222", "1", False),
        ("XXXXXXXX2222", "1", False),
        ("••••2222", "1", False),
        ("", "1", False),
    ],
)
def test_masked_and_short_numbers_are_none(number: str, bank: str, whole: bool) -> None:
    assert is_whole_number(AccountHint(number=number, bank_id=bank)) is whole


def test_a_number_is_the_same_however_it_is_grouped() -> None:
    one = AccountHint(number="DE02 1203-0000", bank_id="200 505")

    assert plain_number(one) == plain_number(AccountHint(number="de0212030000", bank_id="200505"))


@pytest.mark.parametrize(
    ("currency", "known", "name", "expected"),
    [
        ("EUR", {"n": "euro", "l": "savings"}, "", ("euro", "number")),
        ("EUR", {"n": "dollar", "l": "savings"}, "", ("savings", "last4")),
        ("EUR", {"n": "gone", "m": "euro"}, "", ("euro", "name")),
        ("EUR", {}, "savings pot", ("savings", "name")),
        ("EUR", {}, "Everyday", ("euro", "name")),
        (None, {}, "Everyday", None),
        ("EUR", {}, "", None),
        ("CHF", {"n": "euro"}, "Everyday", None),
    ],
)
def test_the_number_goes_before_the_digits_and_these_before_the_name(
    currency: str | None, known: dict[str, str], name: str, expected: tuple[str, str] | None
) -> None:
    found = suggestion(
        AccountHint(name=name), currency, marks=MARKS, known=known, accounts=ACCOUNTS
    )

    assert (found and (found.account_id, found.by)) == expected
    assert found is None or found.is_certain is (found.by == "number")
