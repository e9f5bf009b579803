"""The days that a query can be about at all, so that a dated query reads only its days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from chalicelib.expenses.model.query.tree import Days, Every, Query, Some, Span
from chalicelib.expenses.model.query.values import days_of
from chalicelib.kernel.values import dataclass

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayBounds:
    """The first and the last day, both inclusive; None is endless. `empty` where no day is left."""

    first: date | None = None
    last: date | None = None

    @property
    def empty(self) -> bool:
        """Whether no day lies between the two."""
        return self.first is not None and self.last is not None and self.first > self.last

    def within(self, other: DayBounds) -> DayBounds:
        """Give the days that lie in both."""
        firsts = [day for day in (self.first, other.first) if day]
        lasts = [day for day in (self.last, other.last) if day]
        return DayBounds(max(firsts, default=None), min(lasts, default=None))

    def around(self, other: DayBounds) -> DayBounds:
        """Give the shortest stretch that holds both."""
        if self.empty or other.empty:
            return other if self.empty else self
        return DayBounds(
            min(self.first, other.first) if self.first and other.first else None,
            max(self.last, other.last) if self.last and other.last else None,
        )


_ALWAYS: Final = DayBounds()


def day_bounds(query: Query, today: date) -> DayBounds:
    """Give days outside which nothing that the query asks for can lie."""
    match query:
        case Days(span):
            return bounds_of(span, today)
        case Every(parts):
            found = _ALWAYS
            for part in parts:
                found = found.within(day_bounds(part, today))
            return found
        case Some(parts):
            first, *more = (day_bounds(part, today) for part in parts)
            for bounds in more:
                first = first.around(bounds)
            return first
        case _:
            return _ALWAYS  # what is negated may lie anywhere


def bounds_of(span: Span, today: date) -> DayBounds:
    """Give the days of a span: an end that is left out is left out whole, be it a day or a year."""
    first = last = None
    if span.low is not None:
        begin, end = days_of(span.low, today)
        first = _after(end) if span.above else begin
    if span.high is not None:
        begin, end = days_of(span.high, today)
        last = _before(begin) if span.below else end
    return DayBounds(first, last)


def _after(day: date) -> date:
    return day if day == date.max else day + _DAY


def _before(day: date) -> date:
    return day if day == date.min else day - _DAY
