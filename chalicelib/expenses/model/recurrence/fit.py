"""How well a few payments fit a period: the log-odds that they are a series and no chance.

Each payment that comes when a period expects it speaks for the series, the more the rarer that would be by
chance. Amounts that are alike speak for it, wild ones against it, a slow drift hardly. Periods without a
payment and payments that no period expects speak against it, without deciding: people skip a month, and
buy something else at the same place. Constants: tuned on one half of the benchmark's accounts.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter
from typing import Final, Literal

from chalicelib.expenses.model.recurrence.days import business_day, clamped
from chalicelib.expenses.model.recurrence.rule import Frequency, Weekend
from chalicelib.kernel.values import dataclass

PeriodName = Literal["weekly", "two_weekly", "four_weekly", "monthly", "quarterly", "yearly"]
_MONTH: Final = 30.44
_FIRM: Final = 3.4
"""What one payment on the expected day says at most: a pair a year apart proves little."""
_ALIKE: Final = 0.5
_DRIFT: Final = 9.0
_WILD: Final = -4.0
_MISSED: Final = 0.7
_EXTRA: Final = 1.2
_CHANCE: Final = 3.5
"""The odds against a series before anything is seen, for all the periods and days that are tried."""
_ANCHORS: Final = 5
"""Days that are tried as a series' own day, the most frequent first."""
_WEEKENDS: Final[tuple[Weekend, ...]] = ("keep", "next", "previous")
_LOGS: Final = tuple(math.log(2 * off + 1) for off in range(100))


@dataclass(frozen=True, slots=True)
class Hit:
    """A payment: its `amount_minor` without the sign."""

    id: str
    day: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Period:
    """A period of so many days, or so many calendar months where `months` is not 0."""

    name: PeriodName
    frequency: Frequency
    interval: int
    days: float
    months: int
    rarity: float = 0.0

    @property
    def slack(self) -> float:
        """How many days off a payment may be and still be the period's own."""
        return min(self.days / 5, 10.0)


PERIODS: Final = (
    Period("weekly", "weekly", 1, 7, 0, 0.5),
    Period("two_weekly", "weekly", 2, 14, 0, 0.5),
    Period("four_weekly", "weekly", 4, 28, 0, 1.5),
    Period("monthly", "monthly", 1, _MONTH, 1),
    Period("quarterly", "monthly", 3, 3 * _MONTH, 3, 0.5),
    Period("yearly", "yearly", 1, 12 * _MONTH, 12, 0.3),
)


@dataclass(frozen=True, slots=True)
class Fit:
    """Payments as a series: its odds, those that belong to it, and the day on which it comes."""

    period: Period
    log_odds: float
    hits: tuple[Hit, ...]
    missed: int
    anchor: date
    """A day of the series; of calendar periods its `day` is the wanted one, the 31st for a month's end."""
    day_of_month: int
    weekend: Weekend = "keep"

    @property
    def score(self) -> float:
        """The odds as a probability, 0 to 1."""
        return 1 / (1 + math.exp(-max(min(self.log_odds, 30.0), -30.0)))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a series' own days are: a day in it, or of calendar periods month, day and weekend rule."""

    anchor: int
    day_of_month: int = 0
    weekend: Weekend = "keep"


_Slots = list[tuple[int, int]]
"""For each payment the number of the period that it is nearest to, and by how many days it is off."""


def best_fit(hits: Sequence[Hit]) -> Fit | None:
    """Give the period that explains payments (in order of their days) best, or None for none."""
    fits = (_fit(hits, period) for period in PERIODS if _may_be(hits, period))
    return max(fits, key=lambda fit: fit.log_odds, default=None)


def _may_be(hits: Sequence[Hit], period: Period) -> bool:
    """Leave out what could not be told from chance: too many or too few payments for the time."""
    expected = (hits[-1].day - hits[0].day).days / period.days + 1
    return expected > 1.7 and 0.45 * expected <= len(hits) <= 2 * expected


