"""Papers in S3: on their way in, and those that are kept, which lie encrypted in a private bucket of their own.

Every name is made by us; what people called a file never becomes part of one, nor of a link.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, cast, get_args

from chalicelib.expenses.model.papers.cleaning import Paper
from chalicelib.expenses.model.papers.kinds import KINDS, PaperType
from chalicelib.kernel import aws, uploads
from chalicelib.kernel.ids import is_id
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.parts import download_link
from chalicelib.kernel.settings import settings
from chalicelib.kernel.uploads import UploadForm
from chalicelib.kernel.values import dataclass

Purpose = Literal["attachments", "receipts"]
INCOMING: Final = uploads.incoming("expenses")
PAPERS: Final = "/papers/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Whose a file on its way in is, and what for: an attachment's two ids, or a receipt's one."""

    owner: Owner
    purpose: Purpose
    ids: tuple[str, ...]

    @property
    def key(self) -> str:
        """The name of the object."""
        return f"{INCOMING}{self.owner}/{self.purpose}/{'/'.join(self.ids)}"


def addressee(key: str) -> Arrival | None:
    """Say whose an uploaded file is; None for a name that we never gave."""
    owner_text, _, rest = key.removeprefix(INCOMING).partition("/")
    purpose, *ids = rest.split("/")
    try:
        owner = Owner.parse(owner_text)
    except ValueError:
        return None
    if purpose not in get_args(Purpose) or not all(map(is_id, ids)):
        return None
    found = Arrival(owner=owner, purpose=cast("Purpose", purpose), ids=tuple(ids))
    wanted = 2 if purpose == "attachments" else 1
    return found if len(ids) == wanted and found.key == key else None


def upload_form(
    arrival: Arrival, type: PaperType, *, at: datetime, expires_at: datetime
) -> UploadForm:
    """Sign a form for one file of the type's size."""
    return uploads.form(arrival.key, most=KINDS[type].most, at=at, expires_at=expires_at)


def keep(owner: Owner, file_id: str, paper: Paper) -> None:
    """Store a paper; the same again is no error."""
    aws.s3().put_object(
        Bucket=settings().files_bucket,
        Key=_key(owner, file_id),
        Body=paper.data,
        ContentType=paper.type,
        # said and not only set for the bucket: who may read the bucket still needs the key
        ServerSideEncryption="aws:kms",
    )


def read(owner: Owner, file_id: str) -> bytes | None:
    """Read a kept paper, or None when it is not there (any more)."""
    from botocore.exceptions import ClientError

    try:
        answer = aws.s3().get_object(Bucket=settings().files_bucket, Key=_key(owner, file_id))
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
            return None
        raise
    with answer["Body"] as body:
        data: bytes = body.read()
    return data


def remove(owner: Owner, file_ids: Sequence[str]) -> None:
    """Delete papers; absent ones are no error."""
    if file_ids:
        keys = [{"Key": _key(owner, one)} for one in file_ids]
        aws.s3().delete_objects(
            Bucket=settings().files_bucket, Delete={"Objects": keys, "Quiet": True}
        )


def link(owner: Owner, file_id: str, type: PaperType, *, seconds: int) -> str:
    """Sign a link that downloads a paper, as a file of our name, for so many seconds."""
    filename = f"attachment-{file_id}.{KINDS[type].ending}"
    return download_link(
        settings().files_bucket, _key(owner, file_id), filename=filename, seconds=seconds
    )


def _key(owner: Owner, file_id: str) -> str:
    return f"{owner}{PAPERS}{file_id}"
