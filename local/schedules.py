"""EventBridge schedules: calls the deployed handlers by the clock, also for a run slept through.

A laptop is off at night. So the last run of each schedule is kept, and one that is overdue at the
start runs once, at once.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chalice.app import Chalice, ScheduledEventConfig

from chalicelib.kernel import clock
from chalicelib.kernel.ids import new_id
from local.cloud.cloud import ACCOUNT, Cloud
from local.errors import LocalCloudError
from local.invoke import invoke

_LOG: Final = logging.getLogger("xpense.local")
_RATE: Final = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_CRON: Final = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_MONTHS: Final = [
    "JAN",
    "FEB",
    "MAR",
    "APR",
    "MAY",
    "JUN",
    "JUL",
    "AUG",
    "SEP",
    "OCT",
    "NOV",
    "DEC",
]
_DAYS: Final = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_LONGEST_LOOK: Final = 366 * 9
"""Days; a 29 February comes at least every eight years."""
_LONGEST_WAIT: Final = 60.0


class BadSchedule(LocalCloudError):
    """The expression is not one that this clock understands."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Every so often."""

    period: timedelta

    def after(self, last: datetime) -> datetime:
        """Give the first run after another."""
        return last + self.period


@dataclass(frozen=True, slots=True)
class Cron:
    """By the calendar, in UTC, in the six fields of EventBridge."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    years: frozenset[int]

    def after(self, last: datetime) -> datetime:
        """Give the first run after another; raise `BadSchedule` when there is none for years."""
        day = last.replace(hour=0, minute=0, second=0, microsecond=0)
        for _ in range(_LONGEST_LOOK):
            if self._on(day):
                for hour in sorted(self.hours):
                    for minute in sorted(self.minutes):
                        at = day.replace(hour=hour, minute=minute)
                        if at > last:
                            return at
            day += timedelta(days=1)
        raise BadSchedule("a schedule that never comes")

    def _on(self, day: datetime) -> bool:
        return (
            day.month in self.months
            and day.day in self.days
            and day.isoweekday() % 7 + 1 in self.weekdays
            and day.year in self.years
        )


def parse(expression: str) -> Rate | Cron:
    """Read `rate(...)` or `cron(...)`; raise `BadSchedule` (L, W and # are not understood)."""
    if match := _RATE.fullmatch(expression):
        return Rate(timedelta(**{match.group(2) + "s": int(match.group(1))}))
    if match := _CRON.fullmatch(expression):
        minutes, hours, days, months, weekdays, years = match.groups()
        return Cron(
            _field(minutes, 0, 59),
            _field(hours, 0, 23),
            _field(days, 1, 31),
            _field(months, 1, 12, _MONTHS),
            _field(weekdays, 1, 7, _DAYS),
            _field(years, 1970, 2199),
        )
    raise BadSchedule(f"not a schedule: {expression}")


def _field(text: str, low: int, high: int, names: list[str] | None = None) -> frozenset[int]:
    found: set[int] = set()
    for part in text.upper().split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        if first in {"*", "?"}:
            start, end = low, high
        else:
            start = _number(first, low, high, names)
            end = _number(last, low, high, names) if last else (high if step else start)
        found.update(range(start, end + 1, _number(step, 1, high, None) if step else 1))
    return frozenset(found)


def _number(text: str, low: int, high: int, names: list[str] | None) -> int:
    if names and text in names:
        return names.index(text) + 1
    if not text.isdecimal() or not low <= int(text) <= high:
        raise BadSchedule(f"not understood in a schedule: {text}")
    return int(text)


class Ticker:
    """One thread that watches the clock, and two that run handlers."""

    def __init__(
        self,
        app: Chalice,
        cloud: Cloud,
        *,
        scale: float = 1.0,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        """`scale` makes the ticker's time run faster, for tests."""
        self._app = app
        self._cloud = cloud
        self._real, self._began, self._scale = now, now(), scale
        self._plan = {
            source.name: parse(_text(source))
            for source in app.event_sources
            if isinstance(source, ScheduledEventConfig)
        }
        self._last: dict[str, datetime] = {}
        self._running: set[str] = set()
        self._wake = threading.Condition()
        self._stopping = False
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="schedule")
        self._thread = threading.Thread(target=self._run, name="ticker", daemon=True)

    def start(self) -> None:
        """Begin; a schedule that is seen for the first time first runs after its period."""
        for name in self._plan:
            row = self._cloud.store.row("SELECT last FROM ticks WHERE name = ?", name)
            now = self._now()
            self._last[name] = min(now, clock.parse_rfc3339(row["last"])) if row else now
            if row is None:
                self._keep(name, now)
        self._thread.start()

    def stop(self) -> None:
        """Start no more runs and return when the running ones are done."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        self._thread.join()
        self._pool.shutdown(wait=True)

    def _now(self) -> datetime:
        return self._began + (self._real() - self._began) * self._scale

    def _run(self) -> None:
        while True:
            with self._wake:
                if self._stopping:
                    return
                for name in self._due():
                    self._running.add(name)
                    self._pool.submit(self._fire, name, self._now())
                self._wake.wait(self._pause())

    def _due(self) -> list[str]:
        now = self._now()
        return [
            name
            for name, plan in self._plan.items()
            if name not in self._running and plan.after(self._last[name]) <= now
        ]

    def _pause(self) -> float:
        waits = [
            (plan.after(self._last[name]) - self._now()).total_seconds() / self._scale
            for name, plan in self._plan.items()
            if name not in self._running
        ]
        return max(0.0, min([*waits, _LONGEST_WAIT]))

    def _fire(self, name: str, at: datetime) -> None:
        try:
            invoke(self._app, name, self._event(name))
        except Exception:
            _LOG.exception("the schedule %s failed", name)
        finally:
            with self._wake:
                self._last[name] = at
                self._running.discard(name)
                self._wake.notify_all()
            self._keep(name, at)

    def _keep(self, name: str, at: datetime) -> None:
        with self._cloud.store.write() as db:
            db.execute("INSERT OR REPLACE INTO ticks VALUES (?, ?)", (name, clock.rfc3339(at)))

    def _event(self, name: str) -> dict[str, object]:
        region = self._cloud.region
        return {
            "version": "0",
            "id": new_id(),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": ACCOUNT,
            "time": self._now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": region,
            "resources": [f"arn:aws:events:{region}:{ACCOUNT}:rule/{name}"],
            "detail": {},
        }


def _text(source: ScheduledEventConfig) -> str:
    expression = source.schedule_expression
    return expression if isinstance(expression, str) else expression.to_string()
