"""The bucket for incoming files: upload forms that allow one file of a bounded size, and its reading.

Each service's files arrive under a prefix of its own, which its queue `<service>-uploads` hears of; all of them
expire in a day. Below it a file lies under its owner and what it is for, so the notification of its arrival
says whose it is.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from chalicelib.kernel import aws
from chalicelib.kernel.settings import settings
from chalicelib.kernel.values import dataclass

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


def incoming(service: str) -> str:
    """Give the prefix under which a service's files arrive."""
    return f"incoming/{service}/"


def form(key: str, *, most: int, at: datetime, expires_at: datetime) -> UploadForm:
    """Sign a form for one file of 1 to `most` bytes under a key."""
    left = max(1, (expires_at - at) // timedelta(seconds=1))
    answer = aws.s3().generate_presigned_post(
        Bucket=settings().uploads_bucket,
        Key=key,
        Conditions=[["content-length-range", 1, most]],
        ExpiresIn=left,
    )
    return UploadForm(url=answer["url"], fields=dict(answer["fields"]), expires_at=expires_at)


def fetch(key: str, *, most: int) -> Upload | None:
    """Read a file of at most so many bytes, or None when it is not there (any more)."""
    from botocore.exceptions import ClientError

    try:
        answer = aws.s3().get_object(Bucket=settings().uploads_bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return None
        raise
    size = int(answer["ContentLength"])
    body = answer["Body"]
    with body:
        # the form's policy has bounded the size already; a worker's memory does not rely on it
        data = body.read() if size <= most else None
    return Upload(size=size, stored_at=answer["LastModified"].astimezone(UTC), data=data)


def drop(key: str) -> None:
    """Delete a file; an absent one is no error."""
    aws.s3().delete_object(Bucket=settings().uploads_bucket, Key=key)
