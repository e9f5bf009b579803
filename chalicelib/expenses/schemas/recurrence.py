"""When something comes again, on the wire: an RRULE or its parts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic.config import JsonDict

from chalicelib.expenses.model.recurrence.rule import (
    WEEKDAYS,
    Frequency,
    Recurrence,
    ShortMonths,
    Weekend,
)
from chalicelib.expenses.model.recurrence.text import MAX_TEXT, write_rrule, write_weekday
from chalicelib.expenses.schemas.common import Day
from chalicelib.kernel.wire import Wire

WeekdayName = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
EXAMPLE_RULE: Final[JsonDict] = {
    "frequency": "monthly",
    "by_month_day": [-1],
    "weekend": "previous",
}
EXAMPLE_RULE_OUT: Final[JsonDict] = {
    **EXAMPLE_RULE,
    "rrule": "FREQ=MONTHLY;BYMONTHDAY=-1",
    "interval": 1,
    "by_day": [],
    "by_month": [],
    "count": None,
    "until": None,
    "week_start": "MO",
    "short_months": "clamp",
}


class RecurrenceIn(Wire):
    """When it comes: an `rrule` text (RFC 5545), or its parts.

    Beyond the standard: `weekend` says what becomes of a Saturday or Sunday (kept, the business day before or
    after, skipped; holidays are not known), and `short_months` what becomes of the 31st in a shorter month: its
    last day (`clamp`, the default, also for a text that says nothing), or as in the standard nothing (`skip`).
    `count` and `until` count the rule's own days, before a weekend moves one. A quarter is monthly, interval 3.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [EXAMPLE_RULE, {"rrule": "FREQ=MONTHLY;INTERVAL=3;BYDAY=1MO"}]
        }
    )

    rrule: Annotated[str, StringConstraints(max_length=MAX_TEXT)] | None = None
    frequency: Frequency | None = None
    interval: int = 1
    by_day: Annotated[
        list[Annotated[str, StringConstraints(max_length=5)]],
        Field(max_length=60, examples=[["MO", "1MO", "-1FR"]]),
    ] = Field(default_factory=list)
    by_month_day: Annotated[list[int], Field(max_length=62)] = Field(default_factory=list)
    by_month: Annotated[list[int], Field(max_length=12)] = Field(default_factory=list)
    count: int | None = None
    until: Day | None = None
    week_start: WeekdayName = "MO"
    weekend: Weekend = "keep"
    short_months: ShortMonths | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        parts = self.model_fields_set - {"rrule", "weekend", "short_months"}
        if self.rrule is not None and parts:
            msg = "rrule says all but weekend and short_months"
            raise ValueError(msg)
        if self.rrule is None and self.frequency is None:
            msg = "either rrule or frequency"
            raise ValueError(msg)
        return self


class RecurrenceOut(Wire):
    """When it comes, as text and in parts."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_RULE_OUT]})

    rrule: str
    frequency: Frequency
    interval: int
    by_day: list[str]
    by_month_day: list[int]
    by_month: list[int]
    count: int | None
    until: date | None
    week_start: str
    weekend: Weekend
    short_months: ShortMonths

    @classmethod
    def of(cls, rule: Recurrence) -> Self:
        """Write a rule."""
        return cls(
            rrule=write_rrule(rule),
            frequency=rule.frequency,
            interval=rule.interval,
            by_day=[write_weekday(day) for day in rule.by_day],
            by_month_day=list(rule.by_month_day),
            by_month=list(rule.by_month),
            count=rule.count,
            until=rule.until,
            week_start=WEEKDAYS[rule.week_start],
            weekend=rule.weekend,
            short_months=rule.short_months,
        )
