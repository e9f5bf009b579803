"""Exports for tests, asked for and fetched as a client does."""

from __future__ import annotations

import json
from typing import Any, Final, cast
from urllib.parse import parse_qs, unquote, urlsplit

from chalicelib.interchange.gateways.exports import EXPORTS
from chalicelib.kernel import aws
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.settings import settings
from tests.factories.users import SignedIn
from tests.support.cloud import Cloud, LambdaContext, sqs_event

URL: Final = "/v1/interchange/exports"
QUEUES: Final = ("interchange-inbox", "interchange-exports")


def asked(person: SignedIn, form: str = "csv", **body: Any) -> Any:
    """Ask for an export and give the job."""
    reply = person.client.post(URL, {"format": form, **body})
    assert reply.status == 202, reply.text
    return reply.json


def read(person: SignedIn, job: Any) -> Any:
    """The export as it stands."""
    reply = person.client.get(f"{URL}/{job['id']}")
    assert reply.status == 200, reply.text
    return reply.json


def written(cloud: Cloud, person: SignedIn, form: str = "csv", **body: Any) -> Any:
    """Ask for an export, let it be written, and give it as it stands then."""
    job = asked(person, form, **body)
    cloud.sweep({"interchange"})
    cloud.drain(queues=QUEUES)
    return read(person, job)


def deliver(cloud: Cloud, person: SignedIn, job: Any) -> Any:
    """Hand the export to the function that writes it, as its queue does."""
    body = json.dumps({"owner": str(person.owner), "export_id": job["id"]})
    event = sqs_event("interchange-exports", [{"MessageId": job["id"], "Body": body}])
    return cloud.app.handler_map["interchange_exports"](event, LambdaContext())


def downloaded(job: Any) -> bytes:
    """The file behind an export's link."""
    key = unquote(urlsplit(job["download"]["url"]).path).split(EXPORTS, 1)[1]
    answer = cast("Any", aws.s3()).get_object(Bucket=settings().bulk_bucket, Key=EXPORTS + key)
    assert answer["ServerSideEncryption"] == "aws:kms"
    data: bytes = answer["Body"].read()
    return data


def exported(cloud: Cloud, person: SignedIn, form: str = "csv", **body: Any) -> bytes:
    """The file of an export."""
    job = written(cloud, person, form, **body)
    assert job["state"] == "ready", job
    return downloaded(job)


def disposition(job: Any) -> str:
    """As what a browser will save the file."""
    query = parse_qs(urlsplit(str(job["download"]["url"])).query)
    (given,) = query["response-content-disposition"]
    return given


def objects(owner: Owner) -> list[str]:
    """Name all export files of an owner."""
    found = aws.s3().list_objects_v2(Bucket=settings().bulk_bucket, Prefix=f"{EXPORTS}{owner}/")
    return [one["Key"] for one in found.get("Contents", ())]
