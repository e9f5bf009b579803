"""The one place where a transaction and its accounts' balances move together, and where that is told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import field

from chalicelib.expenses.events import (
    Posting,
    TransactionChanged,
    TransactionRecorded,
    TransactionRemoved,
    TransactionsRevised,
)
from chalicelib.expenses.model.accounts import in_range
from chalicelib.expenses.model.importing import totals
from chalicelib.expenses.model.movements import difference, pending_by_account
from chalicelib.expenses.model.refunding import linked_to, without_links
from chalicelib.expenses.model.transactions import Transaction, moved, next_version
from chalicelib.expenses.repository.accounts import Accounts
from chalicelib.expenses.repository.lookup import look_up
from chalicelib.expenses.repository.movements import Movements
from chalicelib.expenses.repository.transactions import FOR_GOOD, Leaving, Transactions
from chalicelib.expenses.service.attachments import forget
from chalicelib.kernel.context import Context
from chalicelib.kernel.currencies import CRYPTO_EXPONENTS
from chalicelib.kernel.values import dataclass


@dataclass(slots=True)
class Together:
    """Bookings of many transactions that are told as one fact with their totals, never as one a row."""

    before: list[Posting] = field(default_factory=list)
    after: list[Posting] = field(default_factory=list)

    def tell(self, ctx: Context, job_id: str) -> None:
        """Tell `TransactionsRevised`, if any sum changes."""
        was, now = totals(self.before), totals(self.after)
        if was != now:
            fact = TransactionsRevised(
                job_id=job_id, before=was, after=now, change=ctx.commit.sequence
            )
            ctx.commit.tell(fact, subject=job_id)


def enter(ctx: Context, transaction: Transaction, together: Together | None = None) -> None:
    """Book a new transaction and tell `TransactionRecorded`; a planned one moves and tells nothing."""
    Transactions(ctx).add(transaction)
    _move(ctx, None, transaction)
    _tell(ctx, None, transaction, together)


def revive(ctx: Context, transaction: Transaction, together: Together | None = None) -> None:
    """Book a deleted transaction again under its own id: its version is the tombstone's plus one."""
    Transactions(ctx).add(transaction, over=transaction.version - 1)
    _move(ctx, None, transaction)
    _tell(ctx, None, transaction, together)


def correct(
    ctx: Context, before: Transaction, after: Transaction, together: Together | None = None
) -> None:
    """Book an edited transaction; tell `TransactionChanged` when a sum changes by it."""
    Transactions(ctx).replace(before, after)
    _move(ctx, before, after)
    _tell(ctx, before, after, together)


def strike(
    ctx: Context,
    transaction: Transaction,
    together: Together | None = None,
    *,
    keeping: Collection[str] = frozenset(),
    leaving: Leaving = FOR_GOOD,
    bare: bool = False,
) -> None:
    """Take a transaction out of the books and tell `TransactionRemoved`, unless it was only planned.

    What is linked to it as refund or purchase is so no longer, and counts whole again, but for those in
    `keeping`: the caller sees to these. `bare` says that nobody attached anything, so that nobody looks.
    """
    release(ctx, transaction, together, keeping=keeping)
    Transactions(ctx).remove(transaction, leaving)
    if not bare:
        forget(ctx, transaction)
    _move(ctx, transaction, None)
    _tell(ctx, transaction, None, together)


def _tell(
    ctx: Context,
    before: Transaction | None,
    after: Transaction | None,
    together: Together | None,
) -> None:
    """Tell what a booking changes about sums, at once or `together` with others."""
    was, now = before.postings if before else (), after.postings if after else ()
    if was == now:
        return
    if together is not None:
        together.before += was
        together.after += now
        return
    fact = _fact(before, after)
    ctx.commit.tell(fact, subject=fact.transaction_id)


def _fact(
    before: Transaction | None, after: Transaction | None
) -> TransactionRecorded | TransactionChanged | TransactionRemoved:
    if before is not None and after is not None:
        return TransactionChanged(
            transaction_id=after.id, before=before.postings, after=after.postings
        )
    if after is not None:
        return TransactionRecorded(
            transaction_id=after.id, postings=after.postings, source=after.source
        )
    if before is not None:
        return TransactionRemoved(transaction_id=before.id, postings=before.postings)
    raise ValueError("a booking has a transaction before it, or after it")


def release(
    ctx: Context,
    transaction: Transaction,
    together: Together | None = None,
    *,
    keeping: Collection[str] = frozenset(),
) -> None:
    """Take the links to a transaction off the other sides, but for `keeping`; one that is gone has none."""
    others = [identity for identity in linked_to(transaction) if identity not in keeping]
    if not others:
        return
    found = look_up(ctx, transaction=others)
    for identity in others:
        if found.is_live("transaction", identity):
            before = found.transaction(identity)
            after = next_version(before, without_links(before, transaction.id), ctx.now)
            if after is not before:
                correct(ctx, before, after, together)


def _move(ctx: Context, before: Transaction | None, after: Transaction | None) -> None:
    """Move the balance of each account by the difference, on its day, and count on which accounts it lies now."""
    was, now = moved(before), moved(after)
    changes, movements = difference(before, after), Movements(ctx)
    movements.check(changes)
    pending = pending_by_account(changes)
    for account_id in {**was, **now}:
        amount = now.get(account_id, 0) - was.get(account_id, 0)
        entries = (account_id in now) - (account_id in was)
        if amount or entries or pending.get(account_id):
            coins = _in_coins(before, after, account_id)
            _check_range(ctx, account_id, amount, coins=coins)
            Accounts(ctx).post(
                account_id,
                amount,
                postings=1,
                entries=entries,
                pending=pending.get(account_id, 0),
            )
    movements.add(changes)


def _in_coins(before: Transaction | None, after: Transaction | None, account_id: str) -> bool:
    postings = (*(before.postings if before else ()), *(after.postings if after else ()))
    return any(
        one.account_id == account_id and one.currency in CRYPTO_EXPONENTS for one in postings
    )


def _check_range(ctx: Context, account_id: str, change_minor: int, *, coins: bool) -> None:
    """Refuse a balance that the store cannot hold; only of coins could it be, so only then is it read."""
    if coins:
        account = look_up(ctx, account=[account_id]).account(account_id)
        in_range(account.balance_minor + change_minor)
