"""From outbox to bus: publish what was committed, then delete the rows.

A crash in between publishes twice, which the consumers' inboxes make harmless; nothing is ever
published that was not committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from chalicelib.kernel import aws
from chalicelib.kernel.events import Envelope
from chalicelib.kernel.log import logger
from chalicelib.kernel.outbox import PREFIX, SHARDS, TOPIC, OutboxRow
from chalicelib.kernel.settings import settings
from chalicelib.kernel.tables import Raw, Table, TableSpec
from chalicelib.kernel.values import dataclass

_ENTRIES: Final = 10
_BYTES: Final = 200_000
"""SNS takes 256 KB a batch; the attributes and the protocol need some of it."""
_SWEEP_PAGE: Final = 100
_SWEEP_MOST: Final = 5_000


def publish(spec: TableSpec, items: Sequence[Raw]) -> int:
    """Publish outbox items and delete those of which the bus took every message; say how many."""
    rows = [OutboxRow.from_raw_data(dict(item)) for item in items]
    refused: set[str] = set()
    for to in sorted({row.to for row in rows}):
        send = _to_topic if to == TOPIC else _to_queue(to)
        letters = [_Letter(row.sk, line) for row in rows if row.to == to for line in row.lines()]
        for batch in _batches(letters):
            refused |= _refused(batch, send(batch))
    done = [(row.pk, row.sk) for row in rows if row.sk not in refused]
    Table(spec).delete_many(done)
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


@dataclass(frozen=True, slots=True)
class _Letter:
    """One message, and the outbox row that it lies in."""

    row: str
    body: str


def _batches(letters: Sequence[_Letter]) -> Iterator[list[_Letter]]:
    batch: list[_Letter] = []
    size = 0
    for letter in letters:
        length = len(letter.body.encode())
        if batch and (len(batch) == _ENTRIES or size + length > _BYTES):
            yield batch
            batch, size = [], 0
        batch.append(letter)
        size += length
    if batch:
        yield batch


def _to_topic(batch: Sequence[_Letter]) -> dict[str, Any]:
    return aws.sns().publish_batch(
        TopicArn=settings().topic_arn,
        PublishBatchRequestEntries=[
            {
                "Id": str(index),
                "Message": letter.body,
                "MessageAttributes": {
                    "type": {
                        "DataType": "String",
                        "StringValue": Envelope.from_json(letter.body).type,
                    }
                },
            }
            for index, letter in enumerate(batch)
        ],
    )


def _to_queue(service: str) -> Callable[[Sequence[_Letter]], dict[str, Any]]:
    def send(batch: Sequence[_Letter]) -> dict[str, Any]:
        return aws.sqs().send_message_batch(
            QueueUrl=settings().queue_url(f"{service}-inbox"),
            Entries=[
                {"Id": str(index), "MessageBody": letter.body} for index, letter in enumerate(batch)
            ],
        )

    return send


def _refused(batch: Sequence[_Letter], answer: dict[str, Any]) -> set[str]:
    """Name the rows whose messages the bus did not take: they are published again, and inboxes see to it."""
    rows = {batch[int(entry["Id"])].row for entry in answer.get("Failed") or ()}
    for row in rows:
        logger().warning("the bus refused a message", extra={"event_id": row})
    return rows
