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

Listener = Callable[[TableSpec, Sequence[Raw]], None]
_LISTENERS: Final[list[Listener]] = []


class OutboxRow(Row):
    """One message on its way: `to` is `topic` or the name of the service that is ordered."""

    to = UnicodeAttribute()
    type = UnicodeAttribute()
    body = UnicodeAttribute()


def row(envelope: Envelope, to: str) -> OutboxRow:
    """Make the row of a message; its shard follows from the owner, so that one owner stays together."""
    shard = hashlib.sha256(envelope.owner.encode()).digest()[0] % SHARDS
    return OutboxRow(
        f"{PREFIX}{shard}", envelope.id, to=to, type=envelope.type, body=envelope.to_json()
    )


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
