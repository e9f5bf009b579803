"""Queues with what SQS promises: at least once, visibility, receive count, dead letters, delay."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from chalicelib.kernel.ids import new_id
from local.cloud.store import Store, millis

DEFAULT_VISIBILITY: Final = 30
MAX_RECEIVES: Final = 5
BATCH: Final = 10


class NoSuchQueue(LookupError):
    """The queue is not provisioned."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A message attribute: SQS data type and its text (binary ones are base64)."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be sent; `delay` in seconds."""

    body: str
    attributes: dict[str, Attribute] = field(default_factory=dict)
    delay: float = 0


@dataclass(frozen=True, slots=True)
class Message:
    """A message in flight; times are Unix milliseconds."""

    id: str
    receipt: str
    body: str
    attributes: dict[str, Attribute]
    receives: int
    sent_ms: int
    first_ms: int
    source: str | None


@dataclass(frozen=True, slots=True)
class Depth:
    """How much waits in a queue: `waiting` can be taken now, the oldest of all has `oldest_seconds`."""

    waiting: int
    in_flight: int
    delayed: int
    oldest_seconds: float


class Queues:
    """All queues of the local cloud."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._listeners: list[Callable[[], None]] = []

    def on_arrival(self, listener: Callable[[], None]) -> None:
        """Call the listener after messages became visible or may do so soon; it must not block."""
        self._listeners.append(listener)

    def create(
        self, name: str, *, visibility: float = DEFAULT_VISIBILITY, dead: str | None = None
    ) -> None:
        """Make a queue or change its settings; `visibility` in seconds, `dead` names its dead letters."""
        with self._store.write() as db:
            db.execute(
                "INSERT INTO queues VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
                " visibility_ms = excluded.visibility_ms, dead = excluded.dead",
                (name, int(visibility * 1000), MAX_RECEIVES, dead),
            )

    def names(self) -> list[str]:
        """Name every queue, dead-letter queues included."""
        return [row["name"] for row in self._store.rows("SELECT name FROM queues ORDER BY name")]

    def dead_letters_of(self, name: str) -> str | None:
        """Name the dead-letter queue of a queue; raise `NoSuchQueue`."""
        row = self._store.row("SELECT dead FROM queues WHERE name = ?", name)
        if row is None:
            raise NoSuchQueue(name)
        dead: str | None = row["dead"]
        return dead

    def send(self, name: str, *drafts: Draft) -> list[str]:
        """Store messages, all or none, and give their ids; raise `NoSuchQueue`."""
        with self._store.write() as db:
            ids = self.send_within(db, name, drafts)
        self.announce()
        return ids

    def send_within(self, db: sqlite3.Connection, name: str, drafts: Iterable[Draft]) -> list[str]:
        """Store messages within the caller's transaction; the caller announces after its commit."""
        if db.execute("SELECT 1 FROM queues WHERE name = ?", (name,)).fetchone() is None:
            raise NoSuchQueue(name)
        now = millis()
        ids = []
        for draft in drafts:
            ids.append(new_id())
            db.execute(
                "INSERT INTO messages (queue, id, body, attributes, sent_ms, visible_ms)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    name,
                    ids[-1],
                    draft.body,
                    json.dumps({key: [a.kind, a.value] for key, a in draft.attributes.items()}),
                    now,
                    now + int(draft.delay * 1000),
                ),
            )
        return ids

    def announce(self) -> None:
        """Tell the listeners that there may be work."""
        for listener in self._listeners:
            listener()

    def receive(
        self, name: str, limit: int = BATCH, *, visibility: float | None = None
    ) -> list[Message]:
        """Take up to `limit` messages and hide them for `visibility` seconds (default: the queue's).

        A message that was received too often goes to the dead letters instead, as in SQS.
        """
        with self._store.write() as db:
            queue = db.execute("SELECT * FROM queues WHERE name = ?", (name,)).fetchone()
            if queue is None:
                raise NoSuchQueue(name)
            hidden = queue["visibility_ms"] if visibility is None else int(visibility * 1000)
            taken = []
            for row in self._due(db, name, limit):
                if queue["dead"] is not None and row["receives"] >= queue["max_receives"]:
                    self._bury(db, queue, row["seq"])
                else:
                    taken.append(self._take(db, row, hidden))
            return taken

    @staticmethod
    def _due(db: sqlite3.Connection, name: str, limit: int) -> list[sqlite3.Row]:
        return db.execute(
            "SELECT * FROM messages WHERE queue = ? AND visible_ms <= ?"
            " ORDER BY visible_ms, seq LIMIT ?",
            (name, millis(), limit),
        ).fetchall()

    @staticmethod
    def _take(db: sqlite3.Connection, row: sqlite3.Row, hidden_ms: int) -> Message:
        now, receipt = millis(), secrets.token_urlsafe(24)
        first: int = now if row["first_ms"] is None else row["first_ms"]
        db.execute(
            "UPDATE messages SET receipt = ?, visible_ms = ?, receives = receives + 1, first_ms = ?"
            " WHERE seq = ?",
            (receipt, now + hidden_ms, first, row["seq"]),
        )
        attributes = {
            key: Attribute(kind, value)
            for key, (kind, value) in json.loads(row["attributes"]).items()
        }
        return Message(
            row["id"],
            receipt,
            row["body"],
            attributes,
            row["receives"] + 1,
            row["sent_ms"],
            first,
            row["source"],
        )

    @staticmethod
    def _bury(db: sqlite3.Connection, queue: sqlite3.Row, seq: int) -> None:
        """Move a message without a receive left to the dead letters; it keeps its id and age."""
        db.execute(
            "UPDATE messages SET queue = ?, source = ?, receipt = NULL, receives = 0,"
            " first_ms = NULL, visible_ms = ? WHERE seq = ?",
            (queue["dead"], queue["name"], millis(), seq),
        )

    def delete(self, receipts: Sequence[str]) -> int:
        """Forget handled messages and say how many there were; unknown receipts are no error."""
        with self._store.write() as db:
            return sum(
                db.execute("DELETE FROM messages WHERE receipt = ?", (receipt,)).rowcount
                for receipt in receipts
            )

    def give_back(self, receipts: Sequence[str], *, delay: float) -> None:
        """Return failed messages after `delay` seconds, or to the dead letters when used up."""
        with self._store.write() as db:
            for receipt in receipts:
                row = db.execute(
                    "SELECT m.seq, m.receives, q.* FROM messages m JOIN queues q ON q.name = m.queue"
                    " WHERE m.receipt = ?",
                    (receipt,),
                ).fetchone()
                if row is None:
                    continue
                if row["dead"] is not None and row["receives"] >= row["max_receives"]:
                    self._bury(db, row, row["seq"])
                else:
                    db.execute(
                        "UPDATE messages SET receipt = NULL, visible_ms = ? WHERE seq = ?",
                        (millis() + int(delay * 1000), row["seq"]),
                    )
        self.announce()

    def recover(self) -> int:
        """Give back what was in flight when the last process died, without counting that receive."""
        with self._store.write() as db:
            return db.execute(
                "UPDATE messages SET receipt = NULL, visible_ms = ?, receives = receives - 1"
                " WHERE receipt IS NOT NULL AND visible_ms > ?",
                (millis(), millis()),
            ).rowcount

    def next_due(self, names: Iterable[str]) -> dict[str, int]:
        """Give, per queue that holds anything, when (Unix milliseconds) its next message is due: one statement for all."""
        wanted = set(names)
        rows = self._store.rows(
            "SELECT name, (SELECT visible_ms FROM messages WHERE queue = name"
            " ORDER BY visible_ms LIMIT 1) AS due FROM queues"
        )
        return {
            row["name"]: row["due"]
            for row in rows
            if row["due"] is not None and row["name"] in wanted
        }

    def depth(self, name: str) -> Depth:
        """Count what a queue holds."""
        now = millis()
        row = self._store.row(
            "SELECT COALESCE(SUM(visible_ms <= ?1), 0) AS waiting,"
            " COALESCE(SUM(visible_ms > ?1 AND receipt IS NOT NULL), 0) AS in_flight,"
            " COALESCE(SUM(visible_ms > ?1 AND receipt IS NULL), 0) AS delayed,"
            " COALESCE(MIN(sent_ms), ?1) AS oldest FROM messages WHERE queue = ?2",
            now,
            name,
        )
        if row is None:
            return Depth(0, 0, 0, 0.0)
        age = max(0, now - row["oldest"]) / 1000
        return Depth(row["waiting"], row["in_flight"], row["delayed"], age)
