"""Putting templates back as they were said, not where they stood: what they made since is not made again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from chalicelib.expenses.model.history import State, Touched
from chalicelib.expenses.model.recurring import Recurring, from_today
from chalicelib.expenses.model.undoing import Reason
from chalicelib.expenses.repository.recurring import (
    Recurrings,
    logged_recurring,
    recurring_from,
    recurring_of,
)
from chalicelib.expenses.repository.suggestions import Suggestions
from chalicelib.expenses.service.undoing.common import Plan, Scene

_PLACE: Final = frozenset({"next_on", "through", "stopped", "variations"})
"""How far the schedule has got, and what is over by then: no part of what somebody said."""


def plan(scene: Scene, touched: Touched) -> Plan | Reason:
    """Say how a template gets back to what it was, or why it cannot."""
    now = None
    if scene.found.is_live("recurring", touched.id):
        now = recurring_of(scene.found.live("recurring", touched.id), scene.ctx.vault)
    if not _is_as_made(scene, touched, now):
        return "changed-since"
    kept = Recurrings(scene.ctx)
    if touched.before is None:
        return "not-undoable" if now is None else Plan(touched, lambda _: kept.remove(now))
    if touched.after is not None and touched.before["through"] != touched.after["through"]:
        return "not-undoable"  # the schedule went on: its transactions are what there is to undo
    version = scene.version_of(touched)
    before = recurring_from(touched.before, touched.id, now=now, at=scene.ctx.now)
    again = replace(_placed(before, now, scene.ctx.now), version=version + 1)
    return Plan(touched, lambda _: kept.save(again, now, over=version))


def _placed(before: Recurring, now: Recurring | None, at: datetime) -> Recurring:
    """Go on where it stands, what is due included; from today where its days are others or it rested."""
    if now is None or now.stopped or (before.rule, before.paused) != (now.rule, now.paused):
        return from_today(before, at)
    return replace(before, next_on=now.next_on)


def _is_as_made(scene: Scene, touched: Touched, now: Recurring | None) -> bool:
    """Tell whether a template says what the change made it say; a deletion must be the last that happened."""
    if touched.after is None:
        return now is None and scene.version_of(touched) in {touched.version, 0}
    return now is not None and _said(logged_recurring(now)) == _said(touched.after)


def _said(state: State) -> State:
    return {name: value for name, value in state.items() if name not in _PLACE}


def plan_suggestion(scene: Scene, touched: Touched) -> Plan | Reason:
    """Say how a dismissed suggestion may come again, or is dismissed again."""
    there = scene.found.raw("suggestion", touched.id) is not None
    if there != (touched.op != "delete"):
        return "changed-since"
    kept = Suggestions(scene.ctx)
    act = kept.recall if there else kept.dismiss
    return Plan(touched, lambda _: act(touched.id))
