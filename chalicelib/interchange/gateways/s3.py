"""The bucket for incoming files: upload forms that allow one file of a bounded size, and its reading.

A file lies under its owner's and import's name, so the notification of its arrival says whose it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from chalicelib.interchange.model.formats.types import MAX_BYTES
from chalicelib.kernel import aws
from chalicelib.kernel.ids import is_id
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.settings import settings

INCOMING: Final = "incoming/"
_GONE: Final = frozenset({"NoSuchKey", "404"})


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadForm:
    """A presigned POST: send `fields` and then the file, as `multipart/form-data`, to `url`."""

    url: str
    fields: dict[str, str]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that arrived; `data` is None where it is too large to be read. `size` is in bytes."""

    size: int
    stored_at: datetime
    data: bytes | None


def upload_form(owner: Owner, import_id: str, *, at: datetime, expires_at: datetime) -> UploadForm:
    """Sign a form for one file of 1 byte to 50 MB under the import's name."""
    left = max(1, (expires_at - at) // timedelta(seconds=1))
    answer = aws.s3().generate_presigned_post(
        Bucket=settings().uploads_bucket,
        Key=_key(owner, import_id),
        Conditions=[["content-length-range", 1, MAX_BYTES]],
        ExpiresIn=left,
    )
    return UploadForm(url=answer["url"], fields=dict(answer["fields"]), expires_at=expires_at)


def addressee(key: str) -> tuple[Owner, str] | None:
    """Say whose import a stored file belongs to; None for a name that we never gave."""
    owner_text, _, import_id = key.removeprefix(INCOMING).partition("/")
    try:
        owner = Owner.parse(owner_text)
    except ValueError:
        return None
    return (owner, import_id) if is_id(import_id) and key == _key(owner, import_id) else None


def fetch(owner: Owner, import_id: str) -> Upload | None:
    """Read an import's file, or None when it is not there (any more)."""
    from botocore.exceptions import ClientError

    try:
        answer = aws.s3().get_object(Bucket=settings().uploads_bucket, Key=_key(owner, import_id))
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return None
        raise
    size = int(answer["ContentLength"])
    body = answer["Body"]
    with body:
        # the form's policy has bounded the size already; a worker's memory does not rely on it
        data = body.read() if size <= MAX_BYTES else None
    return Upload(size=size, stored_at=answer["LastModified"].astimezone(UTC), data=data)


def drop(owner: Owner, import_id: str) -> None:
    """Delete an import's file; an absent one is no error."""
    aws.s3().delete_object(Bucket=settings().uploads_bucket, Key=_key(owner, import_id))


def _key(owner: Owner, import_id: str) -> str:
    return f"{INCOMING}{owner}/{import_id}"
