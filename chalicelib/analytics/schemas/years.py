"""The same months of several years side by side, on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from chalicelib.analytics.model.flows import STILL, By, CurrencyFlow, Flow, Group, Names, Report
from chalicelib.analytics.model.periods import Span
from chalicelib.analytics.schemas.flows import (
    EXAMPLE_BEFORE,
    EXAMPLE_CHANGE,
    EXAMPLE_NAMED,
    EXAMPLE_NOW,
    GONE,
    FlowChangeOut,
    FlowOut,
    NamedOut,
    ReportMonth,
    StretchOut,
)
from chalicelib.kernel.wire import CurrencyCode, Id, Month, Wire

MOST_YEARS: Final = 5
_YEARS: Final[JsonDict] = {
    "complete": False,
    "years": [
        {"since": "2025-12", "until": "2026-11"},
        {"since": "2024-12", "until": "2025-11"},
    ],
    "by": "category",
    "currencies": [
        {
            "currency": "EUR",
            "months": [
                {
                    "month": "2026-11",
                    "years": [EXAMPLE_NOW, EXAMPLE_BEFORE],
                    "change": EXAMPLE_CHANGE,
                }
            ],
            "totals": [EXAMPLE_NOW, EXAMPLE_BEFORE],
            "change": EXAMPLE_CHANGE,
            "groups": [
                {**EXAMPLE_NAMED, "totals": [EXAMPLE_NOW, EXAMPLE_BEFORE], "change": EXAMPLE_CHANGE}
            ],
        }
    ],
}
_YEARS_EXAMPLE: Final[JsonDict] = {"examples": [_YEARS]}


class YearsQuery(Wire):
    """How many years of twelve months each, the last of them up to `until` (default: the current month, in UTC)."""

    years: Annotated[int, Field(ge=2, le=MOST_YEARS)] = 2
    until: ReportMonth | None = None
    by: By | None = None
    account_id: Id | None = None
    currency: CurrencyCode | None = None


class YearsMonthOut(Wire):
    """A month of the latest year, and the same month of the years before, latest first."""

    month: Month
    years: list[FlowOut]
    change: FlowChangeOut


class GroupYearsOut(NamedOut):
    """One group, a flow a year, latest first; `change` is from the year before to the latest."""

    totals: list[FlowOut]
    change: FlowChangeOut

    @classmethod
    def of(cls, one: Group, names: Names, currency: str) -> Self:
        """Write a group."""
        named = names.get(one.key, GONE)
        return cls(
            id=one.key,
            name=named.name,
            kind=named.kind,
            totals=[FlowOut.of(flow, currency) for flow in one.totals],
            change=FlowChangeOut.of(one.totals[0], one.totals[1], currency),
        )


class CurrencyYearsOut(Wire):
    """One currency: twelve months side by side, the years, and the groups, which add up to them exactly."""

    currency: CurrencyCode
    months: list[YearsMonthOut]
    totals: list[FlowOut]
    change: FlowChangeOut
    groups: list[GroupYearsOut]

    @classmethod
    def of(cls, one: CurrencyFlow, spans: Sequence[Span], names: Names) -> Self:
        """Write a currency."""
        code = one.currency
        return cls(
            currency=code,
            months=_side_by_side(one.months, spans, code),
            totals=[FlowOut.of(flow, code) for flow in one.totals],
            change=FlowChangeOut.of(one.totals[0], one.totals[1], code),
            groups=[GroupYearsOut.of(group, names, code) for group in one.groups],
        )


def _side_by_side(
    months: Mapping[str, Flow], spans: Sequence[Span], currency: str
) -> list[YearsMonthOut]:
    found = []
    for place, month in enumerate(spans[0]):
        flows = [months.get(str(one[place]), STILL) for one in spans]
        found.append(
            YearsMonthOut(
                month=str(month),
                years=[FlowOut.of(flow, currency) for flow in flows],
                change=FlowChangeOut.of(flows[0], flows[1], currency),
            )
        )
    return found


class YearsOut(Wire):
    """The same twelve months of several years, latest first; `complete` is false where the last month is not over."""

    model_config = ConfigDict(json_schema_extra=_YEARS_EXAMPLE)

    complete: bool
    years: list[StretchOut]
    by: By | None
    currencies: list[CurrencyYearsOut]

    @classmethod
    def of(cls, one: Report) -> Self:
        """Write a report of several years, latest first."""
        return cls(
            complete=one.complete,
            years=[StretchOut.of(span) for span in one.spans],
            by=one.by,
            currencies=[CurrencyYearsOut.of(flow, one.spans, one.names) for flow in one.currencies],
        )
