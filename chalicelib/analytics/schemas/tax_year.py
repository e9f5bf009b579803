"""A tax year by tax category, on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from chalicelib.analytics.model.sums import Label
from chalicelib.analytics.model.tax_year import Side, Source, TaxSum, TaxYearSums
from chalicelib.analytics.schemas.sums import money
from chalicelib.kernel.ids import is_id
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.wire import CurrencyCode, Id, MoneyWire, Month, Wire

MOST_RULES: Final = 50


def _euro(amount: str) -> JsonDict:
    return {"amount": amount, "currency": "EUR"}


_EXAMPLE: Final[JsonDict] = {
    "examples": [
        {
            "country": "DE",
            "year": "2025",
            "since": "2025-01-01",
            "last": "2025-12-31",
            "complete": True,
            "currency": "EUR",
            "income": _euro("25800.00"),
            "deductions": _euro("320.00"),
            "paid": _euro("0.00"),
            "categories": [
                {
                    "tax_category": "charity",
                    "label": "Gifts to charities",
                    "side": "deduction",
                    "amount": _euro("320.00"),
                    "parts": [
                        {
                            "category_id": "0190b5a8-7c3e-8b1a-9d55-0a6f0c1d2e3f",
                            "category": "Gifts and donations",
                            "by": "shipped",
                            "amount": _euro("320.00"),
                            "count": 4,
                        }
                    ],
                }
            ],
            "other_income": _euro("0.00"),
            "other_expense": _euro("9120.40"),
            "missing": [],
        }
    ]
}


def _rules(text: str) -> str:
    pairs = [one.split(":") for one in text.split(",")]
    if len(pairs) > MOST_RULES or any(len(one) != 2 or not is_id(one[0]) for one in pairs):
        raise ValueError(f"at most {MOST_RULES} pairs like <category id>:charity, with commas")
    return text


class TaxYearQuery(Wire):
    """Whose tax year, and which: the one that begins in `year` (default: the one we are in), in which currency.

    `categories` says of up to 50 categories what they count as, such as `<category id>:charity,<category id>:none`; the
    names are those of `GET /v1/currency/tax/categories`, or `none`.
    """

    country: Annotated[str, StringConstraints(min_length=2, max_length=2, pattern="^[A-Za-z]{2}$")]
    year: Annotated[int, Field(ge=1900, le=9998)] | None = None
    currency: CurrencyCode | None = None
    account_id: Id | None = None
    categories: (
        Annotated[str, StringConstraints(max_length=4_000), AfterValidator(_rules)] | None
    ) = None

    @property
    def rules(self) -> dict[str, str]:
        """What categories count as, by their ids."""
        pairs = self.categories.split(",") if self.categories else []
        return dict(one.split(":", 1) for one in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxYearShown:
    """A tax year and what it is called; `last` is its last day."""

    country: str
    name: str
    since: date
    last: date
    complete: bool
    currency: str
    sums: TaxYearSums
    labels: Mapping[str, Label]


class TaxPartOut(Wire):
    """What one category of the ledger comes to; `by` says whether its shipped meaning or the question counts it here."""

    category_id: Id
    category: str | None
    by: Source
    amount: MoneyWire
    count: int


class TaxCategorySumOut(Wire):
    """One tax category, counted upwards on its own side: money that came back lowers a deduction."""

    tax_category: str
    label: str
    side: Side
    amount: MoneyWire
    parts: list[TaxPartOut]

    @classmethod
    def of(cls, one: TaxSum, shown: TaxYearShown) -> Self:
        """Write a tax category."""
        code = shown.currency
        return cls(
            tax_category=one.tax_category,
            label=one.label,
            side=one.side,
            amount=money(one.minor, code),
            parts=[
                TaxPartOut(
                    category_id=part.category_id,
                    category=label.name if (label := shown.labels.get(part.category_id)) else None,
                    by=part.by,
                    amount=money(part.minor, code),
                    count=part.count,
                )
                for part in one.parts
            ],
        )


class MissingMonthOut(Wire):
    """A month of a currency without a rate: what it holds is in no sum."""

    currency: CurrencyCode
    month: Month


class TaxYearSumsOut(Wire):
    """A tax year: what counts by tax category, the rest, and what had no rate.

    Foreign amounts are converted at the rate of each month's last day. It is what moved on accounts, not advice: a salary is what
    arrived, after tax.
    """

    model_config = ConfigDict(json_schema_extra=_EXAMPLE)

    country: str
    year: str
    since: date
    last: date
    complete: bool
    currency: CurrencyCode
    income: MoneyWire
    deductions: MoneyWire
    paid: MoneyWire
    categories: list[TaxCategorySumOut]
    other_income: MoneyWire
    other_expense: MoneyWire
    missing: list[MissingMonthOut]

    @classmethod
    def of(cls, shown: TaxYearShown) -> Self:
        """Write a tax year."""
        code, sums = shown.currency, shown.sums
        return cls(
            country=shown.country,
            year=shown.name,
            since=shown.since,
            last=shown.last,
            complete=shown.complete,
            currency=code,
            income=money(sums.side("income"), code),
            deductions=money(sums.side("deduction"), code),
            paid=money(sums.side("paid"), code),
            categories=[TaxCategorySumOut.of(one, shown) for one in sums.sums],
            other_income=money(sums.other_income, code),
            other_expense=money(sums.other_expense, code),
            missing=[
                MissingMonthOut(currency=currency, month=month) for currency, month in sums.missing
            ],
        )
