"""Money in and out beside what it was before, on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Self

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.config import JsonDict

from chalicelib.analytics.model.flows import (
    STILL,
    By,
    CurrencyFlow,
    Flow,
    Group,
    Named,
    Names,
    Report,
    change,
)
from chalicelib.analytics.model.periods import Span
from chalicelib.analytics.schemas.sums import MOST_MONTHS, money
from chalicelib.kernel.wire import CurrencyCode, Id, MoneyWire, Month, Wire

EARLIEST: Final = "1900-01"


def _in_time(text: str) -> str:
    if text < EARLIEST:
        raise ValueError(f"a month from {EARLIEST} on")
    return text


ReportMonth = Annotated[Month, AfterValidator(_in_time)]
"""The month up to which a report goes: what it is compared with lies in years that calendars have."""
_CATEGORY: Final = "0190b5a8-7c3e-8b1a-9d55-0a6f0c1d2e3f"


def _euro(amount: str) -> JsonDict:
    return {"amount": amount, "currency": "EUR"}


def _flow(income: str, expense: str, net: str, count: int) -> JsonDict:
    return {
        "income": _euro(income),
        "expense": _euro(expense),
        "net": _euro(net),
        "count": count,
        "transfers_in": _euro("0.00"),
        "transfers_out": _euro("300.00"),
    }


EXAMPLE_NOW: Final = _flow("2150.00", "412.80", "1737.20", 18)
EXAMPLE_BEFORE: Final = _flow("2150.00", "400.00", "1750.00", 16)
EXAMPLE_CHANGE: Final[JsonDict] = {
    "income": {"by": _euro("0.00"), "ratio": "0.0000"},
    "expense": {"by": _euro("12.80"), "ratio": "0.0320"},
    "net": {"by": _euro("-12.80"), "ratio": "-0.0073"},
}
_COMPARED: Final[JsonDict] = {
    "now": EXAMPLE_NOW,
    "previous": EXAMPLE_BEFORE,
    "last_year": EXAMPLE_BEFORE,
    "since_previous": EXAMPLE_CHANGE,
    "since_last_year": EXAMPLE_CHANGE,
}
EXAMPLE_NAMED: Final[JsonDict] = {"id": _CATEGORY, "name": "Groceries", "kind": "expense"}
_STRETCH: Final[JsonDict] = {"since": "2026-11", "until": "2026-11"}
_CASH_FLOW: Final[JsonDict] = {
    **_STRETCH,
    "complete": False,
    "previous": {"since": "2026-10", "until": "2026-10"},
    "last_year": {"since": "2025-11", "until": "2025-11"},
    "by": "category",
    "currencies": [
        {
            "currency": "EUR",
            "months": [{"month": "2026-11", **EXAMPLE_NOW}],
            "total": _COMPARED,
            "groups": [
                {
                    **EXAMPLE_NAMED,
                    "months": [{"month": "2026-11", **EXAMPLE_NOW}],
                    "total": _COMPARED,
                }
            ],
        }
    ],
}
_CASH_FLOW_EXAMPLE: Final[JsonDict] = {"examples": [_CASH_FLOW]}


class CashFlowQuery(Wire):
    """How many months, up to and with which (default: the current one, in UTC), and grouped by what."""

    months: Annotated[int, Field(ge=1, le=MOST_MONTHS)] = 12
    until: ReportMonth | None = None
    by: By | None = None
    account_id: Id | None = None
    currency: CurrencyCode | None = None


class StretchOut(Wire):
    """Months from one to another, both included."""

    since: Month
    until: Month

    @classmethod
    def of(cls, span: Span) -> Self:
        """Write a stretch."""
        return cls(since=str(span[0]), until=str(span[-1]))


class FlowOut(Wire):
    """Income and expense, both counted upwards and without transfers between the user's own accounts."""

    income: MoneyWire
    expense: MoneyWire
    net: MoneyWire
    count: int
    transfers_in: MoneyWire
    transfers_out: MoneyWire

    @classmethod
    def of(cls, flow: Flow, currency: str) -> Self:
        """Write a flow."""
        return cls(
            income=money(flow.sums.income, currency),
            expense=money(flow.sums.expense, currency),
            net=money(flow.sums.net, currency),
            count=flow.sums.count,
            transfers_in=money(flow.transfers.income, currency),
            transfers_out=money(flow.transfers.expense, currency),
        )


