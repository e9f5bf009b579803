"""Taking accounts of a household along: who may, and what becomes of a transaction on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final, Literal

from chalicelib.expenses.commands import Taking
from chalicelib.expenses.model.accounts import Account
from chalicelib.expenses.model.transactions import Filing, Transaction

Mode = Literal["move", "copy"]
MOST_ROUNDS: Final = 20
"""How often a move goes through the ledger again while transactions keep coming to a closed account."""


def refusal(
    account: Account | None, *, user_id: str, mode: Mode, taken: bool, full: bool
) -> str | None:
    """Say why an account cannot be taken along, or None.

    Only who opened an account moves it away from the others; who could see it may copy it.
    """
    if account is None:
        return "account-not-found"
    if mode == "move" and account.opened_by != user_id:
        return "account-not-yours"
    if taken:
        return "already-taken"
    return "limit-reached" if full else None


def taken_account(account: Account, new_id: str, at: datetime) -> Account:
    """Give the account as it begins in the personal ledger: its transactions are still to come."""
    return replace(
        account,
        id=new_id,
        version=1,
        balance_minor=account.opening_minor,
        pending_minor=0,
        reconciliation_id=None,
        reconciled_on=None,
        entries=0,
        updated_at=at,
        made=None,
        opened_by=None,
    )


def taken_transaction(
    one: Transaction,
    *,
    new_id: str,
    account_id: str,
    payee_id: str,
    category_id: str | None,
    at: datetime,
) -> Transaction:
    """Give a transaction as it stands in the personal ledger: same amount, day and words."""
    filing = replace(one.filing, category_id=category_id)
    return replace(
        one,
        id=new_id,
        version=1,
        account_id=account_id,
        payee_id=payee_id,
        filing=filing if category_id is not None else Filing(category_id=None, by="none"),
        import_id=None,
        bank_ref=None,
        # the reconciliation stays behind, and with it what would unlock the transaction
        status="posted" if one.status == "reconciled" else one.status,
        reconciled_in=None,
        made=None,
        updated_at=at,
    )


def counted(takings: Iterable[Taking], more: dict[str, int]) -> tuple[Taking, ...]:
    """Add what a step took along of each account."""
    return tuple(
        replace(one, transactions=one.transactions + more.get(one.account_id, 0)) for one in takings
    )
