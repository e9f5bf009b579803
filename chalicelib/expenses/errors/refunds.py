"""Refusals about money that came back for a purchase."""

from __future__ import annotations

from chalicelib.kernel.errors import Conflict, FieldProblem, Invalid, NotFound


class RefundNotFound(NotFound):
    """The purchase has no such refund."""

    slug = "refund-not-found"
    title = "The purchase has no such refund"


class NotRefundable(Conflict):
    """Money comes back for an expense that happened; not for transfers, plans or refunds."""

    slug = "not-refundable"
    title = "Nothing can come back for this transaction"


class NotARefund(Conflict):
    """A refund is money that came in and has no parts; a transfer or a plan is none."""

    slug = "not-a-refund"
    title = "This transaction is not money that came back"


class AlreadyLinked(Conflict):
    """The refund is linked to this purchase or part already."""

    slug = "already-linked"
    title = "The refund is linked already"


class RefundedMore(Conflict):
    """More came back for the purchase, or for a part of it, than it is worth."""

    slug = "refunded-more"
    title = "More would have come back than was paid"


class RefundUsedUp(Conflict):
    """The refund is for more purchases than it has money for."""

    slug = "refund-used-up"
    title = "The refund is less than what is linked to it"


class HasRefunds(Conflict):
    """Something came back for it: unlink that first."""

    slug = "has-refunds"
    title = "A refund is linked: unlink it first"


class BadRefund(Invalid):
    """The amount or the words of a refund do not fit."""

    slug = "bad-refund"
    title = "The refund does not fit"

    def __init__(self, pointer: str, detail: str) -> None:
        """Name the field."""
        super().__init__(errors=(FieldProblem(pointer, detail),))
