"""Runs on the wire: a job that can be polled."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Self

from pydantic import ConfigDict
from pydantic.config import JsonDict

from chalicelib.expenses.model.runs import Run, RunKind, RunState
from chalicelib.expenses.schemas.common import EXAMPLE_ID, EXAMPLE_TIME, Instant
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.wire import Id, Progress, Wire

_RUN: Final[JsonDict] = {
    "id": EXAMPLE_ID,
    "version": 4,
    "kind": "bulk-edit",
    "state": "done",
    "progress": {"done": 120, "total": 120},
    "result": {"changed": 118, "left": 2},
    "problem": None,
    "undone_by": None,
    "created_at": EXAMPLE_TIME,
    "updated_at": EXAMPLE_TIME,
}


class RunResult(Wire):
    """What a run came to: objects `changed`, and those `left` because somebody changed them meanwhile."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"changed": 118, "left": 2}]})

    changed: int
    left: int


class RunOut(Wire):
    """A run over many transactions; poll it until it is done or failed. `undone_by` is the run that undoes it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RUN]})

    id: Id
    version: int
    kind: RunKind
    state: RunState
    progress: Progress
    result: RunResult | None
    problem: str | None
    undone_by: Id | None
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, run: Run, at: datetime) -> Self:
        """Write a run as it stands at an instant."""
        state = run.state_at(at)
        ended = state in {"done", "failed"}
        stalled = "stalled" if state != run.state else None
        return cls(
            id=run.id,
            version=run.version,
            kind=run.kind,
            state=state,
            progress=Progress(done=run.done, total=run.total),
            result=RunResult(changed=run.changed, left=run.left) if ended else None,
            problem=run.problem or stalled,
            undone_by=run.undone_by,
            created_at=rfc3339(run.created_at),
            updated_at=rfc3339(run.updated_at),
        )
