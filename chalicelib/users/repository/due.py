"""What is due when: `DUE#<shard>` / `<Unix milliseconds>#<what>#<id>`, which a schedule reads in order of time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Final, Literal, cast

from chalicelib.kernel.commit import Commit
from chalicelib.kernel.tables import Key, Row, Table, WholeNumber
from chalicelib.kernel.values import dataclass
from chalicelib.users.repository.table import TABLE, millis

SHARDS: Final = 8
DUE: Final = "DUE#"
What = Literal["erase", "settle", "mail", "expire"]


class DueRow(Row):
    """Something that is due; its key says all."""

    version = WholeNumber()


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is due: of a user (`erase`), of an erasure, or of an export (`expire`: `<user>.<job>`)."""

    key: Key
    what: What
    id: str


def due_key(what: What, identity: str, at: datetime) -> Key:
    """Give the key of what is due at an instant."""
    shard = hashlib.sha256(identity.encode()).digest()[0] % SHARDS
    return (f"{DUE}{shard}", f"{millis(at):015d}#{what}#{identity}")


def save_due(commit: Commit, what: What, identity: str, at: datetime) -> None:
    """Note that something is due."""
    commit.put(DueRow(*due_key(what, identity, at), version=1), expect=None)


def remove_due(commit: Commit, key: Key) -> None:
    """Forget what was due; absent is no error."""
    commit.delete(key)


def find_due(now: datetime, *, most: int) -> Iterator[Due]:
    """Give what is due by now, up to so many a shard, oldest first."""
    for shard in range(SHARDS):
        piece = Table(TABLE).query(
            f"{DUE}{shard}", "0", f"{millis(now):015d}~", limit=most, consistent=True
        )
        for item in piece.items:
            pk, sk = item["pk"]["S"], item["sk"]["S"]
            _, what, identity = sk.split("#")
            yield Due((pk, sk), cast("What", what), identity)
