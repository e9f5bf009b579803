"""Carrying months on: exact where there is nothing to guess, honest where there is, refused where it is no good."""

from __future__ import annotations

import math
import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.forecast import households, spoken
from chalicelib.analytics.model.forecast import (
    Leg,
    Planned,
    by_day,
    forecasts,
    path,
)
from chalicelib.analytics.model.periods import shifted, span
from chalicelib.analytics.model.sums import TRANSFER, Cell, Sums
from chalicelib.analytics.model.theta import ahead, seasonal_naive
from chalicelib.analytics.model.track import interval, track
from chalicelib.kernel.clock import Period

NOW = Period(2026, 11)
PAST = shifted(span(NOW, 48), -1)
TO_COME = shifted(span(NOW, 6), 5)


@given(st.lists(st.integers(-(10**12), 10**12), min_size=2, max_size=60), st.integers(1, 12))
def test_any_series_is_carried_on_with_finite_numbers(values: list[int], months: int) -> None:
    said = ahead(values, months)

    assert len(said.middle) == len(said.sigma) == months
    assert all(map(math.isfinite, said.middle))
    assert all(one >= 0 and math.isfinite(one) for one in said.sigma)


@pytest.mark.parametrize("months", [2, 13, 25, 40])
@pytest.mark.parametrize("value", [0, 7, -500])
def test_what_never_changes_goes_on(value: int, months: int) -> None:
    said = ahead([value] * months, 12)

    assert said.middle == pytest.approx([value] * 12)
    assert max(said.sigma) == pytest.approx(0, abs=1e-9)


def test_the_seasons_of_three_years_come_again() -> None:
    rng = random.Random(1)
    year = [100, 90, 95, 100, 110, 105, 180, 170, 100, 95, 110, 250]
    values = [round(1_000 * one * rng.gauss(1, 0.02)) for _ in range(3) for one in year]

    said = ahead(values, 12)

    off = [abs(one / 1_000 / truth - 1) for one, truth in zip(said.middle, year, strict=True)]
    assert sum(off) / 12 < 0.05


def test_chance_is_not_taken_for_seasons() -> None:
    rng = random.Random(2)
    values = [round(rng.gauss(100_000, 20_000)) for _ in range(36)]

    said = ahead(values, 12)

    assert max(said.middle) - min(said.middle) < max(values) - min(values)
    assert max(said.middle) - min(said.middle) < 40_000


def test_a_record_needs_eighteen_months() -> None:
    assert track([100] * 17, 6) is None
    found = track([100] * 18, 6)

    assert found is not None
    assert (found.mae, found.mase, found.smape, found.is_worse) == (0, None, 0, False)
    # cut after 13 to 17 months
    assert (found.origins, found.points, found.inside) == (5, 5 + 4 + 3 + 2 + 1, 15)


def test_what_comes_like_last_year_to_the_cent_is_left_to_those_who_say_so() -> None:
    rng = random.Random(3)
    year = [rng.choice((0, 0, 0, 90_000, 400_000)) + rng.randrange(900) for _ in range(12)]

    found = track(year * 3, 6)

    assert found is not None
    assert found.mae_last_year == 0
    assert found.is_worse


def test_no_month_is_looked_at_before_it_came() -> None:
    rng = random.Random(4)
    values = [round(rng.gauss(100, 20)) for _ in range(30)]

    longer = track([*values, 10**9], 1)
    cut = [ahead(values[:at], 1).middle[0] for at in range(19, 30)]

    assert longer is not None
    known = [abs(values[19 + at] - one) for at, one in enumerate(cut)]
    last = abs(10**9 - ahead(values, 1).middle[0])
    assert longer.mae == pytest.approx((sum(known) + last) / 12)


def test_the_interval_holds_four_of_five_months_of_made_up_households() -> None:
    found = spoken(households(300, 11), 6)

    assert 0.75 <= found.coverage <= 0.90
    assert found.mase < 1
    assert found.better_than_last_year > 0.1
    assert found.refused / found.asked < 0.2


