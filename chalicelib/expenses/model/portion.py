"""What of a transaction lies on some accounts only: what goes along with them, or stays without them.

A leg of a transfer whose other account is on the other side is an entry under "between own accounts" from
then on, so it still is no income and no expense. Links of refunds belong to the whole and are not kept.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from chalicelib.expenses.model.categories import default_id
from chalicelib.expenses.model.parts import Part
from chalicelib.expenses.model.transactions import Filing, Transaction
from chalicelib.expenses.model.transfers import Transfer
from chalicelib.kernel.ids import derived_id

BETWEEN_OWN: Final = default_id("own-accounts")


def portion(one: Transaction, accounts: Collection[str]) -> Transaction | None:
    """Give what of a transaction lies on some accounts: all of it, a piece, or None."""
    there = [account_id for account_id in one.accounts if account_id in accounts]
    if not there:
        return None
    if len(there) == len(one.accounts):
        return one
    alone = replace(one, refunds=(), refunded=(), absorbed="", rate=None, original=None)
    if one.transfer is not None:
        return _leg(alone, one.transfer, sends=one.account_id in accounts)
    kept = tuple(
        replace(part, account_id=part.account_id or one.account_id)
        for part in one.parts
        if (part.account_id or one.account_id) in accounts
    )
    return _of_parts(alone, kept)


def _leg(one: Transaction, transfer: Transfer, *, sends: bool) -> Transaction:
    plain = replace(one, transfer=None, filing=Filing(category_id=BETWEEN_OWN, by="user"))
    if not sends:
        return replace(
            plain,
            account_id=transfer.to_account_id,
            amount=transfer.received,
            booked_on=transfer.received_on or one.booked_on,
        )
    if transfer.fee is None:
        return plain
    sent = Part(id=derived_id(one.id, "sent"), category_id=BETWEEN_OWN, amount=one.amount)
    fee = Part(
        id=derived_id(one.id, "fee"), category_id=transfer.fee_category_id, amount=-transfer.fee
    )
    return replace(plain, amount=one.amount - transfer.fee, parts=(sent, fee))


def _of_parts(one: Transaction, kept: tuple[Part, ...]) -> Transaction | None:
    """Make a transaction of some parts; a single one needs no parts. Without any nothing lies there."""
    if not kept:
        return None
    home = kept[0].account_id or one.account_id
    amount = replace(one.amount, amount_minor=sum(part.amount.amount_minor for part in kept))
    if len(kept) == 1:
        filing = Filing(category_id=kept[0].category_id, by="user")
        return replace(one, account_id=home, amount=amount, parts=(), filing=filing)
    parts = tuple(
        replace(part, account_id=None if part.account_id == home else part.account_id)
        for part in kept
    )
    return replace(one, account_id=home, amount=amount, parts=parts)
