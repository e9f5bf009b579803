"""Monthly forecasts beside what needs no method: errors, intervals and CPU time on real series.

`python -m benchmarks.forecast` reads the monthly series of the M3 and M1 competitions from ../shared/data/forecasting
in place and carries each 18 months on; `like last year` is the floor. Published on the same 688 series of the M3:
Theta 13.90 sMAPE and 0.860 MASE, ForecastPro 14.12 and 0.860, Naive2 16.98 and 1.033. Then come made-up households of 19 to 48 months, for
which the forecast's own record decides whether it speaks: how often it refuses, and how well it does where it does
not. Times are CPU seconds of one run for 200 series.
"""

from __future__ import annotations

import json
import math
import random
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Final

from chalicelib.analytics.model.theta import YEAR, ahead, seasonal_naive
from chalicelib.analytics.model.track import interval, track

DATA: Final = Path(__file__).parents[1].parent / "shared/data/forecasting"
M3: Final = "m3_monthly_shared.json"
M1: Final = "m1_monthly.json"
Method = Callable[[Sequence[float], int], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Series:
    """A series: what a method may see, and what came."""

    seen: Sequence[float]
    came: Sequence[float]


@dataclass(frozen=True, slots=True)
class Score:
    """Errors of a method: sMAPE in percent, MASE, and CPU seconds for 200 series."""

    series: int
    smape: float
    mase: float
    seconds: float


def ours(seen: Sequence[float], months: int) -> Sequence[float]:
    """Carry on as analytics does."""
    return ahead(seen, months).middle


METHODS: Final[dict[str, Method]] = {"ours": ours, "like last year": seasonal_naive}


def read(name: str, *, folder: Path = DATA) -> list[Series]:
    """Read a competition's series."""
    found = json.loads((folder / name).read_text(encoding="utf-8"))
    return [Series(one["x"], one["xx"]) for one in found.values()]


def score(method: Method, series: Iterable[Series]) -> Score:
    """Judge a method as the competitions do: the mean of each series' own error."""
    chosen = list(series)
    began = time.process_time()
    said = [method(one.seen, len(one.came)) for one in chosen]
    spent = time.process_time() - began
    scaled = [
        error
        for one, ahead_of in zip(chosen, said, strict=True)
        if (error := mase(one, ahead_of)) is not None
    ]
    return Score(
        series=len(chosen),
        smape=fmean(smape(one.came, ahead_of) for one, ahead_of in zip(chosen, said, strict=True)),
        mase=fmean(scaled),
        seconds=spent / len(chosen) * 200,
    )


def smape(came: Sequence[float], said: Sequence[float]) -> float:
    """Give the symmetric mean absolute percentage error, 0 to 200."""
    return fmean(
        200 * abs(truth - guess) / (abs(truth) + abs(guess)) if truth or guess else 0.0
        for truth, guess in zip(came, said, strict=True)
    )


def mase(one: Series, said: Sequence[float]) -> float | None:
    """Give the mean absolute error in units of the seen part's mean change from year to year."""
    changes = [abs(now - before) for now, before in zip(one.seen[YEAR:], one.seen, strict=False)]
    scale = fmean(changes)
    if not scale:
        return None
    return fmean(abs(truth - guess) for truth, guess in zip(one.came, said, strict=True)) / scale


def coverage(series: Iterable[Series], *, months: int, seen: int | None = None) -> float:
    """Give the part of months that lie in the 80 % interval; `seen` cuts what the method sees to its latest months."""
    inside = points = 0
    for one in series:
        bands = interval(ahead(one.seen[-seen:] if seen else one.seen, months))
        for truth, (low, high) in zip(one.came[:months], bands, strict=True):
            inside += low <= truth <= high
            points += 1
    return inside / points


def households(count: int, seed: int) -> list[Series]:
    """Make up the unscheduled spending of households, in cents: a level that drifts, seasons of many sizes, large purchases."""
    rng = random.Random(seed)
    found = []
    for _ in range(count):
        months = rng.randrange(19, 49) + 6
        level, drift = rng.uniform(30_000, 250_000), rng.gauss(0, 0.004)
        swing, phase, noise = (
            rng.choice((0, 0.05, 0.25)),
            rng.random() * 12,
            rng.uniform(0.08, 0.35),
        )
        values = [
            round(
                level
                * math.exp(drift * at + rng.gauss(0, noise))
                * (1 + swing * math.sin((at + phase) * math.tau / 12))
                + (rng.expovariate(1 / level) if rng.random() < 0.04 else 0)
            )
            for at in range(months)
        ]
        found.append(Series(values[:-6], values[-6:]))
    return found


@dataclass(frozen=True, slots=True)
class Spoken:
    """What became of forecasts that their own record let speak."""

    asked: int
    refused: int
    mase: float
    better_than_last_year: float
    coverage: float


def spoken(series: Sequence[Series], months: int) -> Spoken:
    """Let each series' own record decide, and judge those that speak by what came."""
    said = []
    for one in series:
        record = track(one.seen, months)
        if record is not None and not record.is_worse:
            said.append(one)
    ours_off = [error for one in said if (error := mase(one, ours(one.seen, months))) is not None]
    theirs = [
        error for one in said if (error := mase(one, seasonal_naive(one.seen, months))) is not None
    ]
    return Spoken(
        asked=len(series),
        refused=len(series) - len(said),
        mase=fmean(ours_off),
        better_than_last_year=1 - fmean(ours_off) / fmean(theirs),
        coverage=coverage(said, months=months),
    )


def _row(name: str, found: Score) -> str:
    return (
        f"{name:<34} {found.series:>5} {found.smape:>8.2f} {found.mase:>8.3f} {found.seconds:>8.3f}"
    )


def main() -> int:
    """Print a row a set and method, and the intervals."""
    if not DATA.is_dir():
        print(f"{DATA} is not there")
        return 1
    m3, m1 = read(M3), read(M1)
    print(f"{'series':<34} {'n':>5} {'sMAPE':>8} {'MASE':>8} {'CPU s':>8}")
    for label, series in (
        ("M3 monthly", m3),
        ("M3 monthly, every seventh", m3[::7]),
        ("M1 monthly", m1),
    ):
        for name, method in METHODS.items():
            print(_row(f"{label}: {name}", score(method, series)))
    print("\n80 % intervals hold, of months")
    for label, series in (("M3 monthly", m3), ("M1 monthly", m1)):
        parts = [
            f"{seen or 'all'} seen: {coverage(series, months=12, seen=seen):.1%}"
            for seen in (None, 48, 36, 24)
        ]
        print(f"{label:<34} " + ", ".join(parts))
    print("\nwhere the own record decides")
    for label, series in (("households", households(1_000, 7)), ("M3 monthly", m3)):
        found = spoken([Series(one.seen[-48:], one.came[:6]) for one in series], 6)
        print(
            f"{label:<34} refused {found.refused / found.asked:.1%}, else MASE {found.mase:.3f}, "
            f"{found.better_than_last_year:.1%} better than last year, in the interval {found.coverage:.1%}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
