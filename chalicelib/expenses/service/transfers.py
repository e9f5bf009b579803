"""Transfers between the owner's accounts: entered, changed, and made of two imported rows."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.expenses.errors import (
    BadLegs,
    NotATransfer,
    TransferUncategorised,
    WrongCurrency,
)
from chalicelib.expenses.model.accounts import Account, accept
from chalicelib.expenses.model.legs import (
    BETWEEN_OWN,
    Absorbed,
    SaidByFile,
    check_legs,
    paired,
    same_legs,
    unpaired,
)
from chalicelib.expenses.model.payee import merchant_key
from chalicelib.expenses.model.tags import distinct
from chalicelib.expenses.model.transactions import Transaction, UsedRate, check_day
from chalicelib.expenses.model.transfers import Transfer
from chalicelib.expenses.repository.absorbed import read_absorbed, write_absorbed
from chalicelib.expenses.repository.lookup import Found, look_up, made_of
from chalicelib.expenses.repository.table import payee_id
from chalicelib.expenses.repository.transactions import Leaving
from chalicelib.expenses.schemas.common import given, money_of
from chalicelib.expenses.schemas.transactions import PatchTransaction
from chalicelib.expenses.schemas.transfers import CreateTransfer, PatchTransfer
from chalicelib.expenses.service import ledger
from chalicelib.expenses.service.amounts import converted
from chalicelib.expenses.service.attachments import hand_over
from chalicelib.expenses.service.ledger import Together
from chalicelib.expenses.service.rights import require_account, require_transaction
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.money import Money
from chalicelib.kernel.values import dataclass


def record_transfer(ctx: Context, body: CreateTransfer) -> Transaction:
    """Record a transfer; the same id and body again is the same transfer.

    Refuses what `record_transaction` refuses for either account, legs that do not fit each other, and a
    day without a rate where one leg is to be converted. Tells one `TransactionRecorded` with all legs.
    """
    accounts = (body.from_account_id, body.to_account_id)
    for account_id in accounts:
        require_account(ctx, account_id, "editor")
    check_day(body.booked_on, ctx.now.date())
    if body.received_on:
        check_day(body.received_on, ctx.now.date(), "/received_on")
    found = look_up(
        ctx,
        account=accounts,
        transaction=[body.id] if body.id else [],
        category=[body.fee_category_id] if body.fee_category_id else [],
    )
    made = None
    if body.id is not None:
        made = made_of(ctx, body.model_dump(mode="json", exclude_unset=True))
        if found.repeats("transaction", body.id, made):
            repeated = found.transaction(body.id)
            require_transaction(ctx, repeated, "viewer")
            return repeated
    transfer = _made(ctx, body, found, made)
    check_legs(transfer)
    ledger.enter(ctx, transfer)
    return transfer


@dataclass(frozen=True, slots=True)
class _Legs:
    sent: Money
    received: Money
    rate: UsedRate | None


def _made(ctx: Context, body: CreateTransfer, found: Found, made: bytes | None) -> Transaction:
    legs = _legs(ctx, body, found)
    _check_fee(money_of(body.fee), legs.sent.currency)
    fee_category = body.fee_category_id and found.category_to_use(body.fee_category_id)
    return Transaction(
        id=body.id or new_id(),
        version=1,
        account_id=body.from_account_id,
        amount=-legs.sent,
        rate=legs.rate,
        booked_on=body.booked_on,
        payee=body.payee,
        payee_id=payee_id(ctx.vault, merchant_key(body.payee, body.notes)),
        notes=body.notes,
        tags=distinct(body.tags),
        filing=BETWEEN_OWN,
        status=body.status,
        source="manual",
        created_at=ctx.now,
        updated_at=ctx.now,
        made=made,
        transfer=Transfer(
            to_account_id=body.to_account_id,
            received=legs.received,
            received_on=None if body.received_on == body.booked_on else body.received_on,
            fee=money_of(body.fee),
            fee_category_id=fee_category,
        ),
    )


def _legs(ctx: Context, body: CreateTransfer, found: Found) -> _Legs:
    """Take both legs, or make the one that is missing: equal in one currency, else converted."""
    here, there = found.account(body.from_account_id), found.account(body.to_account_id)
    sent, received = money_of(body.sent), money_of(body.received)
    _accept(here, sent, "/sent/currency")
    _accept(there, received, "/received/currency")
    if sent is not None and received is not None:
        return _Legs(sent, received, None)
    known = sent or received
    if known is None:
        raise BadLegs("/sent", "give it, or received")
    into, pointer = (there, "/sent") if sent else (here, "/received")
    other, rate = known, None
    if known.currency != into.currency:
        other, rate = converted(ctx, known, into.currency, day=body.booked_on, pointer=pointer)
    return _Legs(known, other, rate) if sent else _Legs(other, known, rate)


def _accept(account: Account, amount: Money | None, pointer: str) -> None:
    accept(account, amount or Money(0, account.currency), pointer=pointer)


def _check_fee(fee: Money | None, currency: str, pointer: str = "/fee/currency") -> None:
    if fee is not None and fee.currency != currency:
        raise WrongCurrency(pointer, currency)


# --- changing one through the routes of transactions


def legs_of(patch: PatchTransaction) -> PatchTransfer:
    """Give what a patch says of the receiving leg and the fee, which may be nothing."""
    return patch.transfer if "transfer" in patch.model_fields_set else PatchTransfer()


def legs_edited(before: Transaction, after: Transaction, patch: PatchTransaction) -> Transaction:
    """Change the legs as a patch says; of anything but a transfer there are none to change."""
    more = legs_of(patch)
    if before.transfer is None or after.transfer is None:
        if "transfer" in patch.model_fields_set:
            raise NotATransfer
        return after
    if "category_id" in patch.model_fields_set:
        raise TransferUncategorised
    transfer = after.transfer
    if "received" in more.model_fields_set:
        transfer = replace(transfer, received=more.received.to_money())
        after = replace(after, rate=None)
    if "fee" in more.model_fields_set:
        transfer = replace(transfer, fee=money_of(more.fee))
    transfer = replace(
        transfer,
        to_account_id=given(more, "to_account_id", transfer.to_account_id),
        received_on=given(more, "received_on", transfer.received_on),
        fee_category_id=given(more, "fee_category_id", transfer.fee_category_id),
    )
    if transfer.received_on == after.booked_on:
        transfer = replace(transfer, received_on=None)
    after = replace(after, transfer=transfer)
    both = "received" in more.model_fields_set and "amount" in patch.model_fields_set
    return after if both else same_legs(after, before)


def check_edit(ctx: Context, found: Found, before: Transaction, after: Transaction) -> None:
    """Refuse an edited transfer whose receiving leg or fee is not allowed."""
    was, now = before.transfer, after.transfer
    if was is None or now is None:
        return
    if (was, before.account_id, before.amount) == (now, after.account_id, after.amount):
        return
    if now.received_on and now.received_on != was.received_on:
        check_day(now.received_on, ctx.now.date(), "/transfer/received_on")
    if now.to_account_id != was.to_account_id:
        require_account(ctx, now.to_account_id, "editor")
        accept(
            found.account(now.to_account_id), now.received, pointer="/transfer/received/currency"
        )
    elif now.received.currency != was.received.currency:
        raise WrongCurrency("/transfer/received/currency", was.received.currency)
    if now.fee_category_id not in {None, was.fee_category_id}:
        found.require_category(str(now.fee_category_id))
    _check_fee(now.fee, after.amount.currency, "/transfer/fee/currency")
    check_legs(after)


# --- two rows that are one transfer


def pair_transfer(
    ctx: Context,
    out_tx: Transaction,
    in_tx: Transaction,
    together: Together | None = None,
    *,
    bare: bool = False,
    said: SaidByFile | None = None,
) -> Transaction:
    """Make one transfer of two rows that were read in this unit of work; balances stay what they are.

    `bare` says that it is known that the row that goes has no attachments, `said` what a file says of the two. It keeps the id of the sending row. The other row's id stays taken for ever by its tombstone, so no
    statement brings it back, and the row lies sealed in the transfer, for `unpair_transfer`. Raises
    `NotAPair` and `TransactionReconciled`.
    """
    whole = paired(out_tx, in_tx, said)
    kept = Absorbed(filing=out_tx.filing, row=in_tx)
    after = replace(
        whole, version=out_tx.version + 1, updated_at=ctx.now, absorbed=write_absorbed(kept)
    )
    check_legs(after)
    ledger.correct(ctx, out_tx, after, together)
    if not bare:
        hand_over(ctx, in_tx, after)
    ledger.strike(ctx, in_tx, together, leaving=Leaving(into=after.id), bare=bare)
    return after


def unpair_transfer(ctx: Context, transfer: Transaction) -> tuple[Transaction, Transaction]:
    """Make two rows of a paired transfer again, each under the id that it had; raises `NotATransfer`.

    Each has its leg as the transfer has it now, and the rest as it was.
    """
    if transfer.transfer is None or not transfer.absorbed:
        raise NotATransfer
    sent, arrived = unpaired(transfer, read_absorbed(transfer.absorbed))
    sent = replace(sent, version=transfer.version + 1, updated_at=ctx.now)
    gone = look_up(ctx, transaction=[arrived.id])
    arrived = replace(arrived, version=gone.version_once(arrived.id) + 1, updated_at=ctx.now)
    ledger.correct(ctx, transfer, sent)
    ledger.revive(ctx, arrived)
    return sent, arrived
