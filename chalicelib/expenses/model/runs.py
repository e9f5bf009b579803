"""A run: work over many transactions in steps, each of which is one entry of the change log.

What a run did is the list of its entries, so any run is undone alike: by undoing these, the newest first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from chalicelib.kernel.values import dataclass

RunKind = Literal["bulk-edit", "rules", "undo", "reconcile", "unlock", "merge"]
RunState = Literal["waiting", "running", "done", "failed"]
MOST_NAMED: Final = 200
"""Objects that a run names one by one."""
STALLED: Final = timedelta(minutes=30)
"""A run without a step for so long has lost its message to the dead letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run. `spec` is what its kind needs to know, as JSON text; `after` is where it goes on.

    `done` objects of `total` were looked at; of them `changed` were changed, and `left` were not, because
    somebody changed them meanwhile. `changes` are the numbers of its entries in the change log.
    """

    id: str
    version: int
    kind: RunKind
    spec: str
    total: int
    created_at: datetime
    updated_at: datetime
    state: RunState = "waiting"
    step: int = 0
    after: str = ""
    done: int = 0
    changed: int = 0
    left: int = 0
    changes: tuple[int, ...] = ()
    problem: str | None = None
    undone_by: str | None = None
    """The run that undoes this one."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """What else its kind counts."""
    left_ids: tuple[str, ...] = ()
    """The first of those that were left."""
    asked_by: str = ""
    """The user who asked for it, for whom the system does the steps."""

    def state_at(self, at: datetime) -> RunState:
        """Give the state as it is to be shown: nobody should wait for a run that stands still."""
        open_ = self.state in {"waiting", "running"}
        return "failed" if open_ and at - self.updated_at > STALLED else self.state


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one step did, and where the next goes on: None at the end."""

    after: str | None
    done: int
    changed: int = 0
    left: int = 0
    problem: str | None = None
    """Why the run cannot go on."""
    counts: Mapping[str, int] = field(default_factory=dict)
    left_ids: tuple[str, ...] = ()


def advanced(run: Run, step: Step, *, change: int, at: datetime) -> Run:
    """Give a run after a step; `change` is the log entry that the step writes, 0 for none."""
    ended = step.after is None or step.problem is not None
    state: RunState = "running"
    if ended:
        state = "failed" if step.problem else "done"
    return replace(
        run,
        version=run.version + 1,
        updated_at=at,
        state=state,
        step=run.step + 1,
        after=step.after or "",
        done=run.done + step.done,
        changed=run.changed + step.changed,
        left=run.left + step.left,
        changes=(*run.changes, change) if change else run.changes,
        problem=step.problem,
        counts=Counter(run.counts) + Counter(step.counts),
        left_ids=(*run.left_ids, *step.left_ids)[:MOST_NAMED],
    )
