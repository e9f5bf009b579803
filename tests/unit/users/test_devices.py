"""How fast passwords can be tried: what strangers get at most, and that they never slow a known device down."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.ids import derived_id, new_id
from chalicelib.users.model.devices import (
    ACCOUNT,
    DEVICE,
    HERE,
    MEMORY,
    Pace,
    Tries,
    lives,
    made_at,
    untried,
)

AT: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY: Final = timedelta(days=1)
MOST_BY_STRANGERS: Final = 150
"""As docs/domains/users.md and `ACCOUNT` say."""


def greedy(pace: Pace, span: timedelta) -> int:
    """Count the tries of somebody who tries again the moment that it is allowed."""
    one, at, count = untried("k", pace, AT), AT, 0
    while at <= AT + span:
        one = one.after(at)
        count += 1
        at = max(at + timedelta(milliseconds=1), one.free_at)
    return count


@pytest.mark.covers("V6.1.1", "V6.3.1")
@pytest.mark.parametrize(
    ("pace", "most"), [(HERE, 40), (ACCOUNT, MOST_BY_STRANGERS), (DEVICE, 305)]
)
def test_so_many_tries_are_possible_in_a_day_and_no_more(pace: Pace, most: int) -> None:
    assert most * 0.9 <= greedy(pace, DAY) <= most


def test_the_first_tries_are_free_and_then_the_delay_doubles_up_to_its_limit() -> None:
    delays = [HERE.delay(count).total_seconds() for count in range(8, 20)]

    assert delays == [0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    assert HERE.delay(10**9) == timedelta(hours=1)


def test_a_day_without_a_try_forgets_the_tries_before() -> None:
    one = untried("k", HERE, AT)
    for _ in range(30):
        one = one.after(max(AT, one.free_at))
    later = one.last_at + MEMORY

    assert one.after(later - timedelta(seconds=1)).count == 31
    assert one.after(later).count == 1


@given(st.lists(st.floats(min_value=0, max_value=40_000), min_size=1, max_size=400))
def test_no_rhythm_of_tries_gets_more_than_the_bound_in_any_24_hours(gaps: list[float]) -> None:
    one, at, made = untried("k", ACCOUNT, AT), AT, []
    for gap in gaps:
        at += timedelta(seconds=gap)
        if one.wait(at) == 0:
            one = one.after(at)
            made.append(at)

    for start in made:
        assert sum(start <= other < start + DAY for other in made) <= MOST_BY_STRANGERS


@pytest.mark.covers("V6.3.1")
@pytest.mark.parametrize("seed", range(5))
def test_an_attacker_from_everywhere_never_makes_a_known_device_wait(seed: int) -> None:
    """A day of tries from ever new networks beside an owner who signs in, and mistypes, now and then."""
    rng = random.Random(seed)
    strangers, at, tried = untried("account", ACCOUNT, AT), AT, 0
    device: Tries = untried("device", DEVICE, AT)
    typos = 0
    while at < AT + DAY:
        at += timedelta(seconds=rng.expovariate(1 / 20))
        network = untried("a new network", HERE, at)
        if max(strangers.wait(at), network.wait(at)) == 0:
            strangers, tried = strangers.after(at), tried + 1
        if rng.random() < 0.05:
            assert device.wait(at) == 0
            wrong = typos < 3 and rng.random() < 0.5
            typos = typos + 1 if wrong else 0
            # a right password makes the device's counter new, as the use-case does
            device = device.after(at) if wrong else untried("device", DEVICE, at)

    assert tried <= MOST_BY_STRANGERS


def test_the_user_hears_at_the_10th_failure_and_whenever_they_have_doubled() -> None:
    one, heard = untried("k", ACCOUNT, AT), []
    for number in range(1, 200):
        one = one.after(max(AT, one.free_at))
        if one.alarming:
            heard.append(number)

    assert heard == [10, 20, 40, 80, 160]


def test_an_id_tells_when_it_was_made() -> None:
    before = datetime.now(UTC)
    identity = new_id()
    made = made_at(identity)

    assert made is not None
    assert abs(made - before) < timedelta(seconds=5)
    assert lives(identity, timedelta(minutes=5), made + timedelta(minutes=4, seconds=59))
    assert not lives(identity, timedelta(minutes=5), made + timedelta(minutes=5))
    assert made_at(derived_id("no time in it")) is None
    assert not lives(derived_id("no time in it"), timedelta(days=1), before)
