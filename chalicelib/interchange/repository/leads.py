"""What leads to bank connections from outside: a provider's own name of one, and the turns of the schedule.

Both lie in partitions of nobody's own (`ITM#<hash>`, `DUE#<shard>`) and name their owner.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from pynamodb.attributes import UnicodeAttribute

from chalicelib.interchange.repository.table import TABLE
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Key, Raw, Row, Table, WholeNumber
from chalicelib.kernel.values import dataclass

CONNECTION: Final = "CON#"
REVOCATION: Final = "REV#"
ITEM: Final = "ITM#"
DUE: Final = "DUE#"
SHARDS: Final = 8
_POINTER: Final = "ITM"


class ItemPointerRow(Row):
    """Whose connection a provider's item is."""

    owner = UnicodeAttribute()
    connection_id = UnicodeAttribute()


class DueRow(Row):
    """Something that is due; its key says all."""

    version = WholeNumber()


@dataclass(frozen=True, slots=True)
class Found:
    """Whose connection an item is."""

    owner: Owner
    connection_id: str


def item_key(provider: str, item_ref: str) -> Key:
    """Give the key under which a provider's item leads to its owner."""
    digest = hashlib.sha256(f"{provider}\x1f{item_ref}".encode()).hexdigest()
    return (ITEM + digest, _POINTER)


def find_item(provider: str, item_ref: str) -> Found | None:
    """Say whose connection a provider's item is, if anybody's."""
    raw = Table(TABLE).get(item_key(provider, item_ref))
    if raw is None:
        return None
    return Found(Owner.parse(raw["owner"]["S"]), raw["connection_id"]["S"])


@dataclass(frozen=True, slots=True)
class Due:
    """A turn that has come: of a sync, or of giving an access back."""

    key: Key
    owner: Owner
    what: str
    id: str


def due_key(owner: Owner, what: str, identity: str, at_millis: int) -> Key:
    """Give the key of a turn; `what` is the prefix of the item whose turn it is."""
    shard = hashlib.sha256(identity.encode()).digest()[0] % SHARDS
    return (f"{DUE}{shard}", f"{at_millis:015d}#{owner}#{what}{identity}")


def find_due(now: datetime, *, most: int) -> Iterator[Due]:
    """Give what is due by now, up to so many a shard, oldest first."""
    for shard in range(SHARDS):
        piece = Table(TABLE).query(
            f"{DUE}{shard}", "0", f"{millis(now):015d}~", limit=most, consistent=True
        )
        for item in piece.items:
            pk, sk = item["pk"]["S"], item["sk"]["S"]
            _, kind, owner, what, identity = sk.split("#", 4)
            yield Due((pk, sk), Owner.parse(f"{kind}#{owner}"), f"{what}#", identity)


def millis(at: datetime) -> int:
    """Give an instant in Unix milliseconds."""
    return round(at.timestamp() * 1_000)


def instant(at_millis: int) -> datetime:
    """Give the instant of Unix milliseconds."""
    return datetime.fromtimestamp(at_millis / 1_000, tz=UTC)


def beside(item: Raw) -> Iterator[Key]:
    """Lead from an item to what lies in partitions of nobody's own, for erasure."""
    owner, sk = Owner.parse(item["pk"]["S"]), item["sk"]["S"]
    for prefix in (CONNECTION, REVOCATION):
        if sk.startswith(prefix) and "due_at" in item:
            yield due_key(
                owner,
                prefix,
                sk.removeprefix(prefix),
                WholeNumber().deserialize(item["due_at"]["N"]),
            )
    if sk.startswith(CONNECTION) and "item" in item:
        yield (item["item"]["S"], _POINTER)
