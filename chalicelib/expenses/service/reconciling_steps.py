"""The steps of locking and unlocking: some dozens of transactions each, in one transaction with the run's state.

What is to be done is found in the index by day, which may lag, and then read by id. So each pass is followed by
a look at what does not lag, and by another pass while something is left.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from chalicelib.expenses.model.accounts import Account
from chalicelib.expenses.model.movements import Days
from chalicelib.expenses.model.reconciliations import (
    Reconciliation,
    State,
    advanced,
    compare,
    on_statement,
)
from chalicelib.expenses.model.runs import Run, Step
from chalicelib.expenses.model.transactions import Transaction, next_version
from chalicelib.expenses.repository.accounts import Accounts
from chalicelib.expenses.repository.movements import read_days
from chalicelib.expenses.repository.reconciliations import Reconciliations
from chalicelib.expenses.service import ledger
from chalicelib.expenses.service.reconciling import forget, live, of_run
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import NotFound

_AT_ONCE: Final = 40
"""Transactions of one step; each may lie in a month of its own."""
_MOST_PASSES: Final = 5
_LOOK: Final = "look"
"""In place of a cursor: the pass is through."""
_GONE: Final = Step(after=None, done=0, problem="reconciliation-gone")


def lock(ctx: Context, run: Run) -> Step:
    """Lock the next transactions of a statement, or look whether it is done."""
    try:
        account, one = of_run(ctx, run.spec)
    except NotFound:
        return _GONE
    if (one.state, one.run_id) != ("locking", run.id):
        return _GONE
    number, at = _place(run)
    days = read_days(ctx.owner, account.id, until=one.day)
    if at == _LOOK:
        return _looked(ctx, account, one, days, number)
    waiting = [day for day, moved in days.items() if moved.unreconciled and day <= one.day]
    if not waiting:
        return Step(after=_cursor(number, _LOOK), done=0)
    start = {"at": at} if at else None
    ids, resume = Reconciliations(ctx).to_lock(one, min(waiting), start=start, limit=_AT_ONCE)
    locked = _lock(ctx, one, ids)
    after = _cursor(number, resume["at"] if resume else _LOOK)
    return Step(after=after, done=locked, changed=locked)


def _lock(ctx: Context, one: Reconciliation, ids: list[str]) -> int:
    """Lock those that are on the statement as they are now, and count them."""
    chosen = [
        each for each in live(ctx, ids) if on_statement(one.account_id, each, one.day) is not None
    ]
    for each in chosen:
        locked = replace(each, status="reconciled", reconciled_in=one.id)
        ledger.correct(ctx, each, next_version(each, locked, ctx.now))
    if chosen:
        since = min(each.booked_on for each in chosen)
        after = replace(
            one,
            version=one.version + 1,
            locked=one.locked + len(chosen),
            since=min(since, one.since or since),
            updated_at=ctx.now,
        )
        Reconciliations(ctx).save(after, one)
    return len(chosen)


def _looked(ctx: Context, account: Account, one: Reconciliation, days: Days, number: int) -> Step:
    """Finish what is locked to the cent; what somebody changed meanwhile is open again, for people to look at."""
    found = compare(account, one, days, live(ctx, one.left_out))
    if found.unreconciled > 0 and number < _MOST_PASSES:
        return Step(after=_cursor(number + 1, ""), done=0)
    locked = compare(account, replace(one, state="finished"), days, ())
    state: State = "open" if locked.difference_minor else "finished"
    Reconciliations(ctx).save(advanced(one, state, at=ctx.now), one)
    if state == "finished":
        version = account.version + 1
        after = replace(account, reconciled_on=one.day, version=version, updated_at=ctx.now)
        Accounts(ctx).replace(account, after)
    return Step(after=None, done=0)


def unlock(ctx: Context, run: Run) -> Step:
    """Unlock the next transactions that a reconciliation locked, or take it away when none is left."""
    try:
        account, one = of_run(ctx, run.spec)
    except NotFound:
        return _GONE
    if (one.state, one.run_id) != ("unlocking", run.id):
        return _GONE
    number, at = _place(run)
    if at == _LOOK:
        if (one.locked > 0 or one.adjustments) and number < _MOST_PASSES:
            return Step(after=_cursor(number + 1, ""), done=0)
        forget(ctx, account, one)
        return Step(after=None, done=0)
    start = {"at": at} if at else None
    ids, resume = Reconciliations(ctx).to_unlock(one, start=start, limit=_AT_ONCE)
    unlocked = [_unlock(ctx, each) for each in live(ctx, ids) if each.reconciled_in == one.id]
    if unlocked:
        after = replace(
            one,
            version=one.version + 1,
            locked=one.locked - sum(each not in one.adjustments for each in unlocked),
            adjustments=tuple(each for each in one.adjustments if each not in unlocked),
            updated_at=ctx.now,
        )
        Reconciliations(ctx).save(after, one)
    cursor = _cursor(number, resume["at"] if resume else _LOOK)
    return Step(after=cursor, done=len(unlocked), changed=len(unlocked))


def _unlock(ctx: Context, one: Transaction) -> str:
    """Unlock a transaction, or take an adjustment back; give its id."""
    if one.source == "reconciliation":
        ledger.strike(ctx, one)
    else:
        status = "posted" if one.status == "reconciled" else one.status
        free = replace(one, status=status, reconciled_in=None)
        ledger.correct(ctx, one, next_version(one, free, ctx.now))
    return one.id


def _place(run: Run) -> tuple[int, str]:
    """Read which pass it is, counted from 1, and where it goes on."""
    number, _, at = run.after.partition("|")
    return int(number or 1), at


def _cursor(number: int, at: str) -> str:
    return f"{number}|{at}"
