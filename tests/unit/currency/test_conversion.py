"""Converted amounts: one rounding, by name; parts that add up; originals that nothing changes."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.currency.model.book import Missing, Path
from chalicelib.currency.model.conversion import (
    Converted,
    Line,
    Totals,
    convert,
    total,
    totals_by_label,
    value_of,
)
from chalicelib.currency.model.quotes import Quote, is_rate, shown
from chalicelib.currency.model.rounding import Rounding, apportioned, rounded
from chalicelib.kernel.money import Money, exponent
from tests.unit.currency.scenes import FRIDAY, book, ecb, found, shipped

SPLITS = 10_000 if os.environ.get("XPENSE_FULL") else 600
DAY = date(2020, 3, 18)
SOME = st.sampled_from(["EUR", "USD", "JPY", "GBP", "SEK", "KRW", "DEM"])
MINOR = st.integers(-(10**12), 10**12)


def to(target: str, *amounts: Money, totals: Totals = "sum-of-rounded") -> tuple[Converted, ...]:
    lines = [Line(amount=one, day=DAY) for one in amounts]
    ways = [shipped().path(one.currency, target, DAY) for one in amounts]
    return convert(lines, ways, target, rounding=None, totals=totals)


@pytest.mark.parametrize(
    ("amount", "target", "expected"),
    [
        (Money(10_000, "USD"), "EUR", 9_146),  # 100 / 1.0934 = 91.4578...
        (Money(10_000, "EUR"), "JPY", 11_778),
        (Money(11_778, "JPY"), "EUR", 10_000),
        (Money(-1, "EUR"), "JPY", -1),  # -1.1778 yen
        (Money(0, "USD"), "EUR", 0),
    ],
)
def test_an_amount_is_worth_what_the_numbers_say(amount: Money, target: str, expected: int) -> None:
    (one,) = to(target, amount)

    assert one.money == Money(expected, target)


def test_the_euro_regulations_round_halves_up_and_everything_else_to_even() -> None:
    half = Fraction(5, 2)
    by_law: Rounding = "half-up"

    assert [rounded(half, name) for name in ("half-even", by_law)] == [2, 3]
    assert [rounded(-half, name) for name in ("half-even", by_law)] == [-2, -3]
    assert to("EUR", Money(100, "DEM"))[0].rounding == "half-up"
    assert to("EUR", Money(100, "USD"))[0].rounding == "half-even"


def test_what_has_no_rate_is_not_in_the_sum_and_is_counted() -> None:
    lines = [Line(amount=Money(100, code), day=FRIDAY, label="Trip") for code in ("USD", "ARS")]
    some = book(ecb(FRIDAY, USD="2"))
    ways = [some.path(line.amount.currency, "EUR", FRIDAY) for line in lines]

    made = convert(lines, ways, "EUR", rounding=None, totals="largest-remainder")

    assert [one.money for one in made] == [Money(50, "EUR"), None]
    assert isinstance(made[1].path, Missing)
    (trip,) = totals_by_label(made)
    assert (trip.money_minor, trip.lines, trip.missing) == (50, 2, 1)
    assert trip.originals == (("ARS", 100), ("USD", 100))


@given(st.lists(st.tuples(MINOR, SOME), min_size=1, max_size=30), SOME)
def test_with_largest_remainders_the_lines_sum_to_the_exact_sum_rounded_once(
    amounts: list[tuple[int, str]], target: str
) -> None:
    money = [Money(minor, code) for minor, code in amounts]

    made = to(target, *money, totals="largest-remainder")

    ways = [found(one.path) for one in made]
    exact = sum((value_of(one, way) for one, way in zip(money, ways, strict=True)), Fraction(0))
    assert total(None, made).money_minor == round(exact)
    for one, way, source in zip(made, ways, money, strict=True):
        assert one.money is not None
        assert abs(one.money.amount_minor - value_of(source, way)) < 1


@given(MINOR, SOME, SOME)
def test_to_convert_and_convert_back_leaves_the_original_as_it_was(
    minor: int, start: str, end: str
) -> None:
    original = Money(minor, start)

    (there,) = to(end, original)
    assert there.money is not None
    (back,) = to(start, there.money)

    assert there.line.amount is original
    assert original == Money(minor, start)
    assert back.money is not None
    # what the first rounding can have lost, valued at the way back, and the second rounding
    worth = value_of(Money(1, end), found(back.path))
    assert abs(back.money.amount_minor - minor) <= worth / 2 + Fraction(1, 2)


@given(st.fractions(min_value=-(10**9), max_value=10**9))
def test_a_rounded_number_is_the_nearest_whole(value: Fraction) -> None:
    for name in ("half-even", "half-up"):
        assert abs(rounded(value, name) - value) <= Fraction(1, 2)


@given(st.lists(st.fractions(min_value=-(10**6), max_value=10**6), max_size=40))
def test_apportioning_moves_no_part_by_a_whole_unit(values: list[Fraction]) -> None:
    parts = apportioned(values, "half-even")

    assert sum(parts) == round(sum(values, Fraction(0)))
    assert all(
        floor(value) <= part <= floor(value) + 1 for part, value in zip(parts, values, strict=True)
    )
    assert all(
        part == value for part, value in zip(parts, values, strict=True) if value == floor(value)
    )


@pytest.mark.parametrize("currency", ["JPY", "EUR", "KWD"])
def test_no_split_loses_a_minor_unit(
    currency: str, record_property: Callable[[str, object], None]
) -> None:
    rng = random.Random(20261123 + exponent(currency))
    for _ in range(SPLITS):
        amount = Money(rng.randint(-(10**15), 10**15), currency)
        weights = [rng.randint(0, 10**6) for _ in range(rng.randint(1, 20))]
        weights[rng.randrange(len(weights))] += 1

        parts = amount.allocate(weights)

        assert sum(part.amount_minor for part in parts) == amount.amount_minor
        shares = [Fraction(amount.amount_minor * weight, sum(weights)) for weight in weights]
        assert all(
            abs(part.amount_minor - share) < 1 for part, share in zip(parts, shares, strict=True)
        )
    record_property("figure", f"random splits in {currency} that lost nothing: {SPLITS:,}")


def test_a_line_may_bring_its_own_rate() -> None:
    quote = Quote("USD", "EUR", "0.9", DAY, "given")
    line = Line(amount=Money(1_000, "USD"), day=DAY, quote=quote)

    (one,) = convert(
        [line], [Path("USD", "EUR", (quote,))], "EUR", rounding=None, totals="sum-of-rounded"
    )

    assert one.money == Money(900, "EUR")


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("1.0934", True), ("0.00000000000000000001", True), ("1", True), ("999999999999999999", True),
        ("0", False), ("0.000", False), ("-1", False), ("1e3", False), ("01", False), ("", False),
        ("1.", False), (".5", False), ("NaN", False), ("Infinity", False), ("1,5", False), ("١", False),
    ],
)  # fmt: skip
def test_a_rate_is_a_plain_decimal_above_zero(text: str, good: bool) -> None:
    assert is_rate(text) is good


@given(st.fractions(min_value=Fraction(1, 10**12), max_value=10**12))
def test_a_computed_rate_is_shown_to_sixteen_digits(value: Fraction) -> None:
    text = shown(value)

    assert "e" not in text.lower()
    assert abs(Fraction(text) - value) <= value / 10**15
