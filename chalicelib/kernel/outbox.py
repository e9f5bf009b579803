"""The outbox: messages are rows, written in the transaction of the state that they tell of.

Rows lie in eight partitions of their service's table, so a strongly consistent sweep finds every one
without an index to pay for, and the stream's filter is a prefix of the partition key. The relay
publishes them and deletes them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Final

from pynamodb.attributes import UnicodeAttribute

from chalicelib.kernel.events import Envelope
from chalicelib.kernel.tables import Raw, Row, TableSpec

SHARDS: Final = 8
PREFIX: Final = "OBX#"
TOPIC: Final = "topic"
ROW_BYTES: Final = 200_000
"""An item holds 400 KB; JSON of ours is ASCII, so characters are bytes."""

Listener = Callable[[TableSpec, Sequence[Raw]], None]
_LISTENERS: Final[list[Listener]] = []


class OutboxRow(Row):
    """Messages of one transaction for one destination: `to` is `topic` or a service, `body` a line each."""

    to = UnicodeAttribute()
    body = UnicodeAttribute()

    def lines(self) -> list[str]:
        """Give the messages as they travel, in their order."""
        return self.body.split("\n")

    def envelopes(self) -> list[Envelope]:
        """Give the messages, read."""
        return [Envelope.from_json(line) for line in self.lines()]


def pack(envelopes: Sequence[tuple[Envelope, str]]) -> list[OutboxRow]:
    """Make the rows of a transaction's messages: one a destination, a further one past `ROW_BYTES`.

    The shard follows from the owner, so that one owner's messages stay together.
    """
    rows: list[OutboxRow] = []
    open_rows: dict[str, OutboxRow] = {}
    for envelope, to in envelopes:
        line = envelope.to_json()
        row = open_rows.get(to)
        if row is not None and len(row.body) + len(line) < ROW_BYTES:
            row.body = f"{row.body}\n{line}"
            continue
        shard = hashlib.sha256(envelope.owner.encode()).digest()[0] % SHARDS
        row = open_rows[to] = OutboxRow(f"{PREFIX}{shard}", envelope.id, to=to, body=line)
        rows.append(row)
    return rows


def on_commit(listener: Listener) -> None:
    """Let a listener see the outbox rows of each commit: the local host relays them, for want of a stream."""
    _LISTENERS.append(listener)


def forget_listeners() -> None:
    """Drop all listeners: for tests and for the local host's end."""
    _LISTENERS.clear()


def committed(spec: TableSpec, rows: Sequence[Raw]) -> None:
    """Tell the listeners of rows that were just written."""
    for listener in _LISTENERS:
        listener(spec, rows)
