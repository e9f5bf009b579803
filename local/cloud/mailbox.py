"""The mailbox: what SES would have sent, kept so that a person or a test can read it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from chalicelib.kernel import clock
from chalicelib.kernel.ids import new_id
from local.cloud.store import Store

PAGE: Final = 200


@dataclass(frozen=True, slots=True)
class Mail:
    """One sent mail; `at` is RFC 3339."""

    id: str
    at: str
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str


class Mailbox:
    """Mails in the order in which they were sent."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def deliver(self, *, sender: str, to: Sequence[str], subject: str, text: str, html: str) -> str:
        """Keep a mail and give its id."""
        id = new_id()
        with self._store.write() as db:
            db.execute(
                "INSERT INTO mails (id, at, sender, recipients, subject, text, html)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (id, clock.rfc3339(clock.now()), sender, json.dumps(to), subject, text, html),
            )
        return id

    def newest(self, *, to: str | None = None, limit: int = PAGE) -> list[Mail]:
        """Give the newest mails first, those to one address only when `to` is given."""
        rows = self._store.rows(
            "SELECT * FROM mails WHERE ?1 IS NULL OR EXISTS"
            " (SELECT 1 FROM json_each(recipients) WHERE lower(value) = lower(?1))"
            " ORDER BY seq DESC LIMIT ?2",
            to,
            limit,
        )
        return [
            Mail(
                row["id"],
                row["at"],
                row["sender"],
                tuple(json.loads(row["recipients"])),
                row["subject"],
                row["text"],
                row["html"],
            )
            for row in rows
        ]
