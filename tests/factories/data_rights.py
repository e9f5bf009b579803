"""A person with something of everything, and the days of an erasure made short."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, cast

from chalicelib.analytics.gateways.reports import REPORTS
from chalicelib.interchange.gateways.exports import EXPORTS as FILES_OUT
from chalicelib.kernel import aws, clock
from chalicelib.kernel.context import Visit
from chalicelib.kernel.settings import settings
from chalicelib.users.model.erasure import GRACE, SETTLING
from chalicelib.users.service import erasing
from tests.factories import attachments, exports, papers
from tests.factories.expenses import RECURRING, opened, recorded, recurring
from tests.factories.imports import committed, csv_of, uploaded
from tests.factories.users import SignedIn, signed_in
from tests.support.client import Client
from tests.support.cloud import Cloud

ME: Final = "/v1/users/me"
EXPORTS: Final = "/v1/users/me/data-export"
SECRET: Final = "Xq7Canary"
"""In every text that the person writes, so that it can be looked for."""
Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Everything:
    """A person, and the ids of what they have."""

    person: SignedIn
    account: str
    transaction: str

    @property
    def canaries(self) -> tuple[str, ...]:
        """What must not be found in clear anywhere."""
        return (SECRET, self.person.email)


def with_everything(cloud: Cloud, *, rows: int = 3) -> Everything:
    """Make a person who has used every service, over the API."""
    person = signed_in(Client(cloud.app, user_agent=f"{SECRET}-agent/1"))
    me = person.client
    assert me.patch(ME, {"display_name": f"{SECRET} Ada"}).status == 200
    account = opened(person, name=f"{SECRET} purse")["id"]
    first = recorded(
        person,
        account,
        payee=f"{SECRET} Bakery",
        notes=f"{SECRET} notes",
        category_id=None,
        tags=[f"{SECRET} tag"],
        parts=[{"percent": "50", "notes": f"{SECRET} part"}, {"remainder": True}],
    )
    category = me.post("/v1/expenses/categories", {"name": f"{SECRET} sweets", "kind": "expense"})
    assert category.status == 201, category.text
    filed = me.patch(
        f"/v1/expenses/transactions/{first['id']}",
        {"category_id": category.json["id"]},
        headers={"If-Match": '"1"', "Idempotency-Key": "file-it"},
    )
    assert filed.status == 200, filed.text
    _planned(person, account)
    profile = {
        "name": f"{SECRET} bank",
        "match": {"header": [f"{SECRET} day"]},
        "hints": {"person": f"{SECRET} Ada"},
    }
    assert me.post("/v1/interchange/profiles", profile).status == 201
    statement = csv_of(rows).replace(b"Shop", f"{SECRET} Shop".encode())
    job = uploaded(cloud, person, account, statement, filename=f"{SECRET}.csv")
    cloud.drain()
    assert committed(cloud, person, job)["state"] == "done"
    told = SECRET.encode().ljust(len(papers.PLACE), b"-")
    picture = papers.jpeg().replace(papers.PLACE, told)
    kept = attachments.uploaded(cloud, person, first["id"], picture, name=f"{SECRET}.jpg")
    assert kept["state"] == "ready", kept
    receipt = me.post("/v1/expenses/receipts", {"text": f"{SECRET} Deli\nTOTAL EUR 7.77"})
    assert receipt.json["state"] == "ready", receipt.text
    uploaded(cloud, person, account, csv_of(2))  # one that is only looked at
    cloud.drain()
    assert exports.written(cloud, person, filter={"q": SECRET})["state"] == "ready"
    _reported(cloud, person)
    assert me.post("/v1/notifications/live/ticket", {}).status in {200, 201, 404}
    return Everything(person, account, first["id"])


def _reported(cloud: Cloud, person: SignedIn) -> None:
    """Let a report with the names of accounts be written, and dismiss an insight."""
    body = {"format": "csv", "report": {"kind": "net-worth"}}
    job = person.client.post("/v1/analytics/reports", body)
    assert job.status == 202, job.text
    cloud.drain()
    read = person.client.get(f"/v1/analytics/reports/{job.json['id']}")
    assert read.json["state"] == "ready", read.text
    euros = {"amount": "5.00", "currency": "EUR"}
    small = opened(person, name=f"{SECRET} jar", opening_balance=euros)["id"]
    recurring(person, small, start=str(clock.now().date() + timedelta(days=30)))
    (card, *_) = person.client.get("/v1/analytics/insights").json["items"]
    assert person.client.post(f"/v1/analytics/insights/{card['id']}/dismiss").status == 204


def _planned(person: SignedIn, account: str) -> None:
    """Make a template with a text wherever one may stand, whose turn comes in a year."""
    start = str(clock.now().date() + timedelta(days=360))
    texts: dict[str, Any] = {
        "payee": f"{SECRET} Gym",
        "notes": f"{SECRET} pass",
        "tags": [f"{SECRET} sport"],
    }
    one = recurring(person, account, start=start, **texts)
    reply = person.client.patch(
        f"{RECURRING}/{one['id']}",
        {"variations": [{"day": start, "notes": f"{SECRET} once"}]},
        headers={"If-Match": '"1"'},
    )
    assert reply.status == 200, reply.text


def with_little(cloud: Cloud) -> Everything:
    """Make a person with an account and a transaction: quicker, for tests of many people."""
    person = signed_in(Client(cloud.app, user_agent=f"{SECRET}-agent/1"))
    account = opened(person, name=f"{SECRET} purse")["id"]
    first = recorded(person, account, payee=f"{SECRET} Bakery")
    cloud.drain()
    return Everything(person, account, first["id"])


def asked_to_go(one: Everything) -> None:
    """Ask to be erased."""
    reply = one.person.client.delete(ME)
    assert reply.status == 202, reply.text


def run_due(by: timedelta) -> int:
    """Run the schedule so much later."""
    return erasing.run_due(Visit(now=clock.now() + by))


def erase(cloud: Cloud, one: Everything) -> str:
    """Let a person go, through both rounds to the receipt; gives the erasure's id."""
    asked_to_go(one)
    cloud.drain()
    return carried_out(cloud)


