"""Refusals about attachments and receipts."""

from __future__ import annotations

from chalicelib.kernel.errors import Conflict, FieldProblem, Invalid, NotFound


class AttachmentNotFound(NotFound):
    """No such attachment of this transaction, or a deleted one."""

    slug = "attachment-not-found"
    title = "There is no such attachment"


class TooManyAttachments(Conflict):
    """The transaction has as many attachments as one may have."""

    slug = "too-many-attachments"
    title = "The transaction has as many attachments as one may have"


class StorageFull(Conflict):
    """The owner keeps as many files, or as many bytes, as one owner may."""

    slug = "storage-full"
    title = "There is no room for another file"


class EndingOfAnotherType(Invalid):
    """The name ends as files of another type do."""

    slug = "ending-of-another-type"
    title = "The name does not fit the type"

    def __init__(self, endings: tuple[str, ...]) -> None:
        """Name the endings that fit."""
        listed = ", ".join(f".{one}" for one in endings)
        super().__init__(errors=(FieldProblem("/name", f"files of this type end in {listed}"),))


class TooLargeForType(Invalid):
    """The announced size is more than a file of this type may have."""

    slug = "too-large-for-type"
    title = "The file is too large"

    def __init__(self, most: int) -> None:
        """Name the largest size."""
        super().__init__(errors=(FieldProblem("/size", f"{most:,} bytes at the most"),))


class ReceiptNotFound(NotFound):
    """No such receipt, or somebody else's, or a deleted one."""

    slug = "receipt-not-found"
    title = "There is no such receipt"


class ReceiptNotReady(Conflict):
    """The receipt was not uploaded or not read yet, or could not be taken."""

    slug = "receipt-not-ready"
    title = "The receipt is not ready"


class ReceiptAttached(Conflict):
    """The receipt belongs to a transaction already."""

    slug = "receipt-attached"
    title = "The receipt is attached to a transaction"


class FieldUnread(Invalid):
    """A field of the receipt could not be read, so that somebody has to give it."""

    slug = "field-unread"
    title = "A field of the receipt could not be read"

    def __init__(self, *pointers: str) -> None:
        """Name the fields."""
        super().__init__(
            errors=tuple(FieldProblem(one, "it could not be read: give it") for one in pointers)
        )
