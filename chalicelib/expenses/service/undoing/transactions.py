"""Putting transactions back, through the ledger: balances and sums follow as with any edit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from chalicelib.expenses.errors import TransactionReconciled
from chalicelib.expenses.model.history import State, Touched
from chalicelib.expenses.model.refunding import linked_to
from chalicelib.expenses.model.reverting import is_same
from chalicelib.expenses.model.transactions import Transaction, check_lock
from chalicelib.expenses.model.undoing import Reason
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.logged import transaction_from
from chalicelib.expenses.service import ledger
from chalicelib.expenses.service.undoing.common import Plan, Scene


def accounts_of(state: State) -> tuple[str, ...]:
    """Give the accounts that a logged version lay on."""
    return transaction_from(state, "").accounts


def plan(scene: Scene, touched: Touched) -> Plan | Reason:
    """Say how a transaction gets back to what it was, or why it cannot."""
    item = scene.found.raw("transaction", touched.id)
    if item is None:
        return "changed-since"
    now = None if table.is_deleted(item) else scene.found.transaction(touched.id)
    last = table.number(item, "change") if "change" in item else 0
    if not _is_as_made(touched, now, last=last == scene.entry.number):
        return "changed-since"
    before = None
    if touched.before is not None:
        version = table.number(item, "version") + 1
        before = transaction_from(touched.before, touched.id, version=version)
        before = replace(before, updated_at=scene.ctx.now, change=last)
        gone = _misplaced(scene, before, () if now is None else now.accounts)
        if gone is not None:
            return gone
    return _with(scene, touched, now, before)


def _is_as_made(touched: Touched, now: Transaction | None, *, last: bool) -> bool:
    """Tell whether a transaction is what the change made of it: what was done since has been undone, too.

    Of a deleted one nothing is left to compare, so the deletion must be the `last` that happened.
    """
    if touched.after is None:
        return now is None and last
    return now is not None and is_same(now, transaction_from(touched.after, now.id))


def _with(
    scene: Scene, touched: Touched, now: Transaction | None, before: Transaction | None
) -> Plan | Reason:
    linked = _links(now) != _links(before)
    if now is None:
        if before is None:
            return "not-undoable"
        return Plan(touched, lambda told: ledger.revive(scene.ctx, before, told), linked)
    try:
        check_lock(now, before)
    except TransactionReconciled:
        return "reconciled"
    if before is None:
        # what it is linked with was linked by the same change, so that side has a plan of its own
        links = linked_to(now)
        return Plan(
            touched, lambda told: ledger.strike(scene.ctx, now, told, keeping=links), linked
        )
    return Plan(touched, lambda told: ledger.correct(scene.ctx, now, before, told), linked)


def _links(one: Transaction | None) -> tuple[object, ...]:
    """Give what ties a transaction to others."""
    return ((), (), "") if one is None else (one.refunds, one.refunded, one.absorbed)


def _misplaced(scene: Scene, before: Transaction, present: Iterable[str]) -> Reason | None:
    """Say why a version cannot stand where it stood: an account is gone, or closed to what is new."""
    for account_id in set(before.accounts) - set(present):
        if not scene.found.is_live("account", account_id):
            return "account-gone"
        if scene.found.account(account_id).archived:
            return "account-archived"
    return None
