"""The hour of booking across daylight saving: against a walk over the clock of each zone, minute by minute."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from chalicelib.expenses.model.recurrence.instants import day_of, instant_of

FULL: Final = bool(os.environ.get("XPENSE_FULL"))
ZONES: Final = (
    "Europe/Vienna",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour
    "Pacific/Apia",  # a day that never was
    "America/Sao_Paulo",  # midnight is skipped
    "Africa/Casablanca",  # summer time with a pause for Ramadan
    "Asia/Kathmandu",
    "Antarctica/Troll",  # two hours
    "Europe/London",
    "Europe/Lisbon",
    "Europe/Dublin",  # negative saving
    "Asia/Tehran",
    "Asia/Amman",
    "America/Havana",
    "America/St_Johns",
    "America/Santiago",
    "Pacific/Chatham",
    "Pacific/Auckland",
    "America/Los_Angeles",
    "UTC",
)
YEARS: Final = range(2010, 2020)
HOURS: Final = (0, 2, 3, 23)
_STEP: Final = timedelta(minutes=15)


def oracle(year: int, zone: str) -> dict[tuple[date, int], datetime]:
    """Walk the year in steps of a quarter of an hour and note when each wanted hour strikes.

    It strikes with the first instant whose clock is not before it; where the clock jumped over it, it is
    counted on with the offset that held before.
    """
    info = ZoneInfo(zone)
    at = datetime(year, 1, 1, tzinfo=UTC) - timedelta(days=2)
    end = datetime(year + 1, 1, 1, tzinfo=UTC) + timedelta(days=2)
    offset = at.astimezone(info).utcoffset() or timedelta()
    wall = at.astimezone(info).replace(tzinfo=None)
    wanted = iter(
        datetime.combine(wall.date() + timedelta(days=1 + day), time(hour))
        for day in range(367)
        for hour in HOURS
    )
    struck: dict[tuple[date, int], datetime] = {}
    target = next(wanted)
    while at < end:
        here = at.astimezone(info)
        wall = here.replace(tzinfo=None)
        while wall >= target:
            struck[(target.date(), target.hour)] = (target - offset).replace(tzinfo=UTC)
            following = next(wanted, None)
            if following is None:
                return struck
            target = following
        offset = here.utcoffset() or timedelta()
        at += _STEP
    return struck


@pytest.mark.parametrize("zone", ZONES)
def test_every_day_is_booked_when_its_hour_strikes(zone: str) -> None:
    wrong = []
    for year in YEARS if FULL else (2011,) if zone in ZONES[:6] else ():
        for (day, hour), expected in oracle(year, zone).items():
            if instant_of(day, hour, zone) != expected:
                wrong.append((day, hour, instant_of(day, hour, zone), expected))
    assert wrong == []


@pytest.mark.parametrize(
    ("day", "hour", "zone", "expected"),
    [
        ("2026-03-29", 2, "Europe/Vienna", "2026-03-29T01:00:00+00:00"),  # the clock shows 03:00
        ("2026-10-25", 2, "Europe/Vienna", "2026-10-25T00:00:00+00:00"),  # the first of two
        ("2011-12-30", 6, "Pacific/Apia", "2011-12-30T16:00:00+00:00"),  # that day was left out
        ("2026-11-28", 6, "America/New_York", "2026-11-28T11:00:00+00:00"),
    ],
)
def test_known_days(day: str, hour: int, zone: str, expected: str) -> None:
    assert instant_of(date.fromisoformat(day), hour, zone).isoformat() == expected


def test_the_day_of_an_instant_is_the_zones() -> None:
    late = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
    assert day_of(late, "Europe/Vienna") == date(2026, 11, 29)
    assert day_of(late, "America/New_York") == date(2026, 11, 28)
