"""Taking accounts of a household along: who may, and what becomes of a transaction on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from datetime import datetime
from typing import Final, Literal

from chalicelib.expenses.commands import Taking
from chalicelib.expenses.model.accounts import Account
from chalicelib.expenses.model.parts import Part
from chalicelib.expenses.model.transactions import Filing, Transaction
from chalicelib.expenses.model.transfers import Transfer
from chalicelib.kernel.values import dataclass

Mode = Literal["move", "copy"]
NOT_FILED: Final = Filing(category_id=None, by="none")
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
        entries=0,
        updated_at=at,
        made=None,
        opened_by=None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIds:
    """What an object of the household is called in the personal ledger.

    `transactions` are those whose refund links go along; other links stay behind.
    """

    accounts: Mapping[str, str]
    category: Callable[[str | None], str | None]
    transactions: Mapping[str, str] = field(default_factory=dict)


def taken_transaction(
    one: Transaction, *, new_id: str, payee_id: str, ids: NewIds, at: datetime
) -> Transaction:
    """Give a transaction as it stands in the personal ledger: same amounts, days and words."""
    category_id = ids.category(one.filing.category_id)
    filing = replace(one.filing, category_id=category_id)
    return _linked(
        replace(
            one,
            id=new_id,
            version=1,
            account_id=ids.accounts[one.account_id],
            payee_id=payee_id,
            # a transfer has no category, and that is nothing to be guessed
            filing=filing if category_id is not None or one.transfer else NOT_FILED,
            parts=tuple(_part(part, ids) for part in one.parts),
            transfer=_transfer(one.transfer, ids) if one.transfer else None,
            absorbed="",
            import_id=None,
            bank_ref=None,
            # the reconciliation stays behind, and with it what would unlock the transaction
            status="posted" if one.status == "reconciled" else one.status,
            reconciled_in=None,
            made=None,
            updated_at=at,
        ),
        ids,
    )


def _part(part: Part, ids: NewIds) -> Part:
    return replace(
        part,
        account_id=ids.accounts[part.account_id] if part.account_id else None,
        category_id=ids.category(part.category_id),
    )


def _transfer(transfer: Transfer, ids: NewIds) -> Transfer:
    return replace(
        transfer,
        to_account_id=ids.accounts[transfer.to_account_id],
        fee_category_id=ids.category(transfer.fee_category_id),
    )


def _linked(one: Transaction, ids: NewIds) -> Transaction:
    """Give the links of refunds that go along, under their new ids."""
    return replace(
        one,
        refunds=tuple(
            replace(link, transaction_id=ids.transactions[link.transaction_id])
            for link in one.refunds
            if link.transaction_id in ids.transactions
        ),
        refunded=tuple(
            replace(back, refund_id=ids.transactions[back.refund_id])
            for back in one.refunded
            if back.refund_id in ids.transactions
        ),
    )


def counted(takings: Iterable[Taking], more: dict[str, int]) -> tuple[Taking, ...]:
    """Add what a step took along of each account."""
    return tuple(
        replace(one, transactions=one.transactions + more.get(one.account_id, 0)) for one in takings
    )
