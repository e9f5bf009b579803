"""An attachment: announced, uploaded, checked by a worker, and only then kept and shown.

A file is quarantined until it was checked: nobody can download it before, and what is refused is deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal

from chalicelib.expenses.errors.papers import (
    EndingOfAnotherType,
    TooLargeForType,
    TooManyAttachments,
)
from chalicelib.expenses.model.papers.cleaning import Paper
from chalicelib.expenses.model.papers.kinds import KINDS, PaperType, ending_fits
from chalicelib.kernel.values import dataclass

AttachmentState = Literal["waiting", "checking", "ready", "refused"]
MOST_ATTACHMENTS: Final = 10
"""Of one transaction: waiting, in work or ready."""
MOST_KEPT: Final = 20
"""Of one transaction, those that came to nothing included; the oldest of these make room."""
UPLOAD_LIFE: Final = timedelta(minutes=15)
LINK_LIFE: Final = timedelta(minutes=5)
_OPEN: Final = frozenset({"waiting", "checking"})
_CHECKING_LIFE: Final = timedelta(hours=1)
"""A check that shows nothing for so long has failed five times and lies in the dead letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why a file came to nothing: a stable slug, and a sentence for its owner."""

    slug: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of a transaction. `size` is what was announced, and once ready what is kept.

    `file_id` names the stored object. `sha256` (hex) is of what is kept, as it can be downloaded.
    """

    id: str
    transaction_id: str
    version: int
    name: str
    type: PaperType
    size: int
    file_id: str
    state: AttachmentState
    created_at: datetime
    updated_at: datetime
    sha256: str | None = None
    trouble: Trouble | None = None
    made: bytes | None = None

    @property
    def expires_at(self) -> datetime:
        """When an upload must have begun."""
        return self.created_at + UPLOAD_LIFE

    @property
    def is_open(self) -> bool:
        """Whether a file is still waited for."""
        return self.state in _OPEN

    def as_of(self, at: datetime) -> Attachment:
        """Give it as it stands at an instant: what nobody uploaded, or we never finished, is refused."""
        if self.state == "waiting" and at >= self.expires_at:
            trouble = Trouble(slug="not-uploaded", detail="The file was not uploaded in time.")
            return replace(self, state="refused", trouble=trouble)
        if self.state == "checking" and at >= self.updated_at + _CHECKING_LIFE:
            return replace(self, state="refused", trouble=OUR_MISTAKE)
        return self


STORAGE_FULL: Final = Trouble(
    slug="storage-full",
    detail="There is no room for another file: delete some that are no longer needed.",
)
OUR_MISTAKE: Final = Trouble(
    slug="checking-failed",
    detail="Checking the file failed by a mistake of ours; it is recorded and will be looked at.",
)


def check_announced(name: str, type: PaperType, size: int) -> None:
    """Refuse a name that ends as another type does, and a size that the type may not have."""
    kind = KINDS[type]
    if not ending_fits(name, type):
        raise EndingOfAnotherType((kind.ending, *sorted(kind.also)))
    if size > kind.most:
        raise TooLargeForType(kind.most)


def make_room(known: Sequence[Attachment], at: datetime) -> tuple[Attachment, ...]:
    """Give those that make room for one more, most often none; raise `TooManyAttachments`."""
    ended = [one for one in known if one.as_of(at).state == "refused"]
    if len(known) - len(ended) >= MOST_ATTACHMENTS:
        raise TooManyAttachments
    ended.sort(key=lambda one: one.created_at)
    return tuple(ended[: max(0, len(known) + 1 - MOST_KEPT)])


def when_checked(
    one: Attachment, found: Paper | Trouble, others: Sequence[Attachment], at: datetime
) -> Attachment:
    """Give the attachment after its check; a content that the transaction has already is refused."""
    after = replace(one, version=one.version + 1, updated_at=at)
    if isinstance(found, Trouble):
        return replace(after, state="refused", trouble=found)
    for other in others:
        if other.id != one.id and other.state == "ready" and other.sha256 == found.sha256:
            detail = f"The transaction has the same file already: attachment {other.id}."
            again = Trouble(slug="attached-already", detail=detail)
            return replace(after, state="refused", trouble=again)
    return replace(after, state="ready", size=found.size, sha256=found.sha256)
