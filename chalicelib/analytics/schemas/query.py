"""A question of one's own to the kept sums, on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from chalicelib.analytics.model.periods import YEAR
from chalicelib.analytics.model.pivot import Kind, Pivot, Row, Side, Wanted
from chalicelib.analytics.model.sums import Sums
from chalicelib.analytics.schemas.flows import ReportMonth
from chalicelib.analytics.schemas.sums import money
from chalicelib.kernel.clock import Period
from chalicelib.kernel.wire import CurrencyCode, Id, MoneyWire, Wire

MOST_MONTHS: Final = 60
_CATEGORY: Final = "0190b5a8-7c3e-8b1a-9d55-0a6f0c1d2e3f"
_QUESTION: Final[JsonDict] = {
    "since": "2026-01",
    "until": "2026-11",
    "group_by": ["quarter", "top_category"],
    "filter": {"kinds": ["expense"]},
}


def _euro(amount: str) -> JsonDict:
    return {"amount": amount, "currency": "EUR"}


_SUMS: Final[JsonDict] = {
    "currency": "EUR",
    "income": _euro("0.00"),
    "expense": _euro("412.80"),
    "net": _euro("-412.80"),
    "count": 17,
}
_ANSWER: Final[JsonDict] = {
    "since": "2026-01",
    "until": "2026-11",
    "group_by": ["quarter", "top_category"],
    "rows": [
        {
            "values": [
                {"id": "2026-Q1", "name": None},
                {"id": _CATEGORY, "name": "Food and drink"},
            ],
            **_SUMS,
        }
    ],
    "totals": [_SUMS],
}
_ANSWER_EXAMPLE: Final[JsonDict] = {"examples": [_ANSWER]}
_QUESTION_EXAMPLE: Final[JsonDict] = {"examples": [_QUESTION]}


class QueryFilter(Wire):
    """Which sums: what all fields ask for that are given. A category brings all under it; `none` is what has none.

    Without `kinds`, transfers between the user's own accounts are left out.
    """

    account_ids: Annotated[tuple[Id, ...], Field(max_length=50)] = ()
    category_ids: Annotated[tuple[Id | Literal["none"], ...], Field(max_length=50)] = ()
    kinds: Annotated[tuple[Kind, ...], Field(max_length=4)] = ()
    currencies: Annotated[tuple[CurrencyCode, ...], Field(max_length=20)] = ()


class PivotQuery(Wire):
    """Months from one to another (60 at most), grouped by up to three sides; currencies always stand apart."""

    model_config = ConfigDict(json_schema_extra=_QUESTION_EXAMPLE)

    since: ReportMonth
    until: ReportMonth
    group_by: Annotated[tuple[Side, ...], Field(min_length=1, max_length=3)]
    filter: QueryFilter = QueryFilter()

    @property
    def months(self) -> int:
        """How many months."""
        first, last = Period.parse(self.since), Period.parse(self.until)
        return (last.year - first.year) * YEAR + last.month - first.month + 1

    def to_wanted(self) -> Wanted:
        """Give what is wanted."""
        return Wanted(
            group_by=self.group_by,
            accounts=frozenset(self.filter.account_ids),
            categories=frozenset(self.filter.category_ids),
            kinds=frozenset(self.filter.kinds),
            currencies=frozenset(self.filter.currencies),
        )


class ValueOut(Wire):
    """The value of a side: a month, quarter, year, kind, or the id of a category or account and its name."""

    id: str | None
    name: str | None


class PivotSumsOut(Wire):
    """Sums of one currency, income and expense counted upwards."""

    currency: CurrencyCode
    income: MoneyWire
    expense: MoneyWire
    net: MoneyWire
    count: int

    @classmethod
    def of_sums(cls, currency: str, sums: Sums) -> Self:
        """Write sums."""
        return cls(
            currency=currency,
            income=money(sums.income, currency),
            expense=money(sums.expense, currency),
            net=money(sums.net, currency),
            count=sums.count,
        )


class PivotRowOut(PivotSumsOut):
    """One row: a value of each side, in the order of `group_by`."""

    values: list[ValueOut]

    @classmethod
    def of(cls, row: Row, names: Mapping[str | None, str | None]) -> Self:
        """Write a row."""
        sums = PivotSumsOut.of_sums(row.currency, row.sums)
        return cls(
            values=[ValueOut(id=one, name=names.get(one)) for one in row.key],
            currency=sums.currency,
            income=sums.income,
            expense=sums.expense,
            net=sums.net,
            count=sums.count,
        )


class PivotOut(Wire):
    """Rows by currency and the values of the sides, nothing last; and their totals, which they add up to exactly."""

    model_config = ConfigDict(json_schema_extra=_ANSWER_EXAMPLE)

    since: str
    until: str
    group_by: list[Side]
    rows: list[PivotRowOut]
    totals: list[PivotSumsOut]

    @classmethod
    def of(cls, query: PivotQuery, found: Pivot, names: Mapping[str | None, str | None]) -> Self:
        """Write the answer."""
        return cls(
            since=query.since,
            until=query.until,
            group_by=list(query.group_by),
            rows=[PivotRowOut.of(row, names) for row in found.rows],
            totals=[PivotSumsOut.of_sums(code, sums) for code, sums in found.totals],
        )
