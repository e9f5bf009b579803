"""Tax on lines: nothing is lost in any rounding, and published examples come out to the minor unit."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import cast, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.currency.gateways import tax
from chalicelib.currency.model.rounding import Rounding, rounded
from chalicelib.currency.model.tax.lines import (
    Prices,
    Taxed,
    TaxLine,
    Totals,
    Treatment,
    breakdown,
    calculate,
)
from chalicelib.currency.model.tax.rates import Part

ROUNDINGS = st.sampled_from(cast("tuple[Rounding, ...]", get_args(Rounding)))
TOTALS = st.sampled_from(cast("tuple[Totals, ...]", get_args(Totals)))
PRICES = st.sampled_from(cast("tuple[Prices, ...]", get_args(Prices)))
PERCENTS = st.sampled_from(["0", "5", "5.5", "7", "8.875", "9.975", "19", "25.5"])
PARTS = st.lists(PERCENTS, min_size=1, max_size=2).map(
    lambda some: tuple(Part(f"tax-{at}", one) for at, one in enumerate(some))
)
TREATMENTS = st.sampled_from(cast("tuple[Treatment, ...]", get_args(Treatment)))


def line(minor: int, *parts: Part, treatment: Treatment = "taxed") -> TaxLine:
    return TaxLine(
        label="", minor=minor, treatment=treatment, kind="standard", parts=parts, rate=None
    )


LINES = st.lists(
    st.builds(
        lambda minor, parts, how: line(minor, *parts, treatment=how),
        st.integers(-(10**12), 10**12),
        PARTS,
        TREATMENTS,
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=300)
@given(LINES, PRICES, ROUNDINGS, TOTALS)
def test_net_and_taxes_are_the_price_and_sums_are_those_of_the_lines(
    lines: list[TaxLine], prices: Prices, rounding: Rounding, totals: Totals
) -> None:
    found = calculate(lines, prices=prices, rounding=rounding, totals=totals)

    for one in found:
        assert one.net + sum(one.taxes) == one.gross
        assert (one.gross if prices == "inclusive" else one.net) == one.line.minor
        assert one.line.treatment == "taxed" or one.tax == 0
        assert one.line.treatment == "reverse-charge" or one.due == 0
    groups = breakdown(found)
    assert sum(one.net for one in groups) == sum(one.net for one in found)
    assert sum(sum(one.taxes) for one in groups) == sum(one.tax for one in found)


@settings(max_examples=300)
@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=30), PERCENTS, PRICES, ROUNDINGS)
def test_by_total_the_tax_is_the_rounded_exact_tax_of_the_sum(
    amounts: list[int], percent: str, prices: Prices, rounding: Rounding
) -> None:
    part = Part("vat", percent)
    lines = [line(minor, part) for minor in amounts]

    found = calculate(lines, prices=prices, rounding=rounding, totals="per-total")

    factor = part.fraction if prices == "exclusive" else part.fraction / (1 + part.fraction)
    assert sum(one.tax for one in found) == rounded(sum(amounts) * factor, rounding)
    assert all(abs(one.tax - one.line.minor * factor) <= 1 for one in found)


@settings(max_examples=300)
@given(st.integers(-(10**12), 10**12), PERCENTS, ROUNDINGS)
def test_what_was_put_on_comes_off_again(minor: int, percent: str, rounding: Rounding) -> None:
    part = Part("vat", percent)

    def one(amount: int, prices: Prices) -> Taxed:
        (found,) = calculate(
            [line(amount, part)], prices=prices, rounding=rounding, totals="per-line"
        )
        return found

    assert one(one(minor, "exclusive").gross, "inclusive").net == minor


def test_the_roundings_differ_in_halves_alone() -> None:
    part = Part("vat", "5")

    def tax_of(minor: int, rounding: Rounding) -> int:
        (found,) = calculate(
            [line(minor, part)], prices="exclusive", rounding=rounding, totals="per-line"
        )
        return found.tax

    assert [tax_of(minor, "half-up") for minor in (10, 30, 50, 31)] == [1, 2, 3, 2]
    assert [tax_of(minor, "half-even") for minor in (10, 30, 50, 31)] == [0, 2, 2, 2]


@pytest.mark.parametrize(
    ("code", "day", "gross", "expected"),
    [
        # HMRC VAT guide (Notice 700): VAT fraction of 20 % is 1/6, of 17.5 % 7/47
        ("GB", "2026-01-01", 12_000, 2_000),
        ("GB", "2010-06-01", 4_700, 700),
        # BMF letter of 30 June 2020: 16 % from July to December 2020, 13.79 % of the gross
        ("DE", "2020-07-01", 11_600, 1_600),
        ("DE", "2021-01-01", 11_900, 1_900),
        ("EE", "2025-07-01", 12_400, 2_400),
        # Revenue (Ireland): 21 % from September 2020 to February 2021
        ("IE", "2021-02-28", 12_100, 2_100),
        ("IE", "2021-03-01", 12_300, 2_300),
    ],
)
def test_the_tax_in_a_price_is_that_of_its_day(
    code: str, day: str, gross: int, expected: int
) -> None:
    rate = tax.regions()[code].rate("standard", date.fromisoformat(day))
    assert rate is not None
    one = line(gross, *rate.parts)

    (found,) = calculate([one], prices="inclusive", rounding="half-up", totals="per-line")

    assert found.tax == expected


def test_no_region_has_two_rates_of_a_kind_on_one_day() -> None:
    for region in tax.regions().values():
        for kind in region.kinds:
            rows = sorted(
                (one for one in region.rates if one.kind == kind), key=lambda one: one.since
            )
            for older, newer in pairwise(rows):
                assert older.until is not None, (region.code, kind)
                assert older.until <= newer.since, (region.code, kind)
            assert all(one.until is None or one.since < one.until for one in rows), region.code


def test_every_rate_names_its_table_and_licence() -> None:
    for region in tax.regions().values():
        for rate in region.rates:
            assert rate.source.url.startswith("https://")
            assert rate.source.licence in {"MIT", "BSD-2-Clause"}
            assert all(0 <= part.fraction < Fraction(1, 2) for part in rate.parts)
            assert rate.start != "unknown" or rate.since == region.as_of
