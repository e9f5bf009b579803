"""An export as a job: asked for, written in one pass, kept for seven days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import date, datetime, timedelta
from typing import Final

from chalicelib.interchange.events import ExportState
from chalicelib.interchange.model.importing import Trouble
from chalicelib.kernel.values import dataclass

LIFE: Final = timedelta(days=7)
"""How long the file can be downloaded."""
LINK_LIFE: Final = timedelta(minutes=15)
KEPT: Final = timedelta(days=30)
"""How long the job itself can be read."""
STUCK: Final = timedelta(hours=2)
"""Without a sign of life for so long it has failed: five tries of fifteen minutes take less."""
MOST_ROWS: Final = 2_000_000
"""Transactions of one export: what a function surely writes in its fifteen minutes (docs/performance.md)."""
_RUNNING: Final = frozenset({"queued", "running"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is to be in the file, as it was asked; see `expenses.api.Wanted`."""

    q: str | None = None
    account_ids: tuple[str, ...] = ()
    category_ids: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a finished file holds.

    `rows` are transactions, `left_out` those that the format cannot carry, by reason. All that was recorded up to
    change `first_change` is in it; where `last_change` is another one, what changed between the two is in it as
    it was before or after. `size` is in bytes, `sha256` in hex.
    """

    rows: int
    size: int
    sha256: str
    first_change: int
    last_change: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    settled: bool = True
    """Whether as many came as the accounts count: an index may lag behind its table."""

    @property
    def exact(self) -> bool:
        """Whether the file shows the ledger as it was at one moment."""
        return self.settled and self.first_change == self.last_change


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """An export. `made_by` is who asked: nobody else may fetch it, whoever owns the data.

    `accounts` are those that the asker might see of a household, None for all. `attempt` names the pass that
    writes, or wrote, the file. `done` of about `total` transactions were looked at.
    """

    id: str
    version: int
    state: ExportState
    format: str
    bom: bool
    choice: Choice
    made_by: str
    accounts: tuple[str, ...] | None
    created_at: datetime
    updated_at: datetime
    attempt: str = ""
    done: int = 0
    total: int = 0
    ready_at: datetime | None = None
    written: Written | None = None
    trouble: Trouble | None = None

    @property
    def expires_at(self) -> datetime:
        """When the file goes."""
        return (self.ready_at or self.created_at) + LIFE

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its file."""
        return self.state in _RUNNING

    @property
    def percent(self) -> int:
        """How far it is; the file is not there before it is ready."""
        return min(99, 100 * self.done // self.total) if self.total else 0

    def asks_the_same(self, other: Export) -> bool:
        """Tell whether a request of the same id is the same request."""
        mine = (self.format, self.bom, self.choice, self.made_by)
        return mine == (other.format, other.bom, other.choice, other.made_by)


def seen(one: Export, now: datetime) -> Export:
    """Give an export as time has left it: expired, or stuck for good.."""
    if one.state == "ready" and now >= one.expires_at:
        return replace(one, state="expired")
    if one.is_open and now - one.updated_at > STUCK:
        detail = "Writing the file did not come to an end. Ask for the export again."
        return replace(one, state="failed", trouble=Trouble(slug="export-stuck", detail=detail))
    return one


def begun(one: Export, attempt: str, now: datetime) -> Export:
    """Begin a pass; one that was running is not heard any more."""
    return replace(
        one,
        state="running",
        attempt=attempt,
        done=0,
        updated_at=now,
        version=one.version + 1,
    )


def advanced(one: Export, done: int, total: int, now: datetime) -> Export:
    """Note how far the pass is."""
    return replace(one, done=done, total=max(total, done), updated_at=now, version=one.version + 1)


def finished(one: Export, outcome: Written | Trouble, now: datetime) -> Export:
    """End the job with a file, or with the reason why there is none."""
    if isinstance(outcome, Trouble):
        return replace(
            one, state="failed", trouble=outcome, updated_at=now, version=one.version + 1
        )
    return replace(
        one,
        state="ready",
        written=outcome,
        done=outcome.rows,
        total=outcome.rows,
        ready_at=now,
        updated_at=now,
        version=one.version + 1,
    )
