"""The daily refresh: asks the sources, stores what is new day by day, and raises the alarm when rates get old."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from chalicelib.currency import repository
from chalicelib.currency.errors import SourceFailed
from chalicelib.currency.gateways import history
from chalicelib.currency.gateways.sources import Kind, Source, configured
from chalicelib.currency.model.merging import (
    STALE_AFTER,
    filling,
    is_behind,
    lateness,
    merged,
    newest_reference,
)
from chalicelib.currency.model.quotes import Sheet
from chalicelib.kernel.log import logger
from chalicelib.kernel.metering import embedded
from chalicelib.kernel.races import until_won
from chalicelib.kernel.values import dataclass

_LOOK_BACK: Final = timedelta(days=40)
_AT_ONCE: Final = 50
"""Days of one transaction: 75 KB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What a refresh did: days written, which source failed and why, and how late the reference is now."""

    days: int
    failed: Mapping[str, str]
    newest: date
    late: int

    @property
    def stale(self) -> bool:
        """Whether somebody should look."""
        return self.late > STALE_AFTER


def refresh(*, now: datetime, sources: Sequence[Source] | None = None) -> Refreshed:
    """Ask the sources in their order and store what is new; a source that fails is named, never raised.

    The first wide source that answers ends the asking of wide ones; the same for crypto. Running it twice, or
    at the same time, gives the same items.
    """
    named = configured() if sources is None else tuple(sources)
    asked = _Round(named, now)
    known = newest_day(now)
    reference = list(asked.first("reference", known))
    newest = max((sheet.day for sheet in reference), default=known)
    fresh = [*reference, *asked.first("crypto", known)]
    for sheet in asked.first("wide", known):
        covered = () if is_behind(newest, now) else _covered(newest, reference)
        fresh.append(filling(sheet, covered))
    days = _store(fresh, now)
    done = Refreshed(days=days, failed=asked.failed, newest=newest, late=lateness(newest, now))
    _tell(done, now, alarm=done.stale and bool(named))
    return done


def newest_day(now: datetime) -> date:
    """Give the newest day of which the reference's rates are known."""
    today = now.date()
    found = repository.find_newest(today, back=_LOOK_BACK, most=_LOOK_BACK.days)
    days = [day for day, sheets in found.items() if any(_is_reference(one) for one in sheets)]
    return max(days, default=history.last_day())


class _Round:
    """One round of asking, which remembers who failed."""

    def __init__(self, sources: Sequence[Source], now: datetime) -> None:
        self._sources, self._now = sources, now
        self.failed: dict[str, str] = {}

    def first(self, kind: Kind, since: date) -> Sequence[Sheet]:
        """Ask the sources of a kind until one answers."""
        for source in self._sources:
            if source.kind == kind:
                try:
                    return source.fetch(since=since, now=self._now)
                except SourceFailed as error:
                    self.failed[source.name] = error.reason
        return ()


def _is_reference(sheet: Sheet) -> bool:
    return sheet.source == history.SOURCE


def _covered(newest: date, fresh: Sequence[Sheet]) -> tuple[str, ...]:
    """What the reference quotes on its newest day."""
    sheet = newest_reference(fresh) or history.sheet(newest)
    if sheet is None:
        stored = repository.find_days(newest, newest).get(newest, ())
        sheet = next((one for one in stored if _is_reference(one)), None)
    return tuple(sheet.rates) if sheet is not None else ()


def _store(fresh: Sequence[Sheet], now: datetime) -> int:
    by_day: dict[date, list[Sheet]] = {}
    for sheet in fresh:
        by_day.setdefault(sheet.day, []).append(sheet)
    for days in _parts(sorted(by_day)):
        some = {day: by_day[day] for day in days}
        until_won(partial(_write, some, now))
    return len(by_day)


def _write(some: Mapping[date, Sequence[Sheet]], now: datetime) -> None:
    known = repository.get_days(list(some))
    made = {}
    for day, sheets in some.items():
        before, version = known.get(day, ((), 0))
        after = merged(before, sheets)
        if after != before:
            made[day] = (after, version)
    if made:
        repository.save_days(made, now=now)


def _parts(days: Sequence[date]) -> Iterator[Sequence[date]]:
    for start in range(0, len(days), _AT_ONCE):
        yield days[start : start + _AT_ONCE]


def _tell(done: Refreshed, now: datetime, *, alarm: bool) -> None:
    """Log the metric that the alarm stands on (CloudWatch embedded metric format), and an error when stale.

    Whoever names no source wants to stay offline: that is no error.
    """
    told = {
        "_aws": embedded((("RatesLateDays", "Count"),), [[]], now),
        "RatesLateDays": done.late,
        "newest": done.newest.isoformat(),
        "days": done.days,
        "failed": dict(done.failed),
    }
    if alarm:
        logger().error("exchange rates are stale", extra=told)
    else:
        logger().info("exchange rates were refreshed", extra=told)
