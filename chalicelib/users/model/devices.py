"""How fast passwords may be tried, and by whom: delays that grow, and no lock that a stranger could turn.

A device that signed in once carries a token and has a counter of its own; everybody else shares one counter
per account and network, and one per account. So strangers can only use up what is theirs (OWASP, "Slow
down online guessing attacks with device cookies").
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from chalicelib.kernel.values import dataclass

DEVICE_LIFE: Final = timedelta(days=365)
"""After so long without a sign-in a device is a stranger again; each sign-in gives a new token."""
FIRST_HOUR: Final = timedelta(hours=1)
MEMORY: Final = timedelta(hours=24)
"""After so long without a try, the tries before it are forgotten."""
_VERSION_7: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """So many tries at once, then a delay that doubles with each, from `first` up to `most` seconds."""

    name: str
    free: int
    first: int
    most: int

    def delay(self, tries: int) -> timedelta:
        """Say how long to wait after so many tries."""
        over = tries - self.free
        if over < 0:
            return timedelta(0)
        # beyond 20 doublings any pace of ours stands at its limit; the power stays small
        return timedelta(seconds=min(self.first << min(over, 20), self.most))


HERE: Final = Pace(name="password-here", free=10, first=30, most=3_600)
"""One account from one network."""
ACCOUNT: Final = Pace(name="password-strangers", free=50, first=30, most=900)
"""One account from everywhere together, known devices apart: at most 150 tries in any 24 hours."""
DEVICE: Final = Pace(name="password-device", free=10, first=30, most=300)
"""One account from one device that signed in before: waits of at most five minutes."""
OFTEN: Final = 10
"""From so many failures on, and each time that they have doubled, the user is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """A counter; `free_at` is when the next try may be made. Version 0 is one that is not there yet."""

    key: str
    pace: Pace
    count: int
    last_at: datetime
    free_at: datetime
    version: int

    def wait(self, now: datetime) -> int:
        """Give the seconds until the next try, 0 when it may be made."""
        left = (self.free_at - now).total_seconds()
        return 0 if left <= 0 else int(-(-left // 1))

    def left(self, now: datetime) -> tuple[int, int]:
        """Give how many tries are free after the one that is made now, and the seconds until there are more."""
        wait = self.wait(now)
        free = 0 if wait else max(0, self.pace.free - self.after(now).count)
        return free, wait or int(MEMORY.total_seconds())

    def after(self, now: datetime) -> Tries:
        """Give the counter with one try more; old tries are forgotten after a day without any."""
        count = (self.count if now - self.last_at < MEMORY else 0) + 1
        return replace(
            self,
            count=count,
            last_at=now,
            free_at=now + self.pace.delay(count),
            version=self.version + 1,
        )

    @property
    def alarming(self) -> bool:
        """Tell whether the user should hear of it: at 10 failures, at 20, 40, 80 ..."""
        times, rest = divmod(self.count, OFTEN)
        return rest == 0 and times > 0 and times & (times - 1) == 0


def untried(key: str, pace: Pace, now: datetime) -> Tries:
    """Give the counter of somebody who has not tried yet."""
    return Tries(key=key, pace=pace, count=0, last_at=now, free_at=now, version=0)


def made_at(identity: str) -> datetime | None:
    """Read when an id of ours was made (RFC 9562: version 7 begins with Unix milliseconds)."""
    value = uuid.UUID(identity)
    if value.version != _VERSION_7:
        return None
    return datetime.fromtimestamp((value.int >> 80) / 1_000, UTC)


def lives(identity: str, life: timedelta, now: datetime) -> bool:
    """Tell whether what carries this id is younger than its life; only for ids under a tag of ours."""
    made = made_at(identity)
    return made is not None and now < made + life
