"""A recurrence: the part of RFC 5545's RRULE that money keeps to, and two answers that it lacks.

What the standard leaves out or decides against people who pay rent is an option here and stated: a month
without the wanted day (`short_months`: the last day it has, or none), and a day on which banks are closed
(`weekend`). COUNT and UNTIL look at the days of the rule, before a weekend moves one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final, Literal

from chalicelib.kernel.errors import FieldProblem
from chalicelib.kernel.values import dataclass

Frequency = Literal["daily", "weekly", "monthly", "yearly"]
Weekend = Literal["keep", "previous", "next", "skip"]
"""What becomes of a Saturday or Sunday: nothing, the business day before or after, or no occurrence."""
ShortMonths = Literal["clamp", "skip"]
"""The 31st in a month of 30 days: its last day, or as the standard says no occurrence."""
WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MAX_INTERVAL: Final = 1_000
MAX_COUNT: Final = 4_000
"""Ten years of days: what is counted is walked once from the start."""
FIRST_DAY: Final = date(1970, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)
"""Nothing recurs behind this day, so every walk ends."""
_MAX_DAYS: Final = 31
_WEEKS_OF_MONTH: Final = 5
_WEEKS_OF_YEAR: Final = 53


@dataclass(frozen=True, slots=True, order=True)
class NthWeekday:
    """A weekday (0 = Monday): every one of the period, or counted from its start or its end."""

    weekday: int
    nth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """Which days; `start` is the first that can be one, and gives what the rule does not name."""

    frequency: Frequency
    start: date
    interval: int = 1
    by_day: tuple[NthWeekday, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_month: tuple[int, ...] = ()
    count: int | None = None
    until: date | None = None
    week_start: int = 0
    weekend: Weekend = "keep"
    short_months: ShortMonths = "clamp"


def recurrence_problems(rule: Recurrence, *, pointer: str = "") -> tuple[FieldProblem, ...]:
    """Say what is wrong with a rule, field by field; nothing when it can be followed."""
    return tuple(
        FieldProblem(f"{pointer}/{name}", detail) for name, wrong, detail in _CHECKS if wrong(rule)
    )


def _outside(values: Iterable[int], most: int) -> bool:
    return any(not 1 <= abs(value) <= most for value in values)


def _wrong_weekdays(rule: Recurrence) -> bool:
    if rule.frequency in {"daily", "weekly"} or rule.by_month_day:
        return any(day.nth for day in rule.by_day)
    within_month = rule.frequency == "monthly" or bool(rule.by_month)
    most = _WEEKS_OF_MONTH if within_month else _WEEKS_OF_YEAR
    return _outside((day.nth for day in rule.by_day if day.nth), most)


_CHECKS: Final[tuple[tuple[str, Callable[[Recurrence], bool], str], ...]] = (
    (
        "start",
        lambda rule: not FIRST_DAY <= rule.start <= LAST_DAY,
        f"a day from {FIRST_DAY} to {LAST_DAY}",
    ),
    (
        "interval",
        lambda rule: not 1 <= rule.interval <= MAX_INTERVAL,
        f"a whole number from 1 to {MAX_INTERVAL}",
    ),
    (
        "by_day",
        _wrong_weekdays,
        "a number before a weekday needs a month (up to 5) or a year (up to 53) and no by_month_day",
    ),
    (
        "by_month_day",
        lambda rule: _outside(rule.by_month_day, _MAX_DAYS),
        "1 to 31, or -1 (the last day) to -31",
    ),
    (
        "by_month_day",
        lambda rule: bool(rule.by_month_day) and rule.frequency in {"daily", "weekly"},
        "only for monthly and yearly rules",
    ),
    (
        "by_month",
        lambda rule: any(not 1 <= month <= 12 for month in rule.by_month),
        "1 to 12",
    ),
    (
        "count",
        lambda rule: rule.count is not None and not 1 <= rule.count <= MAX_COUNT,
        f"a whole number from 1 to {MAX_COUNT}",
    ),
    (
        "count",
        lambda rule: rule.count is not None and rule.until is not None,
        "either count or until",
    ),
    (
        "until",
        lambda rule: rule.until is not None and rule.until < rule.start,
        "not before the start",
    ),
    ("week_start", lambda rule: not 0 <= rule.week_start <= 6, "a weekday"),
)
