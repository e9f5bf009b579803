"""From outbox to bus: publish what was committed, then delete the rows.

A crash in between publishes twice, which the consumers' inboxes make harmless; nothing is ever
published that was not committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from chalicelib.kernel import aws
from chalicelib.kernel.log import logger
from chalicelib.kernel.outbox import PREFIX, SHARDS, TOPIC, OutboxRow
from chalicelib.kernel.settings import settings
from chalicelib.kernel.tables import Raw, Table, TableSpec

_ENTRIES: Final = 10
_BYTES: Final = 200_000
"""SNS takes 256 KB a batch; the attributes and the protocol need some of it."""
_SWEEP_PAGE: Final = 100
_SWEEP_MOST: Final = 5_000


def publish(spec: TableSpec, items: Sequence[Raw]) -> int:
    """Publish outbox items and delete those that the bus took; say how many."""
    rows = [OutboxRow.from_raw_data(dict(item)) for item in items]
    done: list[OutboxRow] = []
    for to in sorted({row.to for row in rows}):
        send = _to_topic if to == TOPIC else _to_queue(to)
        for batch in _batches([row for row in rows if row.to == to]):
            done += _taken(batch, send(batch))
    Table(spec).delete_many([(row.pk, row.sk) for row in done])
    return len(done)


def sweep(spec: TableSpec, *, most: int = _SWEEP_MOST) -> int:
    """Publish what the stream missed: read every shard, oldest first, up to a bound."""
    table, count = Table(spec), 0
    for shard in range(SHARDS):
        while count < most:
            piece = table.query(f"{PREFIX}{shard}", "0", "g", limit=_SWEEP_PAGE, consistent=True)
            took = publish(spec, piece.items) if piece.items else 0
            count += took
            if took < _SWEEP_PAGE:
                break
    return count


def lag(spec: TableSpec, *, most: int = _SWEEP_PAGE) -> int:
    """Count waiting rows, up to a bound a shard, for the health page."""
    table = Table(spec)
    return sum(
        len(
            table.query(
                f"{PREFIX}{shard}", "0", "g", limit=most, consistent=True, count_only=True
            ).items
        )
        for shard in range(SHARDS)
    )


def _batches(rows: Sequence[OutboxRow]) -> Iterator[list[OutboxRow]]:
    batch: list[OutboxRow] = []
    size = 0
    for row in rows:
        length = len(row.body.encode())
        if batch and (len(batch) == _ENTRIES or size + length > _BYTES):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += length
    if batch:
        yield batch


def _to_topic(batch: Sequence[OutboxRow]) -> dict[str, Any]:
    return aws.sns().publish_batch(
        TopicArn=settings().topic_arn,
        PublishBatchRequestEntries=[
            {
                "Id": str(index),
                "Message": row.body,
                "MessageAttributes": {"type": {"DataType": "String", "StringValue": row.type}},
            }
            for index, row in enumerate(batch)
        ],
    )


def _to_queue(service: str) -> Callable[[Sequence[OutboxRow]], dict[str, Any]]:
    def send(batch: Sequence[OutboxRow]) -> dict[str, Any]:
        return aws.sqs().send_message_batch(
            QueueUrl=settings().queue_url(f"{service}-inbox"),
            Entries=[
                {"Id": str(index), "MessageBody": row.body} for index, row in enumerate(batch)
            ],
        )

    return send


def _taken(batch: Sequence[OutboxRow], answer: dict[str, Any]) -> list[OutboxRow]:
    failed = answer.get("Failed") or ()
    for entry in failed:
        logger().warning(
            "the bus refused a message", extra={"event_id": batch[int(entry["Id"])].sk}
        )
    refused = {int(entry["Id"]) for entry in failed}
    return [row for index, row in enumerate(batch) if index not in refused]
