"""The steps of an attachment as a client and S3 make them."""

from __future__ import annotations

import json
from typing import Any, cast

from chalicelib.interchange.gateways.originals import STATEMENTS
from chalicelib.kernel import aws
from chalicelib.kernel.settings import settings
from tests.factories.expenses import TRANSACTIONS
from tests.factories.users import SignedIn
from tests.support.cloud import Cloud, LambdaContext, sqs_event

QUEUE = "expenses-uploads"


def url_of(transaction_id: str, attachment_id: str = "") -> str:
    """The address of a transaction's attachments, or of one of them."""
    return f"{TRANSACTIONS}/{transaction_id}/attachments" + (
        f"/{attachment_id}" if attachment_id else ""
    )


def announced(person: SignedIn, transaction_id: str, **more: Any) -> Any:
    """Announce a file and give its attachment."""
    body = {"name": "bakery.jpg", "type": "image/jpeg", "size": 2_000, **more}
    reply = person.client.post(url_of(transaction_id), body)
    assert reply.status == 201, reply.text
    return reply.json


def put_file(job: Any, data: bytes) -> None:
    """Store a file where the form would have put it."""
    cast("Any", aws.s3()).put_object(
        Bucket=settings().uploads_bucket, Key=job["upload"]["fields"]["key"], Body=data
    )


def notify(cloud: Cloud, key: str) -> Any:
    """Tell the worker of a file, as S3's queue does."""
    record = {"s3": {"bucket": {"name": settings().uploads_bucket}, "object": {"key": key}}}
    message = {"MessageId": "1", "Body": json.dumps({"Records": [record]})}
    return cloud.app.handler_map["expenses_uploads"](sqs_event(QUEUE, [message]), LambdaContext())


def uploaded(cloud: Cloud, person: SignedIn, transaction_id: str, data: bytes, **more: Any) -> Any:
    """Announce and upload a file, let it be checked, and give the attachment as it stands then."""
    job = announced(person, transaction_id, size=len(data), **more)
    put_file(job, data)
    cloud.deliver(QUEUE)
    return person.client.get(url_of(transaction_id, job["id"])).json


def stored(bucket: str, prefix: str = "") -> list[str]:
    """Name the objects of a bucket."""
    found = aws.s3().list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [one["Key"] for one in found.get("Contents", ())]


def papers_of(person: SignedIn) -> list[str]:
    """Name the files of papers that are kept of a person; statements as they were sent are counted elsewhere."""
    kept = stored(settings().files_bucket, f"{person.owner}/")
    return [key for key in kept if STATEMENTS not in key]


def content(person: SignedIn, key: str) -> bytes:
    """Give a kept file."""
    data: bytes = aws.s3().get_object(Bucket=settings().files_bucket, Key=key)["Body"].read()
    return data
