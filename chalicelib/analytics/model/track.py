"""A forecast's own record: what it would have said month by month, and how far off that was.

Rolling origin (Tashman, International Journal of Forecasting 16, 2000): the series is cut after each of its latest
months, carried on from there, and compared with what came. The same is done by saying that each month will be what
it was a year before, and what the last month was: who is worse than one of them beyond chance has nothing to say. Chance
matters, because a dozen origins that overlap say little: of series that were only a little worse by their record,
the forecast was the better one in what came after (docs/performance.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import field
from typing import Final

from chalicelib.analytics.model.theta import YEAR, Ahead, ahead, seasonal_naive
from chalicelib.kernel.values import dataclass

LEAST: Final = 18
"""Months that a record needs: the first is cut after thirteen, so that each month has one a year before."""
_FIRST: Final = YEAR + 1
_ORIGINS: Final = 12
_BEYOND_CHANCE: Final = 2.0
_BAND: Final = 1.45
_WIDENING: Final = 0.03
"""Of the 80 % interval: chosen on the M1 competition's monthly series, tried on the M3's (docs/performance.md)."""
Numbers = Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """How a forecast did: mean absolute errors in the series' unit, over `points` months from `origins` months on.

    `mase` is the error in units of the mean change from one year to the next, None where nothing ever changed;
    `smape` from 0 to 200; `inside` counts months within the interval. `is_worse` says that one of the two plain sayings
    was better by more than twice the standard error of the difference from origin to origin.
    """

    origins: int
    points: int
    mae: float
    mae_last_year: float
    mae_last_month: float
    mase: float | None
    smape: float
    inside: int
    is_worse: bool


def interval(one: Ahead) -> tuple[tuple[float, float], ...]:
    """Give the 80 % interval of each month ahead."""
    return tuple(
        (middle - half, middle + half) for middle, half in zip(one.middle, halves(one), strict=True)
    )


def halves(one: Ahead) -> tuple[float, ...]:
    """Give half the width of the interval of each month ahead."""
    return tuple(
        _BAND * sigma * (1 + _WIDENING * step) ** 0.5 for step, sigma in enumerate(one.sigma)
    )


@dataclass(slots=True)
class _Record:
    """A record while it is made: errors by origin, of ours and of the two plain sayings."""

    errors: list[list[float]] = field(default_factory=list)
    last_year: list[list[float]] = field(default_factory=list)
    last_month: list[list[float]] = field(default_factory=list)
    scaled: list[float] = field(default_factory=list)
    percent: list[float] = field(default_factory=list)
    inside: int = 0

    def add(self, before: Numbers, came: Numbers) -> None:
        said = ahead(before, len(came))
        self.errors.append(_off(said.middle, came))
        self.last_year.append(_off(seasonal_naive(before, len(came)), came))
        self.last_month.append(_off([before[-1]] * len(came), came))
        self.percent += [_percent(one, truth) for one, truth in zip(said.middle, came, strict=True)]
        self.inside += sum(
            low <= truth <= high for truth, (low, high) in zip(came, interval(said), strict=True)
        )
        if scale := _yearly_change(before):
            self.scaled += [error / scale for error in self.errors[-1]]


def track(values: Numbers, months: int) -> Track | None:
    """Give the record of carrying a series on so many months; None where it is too short for one."""
    if len(values) < LEAST:
        return None
    record = _Record()
    origins = range(max(_FIRST, len(values) - _ORIGINS), len(values))
    for origin in origins:
        record.add(values[:origin], values[origin : origin + months])
    return Track(
        origins=len(origins),
        points=len(record.percent),
        mae=_mean(_flat(record.errors)),
        mae_last_year=_mean(_flat(record.last_year)),
        mae_last_month=_mean(_flat(record.last_month)),
        mase=_mean(record.scaled) if record.scaled else None,
        smape=_mean(record.percent),
        inside=record.inside,
        is_worse=_is_worse(record.errors, record.last_year)
        or _is_worse(record.errors, record.last_month),
    )


def _is_worse(errors: Sequence[Numbers], others: Sequence[Numbers]) -> bool:
    """Tell whether errors are larger than others beyond chance, origin by origin."""
    off = [_mean(one) - _mean(other) for one, other in zip(errors, others, strict=True)]
    mean = _mean(off)
    spread = math.sqrt(sum((one - mean) ** 2 for one in off) / (len(off) - 1) / len(off))
    return mean > _BEYOND_CHANCE * spread


def _flat(errors: Sequence[Numbers]) -> list[float]:
    return [error for one in errors for error in one]


def _off(said: Numbers, came: Numbers) -> list[float]:
    return [abs(truth - one) for one, truth in zip(said, came, strict=True)]


def _yearly_change(values: Numbers) -> float:
    return _mean([abs(now - before) for now, before in zip(values[YEAR:], values, strict=False)])


def _percent(said: float, truth: float) -> float:
    whole = abs(said) + abs(truth)
    return 200 * abs(said - truth) / whole if whole else 0.0


def _mean(values: Numbers) -> float:
    return sum(values) / len(values)
