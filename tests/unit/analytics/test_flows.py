"""Stretches of months beside each other: exact, no group lost, no transfer counted as spending."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.analytics.model.flows import By, change, flows, topmost
from chalicelib.analytics.model.periods import runs, shifted, span
from chalicelib.analytics.model.sums import TRANSFER, Cell, Label, Sums
from chalicelib.kernel.clock import Period

FOOD, BREAD, PAY, MOVED = "food", "bread", "pay", "moved"
LABELS = {
    FOOD: Label("Food", None, "expense"),
    BREAD: Label("Bread", FOOD, "expense"),
    PAY: Label("Pay", None, "income"),
    MOVED: Label("Own accounts", None, "transfer"),
}
NOW = span(Period(2026, 11), 3)
SPANS = (NOW, shifted(NOW, -3), shifted(NOW, -12))
CELLS = st.lists(
    st.tuples(
        st.builds(
            Cell,
            month=st.sampled_from([str(one) for stretch in SPANS for one in stretch]),
            currency=st.sampled_from(["EUR", "JPY"]),
            category_id=st.sampled_from([None, FOOD, BREAD, PAY, MOVED, TRANSFER, "gone"]),
            account_id=st.sampled_from(["a", "b"]),
        ),
        st.builds(Sums, *[st.integers(0, 10**20)] * 2, st.integers(0, 9)),
    ),
    max_size=30,
)


@given(CELLS, st.sampled_from(["category", "top_category", "account", None]))
def test_every_stretch_is_the_plain_sum_and_groups_add_up(
    cells: list[tuple[Cell, Sums]], by: By | None
) -> None:
    found = {one.currency: one for one in flows(cells, LABELS, SPANS, by)}

    for code in ("EUR", "JPY"):
        for place, stretch in enumerate(SPANS):
            months = [str(one) for one in stretch]
            mine = [
                (cell, sums)
                for cell, sums in cells
                if cell.currency == code and cell.month in months
            ]
            plain = [sums for cell, sums in mine if cell.category_id not in {MOVED, TRANSFER}]
            moved = [sums for cell, sums in mine if cell.category_id in {MOVED, TRANSFER}]
            if code not in found:
                assert not any(sums for _, sums in mine)
                continue
            said = found[code].totals[place]
            assert (said.sums, said.transfers) == (sum(plain, Sums()), sum(moved, Sums()))
            if by is not None:
                groups = [one.totals[place].sums for one in found[code].groups]
                assert sum(groups, Sums()) == sum(plain, Sums())


def test_a_group_by_the_topmost_category_has_what_stands_under_it() -> None:
    cells = [
        (Cell("2026-11", "EUR", BREAD, "a"), Sums(0, 500, 1)),
        (Cell("2026-11", "EUR", FOOD, "a"), Sums(0, 100, 1)),
        (Cell("2025-11", "EUR", FOOD, "a"), Sums(0, 300, 1)),
    ]

    (euro,) = flows(cells, LABELS, SPANS, "top_category")

    assert [(one.key, one.totals[0].sums.expense) for one in euro.groups] == [(FOOD, 600)]
    assert euro.groups[0].totals[2].sums.expense == 300


def test_a_circle_of_categories_ends() -> None:
    labels = {"a": Label("A", "b", "expense"), "b": Label("B", "a", "expense")}

    assert topmost("a", labels) in {"a", "b"}


@given(st.integers(-(10**40), 10**40), st.integers(-(10**40), 10**40))
def test_a_change_is_the_exact_part_to_four_decimals(now: int, before: int) -> None:
    said = change(now, before)

    if before == 0:
        assert said is None
        return
    assert said is not None
    assert abs(Fraction(said) - Fraction(now - before, abs(before))) <= Fraction(1, 20_000)


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [(125, 100, "0.2500"), (75, 100, "-0.2500"), (50, -100, "1.5000"), (0, 0, None)],
)
def test_a_quarter_more_is_a_quarter(now: int, before: int, said: str | None) -> None:
    assert change(now, before) == said


def test_months_that_lie_side_by_side_are_read_together() -> None:
    assert runs(SPANS) == [
        (Period(2025, 9), Period(2025, 11)),
        (Period(2026, 6), Period(2026, 11)),
    ]
    year = span(Period(2026, 12), 12)
    assert runs((year, shifted(year, -12))) == [(Period(2025, 1), Period(2026, 12))]
