"""The real series under ../shared/data: the forecast keeps its distance from what needs no method."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks import forecast

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(
        not forecast.DATA.is_dir(), reason="../shared/data/forecasting is not there"
    ),
]
Figure = Callable[[str, object], None]


@pytest.mark.parametrize(
    ("name", "smape", "mase"),
    # published for Theta on the same series of the M3: 13.90 and 0.860
    [(forecast.M3, 13.85, 0.857), (forecast.M1, 15.60, 1.050)],
)
def test_a_forecast_is_better_than_the_best_of_the_competition(
    name: str, smape: float, mase: float, record_property: Figure
) -> None:
    found = forecast.score(forecast.ours, forecast.read(name))

    record_property("figure", f"{name}: sMAPE {found.smape:.2f}, MASE {found.mase:.3f}")
    assert found.smape <= smape
    assert found.mase <= mase


@pytest.mark.parametrize("name", [forecast.M3, forecast.M1])
@pytest.mark.parametrize("seen", [None, 48, 36, 24])
def test_the_interval_holds_four_of_five_months(name: str, seen: int | None) -> None:
    assert 0.75 <= forecast.coverage(forecast.read(name), months=12, seen=seen) <= 0.85


def test_the_floor_is_what_was_published() -> None:
    found = forecast.score(forecast.METHODS["like last year"], forecast.read(forecast.M3))

    assert (round(found.smape, 2), round(found.mase, 3)) == (17.12, 1.118)


def test_who_speaks_is_better_than_last_year() -> None:
    series = [forecast.Series(one.seen[-48:], one.came[:6]) for one in forecast.read(forecast.M3)]

    found = forecast.spoken(series, 6)

    assert found.better_than_last_year > 0.2
    assert found.mase < 0.8
