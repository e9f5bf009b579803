"""Finding the way from one currency to another on a day: which numbers, of which day, from whom.

In this order: the same currency; what a law fixed; the user's own number for the very pair; one sheet that
holds both; through the euro. A later day beats an earlier one, the user's own wins on the same day, and a
number older than the limit is no rate: the answer is then a reason, never a guess and never 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Final, Literal

from chalicelib.currency.model.fixed import successor
from chalicelib.currency.model.quotes import (
    BY_LAW,
    EURO,
    RENAMED,
    Quote,
    Sheet,
    factor_of,
    shown,
)
from chalicelib.kernel.values import dataclass

MAX_AGE: Final = 10
"""Days that a published number may be old: longer than any run of holidays (6 days at most)."""
OWN_AGE: Final = 31
"""Days that a user's own number holds where nothing newer is known."""
_MOST_SUCCESSIONS: Final = 3
_DAY: Final = timedelta(days=1)

Reason = Literal["no-rate", "too-old", "in-the-future"]
Sheets = Callable[[date], Sequence[Sheet]]
"""What all sources said for a day, the most trusted first; nothing on a weekend."""


@dataclass(frozen=True, slots=True)
class Path:
    """The numbers that lead from `start` to `end`, in order; none between a currency and itself."""

    start: str
    end: str
    legs: tuple[Quote, ...]

    def day(self, asked: date) -> date:
        """The oldest day among the numbers that move; the asked day where all are fixed."""
        return min((leg.day for leg in self.legs if leg.source not in _FIXED), default=asked)

    @property
    def rate(self) -> str:
        """One `start` in `end`: as published where one number says it, else 16 significant digits."""
        if len(self.legs) == 1 and self.legs[0].base == self.start:
            return self.legs[0].rate
        return shown(factor_of(self.legs, self.start))


@dataclass(frozen=True, slots=True)
class Missing:
    """Why there is no rate: for which currency, and the last day that had one, if known."""

    currency: str
    reason: Reason
    last_day: date | None = None


_FIXED: Final = frozenset({BY_LAW, RENAMED})


@dataclass(frozen=True, slots=True)
class Book:
    """All numbers at hand: sheets by day, and the user's own quotes, newest first."""

    sheets: Sheets
    own: Sequence[Quote] = ()
    max_age: int = MAX_AGE

    def path(self, start: str, end: str, day: date) -> Path | Missing:
        """Find the way on a day, or say why there is none."""
        head, source = _succeed(start, day)
        tail, target = _succeed(end, day)
        between = self._between(source, target, day)
        if isinstance(between, Missing):
            return between
        return Path(start, end, (*head, *between, *reversed(tail)))

    def _between(self, start: str, end: str, day: date) -> tuple[Quote, ...] | Missing:
        if start == end:
            return ()
        published = self._published(start, end, day)
        own = self._own(frozenset((start, end)), day)
        if own is not None and (isinstance(published, Missing) or own.day >= _oldest(published)):
            return (own,)
        return published

    def _published(self, start: str, end: str, day: date) -> tuple[Quote, ...] | Missing:
        if EURO not in {start, end}:
            near = self._on_one_sheet(start, end, day)
            if near is not None:
                return near
        legs = []
        for currency in (start, end):
            if currency != EURO:
                found = self._to_euro(currency, day)
                if isinstance(found, Missing):
                    return found
                legs.append(found if currency == start else tuple(reversed(found)))
        return tuple(leg for part in legs for leg in part)

    def _on_one_sheet(self, start: str, end: str, day: date) -> tuple[Quote, ...] | None:
        """Only a sheet of another base than the euro is nearer than the way through the euro."""
        for back in range(self.max_age + 1):
            sheets = self.sheets(day - back * _DAY)
            if any(one.quote(code) for one in sheets for code in (start, end)):
                found = (one.path(start, end) for one in sheets)
                return next((path for path in found if path is not None), None)
        return None

    def _to_euro(self, currency: str, day: date) -> tuple[Quote, ...] | Missing:
        own = self._own(frozenset((currency, EURO)), day)
        for back in range(self.max_age + 1):
            at = day - back * _DAY
            if own is not None and own.day >= at:
                return (own,)
            for sheet in self.sheets(at):
                path = sheet.path(currency, EURO)
                if path is not None:
                    return path
        return (own,) if own is not None else Missing(currency, "no-rate")

    def _own(self, pair: frozenset[str], day: date) -> Quote | None:
        oldest = day - OWN_AGE * _DAY
        return next(
            (one for one in self.own if one.pair == pair and oldest <= one.day <= day), None
        )


def _oldest(legs: Sequence[Quote]) -> date:
    return min(leg.day for leg in legs)


def _succeed(currency: str, day: date) -> tuple[tuple[Quote, ...], str]:
    """Follow what replaced a currency up to a day; gives the fixed numbers and where they lead."""
    legs: list[Quote] = []
    for _ in range(_MOST_SUCCESSIONS):
        found = successor(currency, day)
        if found is None:
            break
        legs.append(found.quote)
        currency = found.new
    return tuple(legs), currency
