"""What a member may do with single accounts of a household; with one's own ledger everything.

The edge has compared the role with the route already. Here is decided what lies below: an account that a
member may not see is absent, one that they may only see refuses to be written.
"""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.expenses.errors import AccountNotFound, AccountReadOnly, TransactionNotFound
from chalicelib.expenses.model.transactions import Transaction
from chalicelib.kernel.context import Context
from chalicelib.kernel.roles import Role, covers


def sees(ctx: Context, account_id: str | None) -> bool:
    """Tell whether the caller may know of an account; of something without one only who sees all may."""
    return ctx.accounts is None or account_id in ctx.accounts


def require_account(ctx: Context, account_id: str, needed: Role) -> None:
    """Refuse an account that the caller does not see (`AccountNotFound`) or may not write to."""
    if ctx.accounts is None:
        return
    if account_id not in ctx.accounts:
        raise AccountNotFound
    if not covers(ctx.accounts[account_id], needed):
        raise AccountReadOnly


def sees_any(ctx: Context, accounts: Iterable[str]) -> bool:
    """Tell whether the caller may know of a transaction: of one that touches an account they see."""
    return any(sees(ctx, account_id) for account_id in accounts)


def require_transaction(ctx: Context, transaction: Transaction, needed: Role) -> None:
    """Refuse a transaction whose accounts the caller does not see, or may not all write to.

    One that touches an account of theirs is shown whole, because their balance is made of it; to change
    it takes the role on every account that it lies on.
    """
    if not sees_any(ctx, transaction.accounts):
        raise TransactionNotFound
    if needed == "viewer":
        return
    for account_id in transaction.accounts:
        if not sees(ctx, account_id):
            raise AccountReadOnly
        require_account(ctx, account_id, needed)
