"""Conversion on the wire: lines in, lines and totals out, each with its rate, day and source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from chalicelib.currency.model.book import MAX_AGE, Missing, Path
from chalicelib.currency.model.conversion import (
    Converted,
    Line,
    Manner,
    Total,
    total,
    totals_by_label,
)
from chalicelib.currency.model.quotes import GIVEN, Quote
from chalicelib.currency.schemas.common import Day, MissingOut, QuoteOut, RateText
from chalicelib.kernel.money import wire_amount
from chalicelib.kernel.wire import CurrencyCode, MoneyIn, MoneyWire, Name, Wire

MOST_LINES = 500
Rounding = Literal["half-even", "half-up"]
Totals = Literal["sum-of-rounded", "largest-remainder"]


class LineIn(Wire):
    """An amount to convert: at the rate of its day (today where none is named), or at a rate of its own."""

    amount: MoneyIn
    date: Day | None = None
    label: Name | None = None
    rate: Annotated[
        RateText | None, Field(description="what one unit of the amount is worth in `to`")
    ] = None

    def to_line(self, target: str, today: Day) -> Line:
        """Give the line."""
        money, day = self.amount.to_money(), self.date or today
        quote = Quote(money.currency, target, self.rate, day, GIVEN) if self.rate else None
        return Line(amount=money, day=day, label=self.label or "", quote=quote)


class ConvertIn(Wire):
    """One amount, a list, or a whole report.

    Without `rounding`: half up where only the euro's fixed rates are used (EC 1103/97, Article 5), else half even.
    `largest-remainder` rounds the exact sum once and spreads it, so that the lines add up to it.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "to": "EUR",
                    "lines": [
                        {
                            "amount": {"amount": "-12.34", "currency": "USD"},
                            "date": "2020-03-18",
                            "label": "Travel",
                        },
                        {"amount": {"amount": "-1500", "currency": "JPY"}, "date": "2020-03-21"},
                    ],
                    "on_missing": "flag",
                }
            ]
        }
    )

    to: CurrencyCode
    lines: Annotated[list[LineIn], Field(min_length=1, max_length=MOST_LINES)]
    rounding: Rounding | None = None
    totals: Totals = "sum-of-rounded"
    on_missing: Literal["error", "flag"] = "error"
    max_age_days: Annotated[
        int,
        Field(
            ge=0,
            le=366,
            description="how old a published rate may be; weekends and holidays fit in 10",
        ),
    ] = MAX_AGE

    @property
    def manner(self) -> Manner:
        """How to convert."""
        return Manner(
            rounding=self.rounding,
            totals=self.totals,
            max_age=self.max_age_days,
            flag=self.on_missing == "flag",
        )


class LineOut(Wire):
    """A line: `converted` is null where there is no rate, and `missing` says why."""

    label: str | None
    date: Day
    original: MoneyWire
    converted: MoneyWire | None
    rate: str | None
    rate_date: Day | None
    rounding: Rounding
    via: list[QuoteOut]
    missing: MissingOut | None

    @classmethod
    def of(cls, one: Converted) -> LineOut:
        """Show a converted line."""
        way = one.path if isinstance(one.path, Path) else None
        return cls(
            label=one.line.label or None,
            date=one.line.day,
            original=MoneyWire.of(one.line.amount),
            converted=MoneyWire.of(one.money) if one.money is not None else None,
            rate=way.rate if way else None,
            rate_date=way.day(one.line.day) if way else None,
            rounding=one.rounding,
            via=[QuoteOut.of(leg) for leg in way.legs] if way else [],
            missing=MissingOut.of(one.path) if isinstance(one.path, Missing) else None,
        )


class TotalOut(Wire):
    """The sum of lines: of a label, or (null) of all. Lines without a rate are counted, never summed as 0 or 1."""

    label: str | None
    converted: MoneyWire
    originals: list[MoneyWire]
    lines: int
    missing: int

    @classmethod
    def of(cls, one: Total, target: str) -> TotalOut:
        """Show a total; a sum may be larger than any one amount."""
        return cls(
            label=one.label,
            converted=MoneyWire(amount=wire_amount(one.money_minor, target), currency=target),
            originals=[
                MoneyWire(amount=wire_amount(minor, code), currency=code)
                for code, minor in one.originals
            ],
            lines=one.lines,
            missing=one.missing,
        )


class ConvertOut(Wire):
    """What became of the lines, in their order, and their sums: by label, and of all."""

    to: CurrencyCode
    lines: list[LineOut]
    labels: list[TotalOut]
    total: TotalOut

    @classmethod
    def of(cls, found: Sequence[Converted], target: str) -> ConvertOut:
        """Show converted lines with their sums."""
        return cls(
            to=target,
            lines=[LineOut.of(one) for one in found],
            labels=[TotalOut.of(one, target) for one in totals_by_label(found)],
            total=TotalOut.of(total(None, found), target),
        )
