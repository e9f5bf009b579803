"""Undoing a change: each of its objects is put back through the ordinary services, if nobody touched it since.

So balances and sums follow, and what undoing does is a change like any other: it can be undone itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from chalicelib.expenses.errors.changes import ChangeNotFound, NotUndoable
from chalicelib.expenses.model.history import Entry, Touched
from chalicelib.expenses.model.runs import Run, Step
from chalicelib.expenses.model.undoing import Left, Reason, Undone
from chalicelib.expenses.repository.changes import ChangeLog, change_id, number_of
from chalicelib.expenses.repository.lookup import look_up
from chalicelib.expenses.service.ledger import Together
from chalicelib.expenses.service.undoing import accounts, recurring, setup, transactions
from chalicelib.expenses.service.undoing.common import Plan, Scene
from chalicelib.kernel.context import Context

_Planner: TypeAlias = Callable[[Scene, Touched], Plan | Reason]
_PLANNERS: Final[Mapping[str, _Planner]] = {
    "transaction": transactions.plan,
    "account": accounts.plan,
    "category": setup.plan_category,
    "rule": setup.plan_rule,
    "recurring": recurring.plan,
    "suggestion": recurring.plan_suggestion,
    "search": setup.plan_search,
}


def undo_change(ctx: Context, identity: str) -> Undone:
    """Undo a change by its id. Objects that were touched since are left, and said to be.

    Raises `ChangeNotFound`, and `NotUndoable` for changes of a kind that it cannot bring back.
    """
    return undo_entry(ctx, ChangeLog(ctx).get(number_of(ctx.vault, identity)))


def undo_entry(ctx: Context, entry: Entry) -> Undone:
    """Undo an entry of the change log within the unit of work."""
    kinds = {one.kind for one in entry.touched}
    strange = sorted(kinds - _PLANNERS.keys())
    if strange:
        raise NotUndoable(f"it changes a {strange[0]}")
    if {"account", "transaction"} <= kinds:
        raise NotUndoable("it changes an account together with transactions")
    plans, left = _planned(ctx, entry)
    new_id = change_id(ctx.vault, ctx.commit.sequence)
    together = Together() if len(plans) > 1 else None
    for plan in plans:
        plan.do(together)
    if together is not None:
        together.tell(ctx, new_id)
    return Undone(
        change_id=new_id if plans else None,
        undone=tuple((plan.touched.kind, plan.touched.id) for plan in plans),
        left=tuple(left),
    )


def _planned(ctx: Context, entry: Entry) -> tuple[list[Plan], list[Left]]:
    scene = Scene(ctx, entry, look_up(ctx, **_wanted(entry)))
    plans: list[Plan] = []
    left: list[Left] = []
    for touched in entry.touched:
        plan = _PLANNERS[touched.kind](scene, touched)
        if isinstance(plan, Plan):
            plans.append(plan)
        else:
            left.append(Left(kind=touched.kind, id=touched.id, reason=plan))
    if left and any(plan.linked for plan in plans):
        # a link has two ends, and one of them stays
        left += [Left(kind=one.touched.kind, id=one.touched.id, reason="linked") for one in plans]
        plans = []
    return plans, left


def _wanted(entry: Entry) -> dict[str, list[str]]:
    """Name what there is now of an entry's objects, and the accounts that they lay on."""
    wanted: dict[str, list[str]] = {}
    for touched in entry.touched:
        wanted.setdefault(touched.kind, []).append(touched.id)
        if touched.kind == "transaction" and touched.before is not None:
            wanted.setdefault("account", []).extend(transactions.accounts_of(touched.before))
    return {kind: list(dict.fromkeys(ids)) for kind, ids in wanted.items()}


def undo_step(ctx: Context, run: Run) -> Step:
    """Undo the next of the changes that a run made, the newest first."""
    numbers: list[int] = json.loads(run.spec)["changes"]
    if run.step >= len(numbers):
        return Step(after=None, done=0)
    try:
        undone = undo_entry(ctx, ChangeLog(ctx).get(numbers[run.step]))
    except (ChangeNotFound, NotUndoable) as refusal:
        return Step(after=None, done=0, problem=refusal.slug)
    place = run.step + 1
    return Step(
        after=str(place) if place < len(numbers) else None,
        done=len(undone.undone) + len(undone.left),
        changed=len(undone.undone),
        left=len(undone.left),
        left_ids=tuple(one.id for one in undone.left),
    )
