"""What changed at a bank that only shows windows of what it has: seen by remembering what it showed last time.

The memory is the cursor: of each recent row a digest, so that a changed row is told from an old one and a row
that is gone is noticed. What is pending is gone when it is not shown; of a booked row that takes two times,
because a bank that could not be reached shows less than it has.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from chalicelib.interchange.model.bank_feeds import BankRow
from chalicelib.kernel.values import dataclass

WIDTH: Final = timedelta(days=60)
"""How much one question covers: bridges give no more at once."""
OVERLAP: Final = timedelta(days=30)
"""What every sync looks at again."""
RECENT: Final = timedelta(days=40)
"""What is remembered."""
HISTORY: Final = timedelta(days=365)
"""How far back the first sync goes, as long as there is anything."""
MOST_REMEMBERED: Final = 3_000
"""Rows: the newest; of older ones it is not noticed that they changed."""
_TWICE: Final = 2
_SUSPICIOUS: Final = 3
"""So many booked rows do not vanish together: the bank was not asked."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A row as it was shown last; `missed` counts how often it was not shown since."""

    digest: str
    day: int
    pending: bool
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Memory:
    """What was shown so far. While a run goes back in time, `end` is where its next window ends.

    `at` is when the last whole run was, `stop` how far back this one goes; Unix seconds, 0 for none.
    """

    rows: Mapping[tuple[str, str], Remembered] = field(default_factory=dict)
    """By account and id."""
    at: int = 0
    end: int = 0
    stop: int = 0

    @classmethod
    def read(cls, cursor: str) -> Memory:
        """Read a cursor; empty is nothing."""
        if not cursor:
            return cls()
        raw: dict[str, Any] = json.loads(cursor)
        rows = {
            (account, identity): Remembered(one[0], one[1], bool(one[2]), one[3])
            for account, found in raw["rows"].items()
            for identity, one in found.items()
        }
        return cls(rows, raw["at"], raw["end"], raw["stop"])

    def write(self) -> str:
        """Write the cursor."""
        rows: dict[str, dict[str, list[object]]] = {}
        for (account, identity), one in self.rows.items():
            entry = [one.digest, one.day, int(one.pending), one.missed]
            rows.setdefault(account, {})[identity] = entry
        whole = {"rows": rows, "at": self.at, "end": self.end, "stop": self.stop}
        return json.dumps(whole, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Window:
    """What is asked for: from `start` up to `end`, Unix seconds."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What the bank showed: its rows, and the accounts of which they are all."""

    rows: tuple[BankRow, ...]
    whole: frozenset[str]


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed, and the memory afterwards."""

    upserts: tuple[BankRow, ...]
    removed: tuple[tuple[str, str], ...]
    memory: Memory
    more: bool


def window_of(memory: Memory, now: datetime) -> Window:
    """Say what to ask for next."""
    if memory.end:
        return Window(max(memory.end - _seconds(WIDTH), memory.stop), memory.end)
    end = int(now.timestamp()) + _seconds(timedelta(days=1))
    if memory.at:
        return Window(max(_back_to(memory, now), end - _seconds(WIDTH)), end)
    return Window(end - _seconds(WIDTH), end)


def _back_to(memory: Memory, now: datetime) -> int:
    """Give how far back everything must be seen again: an overlap before the last time."""
    if not memory.at:
        return int(now.timestamp()) - _seconds(HISTORY)
    return min(int(now.timestamp()), memory.at) - _seconds(OVERLAP)


def difference(memory: Memory, window: Window, shown: Shown, now: datetime) -> Difference:
    """Compare what is shown in a window with what was."""
    is_first = not memory.end
    rows = {(row.account_ref, row.id): row for row in shown.rows}
    after = dict(memory.rows)
    upserts = [row for place, row in rows.items() if _is_news(after.get(place), row)]
    removed = _missed(after, rows, window, shown.whole) if is_first else []
    oldest = (now - RECENT).date().toordinal()
    for place, row in rows.items():
        if row.pending or row.day.toordinal() >= oldest:
            after[place] = Remembered(_digest(row), row.day.toordinal(), row.pending)
    stop = memory.stop if memory.end else _back_to(memory, now)
    # the first time nobody knows how much there is: an empty window ends it
    more = window.start > stop and (bool(shown.rows) or bool(memory.at))
    after = _newest(after, oldest)
    if more:
        next_ = Memory(after, memory.at, window.start, stop)
    else:
        next_ = Memory(after, int(now.timestamp()))
    return Difference(tuple(upserts), tuple(removed), next_, more)


def _is_news(before: Remembered | None, row: BankRow) -> bool:
    return before is None or before.digest != _digest(row)


def _missed(
    after: dict[tuple[str, str], Remembered],
    rows: Mapping[tuple[str, str], BankRow],
    window: Window,
    whole: frozenset[str],
) -> list[tuple[str, str]]:
    """Find what is not shown any more, and take it out of the memory where that is certain."""
    removed = []
    for account in whole:
        expected = {
            place: one
            for place, one in after.items()
            if place[0] == account and (one.pending or _lies_in(one.day, window))
        }
        booked = sum(not one.pending for one in expected.values())
        nothing = not any(place[0] == account and not row.pending for place, row in rows.items())
        for place, one in expected.items():
            if place in rows or (nothing and booked >= _SUSPICIOUS and not one.pending):
                continue
            if one.pending or one.missed + 1 >= _TWICE:
                removed.append(place)
                del after[place]
            else:
                after[place] = replace(one, missed=one.missed + 1)
    return removed


def _lies_in(day: int, window: Window) -> bool:
    """Tell whether a whole day lies within a window, a day of margin on each side."""
    noon = datetime.combine(date.fromordinal(day), time(12), UTC).timestamp()
    margin = _seconds(timedelta(days=1))
    return window.start + margin <= noon <= window.end


def _newest(
    rows: Mapping[tuple[str, str], Remembered], oldest: int
) -> dict[tuple[str, str], Remembered]:
    kept: Iterable[tuple[tuple[str, str], Remembered]] = (
        (place, one) for place, one in rows.items() if one.pending or one.day >= oldest
    )
    ordered = sorted(kept, key=lambda pair: (-pair[1].day, pair[0]))
    return dict(ordered[:MOST_REMEMBERED])


def _digest(row: BankRow) -> str:
    said = (
        row.day.isoformat(),
        str(row.amount_minor),
        row.currency,
        row.payee,
        row.memo,
        str(row.pending),
    )
    return hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:12]


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())
