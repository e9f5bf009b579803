"""A receipt from the upload to the transaction that it ends at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, Literal

from chalicelib.expenses.errors.papers import ReceiptAttached, ReceiptNotReady
from chalicelib.expenses.model.attachments import OUR_MISTAKE, UPLOAD_LIFE, Attachment, Trouble
from chalicelib.expenses.model.papers.cleaning import Paper
from chalicelib.expenses.model.papers.kinds import PaperType
from chalicelib.expenses.model.receipts.draft import Draft
from chalicelib.expenses.model.receipts.matching import Match
from chalicelib.expenses.model.receipts.splitting import Share
from chalicelib.kernel.values import dataclass

ReceiptState = Literal["waiting", "reading", "ready", "failed", "attached"]
AttachedBy = Literal["auto", "user"]
MAX_TEXT: Final = 20_000
"""Characters of a receipt that is sent as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was made of a receipt: what it says, whose transaction it may be, and how it might be split."""

    draft: Draft | None = None
    proposed: tuple[Match, ...] = ()
    shares: tuple[Share, ...] = ()
    trouble: Trouble | None = None
    """Why there is no draft."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A receipt. `usual` is the currency that counts where the paper names none; `sha256` is of what is kept.

    Once attached, its file is the attachment's, which has the same id.
    """

    id: str
    version: int
    name: str
    type: PaperType
    size: int
    file_id: str
    usual: str
    state: ReceiptState
    created_at: datetime
    updated_at: datetime
    reading: Reading = Reading()
    sha256: str | None = None
    transaction_id: str | None = None
    attached_by: AttachedBy | None = None
    made: bytes | None = None

    @property
    def is_open(self) -> bool:
        """Whether a file is still waited for, or being read."""
        return self.state in {"waiting", "reading"}

    def as_of(self, at: datetime) -> Receipt:
        """Give it as it stands at an instant: what nobody uploaded, or we never finished, has failed."""
        if self.state == "waiting" and at >= self.created_at + UPLOAD_LIFE:
            return _failed(
                self, Trouble(slug="not-uploaded", detail="The file was not uploaded in time.")
            )
        if self.state == "reading" and at >= self.updated_at + 4 * UPLOAD_LIFE:
            return _failed(self, OUR_MISTAKE)
        return self


def _failed(one: Receipt, trouble: Trouble) -> Receipt:
    return replace(one, state="failed", reading=Reading(trouble=trouble))


def next_state(one: Receipt, state: ReceiptState, at: datetime) -> Receipt:
    """Give the receipt's next version in another state."""
    return replace(one, state=state, version=one.version + 1, updated_at=at)


def when_refused(one: Receipt, trouble: Trouble, at: datetime) -> Receipt:
    """Give the receipt after its file turned out to be unfit."""
    return _failed(next_state(one, "failed", at), trouble)


def when_read(
    one: Receipt, paper: Paper, reading: Reading, at: datetime, *, certain: Match | None
) -> Receipt:
    """Give the receipt after it was read, attached where a transaction is certain."""
    after = replace(
        next_state(one, "ready", at), size=paper.size, sha256=paper.sha256, reading=reading
    )
    return after if certain is None else attached(after, certain.transaction_id, "auto")


def attached(one: Receipt, transaction_id: str, by: AttachedBy) -> Receipt:
    """Give the receipt as it is attached to a transaction."""
    return replace(one, state="attached", transaction_id=transaction_id, attached_by=by)


def check_confirmable(one: Receipt) -> None:
    """Refuse a receipt that was not read (`ReceiptNotReady`), or that somebody attached (`ReceiptAttached`)."""
    if one.state not in {"ready", "attached"}:
        raise ReceiptNotReady
    if one.attached_by == "user":
        raise ReceiptAttached


def as_attachment(one: Receipt, transaction_id: str, at: datetime) -> Attachment:
    """Make the attachment that a receipt becomes: the same id, the same file."""
    return Attachment(
        id=one.id,
        transaction_id=transaction_id,
        version=1,
        name=one.name,
        type=one.type,
        size=one.size,
        file_id=one.file_id,
        state="ready",
        sha256=one.sha256,
        created_at=at,
        updated_at=at,
    )


def has_content(known: Sequence[Attachment], sha256: str | None) -> bool:
    """Tell whether a transaction has a file of this content already."""
    return any(other.state == "ready" and other.sha256 == sha256 for other in known)
