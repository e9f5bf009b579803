"""Which days of an account its imported statements cover, and whether one goes on where the one before ended."""

from __future__ import annotations

import itertools
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final, Literal

from chalicelib.kernel.values import dataclass

MOST_MONTHS: Final = 600
"""Months of an answer, the newest: fifty years."""
_DAY: Final = timedelta(days=1)
Share = Literal["full", "part", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A statement of an import: its days, and its balances in minor units where it says them."""

    import_id: str
    statement: int
    first: date
    last: date
    currency: str
    opening_minor: int | None
    closing_minor: int | None
    difference_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A statement after the one before it: by how much it opens with more than that closed with.

    None where they overlap, or one of them does not say.
    """

    span: Span
    jump_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """How much of a month is covered."""

    month: str
    covered: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the statements of an account cover, from the first day of the first to the last day of the last."""

    statements: tuple[Placed, ...]
    months: tuple[Month, ...]
    gaps: tuple[tuple[date, date], ...]


def coverage(spans: Iterable[Span]) -> Coverage:
    """Put statements in order and say which days none of them covers.

    Days between two statements are covered, too, where the later one opens with what the earlier one closed with:
    banks that give no period have no days without entries.
    """
    placed = _placed(sorted(spans, key=lambda one: (one.first, one.last, one.import_id)))
    covered = _merged(_days(placed))
    gaps = tuple(
        (before[1] + _DAY, after[0] - _DAY) for before, after in itertools.pairwise(covered)
    )
    return Coverage(statements=placed, months=_months(covered), gaps=gaps)


def _placed(spans: Sequence[Span]) -> tuple[Placed, ...]:
    found: list[Placed] = []
    latest: Span | None = None
    for one in spans:
        jump = None
        if latest is not None and one.first > latest.last:
            jump = _jump(latest, one)
        found.append(Placed(span=one, jump_minor=jump))
        if latest is None or one.last >= latest.last:
            latest = one
    return tuple(found)


def _jump(before: Span, after: Span) -> int | None:
    if before.closing_minor is None or after.opening_minor is None:
        return None
    return after.opening_minor - before.closing_minor


def _days(placed: Sequence[Placed]) -> Iterator[tuple[date, date]]:
    """Give the days of each statement, from the end of the one before where nothing moved between them."""
    latest: date | None = None
    for one in placed:
        first = one.span.first
        if latest is not None and one.jump_minor == 0:
            first = min(first, latest + _DAY)
        yield first, one.span.last
        latest = one.span.last if latest is None else max(latest, one.span.last)


def _merged(days: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    found: list[tuple[date, date]] = []
    for first, last in sorted(days):
        if found and first <= found[-1][1] + _DAY:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def _months(covered: Sequence[tuple[date, date]]) -> tuple[Month, ...]:
    if not covered:
        return ()
    counts: dict[str, int] = {}
    end = covered[-1][1]
    since = max(covered[0][0].replace(day=1), _months_before(end, MOST_MONTHS - 1))
    for first, last in covered:
        for month, days in _by_month(max(first, since), last):
            counts[month] = counts.get(month, 0) + days
    return tuple(
        Month(month=month, covered=_share(counts.get(month, 0), days))
        for month, days in _by_month(since, end.replace(day=monthrange(end.year, end.month)[1]))
    )


def _share(covered: int, days: int) -> Share:
    if covered >= days:
        return "full"
    return "part" if covered else "none"


def _months_before(day: date, count: int) -> date:
    """Give the first day of the month that lies so many before."""
    months = max(day.year * 12 + day.month - 1 - count, 12)
    return date(months // 12, months % 12 + 1, 1)


def _by_month(first: date, last: date) -> Iterator[tuple[str, int]]:
    """Give each month of a span with the number of its days in it."""
    while first <= last:
        end = first.replace(day=monthrange(first.year, first.month)[1])
        yield first.isoformat()[:7], (min(end, last) - first).days + 1
        if end >= last:
            return
        first = end + _DAY
