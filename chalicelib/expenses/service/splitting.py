"""Taking accounts of a household along into one's own ledger, step by step, each step in one transaction.

The unit of work is the person's, the household's stands beside it: a transaction leaves the one ledger and
arrives in the other, with both balances, both change logs and both facts, or nothing happens. A step orders
the next one, so a crash anywhere repeats a step that finds its inbox mark, or none of it. Texts are sealed
anew under the person's key; ids are derived by it, so a step that comes again finds what is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from chalicelib.expenses.commands import SPLIT_CHUNK, SplitMore, Taking
from chalicelib.expenses.model.accounts import MAX_ACCOUNTS_OWNED, Account
from chalicelib.expenses.model.splitting import (
    MOST_ROUNDS,
    counted,
    refusal,
    taken_account,
)
from chalicelib.expenses.repository.accounts import Accounts
from chalicelib.expenses.repository.lookup import look_up
from chalicelib.expenses.repository.splitting import next_transactions
from chalicelib.expenses.service.category_mapping import derived
from chalicelib.expenses.service.taking import TakingStep
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import NotFound
from chalicelib.kernel.owners import HOUSEHOLD, Owner
from chalicelib.users.commands import SplitAdvanced, TakenAlong
from chalicelib.users.events import SplitRequested


def begin(ctx: Context, fact: SplitRequested) -> None:
    """Open the accounts in the person's ledger and, for a move, close them in the household's."""
    side = _side(ctx, fact.household_id)
    if not _has_key(side):
        gone = tuple(_refused(account_id, "household-gone") for account_id in fact.accounts)
        _end(ctx, fact.split_id, step=1, total=0, takings=gone)
        return
    takings, total = _opened(ctx, side, fact)
    first = SplitMore(
        split_id=fact.split_id,
        household_id=fact.household_id,
        mode=fact.mode,
        takings=takings,
        after="",
        ending=False,
        step=1,
        round=1,
        total=total,
    )
    _go_on(ctx, first)


def _opened(ctx: Context, side: Context, fact: SplitRequested) -> tuple[tuple[Taking, ...], int]:
    """Open what may be taken, and give it with what may not, and how many transactions there are."""
    new_ids = {one: derived(ctx, fact.household_id, "account", one) for one in fact.accounts}
    theirs, ours = look_up(side, account=fact.accounts), look_up(ctx, account=new_ids.values())
    room = MAX_ACCOUNTS_OWNED - Accounts(ctx).count(most=MAX_ACCOUNTS_OWNED)
    takings: list[Taking] = []
    total = 0
    for account_id, new_id in new_ids.items():
        account = theirs.account(account_id) if theirs.is_live("account", account_id) else None
        problem = refusal(
            account,
            user_id=fact.user_id,
            mode=fact.mode,
            taken=ours.raw("account", new_id) is not None,
            full=room <= 0,
        )
        if account is None or problem is not None:
            takings.append(_refused(account_id, problem or "account-not-found"))
            continue
        room -= 1
        total += account.entries
        takings.append(_open(ctx, side, account, new_id, closing=fact.mode == "move"))
    return tuple(takings), total


def _open(ctx: Context, side: Context, account: Account, new_id: str, *, closing: bool) -> Taking:
    """Open an account in the person's ledger and, when `closing`, close the household's to what is new."""
    Accounts(ctx).add(taken_account(account, new_id, ctx.now))
    if closing and not account.archived:
        closed = replace(account, archived=True, version=account.version + 1, updated_at=ctx.now)
        Accounts(side).replace(account, closed)
    return Taking(
        account_id=account.id,
        new_id=new_id,
        archived=account.archived,
        transactions=0,
        problem=None,
    )


def go_on(ctx: Context, order: SplitMore) -> None:
    """Take the next transactions along, or end the job; orders the step after it."""
    side = _side(ctx, order.household_id)
    if not _has_key(side):
        gone = tuple(_stopped(one, "household-gone") for one in order.takings)
        _end(ctx, order.split_id, step=order.step, total=order.total, takings=gone)
    elif order.ending:
        _finish(ctx, side, order)
    else:
        _take(ctx, side, order)


def _take(ctx: Context, side: Context, order: SplitMore) -> None:
    takings = _still_there(ctx, order.takings)
    targets = {one.account_id: one.new_id for one in takings if one.new_id is not None}
    found, last = next_transactions(side, frozenset(targets), after=order.after, limit=SPLIT_CHUNK)
    step = TakingStep(ctx, side, targets, moves=order.mode == "move")
    done, taken = step.take(found)
    after = last if done == len(found) else found[done - 1].id
    _go_on(
        ctx,
        replace(
            order,
            takings=counted(takings, taken),
            after=after or "",
            ending=after is None,
        ),
    )


def _still_there(ctx: Context, takings: tuple[Taking, ...]) -> tuple[Taking, ...]:
    """Stop with an account that the person deleted again while the job ran."""
    found = look_up(ctx, account=[one.new_id for one in takings if one.new_id])
    return tuple(
        one
        if one.new_id is None or found.is_live("account", one.new_id)
        else _stopped(one, "account-deleted")
        for one in takings
    )


def _finish(ctx: Context, side: Context, order: SplitMore) -> None:
    """End the job; a move goes through the ledger again while an account is not empty."""
    if order.mode == "copy":
        _end(ctx, order.split_id, step=order.step, total=order.total, takings=order.takings)
        return
    found = look_up(side, account=[one.account_id for one in order.takings])
    there = {
        one.account_id: found.account(one.account_id)
        for one in order.takings
        if found.is_live("account", one.account_id)
    }
    busy = [one for one in order.takings if one.new_id and _entries(there, one)]
    if busy and order.round < MOST_ROUNDS:
        _go_on(ctx, replace(order, after="", ending=False, round=order.round + 1))
        return
    for one in order.takings:
        if one.account_id in there:
            _close(side, there[one.account_id], one)
    takings = tuple(_stopped(one, "still-in-use") if one in busy else one for one in order.takings)
    _end(ctx, order.split_id, step=order.step, total=order.total, takings=takings)


def _entries(there: Mapping[str, Account], one: Taking) -> int:
    account = there.get(one.account_id)
    return account.entries if account else 0


def _close(side: Context, account: Account, one: Taking) -> None:
    """Delete a moved account that is empty; open one again whose move was stopped."""
    if one.new_id and not account.entries:
        Accounts(side).remove(account)
    elif one.problem == "account-deleted" and account.archived != one.archived:
        opened = replace(
            account,
            archived=one.archived,
            version=account.version + 1,
            updated_at=side.now,
        )
        Accounts(side).replace(account, opened)


def _go_on(ctx: Context, order: SplitMore) -> None:
    ctx.commit.order(replace(order, step=order.step + 1), subject=order.split_id)
    _tell(ctx, order.split_id, step=order.step, total=order.total, takings=order.takings)


def _end(
    ctx: Context, split_id: str, *, step: int, total: int, takings: tuple[Taking, ...]
) -> None:
    result = tuple(
        TakenAlong(
            account_id=one.account_id,
            new_account_id=one.new_id,
            transactions=one.transactions,
            problem=one.problem,
        )
        for one in takings
    )
    _tell(ctx, split_id, step=step, total=total, takings=takings, result=result)


def _tell(
    ctx: Context,
    split_id: str,
    *,
    step: int,
    total: int,
    takings: tuple[Taking, ...],
    result: tuple[TakenAlong, ...] | None = None,
) -> None:
    order = SplitAdvanced(
        split_id=split_id,
        step=step,
        done=sum(one.transactions for one in takings),
        total=total,
        taken=result,
    )
    ctx.commit.order(order, subject=split_id)


def _side(ctx: Context, household_id: str) -> Context:
    owner = Owner(HOUSEHOLD, household_id)
    return replace(ctx, owner=owner, commit=ctx.commit.beside(owner))


def _has_key(side: Context) -> bool:
    """A household whose key was destroyed has no data any more."""
    try:
        return side.vault is not None
    except NotFound:
        return False


def _refused(account_id: str, problem: str) -> Taking:
    return Taking(
        account_id=account_id, new_id=None, archived=False, transactions=0, problem=problem
    )


def _stopped(one: Taking, problem: str) -> Taking:
    return one if one.problem else replace(one, new_id=None, problem=problem)