def carried_out(cloud: Cloud) -> str:
    """Run what follows on the day that it is due; gives the erasure's id."""
    run_due(GRACE)
    cloud.drain()
    run_due(GRACE + SETTLING)
    cloud.drain()
    mail = str(
        cloud.mails()[-1].raw_data
        if hasattr(cloud.mails()[-1], "raw_data")
        else vars(cloud.mails()[-1])
    )
    return mail.split("/erasure-receipts/")[1][:36]


def payload_of(receipt: str) -> Any:
    """Read what a receipt says, without verifying it."""
    body = receipt.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def all_items(cloud: Cloud) -> dict[str, list[Raw]]:
    """Every item of every table, raw."""
    found: dict[str, list[Raw]] = {}
    client = cast("Any", aws.dynamodb())
    for spec in cloud.specs:
        rows = found.setdefault(spec.name, [])
        start: dict[str, Any] = {}
        while True:
            page = client.scan(TableName=spec.name, ConsistentRead=True, **start)
            rows += page["Items"]
            if "LastEvaluatedKey" not in page:
                break
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    return found


def all_objects() -> dict[str, bytes]:
    """Every version of every object in every bucket."""
    s3 = cast("Any", aws.s3())
    found: dict[str, bytes] = {}
    for bucket in (settings().uploads_bucket, settings().bulk_bucket, settings().files_bucket):
        for one in s3.list_object_versions(Bucket=bucket).get("Versions", ()):
            version = one["VersionId"]
            extra = {} if version == "null" else {"VersionId": version}
            body = s3.get_object(Bucket=bucket, Key=one["Key"], **extra)["Body"].read()
            found[f"{bucket}/{one['Key']}?{version}"] = body
    return found


def objects_of_ours() -> dict[str, bytes]:
    """Every object that is sealed by us: what is downloaded by links is encrypted by S3 (decision 18)."""
    s3 = cast("Any", aws.s3())
    bulk = settings().bulk_bucket
    by_link = ((settings().files_bucket, ""), (bulk, FILES_OUT), (bulk, REPORTS))
    for bucket, prefix in by_link:
        for one in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", ()):
            head = s3.head_object(Bucket=bucket, Key=one["Key"])
            assert head["ServerSideEncryption"] == "aws:kms", one["Key"]
    theirs = tuple(f"{bucket}/{prefix}" for bucket, prefix in by_link)
    return {key: data for key, data in all_objects().items() if not key.startswith(theirs)}


def all_messages(cloud: Cloud) -> list[str]:
    """Every message that lies in a queue or among the dead letters; it is left there."""
    from moto.sqs.models import sqs_backends

    backend = sqs_backends["123456789012"][settings().region]
    return [str(message.body) for queue in backend.queues.values() for message in queue._messages]


def remnants(cloud: Cloud, one: Everything) -> list[str]:
    """Where anything of a person is found: tables, objects of all versions, queues and dead letters."""
    return places_of(cloud, one.person.user_id, *one.canaries)


def places_of(cloud: Cloud, *marks: str) -> list[str]:
    """Where any of these texts is found: tables, objects of all versions, queues and dead letters."""
    found = [
        f"{table}: {row['pk']} {row['sk']}"
        for table, rows in all_items(cloud).items()
        for row in rows
        if any(mark in repr(row) for mark in marks)
    ]
    found += [
        key
        for key, data in all_objects().items()
        if any(mark in key or mark.encode() in data for mark in marks)
    ]
    found += [body for body in all_messages(cloud) if any(mark in body for mark in marks)]
    return found