def _fit(hits: Sequence[Hit], period: Period) -> Fit:
    days = [hit.day.toordinal() for hit in hits]
    if period.months:
        choices = _calendar_places(hits, period)
        months = [12 * hit.day.year + hit.day.month - 1 for hit in hits]
        placed = [(place, _in_calendar(days, months, place, period.months)) for place in choices]
    else:
        residues = Counter(day % int(period.days) for day in days).most_common(_ANCHORS)
        choices = [
            _Place(days[0] + (residue - days[0]) % int(period.days)) for residue, _ in residues
        ]
        placed = [(place, _counted(days, place.anchor, int(period.days))) for place in choices]
    place, slots = min(placed, key=lambda pair: sum(_LOGS[min(off, 99)] for _, off in pair[1]))
    return _weighed(hits, period, place, slots)


def _counted(days: Sequence[int], anchor: int, length: int) -> _Slots:
    half = length // 2
    found = []
    for day in days:
        slot, beyond = divmod(day - anchor + half, length)
        found.append((slot, abs(beyond - half)))
    return found


def _calendar_places(hits: Sequence[Hit], period: Period) -> list[_Place]:
    """Try the most frequent days of the month, and the month's end; as they are, or moved by weekends."""
    common = Counter(hit.day.day for hit in hits).most_common(_ANCHORS)
    wanted = [day for day, _ in common]
    if sum(hit.day.day >= 28 for hit in hits) > 1:
        wanted.append(31)
    first = 12 * hits[0].day.year + hits[0].day.month - 1
    return [
        _Place(first - early, day, weekend)
        for weekend in _WEEKENDS
        for day in dict.fromkeys(wanted)
        for early in (range(2) if period.months > 1 else (0,))
    ]


def _in_calendar(days: Sequence[int], months: Sequence[int], place: _Place, length: int) -> _Slots:
    found = []
    for day, month in zip(days, months, strict=True):
        near = (month - place.anchor) // length
        found.append(
            min(
                (
                    (
                        slot,
                        abs(
                            day
                            - _expected(
                                slot * length + place.anchor, place.day_of_month, place.weekend
                            )
                        ),
                    )
                    for slot in (near, near + 1, near - 1)
                ),
                key=itemgetter(1),
            )
        )
    return found


@lru_cache(maxsize=16_384)
def _expected(month: int, day: int, weekend: Weekend) -> int:
    nominal = clamped(month // 12, month % 12 + 1, day)
    return (business_day(nominal, weekend) or nominal).toordinal()


# ------------------------------------------------------------------------------ what that is worth


def _weighed(hits: Sequence[Hit], period: Period, place: _Place, slots: _Slots) -> Fit:
    own: dict[int, tuple[int, Hit]] = {}
    for hit, (slot, off) in zip(hits, slots, strict=True):
        if off <= period.slack and (slot not in own or off < own[slot][0]):
            own[slot] = (off, hit)
    kept = [own[slot] for slot in sorted(own)]
    missed = max(own) - min(own) + 1 - len(own) if own else 0
    odds = -_CHANCE - period.rarity - _MISSED * missed - _EXTRA * (len(hits) - len(kept))
    timely = sorted(min(math.log(period.days / (2 * off + 1)), _FIRM) for off, _ in kept)
    # one payment only says where the series stands
    odds += sum(timely[:-1]) + _amounts([hit.amount_minor for _, hit in kept])
    return Fit(
        period=period,
        log_odds=odds,
        hits=tuple(hit for _, hit in kept),
        missed=missed,
        anchor=_first_day(period, place),
        day_of_month=place.day_of_month,
        weekend=place.weekend,
    )


def _first_day(period: Period, place: _Place) -> date:
    if not period.months:
        return date.fromordinal(place.anchor)
    return date.fromordinal(_expected(place.anchor, place.day_of_month, "keep"))


def _amounts(amounts: Sequence[int]) -> float:
    """Say what the amounts are worth: each is compared with the one before, so that prices may rise."""
    return sum(
        max(_ALIKE - _DRIFT * abs(math.log(max(now, 1) / max(before, 1))), _WILD)
        for before, now in pairwise(amounts)
    )
