"""Runs: work over many transactions that the ledger orders itself, step after step.

A step, the run's new state and the order for the next step are one transaction, so a crash anywhere repeats a
step that finds its inbox mark, or none of it. Whoever has work of this shape gives `go_on` a stepper.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TypeAlias

from chalicelib.expenses.commands import RunMore
from chalicelib.expenses.errors.runs import RunNotFound, RunUnderWay
from chalicelib.expenses.model.runs import Run, RunKind, Step, advanced
from chalicelib.expenses.repository.runs import Runs
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import new_id

Stepper: TypeAlias = Callable[[Context, Run], Step]
"""Does the next stretch of a run within the unit of work; what can never work is the step's `problem`."""


def start(
    ctx: Context,
    kind: RunKind,
    spec: Mapping[str, object],
    *,
    total: int,
    begun: bool = False,
) -> Run:
    """Make a run and order its first step; where it is `begun`, what this unit of work changes is part of it."""
    run = _new(ctx, kind, spec, total=total)
    if begun:
        run = replace(run, changes=(ctx.commit.sequence,))
    Runs(ctx).save(run)
    _order(ctx, run)
    return run


def _new(ctx: Context, kind: RunKind, spec: Mapping[str, object], *, total: int) -> Run:
    return Run(
        id=new_id(),
        version=1,
        kind=kind,
        spec=json.dumps(spec, separators=(",", ":"), sort_keys=True),
        total=total,
        created_at=ctx.now,
        updated_at=ctx.now,
        asked_by=ctx.actor.user_id,
    )


def finished(ctx: Context, kind: RunKind, spec: Mapping[str, object], *, changed: int) -> Run:
    """Make a run of what this unit of work does at once: it can be read and undone like any other."""
    run = replace(
        _new(ctx, kind, spec, total=changed),
        state="done",
        done=changed,
        changed=changed,
        changes=(ctx.commit.sequence,) if changed else (),
    )
    Runs(ctx).save(run)
    return run


def read(ctx: Context, run_id: str, kinds: Collection[RunKind]) -> Run:
    """Give a run of certain kinds; raises `RunNotFound`."""
    run = Runs(ctx).get(run_id)
    if run.kind not in kinds:
        raise RunNotFound
    return run


def undo(ctx: Context, run_id: str, kinds: Collection[RunKind]) -> Run:
    """Undo what a run did, in a run of its own; again gives the same one. Refuses one that is under way."""
    run = read(ctx, run_id, kinds)
    if run.undone_by is not None:
        return Runs(ctx).get(run.undone_by)
    if run.state_at(ctx.now) in {"waiting", "running"}:
        raise RunUnderWay
    spec = {"of": run.id, "changes": list(reversed(run.changes))}
    undoing = start(ctx, "undo", spec, total=run.changed)
    after = replace(run, version=run.version + 1, undone_by=undoing.id, updated_at=ctx.now)
    Runs(ctx).save(after)
    return undoing


def go_on(ctx: Context, order: RunMore, steppers: Mapping[RunKind, Stepper]) -> None:
    """Do the next step of a run, and order the one after it; an order that comes late does nothing."""
    run = Runs(ctx).get(order.run_id)
    if run.step != order.step or run.state not in {"waiting", "running"}:
        return
    ctx.commit.on_behalf(run.asked_by)
    step = steppers[run.kind](ctx, run)
    after = advanced(run, step, change=ctx.commit.sequence if step.changed else 0, at=ctx.now)
    Runs(ctx).save(after)
    if after.state == "running":
        _order(ctx, after)


def _order(ctx: Context, run: Run) -> None:
    ctx.commit.order(RunMore(run_id=run.id, step=run.step), subject=run.id)
