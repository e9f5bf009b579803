"""Finding what comes again in a history: payments of one payee in one direction and currency.

One payee may have several series (two policies at one insurer) and none (a bakery). So its payments are
parted in several ways, by amount and by day of the month; each part is fitted to the periods; and the best
one is taken out until what is left is no better than chance.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from chalicelib.expenses.model.recurrence.days import occurrences
from chalicelib.expenses.model.recurrence.fit import Fit, Hit, best_fit
from chalicelib.expenses.model.recurrence.rule import Recurrence
from chalicelib.kernel.values import dataclass

THRESHOLD: Final = 0.5
"""Scores from here on are worth a suggestion."""
MAX_SERIES: Final = 8
"""Of one payee."""
MAX_HITS: Final = 400
"""Of one payee; the latest."""
_SILENT: Final = 2.4
"""Periods without a payment after which a series has ended."""
_AMOUNT_GAP: Final = 0.12
_DAY_GAP: Final = 3
_RECENT: Final = 3
_LEFT: Final = 0.8
"""Against a part of a payee's payments for each payment outside it."""


@dataclass(frozen=True, slots=True)
class Series:
    """Something that comes again, and the rule by which it would go on."""

    fit: Fit
    rule: Recurrence
    amount_minor: int
    """What to expect: what it was, or where it drifts the middle of the last three."""

    @property
    def score(self) -> float:
        """How likely it is a series, 0 to 1."""
        return self.fit.score

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The payments that say so."""
        return self.fit.hits


def detect(hits: Iterable[Hit], *, today: date, threshold: float = THRESHOLD) -> list[Series]:
    """Find the series among the payments of one payee, direction and currency that still go on."""
    left = sorted(hits, key=lambda hit: (hit.day, hit.id))[-MAX_HITS:]
    found: list[Fit] = []
    while len(left) > 1 and len(found) < MAX_SERIES:
        best = max(_candidates(left), key=lambda fit: fit.log_odds, default=None)
        if best is None or best.score < threshold:
            break
        found.append(best)
        taken = {hit.id for hit in best.hits}
        left = [hit for hit in left if hit.id not in taken]
    return [_series(fit, today) for fit in found if _goes_on(fit, today)]


def _candidates(hits: Sequence[Hit]) -> Iterator[Fit]:
    tried: set[tuple[str, ...]] = set()
    for part, left in _parts(hits):
        name = tuple(hit.id for hit in part)
        if len(part) < 2 or name in tried:
            continue
        tried.add(name)
        fit = best_fit(part)
        if fit is not None:
            # a part that was chosen for being alike owes an answer for what it left
            yield replace(fit, log_odds=fit.log_odds - _LEFT * left)


def _parts(hits: Sequence[Hit]) -> Iterator[tuple[Sequence[Hit], int]]:
    """Part payments in several ways, each part with the number of those that it should explain as well.

    Equal amounts stand out by themselves, unless there are others close by; the other ways are chosen.
    """
    yield hits, 0
    sizes = _by_size(hits)
    for size in sizes:
        for part in _by_amount(size):
            yield part, len(size) - len(part)
    for part in (*sizes, *_by_day(hits), *(piece for size in sizes for piece in _by_day(size))):
        yield part, len(hits) - len(part)


def _by_amount(hits: Sequence[Hit]) -> list[list[Hit]]:
    found: defaultdict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        found[hit.amount_minor].append(hit)
    return list(found.values())


def _by_size(hits: Sequence[Hit]) -> list[list[Hit]]:
    """Part where sorted amounts make a leap."""
    return _leaps(hits, lambda hit: math.log(max(hit.amount_minor, 1)), _AMOUNT_GAP)


def _by_day(hits: Sequence[Hit]) -> list[list[Hit]]:
    """Part where the days of the month leave a gap; the month is a circle."""
    parts = _leaps(hits, lambda hit: hit.day.day, _DAY_GAP)
    if len(parts) > 1:
        early, late = min(hit.day.day for hit in hits), max(hit.day.day for hit in hits)
        if early + 30 - late <= _DAY_GAP:
            parts = [*parts[1:-1], sorted(parts[0] + parts[-1], key=lambda hit: (hit.day, hit.id))]
    return parts


def _leaps(hits: Sequence[Hit], of: Callable[[Hit], float], gap: float) -> list[list[Hit]]:
    parts: list[list[Hit]] = []
    last = -math.inf
    for hit in sorted(hits, key=of):
        if of(hit) - last > gap:
            parts.append([])
        parts[-1].append(hit)
        last = of(hit)
    return [sorted(part, key=lambda hit: (hit.day, hit.id)) for part in parts]


# ----------------------------------------------------------------------------------- how it goes on


def _goes_on(fit: Fit, today: date) -> bool:
    return (today - fit.hits[-1].day).days <= _SILENT * fit.period.days


def _series(fit: Fit, today: date) -> Series:
    rule = _rule(fit)
    # what is late by less than half a period is the last one's, not the next
    after = fit.hits[-1].day + timedelta(days=int(fit.period.days / 2) + 1)
    coming = next(occurrences(rule, first=max(after, today)), None)
    recent = sorted(hit.amount_minor for hit in fit.hits[-_RECENT:])
    return Series(
        fit, replace(rule, start=coming.day) if coming else rule, recent[len(recent) // 2]
    )


def _rule(fit: Fit) -> Recurrence:
    period = fit.period
    by_month_day: tuple[int, ...] = ()
    if period.months:
        by_month_day = (-1,) if fit.day_of_month == 31 else (fit.day_of_month,)
    return Recurrence(
        frequency=period.frequency,
        interval=period.interval,
        start=fit.anchor,
        by_month_day=by_month_day,
        by_month=(fit.anchor.month,) if period.frequency == "yearly" else (),
        weekend=fit.weekend,
    )