def test_the_interval_is_around_the_middle() -> None:
    said = ahead([100, 120, 90, 130, 80] * 4, 3)

    for middle, (low, high) in zip(said.middle, interval(said), strict=True):
        assert low < middle < high


def test_last_year_is_said_again() -> None:
    assert seasonal_naive(list(range(14)), 3) == (2, 3, 4)
    assert seasonal_naive([1, 2, 3], 2) == (3, 3)


# --- with the schedule


def cells(expense: list[int], *, income: int = 0) -> list[tuple[Cell, Sums]]:
    return [
        (Cell(str(month), "EUR", None, "a"), Sums(income, one, 1))
        for month, one in zip(PAST[-len(expense) :], expense, strict=True)
    ]


def rent(first: Period, months: int) -> list[Planned]:
    days = [month.first() for month in shifted(span(first, months), months - 1)]
    return [Planned(day, -88_000, "EUR") for day in days]


def test_the_schedule_and_the_rest_are_told_apart() -> None:
    rng = random.Random(5)
    noise = [round(rng.gauss(50_000, 3_000)) for _ in range(24)]
    planned = rent(PAST[-24], 24 + 6)

    (euro,) = forecasts(
        cells([one + 88_000 for one in noise], income=250_000), {}, planned, PAST, TO_COME
    )

    assert (euro.expense.state, euro.expense.history) == ("ready", 24)
    for month in euro.expense.months:
        assert month.scheduled == 88_000
        assert month.rest is not None
        assert abs(month.rest - 50_000) < 4_000
        assert month.expected == month.scheduled + month.rest
    net = euro.net(0)
    assert net is not None
    assert abs(net[0] - (250_000 - 138_000)) < 4_000


def test_a_short_history_leaves_the_schedule_alone() -> None:
    (euro,) = forecasts(cells([100] * 17), {}, rent(NOW, 6), PAST, TO_COME)

    assert euro.expense.state == "too-little-history"
    assert [one.scheduled for one in euro.expense.months] == [88_000] * 6
    assert {one.expected for one in euro.expense.months} == {None}
    assert euro.net(0) is None


def test_a_currency_of_the_schedule_alone_is_there() -> None:
    (dollar,) = forecasts([], {}, [Planned(date(2026, 12, 1), 500, "USD")], PAST, TO_COME)

    assert (dollar.currency, dollar.income.history) == ("USD", 0)
    assert [one.scheduled for one in dollar.income.months] == [0, 500, 0, 0, 0, 0]


def test_transfers_are_no_history() -> None:
    moved = [(Cell("2026-10", "EUR", TRANSFER, "a"), Sums(0, 100, 1))]

    assert forecasts(moved, {}, [], PAST, TO_COME) == ()


def test_the_month_that_we_are_in_is_no_history_but_shown() -> None:
    now = [(Cell("2026-11", "EUR", None, "a"), Sums(5, 100, 1))]

    (euro,) = forecasts([*cells([50] * 20), *now], {}, [], PAST, TO_COME)

    assert euro.so_far == Sums(5, 100, 1)
    assert [one.expected for one in euro.expense.months] == [50] * 6


def test_less_than_nothing_is_not_spent() -> None:
    rng = random.Random(6)
    values = [max(0, round(30_000 - 1_500 * at + rng.gauss(0, 50))) for at in range(20)]

    (euro,) = forecasts(cells(values), {}, [], PAST, TO_COME)

    assert all(one.expected is None or one.expected >= 0 for one in euro.expense.months)


def test_an_account_walks_through_its_days() -> None:
    legs = [
        Leg("a", date(2026, 12, 1), -500),
        Leg("a", date(2026, 12, 1), 100),
        Leg("a", date(2026, 12, 31), 50),
        Leg("b", date(2026, 12, 1), 7),
    ]
    changes = by_day(legs)

    walked = path(changes["a"], {date(2026, 12, 1): 1_000, date(2026, 12, 31): 900})

    assert [(one.change, one.balance) for one in walked] == [(-400, 600), (50, 550)]
