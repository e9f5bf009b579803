"""Tax years by country, and what counts in them: dated lines summed by tax category.

A tax year is named by the calendar year in which it begins, and by its two years where it crosses one (2025-26).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final, Literal, TypeAlias

from chalicelib.currency.model.tax.tables import TableFault
from chalicelib.kernel.values import dataclass

Side = Literal["income", "deduction", "paid"]


@dataclass(frozen=True, slots=True)
class Start:
    """When a country's tax year begins (month, day), and who says so."""

    month: int
    day: int
    source: str


Starts: TypeAlias = Mapping[str, Start]


@dataclass(frozen=True, slots=True)
class TaxCategory:
    """A kind of line that tax forms of most countries ask for."""

    name: str
    side: Side
    label: str


_CATEGORIES: Final = (
    TaxCategory("employment", "income", "Wages and salaries, before tax"),
    TaxCategory("self-employment", "income", "Turnover of a trade or profession"),
    TaxCategory("pension", "income", "Pensions and annuities"),
    TaxCategory("state-benefit", "income", "Benefits that are taxed"),
    TaxCategory("interest", "income", "Interest"),
    TaxCategory("dividend", "income", "Dividends"),
    TaxCategory("capital-gain", "income", "Gains on what was sold"),
    TaxCategory("rent", "income", "Rents"),
    TaxCategory("other-income", "income", "Other income"),
    TaxCategory("business-expense", "deduction", "Expenses of a trade or profession"),
    TaxCategory("rental-expense", "deduction", "Expenses of letting"),
    TaxCategory("employment-expense", "deduction", "Expenses of employment"),
    TaxCategory("pension-contribution", "deduction", "Contributions to pensions"),
    TaxCategory("charity", "deduction", "Gifts to charities"),
    TaxCategory("medical", "deduction", "Health and care"),
    TaxCategory("education", "deduction", "Education and training"),
    TaxCategory("childcare", "deduction", "Child care"),
    TaxCategory("mortgage-interest", "deduction", "Interest on a mortgage"),
    TaxCategory("capital-loss", "deduction", "Losses on what was sold"),
    TaxCategory("income-tax-paid", "paid", "Income tax paid or withheld"),
    TaxCategory("social-contribution-paid", "paid", "Social contributions paid or withheld"),
    TaxCategory("property-tax-paid", "paid", "Taxes on property"),
    TaxCategory("sales-tax-paid", "paid", "VAT, GST or sales tax paid"),
)
CATEGORIES: Final[Mapping[str, TaxCategory]] = {one.name: one for one in _CATEGORIES}


@dataclass(frozen=True, slots=True)
class TaxYear:
    """From `since` up to, but without, `until`."""

    name: str
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class DatedLine:
    """An amount of a day in minor units of one currency; positive, whichever side it is on."""

    day: date
    category: str
    minor: int


@dataclass(frozen=True, slots=True)
class CategorySum:
    """What a category comes to in a year, of how many lines."""

    category: TaxCategory
    minor: int
    lines: int


@dataclass(frozen=True, slots=True)
class YearSummary:
    """A tax year by category, and by side."""

    year: TaxYear
    sums: tuple[CategorySum, ...]

    def side(self, side: Side) -> int:
        """Sum a side up."""
        return sum(one.minor for one in self.sums if one.category.side == side)


def starts_of(facts: Mapping[str, object]) -> Starts:
    """Read the table of tax years; raise `TableFault`."""
    found: dict[str, Start] = {}
    groups = facts.get("starts")
    if not isinstance(groups, list):
        raise TableFault("the table of tax years has no starts")
    for group in groups:
        month, day = (int(one) for one in group["day"].split("-"))
        for country in group["countries"]:
            found[country] = Start(month, day, group["source"])
    return found


def year_at(start: Start, day: date) -> TaxYear:
    """Give the tax year that a day is in."""
    begins = date(day.year, start.month, start.day)
    return year_named(start, day.year if begins <= day else day.year - 1)


def year_named(start: Start, year: int) -> TaxYear:
    """Give the tax year that begins in a calendar year."""
    since, until = (date(one, start.month, start.day) for one in (year, year + 1))
    crosses = (start.month, start.day) != (1, 1)
    return TaxYear(f"{year}-{(year + 1) % 100:02d}" if crosses else str(year), since, until)


def summarise(lines: Iterable[DatedLine], start: Start) -> tuple[YearSummary, ...]:
    """Sum lines up by tax year and category, the years in order and the categories as tax forms have them."""
    years: dict[TaxYear, dict[str, list[int]]] = {}
    for line in lines:
        year = years.setdefault(year_at(start, line.day), {})
        year.setdefault(line.category, []).append(line.minor)
    return tuple(
        YearSummary(year, _sums(years[year])) for year in sorted(years, key=lambda one: one.since)
    )


def _sums(found: Mapping[str, Sequence[int]]) -> tuple[CategorySum, ...]:
    return tuple(
        CategorySum(category, sum(found[name]), len(found[name]))
        for name, category in CATEGORIES.items()
        if name in found
    )
