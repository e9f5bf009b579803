"""A monthly series carried on: the mean of two plain methods on what is left when seasons are taken out.

*Theta* (Assimakopoulos and Nikolopoulos, International Journal of Forecasting 16, 2000; as simple exponential
smoothing with half the slope of the trend: Hyndman and Billah, 19, 2003), and *damped trend* smoothing
(Gardner and McKenzie, Management Science 31, 1985). Seasons are a classical decomposition whose indices are
drawn towards nothing as far as chance explains them (James-Stein: Miller and Williams, International Journal of
Forecasting 19, 2003), and halved where the autocorrelation of a year does not stand out. Neither methods nor data
are of a library: `python -m benchmarks.forecast` shows what they are worth.

Amounts are minor units and stay whole: fractions are of the reckoning only, and end in one rounding.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from chalicelib.kernel.values import dataclass

YEAR: Final = 12
_LONG_ENOUGH: Final = 2 * YEAR + 1
"""Months from which on seasons are looked for: each calendar month has two neighbours at least."""
_TESTABLE: Final = 3 * YEAR
_STANDS_OUT: Final = 1.645
"""Standard errors beyond which an autocorrelation is no chance: 90 %, two-sided."""
_DOUBTED: Final = 0.5
_STEPS: Final = 14
"""Of the golden section: the smoothing weight to a thousandth."""
_GOLDEN: Final = (math.sqrt(5) - 1) / 2
_DAMPED: Final = 0.95
_WEIGHTS: Final = tuple(
    (level, trend) for level in (0.1, 0.2, 0.3, 0.5, 0.7, 0.9) for trend in (0.02, 0.05, 0.1, 0.2)
)
Numbers = Sequence[float]


@dataclass(frozen=True, slots=True)
class Ahead:
    """Months to come: the middle, and the standard deviation of the error, in the unit of the series."""

    middle: tuple[float, ...]
    sigma: tuple[float, ...]


def ahead(values: Numbers, months: int) -> Ahead:
    """Carry a series of at least two months on, oldest month first."""
    seasons = _Seasons(values)
    still = seasons.out(values)
    theta, damped = _theta(still, months), _damped(still, months)
    middle = [(one + other) / 2 for one, other in zip(theta.middle, damped.middle, strict=True)]
    errors = [(one + other) / 2 for one, other in zip(theta.errors, damped.errors, strict=True)]
    # the first month is where both begin
    spread = math.sqrt(sum(error * error for error in errors[1:]) / max(len(errors) - 3, 1))
    weight = (theta.weight + damped.weight) / 2
    sigma = [spread * math.sqrt(1 + step * weight * weight) for step in range(months)]
    return Ahead(tuple(seasons.back(middle, len(values))), tuple(seasons.scale(sigma, len(values))))


def seasonal_naive(values: Numbers, months: int) -> tuple[float, ...]:
    """Give what the same months were a year before; of a shorter series its last month."""
    if len(values) < YEAR:
        return (values[-1],) * months
    return tuple(values[len(values) - YEAR + step % YEAR] for step in range(months))


# --- seasons


class _Seasons:
    """Indices by calendar month, each series in its own phase: its first month has index 0."""

    def __init__(self, values: Numbers) -> None:
        self._factors = min(values) > 0
        self._none = 1.0 if self._factors else 0.0
        self._index: list[float] | None = None
        if len(values) >= _LONG_ENOUGH:
            strength = 1.0 if _stands_out(values) else _DOUBTED
            self._index = [
                self._none + (one - self._none) * strength for one in self._found(values)
            ]

    def out(self, values: Numbers) -> Numbers:
        """Take seasons out."""
        index = self._index
        if index is None:
            return values
        if self._factors:
            return [value / index[at % YEAR] for at, value in enumerate(values)]
        return [value - index[at % YEAR] for at, value in enumerate(values)]

    def back(self, values: Numbers, start: int) -> Iterator[float]:
        """Put seasons into what follows a month."""
        for at, value in enumerate(values, start):
            if self._index is None:
                yield value
            elif self._factors:
                yield value * self._index[at % YEAR]
            else:
                yield value + self._index[at % YEAR]

    def scale(self, sigma: Numbers, start: int) -> Iterator[float]:
        """Widen errors where the season does."""
        for at, one in enumerate(sigma, start):
            yield one * self._index[at % YEAR] if self._index and self._factors else one

    def _found(self, values: Numbers) -> list[float]:
        by_month = self._ratios(values)
        means = [sum(one) / len(one) for one in by_month]
        whole = sum(means) / YEAR
        index = [one / whole if self._factors else one - whole for one in means]
        chance = sum(_variance_of_mean(one) for one in by_month) / YEAR
        found = sum((one - self._none) ** 2 for one in index) / (YEAR - 1)
        left = 1 - min(1.0, (YEAR - 3) / (YEAR - 1) * chance / found) if found else 0.0
        return [self._none + (one - self._none) * left for one in index]

    def _ratios(self, values: Numbers) -> list[list[float]]:
        """Compare each month with the year around it (a centred moving average of twelve months)."""
        found: list[list[float]] = [[] for _ in range(YEAR)]
        half = YEAR // 2
        window = sum(values[:YEAR])
        for at in range(half, len(values) - half):
            level = (window + (values[at + half] - values[at - half]) / 2) / YEAR
            found[at % YEAR].append(values[at] / level if self._factors else values[at] - level)
            window += values[at + half] - values[at - half]
        return found


def _variance_of_mean(values: Numbers) -> float:
    if len(values) < 2:
        return 0.0
    mean = sum(values) / len(values)
    return sum((one - mean) ** 2 for one in values) / (len(values) - 1) / len(values)


def _stands_out(values: Numbers) -> bool:
    """Tell whether a month says something of the same month a year later, by Bartlett's error."""
    if len(values) < _TESTABLE:
        return False
    mean = sum(values) / len(values)
    off = [one - mean for one in values]
    whole = sum(one * one for one in off)
    if not whole:
        return False
    lags = [
        sum(one * other for one, other in zip(off, off[lag:], strict=False)) / whole
        for lag in range(1, YEAR + 1)
    ]
    error = math.sqrt((1 + 2 * sum(one * one for one in lags[:-1])) / len(values))
    return abs(lags[-1]) > _STANDS_OUT * error


