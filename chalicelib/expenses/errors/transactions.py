"""Refusals about transactions, entered or imported."""

from __future__ import annotations

from chalicelib.kernel.errors import FieldProblem, Invalid, NotFound


class TransactionNotFound(NotFound):
    """No such transaction, or somebody else's, or a deleted one."""

    slug = "transaction-not-found"
    title = "There is no such transaction"


class FutureTransaction(Invalid):
    """The day lies further ahead than anybody books."""

    slug = "future-transaction"
    title = "The day lies too far ahead"

    def __init__(self, latest: str) -> None:
        """Name the last day that is accepted."""
        super().__init__(errors=(FieldProblem("/booked_on", f"{latest} at the latest"),))


class UnreadableRows(Invalid):
    """The rows of an import are not what an order promises."""

    slug = "unreadable-rows"
    title = "The rows of the import cannot be read"
