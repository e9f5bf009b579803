"""Refusals about transfers between the owner's accounts."""

from __future__ import annotations

from chalicelib.kernel.errors import Conflict, FieldProblem, Invalid


class BadLegs(Invalid):
    """The two legs of a transfer do not fit each other."""

    slug = "bad-legs"
    title = "The legs of the transfer do not fit"

    def __init__(self, pointer: str, detail: str) -> None:
        """Name the field and what it should be."""
        super().__init__(errors=(FieldProblem(pointer, detail),))


class NotATransfer(Conflict):
    """Legs are of transfers only."""

    slug = "not-a-transfer"
    title = "The transaction is not a transfer"


class TransferUncategorised(Conflict):
    """A transfer counts in no category; its fee has one of its own."""

    slug = "transfer-uncategorised"
    title = "A transfer has no category"


class NotAPair(Conflict):
    """The two transactions are not the two sides of one transfer."""

    slug = "not-a-pair"
    title = "These are not the two sides of a transfer"
