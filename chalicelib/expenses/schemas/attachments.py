"""Attachments on the wire."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from chalicelib.expenses.model.attachments import Attachment, AttachmentState, Trouble
from chalicelib.expenses.model.papers.kinds import MAX_BYTES, PaperType
from chalicelib.expenses.schemas.common import EXAMPLE_ID, EXAMPLE_TIME, Instant, written
from chalicelib.kernel.wire import Id, TroubleOut, UploadOut, Wire

_HASH: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_ANNOUNCE: Final[JsonDict] = {"name": "bakery.jpg", "type": "image/jpeg", "size": 184_320}
_DOWNLOAD: Final[JsonDict] = {"url": "https://files.example/0190b5a8", "expires_at": EXAMPLE_TIME}
_OUT: Final[JsonDict] = {
    **_ANNOUNCE,
    "id": EXAMPLE_ID,
    "version": 3,
    "transaction_id": EXAMPLE_ID,
    "state": "ready",
    "sha256": _HASH,
    "problem": None,
    "upload": None,
    "download": _DOWNLOAD,
    "created_at": EXAMPLE_TIME,
    "updated_at": EXAMPLE_TIME,
}


def _one_line(text: str) -> str:
    if not text.isprintable():
        msg = "control characters are not allowed"
        raise ValueError(msg)
    return text


FileName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=255),
    AfterValidator(_one_line),
]
"""What people call a file; it never becomes a path, a key or a header."""
FileSize = Annotated[int, Field(ge=1, le=MAX_BYTES)]


class AnnounceAttachment(Wire):
    """A file that is going to be uploaded. Its bytes decide; name and type must agree with them."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ANNOUNCE]})

    id: Id | None = None
    name: FileName
    type: PaperType
    size: FileSize


class LinkOut(Wire):
    """A link that downloads the file until `expires_at`, under a name of ours."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DOWNLOAD]})

    url: str
    expires_at: Instant


class AttachmentOut(Wire):
    """An attachment. `upload` is there for who announced it, `download` once it is `ready`.

    `size` and `sha256` are of what is kept: the picture without its metadata.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_OUT]})

    id: Id
    version: int
    transaction_id: Id
    name: str
    type: PaperType
    size: int
    state: AttachmentState
    sha256: str | None
    problem: TroubleOut | None
    upload: UploadOut | None
    download: LinkOut | None
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(
        cls,
        one: Attachment,
        *,
        upload: UploadOut | None = None,
        download: LinkOut | None = None,
    ) -> AttachmentOut:
        """Write an attachment."""
        return cls(
            id=one.id,
            version=one.version,
            transaction_id=one.transaction_id,
            name=one.name,
            type=one.type,
            size=one.size,
            state=one.state,
            sha256=one.sha256,
            problem=trouble_out(one.trouble),
            upload=upload,
            download=download,
            created_at=written(one.created_at),
            updated_at=written(one.updated_at),
        )


def trouble_out(trouble: Trouble | None) -> TroubleOut | None:
    """Write why a file came to nothing, where it did."""
    return TroubleOut(slug=trouble.slug, detail=trouble.detail) if trouble else None
