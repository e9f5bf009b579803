"""Gathering the numbers that a question needs: the shipped history first, the table beyond it, the user's own.

A day that the history covers costs no read. Beyond it one day costs one item; only where that one lacks the
currency, and for questions about many days, the stretch of days is read, one item each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from chalicelib.currency import repository
from chalicelib.currency.gateways import history
from chalicelib.currency.model.book import OWN_AGE, Book, Missing, Path, Sheets
from chalicelib.currency.model.days import business_day_before, due
from chalicelib.currency.model.quotes import Quote, Sheet
from chalicelib.kernel.owners import Owner

_DAY: Final = timedelta(days=1)
_APART: Final = 40
"""Days of a list that lie further apart are asked for one by one, not as one stretch."""
_MOST_RUNS: Final = 8
"""More queries than this cost more than reading what lies between."""
Pair = tuple[str, str, date]
"""From, to, on which day."""


def paths(
    pairs: Sequence[Pair], *, owner: Owner | None, now: datetime, max_age: int
) -> list[Path | Missing]:
    """Find the way of each pair on its day; raises nothing: what has none is `Missing`, with its reason."""
    own = _own(pairs, owner)
    book = Book(_lookup(_nearest(pairs, now, max_age)), own, max_age)
    found = [_path(book, pair, now.date()) for pair in pairs]
    lacking = [pair for pair, path in zip(pairs, found, strict=True) if _may_be_there(path)]
    if not lacking:
        return [_explained(path) for path in found]
    book = Book(_lookup(_stretches([day for _, _, day in lacking], max_age)), own, max_age)
    return [
        _explained(_path(book, pair, now.date()) if _may_be_there(path) else path)
        for pair, path in zip(pairs, found, strict=True)
    ]


def sheets_of(first: date, last: date) -> Mapping[date, Sequence[Sheet]]:
    """Give what all sources said for each day between two."""
    beyond = max(first, history.last_day() + _DAY)
    stored = repository.find_days(beyond, last) if beyond <= last else {}
    lookup = _lookup(stored)
    days = (first + number * _DAY for number in range((last - first).days + 1))
    return {day: sheets for day in days if (sheets := lookup(day))}


def _own(pairs: Sequence[Pair], owner: Owner | None) -> tuple[Quote, ...]:
    if owner is None or not pairs:
        return ()
    days = [day for _, _, day in pairs]
    return repository.find_quotes(owner, min(days) - OWN_AGE * _DAY, max(days))


def _path(book: Book, pair: Pair, today: date) -> Path | Missing:
    start, end, day = pair
    # a day may have begun elsewhere: the world's clocks are up to 14 hours ahead of UTC
    if day > today + _DAY:
        return Missing(start, "in-the-future")
    return book.path(start, end, day)


def _may_be_there(path: Path | Missing) -> bool:
    return isinstance(path, Missing) and path.reason == "no-rate"


def _explained(path: Path | Missing) -> Path | Missing:
    """Say the last day that the history knows: a currency that is no longer quoted is not unheard of."""
    if isinstance(path, Path) or path.reason != "no-rate":
        return path
    last = history.last_day_of(path.currency)
    return Missing(path.currency, "too-old", last) if last else path


def _nearest(pairs: Sequence[Pair], now: datetime, max_age: int) -> dict[date, tuple[Sheet, ...]]:
    """Read as little as will do: a single day's items back to the last one on which the ECB published."""
    days = {day for start, end, day in pairs if start != end and day > history.last_day()}
    if len(days) == 1:
        (day,) = days
        anchor = business_day_before(min(day, due(now)))
        most = min((day - anchor).days, max_age) + 1
        return repository.find_newest(day, back=max_age * _DAY, most=most)
    return _stretches(sorted(days), max_age)


def _stretches(days: Sequence[date], max_age: int) -> dict[date, tuple[Sheet, ...]]:
    """Read the days before each day, near ones together."""
    found: dict[date, tuple[Sheet, ...]] = {}
    for first, last in _runs(sorted(set(days))):
        found |= repository.find_days(first - max_age * _DAY, last)
    return found


def _runs(days: Sequence[date]) -> list[tuple[date, date]]:
    """Group days that lie near each other."""
    if not days:
        return []
    breaks = [(a, b) for a, b in pairwise(days) if (b - a).days > _APART]
    starts = [days[0], *(b for _, b in breaks)]
    ends = [*(a for a, _ in breaks), days[-1]]
    if len(starts) > _MOST_RUNS:
        return [(days[0], days[-1])]
    return list(zip(starts, ends, strict=True))


def _lookup(stored: Mapping[date, Sequence[Sheet]]) -> Sheets:
    def sheets(day: date) -> Sequence[Sheet]:
        shipped = history.sheet(day)
        return (*((shipped,) if shipped else ()), *stored.get(day, ()))

    return sheets
