"""A small Chalice app that uses every kind of handler, for the tests of the local cloud."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from chalice.app import CloudWatchEvent, DynamoDBEvent, Rate, Response, SQSEvent, WebsocketEvent

from chalicelib.kernel import aws, clock, outbox, tables
from chalicelib.kernel.events import Envelope
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.relay import publish
from chalicelib.kernel.settings import settings
from chalicelib.kernel.tables import TableSpec
from functions._edge.application import Application

TABLE = TableSpec("toys", ledger=False)
TABLES = [TABLE]
app = Application(app_name="toy")


def subscriptions() -> dict[str, tuple[str, ...]]:
    return {
        settings().queue("toys-inbox"): ("toys.made.v1",),
        settings().queue("birds-inbox"): ("toys.made.v1", "toys.lost.v1"),
    }


def _note(kind: str, id: str, **more: str) -> None:
    """Remember an effect as an item, so that a test can ask for it."""
    item = {"pk": {"S": kind}, "sk": {"S": id}, **{k: {"S": v} for k, v in more.items()}}
    aws.dynamodb().put_item(TableName=TABLE.name, Item=item)


def _seen(kind: str) -> bool:
    return bool(list(tables.Table(TABLE).query_all(kind, "0", "~", most=1, consistent=True)))


def _ours(body: object, status: int = 200) -> Response:
    return Response(json.dumps(body), {"Content-Type": "application/json", "X-Xpense": "1"}, status)


@app.route("/notes/{kind}")
def notes(kind: str) -> Response:
    found = list(tables.Table(TABLE).query_all(kind, "0", "~", most=10_000, consistent=True))
    return _ours([{k: v["S"] for k, v in item.items()} for item in found])


@app.route("/toys/{id}", methods=["PUT"])
def make(id: str) -> Response:
    """Write a toy and its outbox row in one transaction, as the kernel's Commit does."""
    (row,) = outbox.pack([(_told(id), outbox.TOPIC)])
    toy = {"pk": {"S": "TOY"}, "sk": {"S": id}}
    aws.dynamodb().transact_write_items(
        TransactItems=[
            {"Put": {"TableName": TABLE.name, "Item": toy}},
            {"Put": {"TableName": TABLE.name, "Item": row.raw()}},
        ]
    )
    outbox.committed(TABLE, [row.raw()])
    return _ours({"id": id}, 201)


def _told(toy: str) -> Envelope:
    return Envelope(
        id=new_id(),
        type="toys.made.v1",
        time=clock.now(),
        owner="U#0",
        subject=toy,
        sequence=0,
        trace="t",
        data="{}",
    )


def _subject(body: str) -> str:
    """Whose message it is: the relay's are envelopes, the tests' own plain words."""
    return Envelope.from_json(body).subject if body.startswith("{") else body


@app.on_dynamodb_record(
    stream_arn=f"arn:aws:dynamodb:*:*:table/{TABLE.name}/stream/*", name="toys_relay"
)
def toys_relay(event: DynamoDBEvent) -> None:
    publish(TABLE, [record["dynamodb"]["NewImage"] for record in event.to_dict()["Records"]])


@app.on_sqs_message(queue=settings().queue("toys-inbox"), batch_size=10, name="toys_inbox")
def toys_inbox(event: SQSEvent) -> dict[str, Any]:
    failed = []
    for record in event.to_dict()["Records"]:
        count = record["attributes"]["ApproximateReceiveCount"]
        if record["body"].startswith("poison"):
            _note("TRY", f"{record['body']}#{count}")
            failed.append({"itemIdentifier": record["messageId"]})
        else:
            _note("HEARD", _subject(record["body"]), record=json.dumps(record))
    return {"batchItemFailures": failed}


@app.on_sqs_message(queue=settings().queue("birds-inbox"), batch_size=1, name="birds_inbox")
def birds_inbox(event: SQSEvent) -> None:
    for record in event:
        if record.body == "sleep" and not _seen("SLEPT"):
            _note("SLEPT", "once")
            time.sleep(60)
        _note("BIRD", _subject(record.body))


@app.on_sqs_message(queue=settings().queue("interchange-uploads"), batch_size=1, name="uploads")
def uploads(event: SQSEvent) -> None:
    for record in event:
        for one in json.loads(record.body)["Records"]:
            _note("UPLOAD", one["s3"]["object"]["key"], event=json.dumps(one))


@app.schedule(Rate(1, unit=Rate.HOURS), name="hourly")
def hourly(event: CloudWatchEvent) -> None:
    _note("TICK", event.to_dict()["id"], event=json.dumps(event.to_dict()))


@app.on_ws_connect()
def on_connect(event: WebsocketEvent) -> dict[str, int]:
    query = event.to_dict()["queryStringParameters"] or {}
    return {"statusCode": 200 if query.get("ticket") == "good" else 401}


@app.on_ws_message()
def on_message(event: WebsocketEvent) -> None:
    aws.sockets().post_to_connection(
        ConnectionId=event.connection_id, Data=f"echo {event.body}".encode()
    )


@app.on_ws_disconnect()
def on_disconnect(event: WebsocketEvent) -> None:
    _note("GONE", event.connection_id, pid=str(os.getpid()))
