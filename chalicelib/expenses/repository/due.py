"""What is due when: `DUE#<shard>` / `<Unix milliseconds>#<owner>#<id>`, which a schedule reads in order of time.

The key says all, and nothing personal; a template leads to its entry by its own `due_at`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from chalicelib.expenses.repository.table import TABLE
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Key, Row, Table, WholeNumber
from chalicelib.kernel.values import dataclass

SHARDS: Final = 8
DUE: Final = "DUE#"


class DueRow(Row):
    """Something that is due; its key says all."""

    version = WholeNumber()


@dataclass(frozen=True, slots=True)
class Due:
    """A template whose turn has come."""

    key: Key
    owner: Owner
    id: str


def due_key(owner: Owner, recurring_id: str, at_millis: int) -> Key:
    """Give the key of a template's turn."""
    shard = hashlib.sha256(recurring_id.encode()).digest()[0] % SHARDS
    return (f"{DUE}{shard}", f"{at_millis:015d}#{owner}#{recurring_id}")


def millis(at: datetime) -> int:
    """Give an instant in Unix milliseconds."""
    return round(at.timestamp() * 1_000)


def find_due(now: datetime, *, most: int) -> Iterator[Due]:
    """Give what is due by now, up to so many a shard, oldest first."""
    for shard in range(SHARDS):
        piece = Table(TABLE).query(
            f"{DUE}{shard}", "0", f"{millis(now):015d}~", limit=most, consistent=True
        )
        for item in piece.items:
            pk, sk = item["pk"]["S"], item["sk"]["S"]
            owner, _, identity = sk.partition("#")[2].rpartition("#")
            yield Due((pk, sk), Owner.parse(owner), identity)
