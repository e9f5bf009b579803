"""The one place where a transaction and its account's balance move together, and where that is told."""

from __future__ import annotations

from chalicelib.expenses.events import TransactionChanged, TransactionRecorded, TransactionRemoved
from chalicelib.expenses.model.accounts import in_range
from chalicelib.expenses.model.transactions import Transaction
from chalicelib.expenses.repository.accounts import Accounts
from chalicelib.expenses.repository.lookup import look_up
from chalicelib.expenses.repository.transactions import Transactions
from chalicelib.kernel.context import Context
from chalicelib.kernel.currencies import CRYPTO_EXPONENTS


def enter(ctx: Context, transaction: Transaction) -> None:
    """Book a new transaction and tell `TransactionRecorded`."""
    Transactions(ctx).add(transaction)
    _post(ctx, transaction, transaction.amount.amount_minor, entries=1)
    fact = TransactionRecorded(
        transaction_id=transaction.id, posting=transaction.posting, source=transaction.source
    )
    ctx.commit.tell(fact, subject=transaction.id)


def correct(ctx: Context, before: Transaction, after: Transaction) -> None:
    """Book an edited transaction; tell `TransactionChanged` when a sum changes by it."""
    Transactions(ctx).replace(before, after)
    if before.posting == after.posting:
        return
    was, now = before.amount.amount_minor, after.amount.amount_minor
    if before.account_id != after.account_id:
        _post(ctx, before, -was, entries=-1)
        _post(ctx, after, now, entries=1)
    elif was != now:
        _post(ctx, after, now - was, entries=0)
    fact = TransactionChanged(transaction_id=after.id, before=before.posting, after=after.posting)
    ctx.commit.tell(fact, subject=after.id)


def strike(ctx: Context, transaction: Transaction) -> None:
    """Take a transaction out of the books and tell `TransactionRemoved`."""
    Transactions(ctx).remove(transaction)
    _post(ctx, transaction, -transaction.amount.amount_minor, entries=-1)
    fact = TransactionRemoved(transaction_id=transaction.id, posting=transaction.posting)
    ctx.commit.tell(fact, subject=transaction.id)


def _post(ctx: Context, transaction: Transaction, change_minor: int, *, entries: int) -> None:
    """Move the balance; only of coins could it outgrow the store, so only then is it read."""
    if transaction.amount.currency in CRYPTO_EXPONENTS:
        account = look_up(ctx, account=[transaction.account_id]).account(transaction.account_id)
        in_range(account.balance_minor + change_minor)
    Accounts(ctx).post(transaction.account_id, change_minor, postings=1, entries=entries)
