"""Linking money that came back to the purchase that it came back for: partly, from many, or to many."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Final

from chalicelib.expenses.errors import (
    AlreadyLinked,
    BadRefund,
    LimitReached,
    NotARefund,
    NotRefundable,
    PartNotFound,
    RefundUsedUp,
    WrongCurrency,
)
from chalicelib.expenses.model.refunds import MAX_REFUNDS, Refunded, RefundLink
from chalicelib.expenses.model.transactions import Transaction, check_links
from chalicelib.kernel.money import Money
from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """What is said to have come back: for a part or the whole, so much of it or all that the refund has left."""

    part_id: str | None = None
    amount: Money | None = None


ALL: Final = Back()


def check_purchase(purchase: Transaction, part_id: str | None) -> None:
    """Refuse what no money comes back for: `NotRefundable`, `PartNotFound`."""
    spent = purchase.kind == "expense" and purchase.amount.amount_minor < 0
    if purchase.status == "planned" or not spent or purchase.refunds:
        raise NotRefundable
    if part_id is not None and part_id not in {part.id for part in purchase.parts}:
        raise PartNotFound


def check_refund(refund: Transaction) -> None:
    """Refuse what is not money that came back: `NotARefund`."""
    if refund.kind != "income" or refund.status == "planned" or refund.parts:
        raise NotARefund


def uncovered(refund: Transaction) -> int:
    """Give how much of a refund no purchase explains yet, in its own minor units."""
    return refund.amount.amount_minor - sum(link.covered_minor for link in refund.refunds)


def linked(
    refund: Transaction, purchase: Transaction, said: Back, *, worth: Money
) -> tuple[Transaction, Transaction]:
    """Give both sides, the refund first, with a link between them.

    `worth` is the whole refund in the currency of the purchase. Raises what does not fit: `AlreadyLinked`,
    `BadRefund`, `RefundUsedUp`, `RefundedMore`.
    """
    _check_new(refund, purchase, said.part_id)
    back, covered = _shared(refund, worth, said.amount)
    link = RefundLink(
        transaction_id=purchase.id,
        amount_minor=back,
        currency=worth.currency,
        covered_minor=covered,
        part_id=said.part_id,
    )
    return tied(refund, purchase, link)


def tied(
    refund: Transaction, purchase: Transaction, link: RefundLink
) -> tuple[Transaction, Transaction]:
    """Give both sides, the refund first, with a very link between them; raises what does not fit, as `linked` does."""
    part_id = link.part_id
    _check_new(refund, purchase, part_id)
    if link.currency != purchase.amount.currency:
        raise WrongCurrency("/amount/currency", purchase.amount.currency)
    if link.amount_minor <= 0 or link.covered_minor < 0:
        raise BadRefund("/amount", "more than nothing comes back")
    came = replace(refund, refunds=(*refund.refunds, link))
    mirror = Refunded(refund_id=refund.id, amount_minor=link.amount_minor, part_id=part_id)
    paid = replace(purchase, refunded=(*purchase.refunded, mirror))
    check_links(refund, came)
    check_links(purchase, paid)
    return came, paid


def _check_new(refund: Transaction, purchase: Transaction, part_id: str | None) -> None:
    """Refuse a link between what cannot be linked, one that is there, and one more than either may have."""
    check_purchase(purchase, part_id)
    check_refund(refund)
    if any((one.transaction_id, one.part_id) == (purchase.id, part_id) for one in refund.refunds):
        raise AlreadyLinked
    if len(purchase.refunded) >= MAX_REFUNDS or len(refund.refunds) >= MAX_REFUNDS:
        raise LimitReached


def _shared(refund: Transaction, worth: Money, amount: Money | None) -> tuple[int, int]:
    """Say how much of the purchase comes back, and how much of the refund that takes."""
    left = uncovered(refund)
    whole = refund.amount.amount_minor
    if amount is None:
        back = round(Fraction(worth.amount_minor * left, whole))
    elif amount.currency != worth.currency:
        raise WrongCurrency("/amount/currency", worth.currency)
    else:
        back = amount.amount_minor
    if left <= 0:
        raise RefundUsedUp
    if back <= 0:
        raise BadRefund("/amount", "more than nothing comes back")
    covered = left if amount is None else round(Fraction(back * whole, worth.amount_minor))
    if covered > left:
        raise RefundUsedUp
    return back, covered


def linked_to(one: Transaction) -> list[str]:
    """Give the transactions on the other side of its refund links, each once."""
    purchases = (link.transaction_id for link in one.refunds)
    refunds = (back.refund_id for back in one.refunded)
    return list(dict.fromkeys((*purchases, *refunds)))


def without_links(one: Transaction, other_id: str) -> Transaction:
    """Take all links with another transaction off this side."""
    return replace(
        one,
        refunds=tuple(link for link in one.refunds if link.transaction_id != other_id),
        refunded=tuple(back for back in one.refunded if back.refund_id != other_id),
    )
