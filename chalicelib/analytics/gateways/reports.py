"""Files of reports in the bulk bucket, which forgets them after a week."""

from __future__ import annotations

from typing import Final

from chalicelib.kernel import parts
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.settings import settings

REPORTS: Final = "exports/analytics/"


def _key(owner: Owner, report_id: str) -> str:
    return f"{REPORTS}{owner}/{report_id}"


def put(owner: Owner, report_id: str, data: bytes, *, media: str) -> None:
    """Store a report's file; writing it again puts the same in its place."""
    key = _key(owner, report_id)
    with parts.ObjectWriter(settings().bulk_bucket, key, media, "aws:kms") as target:
        target.write(data)


def link(owner: Owner, report_id: str, *, filename: str, seconds: int) -> str:
    """Sign a link that downloads a file under a name."""
    return parts.download_link(
        settings().bulk_bucket, _key(owner, report_id), filename=filename, seconds=seconds
    )
