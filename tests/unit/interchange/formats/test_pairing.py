"""Which rows of a file are the two sides of a transfer, and which are left to themselves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.interchange.model.formats import parse
from chalicelib.interchange.model.formats.pairing import Side, pairs_of
from chalicelib.interchange.model.formats.types import Row

DAY = date(2026, 11, 2)


def side(
    amount: str, account: str, other: str, currency: str | None = None, day: date = DAY
) -> Side:
    row = Row(1, day, Decimal(amount), currency, "", "", None, "", None, None, ())
    return Side(row, account, other)


def pairs(*sides: Side) -> list[tuple[int, int]]:
    return pairs_of(dict(enumerate(sides)))


def test_equal_amounts_of_a_day_belong_together_in_their_order() -> None:
    one, other = side("-5", "a", "b"), side("5", "b", "a")

    assert pairs(one, one, other, other) == [(0, 2), (1, 3)]
    assert pairs(one, side("5", "c", "a"), other) == [(0, 2)]
    assert pairs(one, side("5", "b", "a", day=date(2026, 11, 3))) == []


def test_where_the_other_account_is_not_named_any_other_one_is_it() -> None:
    assert pairs(side("-5", "a", ""), side("5", "a", ""), side("5", "b", "")) == [(0, 2)]


@pytest.mark.parametrize("currencies", [(None, None), ("EUR", "USD"), ("EUR", None)])
def test_one_side_each_on_a_day_is_clear_whatever_the_amounts(
    currencies: tuple[str | None, str | None],
) -> None:
    here, there = currencies

    assert pairs(side("-100", "a", "b", here), side("8", "b", "a", there)) == [(0, 1)]


def test_in_one_currency_other_amounts_are_no_transfer() -> None:
    assert pairs(side("-100", "a", "b", "EUR"), side("99", "b", "a", "EUR")) == []


def test_several_on_a_day_are_paired_where_they_come_to_one_rate() -> None:
    sent = [side(amount, "a", "b", "EUR") for amount in ("-50", "-100", "-7")]
    came = [side(amount, "b", "a", "USD") for amount in ("110.40", "7.71", "55.10")]

    assert pairs(*sent, *came) == [(0, 5), (1, 3), (2, 4)]


def test_several_of_no_one_rate_or_number_stay_what_they_are() -> None:
    sent = [side(amount, "a", "b", "EUR") for amount in ("-50", "-100")]

    assert pairs(*sent, side("55", "b", "a", "USD"), side("55.50", "b", "a", "USD")) == []
    assert pairs(*sent, side("55", "b", "a", "USD")) == []


def test_both_directions_of_a_day_are_two_questions() -> None:
    there = side("-50", "a", "b", "EUR"), side("55", "b", "a", "USD")
    back = side("-11", "b", "a", "USD"), side("9.80", "a", "b", "EUR")

    assert pairs(*there, *back) == [(0, 1), (2, 3)]


def test_what_is_broken_or_nothing_is_no_side() -> None:
    nothing = side("0", "a", "b"), side("0", "b", "a")
    undated = [
        one._replace(row=one.row._replace(booked_on=None))
        for one in (side("-5", "a", "b"), side("5", "b", "a"))
    ]

    assert pairs(*nothing, *undated) == []


AMOUNTS = st.integers(-3, 3).map(str)
NAMES = st.sampled_from(("a", "b", "c"))


@given(
    st.lists(
        st.builds(side, AMOUNTS, NAMES, NAMES | st.just(""), st.sampled_from((None, "EUR", "USD"))),
        max_size=12,
    )
)
def test_no_row_is_in_two_pairs_and_every_pair_moves_money_between_two_accounts(
    sides: list[Side],
) -> None:
    found = pairs(*sides)

    ends = [at for pair in found for at in pair]
    assert len(ends) == len(set(ends))
    for first, second in found:
        amounts = [sides[at].row.amount or Decimal(0) for at in (first, second)]
        assert sides[first].account != sides[second].account
        assert min(amounts) < 0 < max(amounts)


def test_two_exchanges_of_one_day_in_a_qif_file() -> None:
    data = (
        b"!Account\nNGiro\nTBank\n^\n!Type:Bank\nD1/2'26\nT-100.00\nL[Dollars]\n^\nD1/2'26\nT-50.00\nL[Dollars]\n^\n"
        b"!Account\nNDollars\nTBank\n^\n!Type:Bank\nD1/2'26\nT55.00\nL[Giro]\n^\nD1/2'26\nT110.00\nL[Giro]\n^\n"
    )

    marks = {row.amount: row.extras and row.extras.transfer for row in parse(data).rows}

    assert marks[Decimal("-100.00")] == marks[Decimal("110.00")] == "transfer-1"
    assert marks[Decimal("-50.00")] == marks[Decimal("55.00")] == "transfer-2"
