"""Tax years on the wire: dated lines in, sums by tax year and category out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from chalicelib.currency.model.tax.years import (
    CATEGORIES,
    CategorySum,
    Side,
    Start,
    TaxCategory,
    YearSummary,
)
from chalicelib.currency.schemas.common import Day
from chalicelib.currency.schemas.conversion import MOST_LINES
from chalicelib.currency.schemas.tax.estimates import CountryCode
from chalicelib.kernel.money import wire_amount
from chalicelib.kernel.wire import CurrencyCode, MoneyIn, MoneyWire, Wire


def _a_category(name: str) -> str:
    if name not in CATEGORIES:
        raise ValueError("is one of " + ", ".join(CATEGORIES))
    return name


def _not_negative(money: MoneyWire) -> MoneyWire:
    if money.amount.startswith("-"):
        msg = "is not negative: the category says which side it is on"
        raise ValueError(msg)
    return money


class TaxCategoryOut(Wire):
    """A kind of line that tax forms of most countries ask for."""

    category: str
    side: Side
    label: str

    @classmethod
    def of(cls, one: TaxCategory) -> TaxCategoryOut:
        """Show a category."""
        return cls(category=one.name, side=one.side, label=one.label)


class YearStartOut(Wire):
    """When a country's tax year begins."""

    country: CountryCode
    starts: Annotated[str, Field(description="month and day, `MM-DD`", examples=["04-06"])]
    source: str


class CategoriesOut(Wire):
    """The tax categories, and the countries whose tax years are known."""

    items: list[TaxCategoryOut]
    years: list[YearStartOut]

    @classmethod
    def of(cls, starts: Mapping[str, Start]) -> CategoriesOut:
        """Show all."""
        return cls(
            items=[TaxCategoryOut.of(one) for one in CATEGORIES.values()],
            years=[
                YearStartOut(
                    country=country, starts=f"{one.month:02d}-{one.day:02d}", source=one.source
                )
                for country, one in sorted(starts.items())
            ],
        )


class SummaryLineIn(Wire):
    """An amount of a day on a tax category."""

    date: Annotated[Day, Field(ge=Day(1900, 1, 1), le=Day(2200, 12, 31))]
    category: Annotated[str, AfterValidator(_a_category), Field(examples=["interest"])]
    amount: Annotated[MoneyIn, AfterValidator(_not_negative)]


class SummaryIn(Wire):
    """Dated lines; those of another currency are converted at the rate of their day."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "country": "GB",
                    "currency": "GBP",
                    "lines": [
                        {
                            "date": "2025-04-05",
                            "category": "interest",
                            "amount": {"amount": "12.00", "currency": "GBP"},
                        },
                        {
                            "date": "2025-04-06",
                            "category": "interest",
                            "amount": {"amount": "30.00", "currency": "GBP"},
                        },
                    ],
                }
            ]
        }
    )

    country: CountryCode
    currency: CurrencyCode
    lines: Annotated[list[SummaryLineIn], Field(min_length=1, max_length=MOST_LINES)]


class CategorySumOut(TaxCategoryOut):
    """What a category comes to in a tax year."""

    amount: MoneyWire
    lines: int


class TaxYearOut(Wire):
    """A tax year, from `since` up to, but without, `until`: by category, and by side."""

    name: str
    since: Day
    until: Day
    categories: list[CategorySumOut]
    income: MoneyWire
    deductions: MoneyWire
    paid: MoneyWire


class SummaryOut(Wire):
    """The tax years in which there are lines. It sums up what was marked; it does not say what is deductible."""

    country: CountryCode
    currency: CurrencyCode
    years: list[TaxYearOut]
    kind: Literal["sums-of-marked-lines"]

    @classmethod
    def of(cls, found: Sequence[YearSummary], asked: SummaryIn) -> SummaryOut:
        """Show a summary."""
        return cls(
            country=asked.country.upper(),
            currency=asked.currency,
            years=[_year(one, asked.currency) for one in found],
            kind="sums-of-marked-lines",
        )


def _year(one: YearSummary, currency: str) -> TaxYearOut:
    def money(minor: int) -> MoneyWire:
        return MoneyWire(amount=wire_amount(minor, currency), currency=currency)

    def of(found: CategorySum) -> CategorySumOut:
        shown = TaxCategoryOut.of(found.category)
        return CategorySumOut(**shown.model_dump(), amount=money(found.minor), lines=found.lines)

    return TaxYearOut(
        name=one.year.name,
        since=one.year.since,
        until=one.year.until,
        categories=[of(found) for found in one.sums],
        income=money(one.side("income")),
        deductions=money(one.side("deduction")),
        paid=money(one.side("paid")),
    )
