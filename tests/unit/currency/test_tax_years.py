"""Tax years: every day is in one, by each country's own start, and sums lose nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.currency.gateways import tax
from chalicelib.currency.model.tax.tables import TableFault
from chalicelib.currency.model.tax.years import (
    CATEGORIES,
    DatedLine,
    starts_of,
    summarise,
    year_at,
    year_named,
)

DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))
COUNTRIES = st.sampled_from(sorted(tax.tax_years()))


@pytest.mark.parametrize(
    ("country", "day", "name"),
    [
        ("GB", "2026-04-05", "2025-26"),
        ("GB", "2026-04-06", "2026-27"),
        ("US", "2026-12-31", "2026"),
        ("IN", "2026-03-31", "2025-26"),
        ("AU", "2026-07-01", "2026-27"),
        ("ZA", "2024-02-29", "2023-24"),
        ("NZ", "1999-04-01", "1999-00"),
    ],
)
def test_a_day_is_in_its_countrys_tax_year(country: str, day: str, name: str) -> None:
    assert year_at(tax.tax_years()[country], date.fromisoformat(day)).name == name


@given(COUNTRIES, DAYS)
def test_tax_years_follow_each_other_without_a_gap(country: str, day: date) -> None:
    start = tax.tax_years()[country]

    year = year_at(start, day)

    assert year.since <= day < year.until
    assert year_at(start, year.until).since == year.until
    assert year_at(start, year.since - timedelta(days=1)).until == year.since
    assert year_named(start, year.since.year) == year


@given(
    COUNTRIES,
    st.lists(
        st.tuples(DAYS, st.sampled_from(sorted(CATEGORIES)), st.integers(0, 10**9)), max_size=60
    ),
)
def test_every_line_is_in_one_sum(country: str, rows: list[tuple[date, str, int]]) -> None:
    found = summarise([DatedLine(*row) for row in rows], tax.tax_years()[country])

    sums = [one for year in found for one in year.sums]
    assert sum(one.minor for one in sums) == sum(minor for _, _, minor in rows)
    assert sum(one.lines for one in sums) == len(rows)
    assert [one.year.since for one in found] == sorted(one.year.since for one in found)
    for year in found:
        sides = year.side("income") + year.side("deduction") + year.side("paid")
        assert sides == sum(one.minor for one in year.sums)


def test_a_table_without_starts_is_refused() -> None:
    with pytest.raises(TableFault):
        starts_of({})
