"""The days of a recurrence, lazily and in order, from any day on without walking there.

Only COUNT needs the walk from the start: it is made once, remembered, and bounded by `MAX_COUNT`.
"""

from __future__ import annotations

import calendar
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from itertools import islice
from typing import Final

from chalicelib.expenses.model.recurrence.rule import (
    LAST_DAY,
    Frequency,
    NthWeekday,
    Recurrence,
    Weekend,
)
from chalicelib.kernel.values import dataclass

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5
_MOVED: Final = timedelta(days=2)
"""How far a weekend moves a day at most."""
_LAST: Final = LAST_DAY.toordinal()


@dataclass(frozen=True, slots=True, order=True)
class Occurrence:
    """One occurrence: the rule's `day`, which names it for ever, and the day on which it is booked."""

    day: date
    booked_on: date


def occurrences(
    rule: Recurrence, *, first: date | None = None, last: date = LAST_DAY
) -> Iterator[Occurrence]:
    """Give what is booked from one day to another, in order; without `first` from the start on."""
    low = rule.start if first is None else max(rule.start, first - _MOVED)
    for day in days(rule, first=low, last=min(last, LAST_DAY - _MOVED) + _MOVED):
        booked_on = business_day(day, rule.weekend)
        if booked_on is not None and (first is None or booked_on >= first) and booked_on <= last:
            yield Occurrence(day, booked_on)


def days(rule: Recurrence, *, first: date | None = None, last: date = LAST_DAY) -> Iterator[date]:
    """Give the rule's own days between two days, both included, before any weekend moves one."""
    low = rule.start if first is None else max(rule.start, first)
    high = min(last, ends_on(rule))
    if low > high:
        return
    for day in _ENDLESS[rule.frequency](rule, low):
        if day > high:
            return
        yield day


def clamped(year: int, month: int, day: int) -> date:
    """Give a day of a month, or the month's last where it has no such day."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def next_day(rule: Recurrence, after: date) -> date | None:
    """Give the rule's first day after another, or None when it has ended."""
    return next(days(rule, first=after + _DAY), None)


@lru_cache(maxsize=512)
def ends_on(rule: Recurrence) -> date:
    """Give the last day that can be one; with COUNT it is the last one."""
    if rule.count is None:
        return min(rule.until or LAST_DAY, LAST_DAY)
    counted = deque(islice(_ENDLESS[rule.frequency](rule, rule.start), rule.count), maxlen=1)
    return counted[0] if counted else rule.start - _DAY


def business_day(day: date, weekend: Weekend) -> date | None:
    """Move a Saturday or Sunday as the rule wants it; None skips it. Holidays of banks are not known."""
    beyond = day.weekday() - _SATURDAY
    if weekend == "keep" or beyond < 0:
        return day
    if weekend == "skip":
        return None
    return day - (1 + beyond) * _DAY if weekend == "previous" else day + (2 - beyond) * _DAY


# ------------------------------------------------------------ a walk a frequency, from `low` >= start


def _daily(rule: Recurrence, low: date) -> Iterator[date]:
    start = rule.start.toordinal()
    at = start + -(-(low.toordinal() - start) // rule.interval) * rule.interval
    weekdays = {one.weekday for one in rule.by_day} or set(range(7))
    for ordinal in range(at, _LAST + 1, rule.interval):
        day = date.fromordinal(ordinal)
        if day.weekday() in weekdays and _in_season(rule, day.month):
            yield day


def _weekly(rule: Recurrence, low: date) -> Iterator[date]:
    into = (rule.start.weekday() - rule.week_start) % 7
    offsets = sorted({(one.weekday - rule.week_start) % 7 for one in rule.by_day}) or [into]
    base, step = rule.start.toordinal() - into, 7 * rule.interval
    for week in range(base + (low.toordinal() - base) // step * step, _LAST + 1, step):
        for offset in offsets:
            day = date.fromordinal(week + offset)
            if day >= low and _in_season(rule, day.month):
                yield day


def _monthly(rule: Recurrence, low: date) -> Iterator[date]:
    base = 12 * rule.start.year + rule.start.month - 1
    at = base + (12 * low.year + low.month - 1 - base) // rule.interval * rule.interval
    for months in range(at, 12 * (LAST_DAY.year + 1), rule.interval):
        if _in_season(rule, months % 12 + 1):
            yield from _from(low, _in_month(rule, months // 12, months % 12 + 1))


def _yearly(rule: Recurrence, low: date) -> Iterator[date]:
    base = rule.start.year
    at = base + (low.year - base) // rule.interval * rule.interval
    for year in range(at, LAST_DAY.year + 1, rule.interval):
        yield from _from(low, _in_year(rule, year))


_ENDLESS: Final[Mapping[Frequency, Callable[[Recurrence, date], Iterator[date]]]] = {
    "daily": _daily,
    "weekly": _weekly,
    "monthly": _monthly,
    "yearly": _yearly,
}


def _from(low: date, found: Iterable[date]) -> Iterator[date]:
    return (day for day in sorted(found) if day >= low)


def _in_season(rule: Recurrence, month: int) -> bool:
    return not rule.by_month or month in rule.by_month


def _in_year(rule: Recurrence, year: int) -> set[date]:
    if rule.by_day and not rule.by_month and not rule.by_month_day:
        return _weekdays(rule.by_day, date(year, 1, 1), date(year, 12, 31))
    every = range(1, 13) if rule.by_month_day else (rule.start.month,)
    found: set[date] = set()
    for month in rule.by_month or every:
        found |= _in_month(rule, year, month)
    return found


def _in_month(rule: Recurrence, year: int, month: int) -> set[date]:
    last = date(year, month, calendar.monthrange(year, month)[1])
    if not rule.by_day:
        wanted = rule.by_month_day or (rule.start.day,)
        return _month_days(wanted, last, clamp=rule.short_months == "clamp")
    found = _weekdays(rule.by_day, last.replace(day=1), last)
    if rule.by_month_day:  # "Friday the 13th": never moved to another day of the month
        found &= _month_days(rule.by_month_day, last, clamp=False)
    return found


def _month_days(wanted: Iterable[int], last: date, *, clamp: bool) -> set[date]:
    found = set()
    for number in wanted:
        day = number if number > 0 else last.day + 1 + number
        if clamp:
            day = min(max(day, 1), last.day)
        if 1 <= day <= last.day:
            found.add(last.replace(day=day))
    return found


def _weekdays(wanted: Iterable[NthWeekday], first: date, last: date) -> set[date]:
    found: set[date] = set()
    for one in wanted:
        begin = first + (one.weekday - first.weekday()) % 7 * _DAY
        every = [begin + 7 * week * _DAY for week in range((last - begin).days // 7 + 1)]
        if one.nth == 0:
            found.update(every)
        elif abs(one.nth) <= len(every):
            found.add(every[one.nth - 1 if one.nth > 0 else one.nth])
    return found
