"""When a calendar day's booking happens: an hour of the day on the clock of the user's zone.

As RFC 5545 says: an hour that the clock skips in spring counts with the offset before the change (so 02:00
is booked when the clock shows 03:00), one that comes twice in autumn is the first. The day stays the
calendar's day, whatever instant that is.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def instant_of(day: date, hour: int, zone: str) -> datetime:
    """Give the instant at which it is so late on a day in a zone."""
    return datetime.combine(day, time(hour), ZoneInfo(zone)).astimezone(UTC)


def day_of(instant: datetime, zone: str) -> date:
    """Give the day that an instant has in a zone."""
    return instant.astimezone(ZoneInfo(zone)).date()
