"""A tax year: nothing lost, each category counted where it is said to count."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.analytics.model.sums import NOTHING, TRANSFER, Cell, Label, Sums
from chalicelib.analytics.model.tax_year import (
    COUNTS_NOT,
    SHIPPED,
    Counted,
    Side,
    counted_as,
    lines_of,
    summed,
)
from chalicelib.currency.api import TAX_CATEGORIES
from chalicelib.expenses.model import categories

LABELS = {
    "giving": Label("Gifts", None, "expense"),
    "church": Label("Church", "giving", "expense"),
    "presents": Label("Presents", "giving", "expense"),
    "pay": Label("Pay", None, "income"),
    "moved": Label("Own accounts", None, "transfer"),
}
RULES = {
    "giving": Counted("charity", "shipped"),
    "presents": Counted(COUNTS_NOT, "asked"),
    "pay": Counted("employment", "asked"),
}
CATEGORIES: dict[str, tuple[Side, str]] = {
    name: (one.side, one.label) for name, one in TAX_CATEGORIES.items()
}
LAST = date(2026, 12, 31)
CELLS = st.lists(
    st.tuples(
        st.builds(
            Cell,
            month=st.sampled_from(["2026-01", "2026-02"]),
            currency=st.sampled_from(["EUR", "KWD"]),
            category_id=st.sampled_from([None, *LABELS, TRANSFER, "gone"]),
            account_id=st.sampled_from(["a", "b"]),
        ),
        st.builds(Sums, *[st.integers(0, 10**20)] * 2, st.integers(0, 9)),
    ),
    max_size=30,
)


def test_what_shipped_categories_count_as_is_there() -> None:
    assert set(SHIPPED.values()) <= set(TAX_CATEGORIES)
    assert all(categories.is_default(categories.default_id(slug)) for slug in SHIPPED)


def test_a_category_counts_as_the_nearest_above_it_says() -> None:
    assert counted_as("church", LABELS, RULES) == Counted("charity", "shipped")
    assert counted_as("presents", LABELS, RULES) == Counted(COUNTS_NOT, "asked")
    assert counted_as("gone", LABELS, RULES) is None
    assert counted_as(None, LABELS, RULES) is None


@given(CELLS)
def test_nothing_is_lost_and_no_transfer_counts(cells: list[tuple[Cell, Sums]]) -> None:
    lines = lines_of(cells, LABELS, LAST)
    worths = [
        (None, None) if currency == "KWD" else (sums.income, sums.expense)
        for _, currency, _, sums in lines
    ]

    found = summed(lines, worths, LABELS, RULES, CATEGORIES)

    def plain(*categories: str | None) -> Sums:
        return sum(
            (
                sums
                for cell, sums in cells
                if cell.currency == "EUR" and cell.category_id in categories
            ),
            NOTHING,
        )

    gifts, pay = plain("giving", "church"), plain("pay")
    rest = plain("presents", "gone", None)
    assert found.side("deduction") == gifts.expense - gifts.income
    assert found.side("income") == pay.income - pay.expense
    assert (found.other_income, found.other_expense) == (rest.income, rest.expense)
    dinars = {
        cell.month
        for cell, sums in cells
        if cell.currency == "KWD" and sums and cell.category_id not in {"moved", TRANSFER}
    }
    assert {month for _, month in found.missing} <= dinars


def test_months_are_converted_at_their_end_and_the_last_at_the_years() -> None:
    cells = [
        (Cell("2026-01", "USD", "pay", "a"), Sums(5, 0, 1)),
        (Cell("2026-04", "USD", "pay", "a"), Sums(7, 0, 1)),
    ]

    days = [day for _, _, day, _ in lines_of(cells, LABELS, date(2026, 4, 5))]

    assert days == [date(2026, 1, 31), date(2026, 4, 5)]


def test_what_came_back_lowers_a_deduction() -> None:
    lines = lines_of([(Cell("2026-01", "EUR", "church", "a"), Sums(200, 1_000, 3))], LABELS, LAST)

    (one,) = summed(lines, [(200, 1_000)], LABELS, RULES, CATEGORIES).sums

    assert (one.tax_category, one.side, one.minor) == ("charity", "deduction", 800)
    assert [(part.category_id, part.count) for part in one.parts] == [("church", 3)]
