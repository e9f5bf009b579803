"""Limits: so many times in a window of so many seconds, counted exactly."""

from __future__ import annotations

from datetime import datetime

from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """A quota per fixed window; two windows side by side can let twice the quota through in one window's time."""

    name: str
    quota: int
    window: int
    """Seconds."""
    told: bool = True
    """Whether answers say what is left: not where that would tell what others did with an address."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a limit, and in how many seconds the window ends."""

    remaining: int
    reset: int


@dataclass(frozen=True, slots=True)
class Counted:
    """What a request found of an exact limit: its name, quota and window, and what is left for how long."""

    name: str
    quota: int
    window: int
    allowance: Allowance


@dataclass(frozen=True, slots=True)
class Window:
    """The window that an instant falls into, in Unix seconds."""

    start: int
    end: int

    @classmethod
    def of(cls, limit: Limit, now: datetime) -> Window:
        """Find the window; windows begin at multiples of their length since 1970."""
        second = int(now.timestamp())
        start = second - second % limit.window
        return cls(start, start + limit.window)

    def left(self, now: datetime) -> int:
        """Give the seconds until the window ends, at least one."""
        return max(1, self.end - int(now.timestamp()))
