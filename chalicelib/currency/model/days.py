"""The days on which the ECB publishes: what is late, and what is only a holiday.

Source: TARGET closing days since 2002 (ECB): Saturdays, Sundays, 1 January, Good Friday, Easter Monday,
1 May, 25 and 26 December. Easter by the Gregorian computus (Meeus/Jones/Butcher).
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_DAY: Final = timedelta(days=1)
_FRANKFURT: Final = "Europe/Berlin"
_PUBLISHED_AT: Final = time(17, 0)
"""The ECB publishes at about 16:00 Frankfurt time; an hour later it is late."""


def easter(year: int) -> date:
    """Give Easter Sunday of a Gregorian year."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    correction = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * correction) // 451
    month, day = divmod(h + correction - 7 * m + 114, 31)
    return date(year, month, day + 1)


def is_business_day(day: date) -> bool:
    """Tell whether TARGET is open, so that rates are published."""
    if day.weekday() >= 5 or (day.month, day.day) in {(1, 1), (5, 1), (12, 25), (12, 26)}:
        return False
    sunday = easter(day.year)
    return day not in {sunday - 2 * _DAY, sunday + _DAY}


def due(now: datetime) -> date:
    """Give the newest day whose rates should be there by now."""
    here = now.astimezone(ZoneInfo(_FRANKFURT))
    return business_day_before(here.date() if here.time() >= _PUBLISHED_AT else here.date() - _DAY)


def business_day_before(day: date) -> date:
    """Give the day itself where rates are published on it, else the last one before it."""
    while not is_business_day(day):
        day -= _DAY
    return day


def business_days_between(newest: date, wanted: date, *, most: int = 400) -> int:
    """Count the business days after one day up to another, at most `most`: how late rates are."""
    count, day = 0, newest
    while day < wanted and count < most:
        day += _DAY
        count += is_business_day(day)
    return count
