"""Putting accounts back: their versions grow with every posting, so what counts is the fields that changed."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.expenses.model.accounts import Account, in_range
from chalicelib.expenses.model.history import State, Touched
from chalicelib.expenses.model.undoing import Reason
from chalicelib.expenses.repository.accounts import Accounts
from chalicelib.expenses.service.undoing.common import Plan, Scene

_FIELDS = ("name", "archived", "opening_minor")


def plan(scene: Scene, touched: Touched) -> Plan | Reason:
    """Say how an account gets back to what it was, or why it cannot."""
    before, after = touched.before, touched.after
    if after is None or not scene.found.is_live("account", touched.id):
        return "not-undoable" if after is None else "changed-since"
    account = scene.found.account(touched.id)
    accounts = Accounts(scene.ctx)
    if before is None:
        if account.entries:
            return "in-use"
        return Plan(touched, lambda _: accounts.remove(account))
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    if not changed - {"balance_minor"} <= set(_FIELDS):
        return "not-undoable"
    fields = [name for name in _FIELDS if name in changed]
    if any(getattr(account, name) != after[name] for name in fields):
        return "changed-since"
    restored = _restored(account, {name: before[name] for name in fields})
    again = replace(restored, version=account.version + 1, updated_at=scene.ctx.now)
    return Plan(touched, lambda _: accounts.replace(account, again))


def _restored(account: Account, fields: State) -> Account:
    opening = fields.get("opening_minor", account.opening_minor)
    return replace(
        account,
        name=fields.get("name", account.name),
        archived=fields.get("archived", account.archived),
        opening_minor=opening,
        balance_minor=in_range(account.balance_minor + opening - account.opening_minor),
    )
