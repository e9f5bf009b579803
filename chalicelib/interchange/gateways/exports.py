"""Export files in the bulk bucket, one for each pass that writes; and the queue of those that wait for theirs."""

from __future__ import annotations

import json
from typing import Final

from chalicelib.kernel import aws, parts
from chalicelib.kernel.events import UndecodableMessage
from chalicelib.kernel.ids import is_id
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.settings import settings

EXPORTS: Final = "exports/interchange/"
"""The prefix of all export files: a rule of the bucket deletes what lies under it after seven days."""
QUEUE: Final = "interchange-exports"


def prefix(owner: Owner, export_id: str) -> str:
    """Give the prefix of an export's files."""
    return f"{EXPORTS}{owner}/{export_id}/"


def opened(owner: Owner, export_id: str, attempt: str, *, media: str) -> parts.ObjectWriter:
    """Give a file to write to; it is there at the end of a `with`, whole, and after an error it is not."""
    key = prefix(owner, export_id) + attempt
    return parts.ObjectWriter(settings().bulk_bucket, key, media, "aws:kms")


def drop(owner: Owner, export_id: str, attempt: str = "") -> None:
    """Delete the file of a pass, or those of all passes; absent ones are no error."""
    parts.remove_objects(settings().bulk_bucket, prefix(owner, export_id) + attempt)


def link(owner: Owner, export_id: str, attempt: str, *, filename: str, seconds: int) -> str:
    """Sign a link that downloads a file under a name."""
    key = prefix(owner, export_id) + attempt
    return parts.download_link(settings().bulk_bucket, key, filename=filename, seconds=seconds)


def enqueue(owner: Owner, export_id: str) -> None:
    """Put an export into the queue of the function that has the time to write it."""
    body = json.dumps({"owner": str(owner), "export_id": export_id})
    aws.sqs().send_message(QueueUrl=settings().queue_url(QUEUE), MessageBody=body)


def addressee(body: str) -> tuple[Owner, str]:
    """Read what `enqueue` sent; raise `UndecodableMessage` for anything else."""
    try:
        found = json.loads(body)
        owner, export_id = Owner.parse(str(found["owner"])), str(found["export_id"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UndecodableMessage("not an export that waits") from error
    if not is_id(export_id):
        raise UndecodableMessage("not an export that waits")
    return owner, export_id
