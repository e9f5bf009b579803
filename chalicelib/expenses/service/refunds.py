"""Money that came back for a purchase: linked, entered with its link, and unlinked again."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.expenses.errors import NoRate, RefundNotFound
from chalicelib.expenses.model.accounts import accept
from chalicelib.expenses.model.payee import merchant_key
from chalicelib.expenses.model.refunding import (
    ALL,
    Back,
    check_purchase,
    check_refund,
    linked,
    uncovered,
    without_links,
)
from chalicelib.expenses.model.tags import distinct
from chalicelib.expenses.model.transactions import Transaction, check_day, next_version
from chalicelib.expenses.repository.lookup import Found, look_up
from chalicelib.expenses.repository.table import payee_id
from chalicelib.expenses.schemas.common import money_of
from chalicelib.expenses.schemas.refunds import CreateRefund, NewRefund
from chalicelib.expenses.service import ledger
from chalicelib.expenses.service.amounts import converted
from chalicelib.expenses.service.rights import require_account, require_transaction
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.money import Money


def refund_transaction(ctx: Context, transaction_id: str, body: CreateRefund) -> Transaction:
    """Link a refund to a purchase, entering it first where it is new; gives the purchase.

    Sums then show less expense in the month and category of the purchase, and no income. Refuses a stale or
    missing `If-Match` of the purchase, what is no purchase or no refund, and more than was paid. Tells
    `TransactionChanged` of both, or `TransactionRecorded` of a new refund.
    """
    found = _looked_up(ctx, transaction_id, body)
    purchase = found.transaction(transaction_id)
    require_transaction(ctx, purchase, "editor")
    ctx.expect_version(purchase.version, required=True)
    said = Back(part_id=body.part_id, amount=money_of(body.amount))
    if body.new is not None:
        refund = _made(ctx, found, body.new, purchase)
        return _link(ctx, refund, purchase, said, write=ledger.enter)[1]
    refund = found.transaction(str(body.refund_id))
    require_transaction(ctx, refund, "editor")
    return link_refund(ctx, refund, purchase, said)[1]


def _looked_up(ctx: Context, transaction_id: str, body: CreateRefund) -> Found:
    new = body.new
    if new is not None:
        require_account(ctx, new.account_id, "editor")
    wanted = (transaction_id, body.refund_id, new.id if new else None)
    return look_up(ctx, transaction=filter(None, wanted), account=[new.account_id] if new else [])


def _made(ctx: Context, found: Found, new: NewRefund, purchase: Transaction) -> Transaction:
    check_day(new.booked_on, ctx.now.date(), "/new/booked_on")
    if new.id is not None:
        found.repeats("transaction", new.id, None)
    amount = new.amount.to_money()
    accept(found.account(new.account_id), amount, pointer="/new/amount/currency")
    payee = purchase.payee if new.payee is None else new.payee
    return Transaction(
        id=new.id or new_id(),
        version=1,
        account_id=new.account_id,
        amount=amount,
        booked_on=new.booked_on,
        payee=payee,
        payee_id=payee_id(ctx.vault, merchant_key(payee, new.notes)),
        notes=new.notes,
        tags=distinct(new.tags),
        filing=purchase.filing,
        source="manual",
        created_at=ctx.now,
        updated_at=ctx.now,
    )


def link_refund(
    ctx: Context, refund: Transaction, purchase: Transaction, said: Back = ALL
) -> tuple[Transaction, Transaction]:
    """Link a refund that is in the ledger to a purchase, or to a part of it; gives both as they are then.

    Both were read in this unit of work. What is said has a part, and an amount in the currency of the purchase;
    without one all that the refund has left comes back. Refuses as the route does.
    """

    def write(ctx: Context, after: Transaction) -> None:
        ledger.correct(ctx, refund, next_version(refund, after, ctx.now))

    came, paid = _link(ctx, refund, purchase, said, write=write)
    return next_version(refund, came, ctx.now), paid


def _link(
    ctx: Context,
    refund: Transaction,
    purchase: Transaction,
    said: Back,
    *,
    write: Callable[[Context, Transaction], None],
) -> tuple[Transaction, Transaction]:
    check_purchase(purchase, said.part_id)
    check_refund(refund)
    worth = _worth(ctx, refund, purchase, said.amount)
    came, paid = linked(refund, purchase, said, worth=worth)
    paid = next_version(purchase, paid, ctx.now)
    write(ctx, came)
    ledger.correct(ctx, purchase, paid)
    return came, paid


def _worth(ctx: Context, refund: Transaction, purchase: Transaction, amount: Money | None) -> Money:
    """Give a whole refund in the purchase's currency: as it was paid out, else at the rate of its day.

    Where there is no rate, the user's own amount says what all of it is worth.
    """
    currency = purchase.amount.currency
    if refund.amount.currency == currency:
        return refund.amount
    if refund.original is not None and refund.original.currency == currency:
        return refund.original
    try:
        money, _ = converted(ctx, refund.amount, currency, day=refund.booked_on, pointer="/amount")
    except NoRate:
        if amount is None or uncovered(refund) != refund.amount.amount_minor:
            raise
        return amount
    return money


def unlink_refund(ctx: Context, transaction_id: str, refund_id: str) -> None:
    """Take all links between a purchase and a refund away: each counts as what it is again.

    Refuses a stale or missing `If-Match` of the purchase, and a refund that is not linked to it.
    """
    found = look_up(ctx, transaction=[transaction_id, refund_id])
    purchase = found.transaction(transaction_id)
    require_transaction(ctx, purchase, "editor")
    ctx.expect_version(purchase.version, required=True)
    if refund_id not in {one.refund_id for one in purchase.refunded}:
        raise RefundNotFound
    refund = found.transaction(refund_id)
    require_transaction(ctx, refund, "editor")
    for before, other in ((purchase, refund_id), (refund, transaction_id)):
        after = next_version(before, without_links(before, other), ctx.now)
        ledger.correct(ctx, before, after)