# --- the two methods


@dataclass(frozen=True, slots=True)
class _Carried:
    """Months to come, the error of each month one step ahead, and how fast the level follows."""

    middle: list[float]
    errors: list[float]
    weight: float


def _theta(values: Numbers, months: int) -> _Carried:
    """Carry the mean of the trend line and of the series with doubled curvature on."""
    start, slope = _trend(values)
    line = [start + slope * at for at in range(len(values) + months)]
    curved = [2 * value - trend for value, trend in zip(values, line, strict=False)]
    weight = _golden(lambda weight: _smoothed(curved, weight)[1], 0.02, 0.99)
    level, _ = _smoothed(curved, weight)
    return _Carried(
        middle=[(level + trend) / 2 for trend in line[len(values) :]],
        errors=_errors(curved, line, values, weight),
        weight=weight,
    )


def _errors(curved: Numbers, line: Numbers, values: Numbers, weight: float) -> list[float]:
    level, found = curved[0], []
    for one, trend, value in zip(curved, line, values, strict=False):
        found.append(value - (level + trend) / 2)
        level += weight * (one - level)
    return found


def _trend(values: Numbers) -> tuple[float, float]:
    """Give the least-squares line: its first value and its slope."""
    count = len(values)
    middle, mean = (count - 1) / 2, sum(values) / count
    slope = sum((at - middle) * (value - mean) for at, value in enumerate(values))
    slope /= count * (count * count - 1) / 12
    return mean - slope * middle, slope


def _smoothed(values: Numbers, weight: float) -> tuple[float, float]:
    """Smooth exponentially; give the last level and the sum of squared errors one step ahead."""
    level, squares = values[0], 0.0
    for value in values:
        error = value - level
        squares += error * error
        level += weight * error
    return level, squares


def _golden(cost: Callable[[float], float], low: float, high: float) -> float:
    """Find where a cost is least between two numbers (golden section)."""
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = cost(left), cost(right)
    for _ in range(_STEPS):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = cost(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = cost(right)
    return (low + high) / 2


def _damped(values: Numbers, months: int) -> _Carried:
    """Carry level and a trend that dies away on, with the weights that would have erred least."""
    weights = min(_WEIGHTS, key=lambda pair: _followed(values, *pair)[2])
    level, trend, _, errors = (*_followed(values, *weights), _misses(values, *weights))
    middle, share, so_far = [], 1.0, 0.0
    for _ in range(months):
        share *= _DAMPED
        so_far += share
        middle.append(level + so_far * trend)
    return _Carried(middle=middle, errors=errors, weight=weights[0])


def _followed(
    values: Numbers, level_weight: float, trend_weight: float
) -> tuple[float, float, float]:
    """Give the last level and trend, and the sum of squared errors one step ahead."""
    level, trend, squares = _beginning(values), 0.0, 0.0
    slow = level_weight * trend_weight
    for value in values:
        before = level + _DAMPED * trend
        error = value - before
        squares += error * error
        level = before + level_weight * error
        trend = _DAMPED * trend + slow * error
    return level, trend, squares


def _misses(values: Numbers, level_weight: float, trend_weight: float) -> list[float]:
    level, trend, found = _beginning(values), 0.0, []
    for value in values:
        before = level + _DAMPED * trend
        found.append(value - before)
        level = before + level_weight * found[-1]
        trend = _DAMPED * trend + level_weight * trend_weight * found[-1]
    return found


def _beginning(values: Numbers) -> float:
    return sum(values[:3]) / len(values[:3])
