"""A month by category, and the months one after the other, on the wire."""

from __future__ import annotations

from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from chalicelib.analytics.model.sums import (
    UNCATEGORISED,
    WHOLE,
    CategorySpending,
    CurrencySpending,
    Sums,
    Trend,
)
from chalicelib.kernel.money import wire_amount
from chalicelib.kernel.wire import CurrencyCode, Id, MoneyWire, Month, Wire

MOST_MONTHS: Final = 24
_CATEGORY: Final = "0190b5a8-7c3e-8b1a-9d55-0a6f0c1d2e3f"
_FOOD_SUMS: Final[JsonDict] = {
    "income": {"amount": "0.00", "currency": "EUR"},
    "expense": {"amount": "412.80", "currency": "EUR"},
    "count": 17,
}
_SALARY_SUMS: Final[JsonDict] = {
    "income": {"amount": "2150.00", "currency": "EUR"},
    "expense": {"amount": "0.00", "currency": "EUR"},
    "count": 1,
}
_FOOD: Final[JsonDict] = {
    "category_id": _CATEGORY,
    "name": "Groceries",
    "parent_id": None,
    "kind": "expense",
    **_FOOD_SUMS,
    "share": "1.0000",
    "rolled_up": _FOOD_SUMS,
}
_SALARY: Final[JsonDict] = {
    "category_id": None,
    "name": UNCATEGORISED,
    "parent_id": None,
    "kind": None,
    **_SALARY_SUMS,
    "share": "0.0000",
    "rolled_up": _SALARY_SUMS,
}
_EURO: Final[JsonDict] = {
    "currency": "EUR",
    "income": {"amount": "2150.00", "currency": "EUR"},
    "expense": {"amount": "412.80", "currency": "EUR"},
    "net": {"amount": "1737.20", "currency": "EUR"},
    "count": 18,
    "transfers_in": {"amount": "0.00", "currency": "EUR"},
    "transfers_out": {"amount": "300.00", "currency": "EUR"},
    "categories": [_FOOD, _SALARY],
}
_MONTH: Final[JsonDict] = {
    "month": "2026-11",
    "income": {"amount": "2150.00", "currency": "EUR"},
    "expense": {"amount": "412.80", "currency": "EUR"},
    "net": {"amount": "1737.20", "currency": "EUR"},
    "count": 18,
}


def money(minor: int, currency: str) -> MoneyWire:
    """Write minor units; sums may be larger than any one amount."""
    return MoneyWire(amount=wire_amount(minor, currency), currency=currency)


class SpendingQuery(Wire):
    """Which month, and perhaps of which account or currency only."""

    month: Month
    account_id: Id | None = None
    currency: CurrencyCode | None = None


class TrendsQuery(Wire):
    """How many months, up to and with which (default: the current one, in UTC)."""

    months: Annotated[int, Field(ge=1, le=MOST_MONTHS)] = 12
    until: Month | None = None
    account_id: Id | None = None
    currency: CurrencyCode | None = None


class SumsOut(Wire):
    """Income and expense, both counted upwards, and how many transactions."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FOOD_SUMS]})

    income: MoneyWire
    expense: MoneyWire
    count: int

    @classmethod
    def of(cls, sums: Sums, currency: str) -> Self:
        """Write sums."""
        return cls(
            income=money(sums.income, currency),
            expense=money(sums.expense, currency),
            count=sums.count,
        )


class CategorySpendingOut(Wire):
    """One category's sums; `share` is its part of the currency's expense, all shares sum to 1 exactly.

    `rolled_up` is with all categories under it, which are in the list themselves: never add it up.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_FOOD]})

    category_id: Id | None
    name: str | None
    parent_id: Id | None
    kind: str | None
    income: MoneyWire
    expense: MoneyWire
    count: int
    share: str
    rolled_up: SumsOut

    @classmethod
    def of(cls, one: CategorySpending, currency: str) -> Self:
        """Write a category; `name` is null for one that is gone."""
        label = one.label
        return cls(
            category_id=one.category_id,
            name=label.name if label else None if one.category_id else UNCATEGORISED,
            parent_id=label.parent_id if label else None,
            kind=label.kind if label else None,
            income=money(one.sums.income, currency),
            expense=money(one.sums.expense, currency),
            count=one.sums.count,
            share=f"{one.share // WHOLE}.{one.share % WHOLE:04d}",
            rolled_up=SumsOut.of(one.rolled_up, currency),
        )


class CurrencySpendingOut(Wire):
    """One currency's sums: `income` and `expense` without transfers between the user's own accounts."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EURO]})

    currency: CurrencyCode
    income: MoneyWire
    expense: MoneyWire
    net: MoneyWire
    count: int
    transfers_in: MoneyWire
    transfers_out: MoneyWire
    categories: list[CategorySpendingOut]

    @classmethod
    def of(cls, one: CurrencySpending) -> Self:
        """Write a currency's sums."""
        code = one.currency
        return cls(
            currency=code,
            income=money(one.sums.income, code),
            expense=money(one.sums.expense, code),
            net=money(one.sums.net, code),
            count=one.sums.count,
            transfers_in=money(one.transfers.income, code),
            transfers_out=money(one.transfers.expense, code),
            categories=[CategorySpendingOut.of(category, code) for category in one.categories],
        )


class SpendingOut(Wire):
    """A month by currency and category."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"month": "2026-11", "currencies": [_EURO]}]}
    )

    month: Month
    currencies: list[CurrencySpendingOut]

    @classmethod
    def of(cls, month: str, currencies: tuple[CurrencySpending, ...]) -> Self:
        """Write a month's answer."""
        return cls(month=month, currencies=[CurrencySpendingOut.of(one) for one in currencies])


class MonthSumsOut(Wire):
    """One month's sums in one currency."""

    model_config = ConfigDict(json_schema_extra={"examples": [_MONTH]})

    month: Month
    income: MoneyWire
    expense: MoneyWire
    net: MoneyWire
    count: int

    @classmethod
    def of(cls, month: str, sums: Sums, currency: str) -> Self:
        """Write one month."""
        return cls(
            month=month,
            income=money(sums.income, currency),
            expense=money(sums.expense, currency),
            net=money(sums.net, currency),
            count=sums.count,
        )


class TrendOut(Wire):
    """One currency over the months, oldest first, none left out."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"currency": "EUR", "months": [_MONTH]}]}
    )

    currency: CurrencyCode
    months: list[MonthSumsOut]

    @classmethod
    def of(cls, trend: Trend) -> Self:
        """Write one currency's months."""
        return cls(
            currency=trend.currency,
            months=[MonthSumsOut.of(month, sums, trend.currency) for month, sums in trend.months],
        )


class TrendsOut(Wire):
    """Income and expense over the months by currency."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "since": "2026-11",
                    "until": "2026-11",
                    "currencies": [{"currency": "EUR", "months": [_MONTH]}],
                }
            ]
        }
    )

    since: Month
    until: Month
    currencies: list[TrendOut]

    @classmethod
    def of(cls, since: str, until: str, trends: tuple[Trend, ...]) -> Self:
        """Write the answer."""
        return cls(since=since, until=until, currencies=[TrendOut.of(trend) for trend in trends])