class MonthFlowOut(FlowOut):
    """One month's flow."""

    month: Month

    @classmethod
    def all(cls, months: Mapping[str, Flow], span: Span, currency: str) -> list[Self]:
        """Write every month of a span."""
        return [cls.of_month(str(one), months.get(str(one), STILL), currency) for one in span]

    @classmethod
    def of_month(cls, month: str, flow: Flow, currency: str) -> Self:
        """Write a month."""
        found = FlowOut.of(flow, currency)
        return cls(
            month=month,
            income=found.income,
            expense=found.expense,
            net=found.net,
            count=found.count,
            transfers_in=found.transfers_in,
            transfers_out=found.transfers_out,
        )


class DifferenceOut(Wire):
    """By how much something grew; `ratio` is the part of what it was (0.2500: a quarter), null where that was nothing."""

    by: MoneyWire
    ratio: str | None

    @classmethod
    def of(cls, now: int, before: int, currency: str) -> Self:
        """Write a difference."""
        return cls(by=money(now - before, currency), ratio=change(now, before))


class FlowChangeOut(Wire):
    """How a flow differs from an earlier one."""

    income: DifferenceOut
    expense: DifferenceOut
    net: DifferenceOut

    @classmethod
    def of(cls, now: Flow, before: Flow, currency: str) -> Self:
        """Write a change."""
        return cls(
            income=DifferenceOut.of(now.sums.income, before.sums.income, currency),
            expense=DifferenceOut.of(now.sums.expense, before.sums.expense, currency),
            net=DifferenceOut.of(now.sums.net, before.sums.net, currency),
        )


class ComparedOut(Wire):
    """A stretch beside the one before it and the same one a year ago."""

    now: FlowOut
    previous: FlowOut
    last_year: FlowOut
    since_previous: FlowChangeOut
    since_last_year: FlowChangeOut

    @classmethod
    def of(cls, totals: Sequence[Flow], currency: str) -> Self:
        """Write the three of them."""
        now, previous, last_year = totals
        return cls(
            now=FlowOut.of(now, currency),
            previous=FlowOut.of(previous, currency),
            last_year=FlowOut.of(last_year, currency),
            since_previous=FlowChangeOut.of(now, previous, currency),
            since_last_year=FlowChangeOut.of(now, last_year, currency),
        )


class NamedOut(Wire):
    """A category or an account; `name` is null for one that is gone, `kind` for accounts and what has no category."""

    id: Id | None
    name: str | None
    kind: str | None


GONE: Final = Named(None, None)


class GroupFlowOut(NamedOut):
    """One group; `months` are those in which it had anything."""

    months: list[MonthFlowOut]
    total: ComparedOut

    @classmethod
    def of(cls, one: Group, span: Span, names: Names, currency: str) -> Self:
        """Write a group."""
        named = names.get(one.key, GONE)
        moved = tuple(month for month in span if one.months.get(str(month)))
        return cls(
            id=one.key,
            name=named.name,
            kind=named.kind,
            months=MonthFlowOut.all(one.months, moved, currency),
            total=ComparedOut.of(one.totals, currency),
        )


class CurrencyFlowOut(Wire):
    """One currency: every month, the whole, and the groups, which add up to it exactly."""

    currency: CurrencyCode
    months: list[MonthFlowOut]
    total: ComparedOut
    groups: list[GroupFlowOut]

    @classmethod
    def of(cls, one: CurrencyFlow, span: Span, names: Names) -> Self:
        """Write a currency."""
        return cls(
            currency=one.currency,
            months=MonthFlowOut.all(one.months, span, one.currency),
            total=ComparedOut.of(one.totals, one.currency),
            groups=[GroupFlowOut.of(group, span, names, one.currency) for group in one.groups],
        )


class CashFlowOut(StretchOut):
    """Money in and out, month by month, beside the stretch before and the same one a year ago.

    `complete` is false where the last month is not over: what it is compared with is whole.
    """

    model_config = ConfigDict(json_schema_extra=_CASH_FLOW_EXAMPLE)

    complete: bool
    previous: StretchOut
    last_year: StretchOut
    by: By | None
    currencies: list[CurrencyFlowOut]

    @classmethod
    def of_report(cls, one: Report) -> Self:
        """Write a report of one stretch, the one before, and the same one a year ago."""
        now, previous, last_year = one.spans
        return cls(
            since=str(now[0]),
            until=str(now[-1]),
            complete=one.complete,
            previous=StretchOut.of(previous),
            last_year=StretchOut.of(last_year),
            by=one.by,
            currencies=[CurrencyFlowOut.of(flow, now, one.names) for flow in one.currencies],
        )
