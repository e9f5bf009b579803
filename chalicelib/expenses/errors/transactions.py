"""Refusals about transactions, entered or imported."""

from __future__ import annotations

from chalicelib.kernel.errors import Conflict, FieldProblem, Invalid, NotFound


class TransactionNotFound(NotFound):
    """No such transaction, or somebody else's, or a deleted one."""

    slug = "transaction-not-found"
    title = "There is no such transaction"


class FutureTransaction(Invalid):
    """The day lies further ahead than anybody books."""

    slug = "future-transaction"
    title = "The day lies too far ahead"

    def __init__(self, latest: str, pointer: str = "/booked_on") -> None:
        """Name the field and the last day that is accepted."""
        super().__init__(errors=(FieldProblem(pointer, f"{latest} at the latest"),))


class TransactionReconciled(Conflict):
    """Amount, day and account were compared with the bank: unlock it first by giving it another status."""

    slug = "transaction-reconciled"
    title = "The transaction is reconciled and locked"


class NoRate(Invalid):
    """There is no exchange rate for the day: the amount must be said, it is never taken for 1 to 1."""

    slug = "missing-rate"
    title = "There is no exchange rate for this day"

    def __init__(self, pointer: str, needed: str) -> None:
        """Name the field that has no rate, and the field that says the amount instead."""
        super().__init__(errors=(FieldProblem(pointer, f"no rate for this day: give {needed}"),))


class NoAmount(Invalid):
    """Neither the booked amount nor the original one is given."""

    slug = "no-amount"
    title = "An amount is missing"

    def __init__(self) -> None:
        """Name the field."""
        super().__init__(errors=(FieldProblem("/amount", "give it, or original_amount"),))


class BadOriginal(Invalid):
    """The original amount does not fit the booked one."""

    slug = "bad-original"
    title = "The original amount does not fit"

    def __init__(self, detail: str) -> None:
        """Say what does not fit."""
        super().__init__(errors=(FieldProblem("/original_amount", detail),))


class PartNotFound(NotFound):
    """The transaction has no such part."""

    slug = "part-not-found"
    title = "The transaction has no such part"


class PartsMismatch(Invalid):
    """The parts do not sum to the amount of the transaction."""

    slug = "parts-mismatch"
    title = "The parts are not the amount of the transaction"

    def __init__(self) -> None:
        """Name the field."""
        super().__init__(
            errors=(FieldProblem("/parts", "their sum, signs included, is not the amount"),)
        )


class NotSplittable(Conflict):
    """A transfer, or money that came back for a purchase, has no parts."""

    slug = "not-splittable"
    title = "A transfer or a linked refund cannot be split"


class UnreadableRows(Invalid):
    """The rows of an import are not what an order promises."""

    slug = "unreadable-rows"
    title = "The rows of the import cannot be read"
