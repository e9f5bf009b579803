"""A run of a sync: pages are fetched and laid aside, then the ledger takes them, and only then the cursor moves."""

from __future__ import annotations

from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from chalicelib.kernel.owners import Owner
from chalicelib.kernel.values import dataclass

RunState = Literal["idle", "fetching", "recording"]
STEP_LIFE: Final = timedelta(hours=1)
"""A run that shows nothing for so long lies in the dead letters; another one may begin."""
MOST_RESTARTS: Final = 5
"""How often a run begins anew because the data changed under it."""
MOST_STEPS: Final = 400
"""Pages that one run fetches at most: 200,000 rows."""
ROWS_PER_PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The sync of one connection that is under way, or was last.

    `step` counts pages that were asked for, `pages` those that were laid aside, `gone` after which step the list
    of rows that were taken back was written (0 for none). `again` asks for another run after this one, `rewind`
    for one from the beginning. `cursor` is where the next page begins.
    """

    connection_id: str
    version: int = 0
    id: str = ""
    state: RunState = "idle"
    updated_at: datetime | None = None
    restarts: int = 0
    step: int = 0
    pages: int = 0
    rows: int = 0
    gone: int = 0
    back: int = 0
    skipped: int = 0
    done: int = 0
    total: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    kept: tuple[str, ...] = ()
    note: str = ""
    """What the provider said of its own access, beside what it had: a trouble's slug."""
    again: bool = False
    rewind: bool = False
    fresh: bool = False
    """Whether it began without a cursor."""
    cursor: str = field(default="", repr=False)

    def is_under_way(self, at: datetime) -> bool:
        """Tell whether it will come to an end by itself."""
        alive = self.updated_at is not None and at <= self.updated_at + STEP_LIFE
        return self.state != "idle" and alive

    def is_stuck(self, at: datetime) -> bool:
        """Tell whether it should have come further long ago."""
        return self.state != "idle" and not self.is_under_way(at)

    def prefix(self, owner: Owner) -> str:
        """Give where its pages lie; each new beginning has a place of its own."""
        return f"{owner}/feeds/{self.connection_id}/{self.id}-{self.restarts}/"

    def gone_prefix(self, owner: Owner) -> str:
        """Give where the lists of rows that were taken back lie, a step each."""
        return self.prefix(owner) + "gone-"


def begun(before: Run, run_id: str, cursor: str, at: datetime) -> Run:
    """Begin a run."""
    return Run(
        connection_id=before.connection_id,
        version=before.version + 1,
        id=run_id,
        state="fetching",
        updated_at=at,
        cursor=cursor,
        fresh=not cursor,
    )


def restarted(run: Run, cursor: str, at: datetime) -> Run:
    """Begin the same run anew from the cursor that was kept: what was fetched is not one picture."""
    return replace(begun(run, run.id, cursor, at), restarts=run.restarts + 1, again=run.again)


def ended(run: Run, at: datetime) -> Run:
    """The run is over, one way or another."""
    return replace(
        run,
        version=run.version + 1,
        state="idle",
        updated_at=at,
        again=False,
        rewind=False,
        cursor="",
    )


def recorded(
    run: Run,
    *,
    done: int,
    counts: tuple[int, int, int],
    kept: tuple[str, ...],
    at: datetime,
) -> Run:
    """Take in how far the ledger is: `counts` are what was added, changed and removed so far."""
    added, changed, removed = counts
    return replace(
        run,
        version=run.version + 1,
        updated_at=at,
        done=done,
        added=added,
        changed=changed,
        removed=removed,
        kept=kept,
    )
