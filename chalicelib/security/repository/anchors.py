"""Anchors: an owner's heads with their paths, roots that wait, roots that are anchored, and the signed chain.

`<owner>` / `ANC#<service>#<number>#<day>`; `ROOTS` / `<batch>`; `ROOT#<batch>` / `ANCHOR`; `ANCHORS` / `<number>`.
The last three belong to nobody: they hold hashes only.
"""

from __future__ import annotations

from typing import Final

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.kernel.commit import Commit
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace, Operation, put_new, raw_key, send
from chalicelib.security.repository.table import TABLE

_OWNERS: Final = "ANC#"
_WAITING: Final = "ROOTS"
_ANCHORED: Final = "ROOT#"
_CHAIN: Final = "ANCHORS"
_HASH: Final = 32


class OwnerAnchorRow(Row):
    """A head of an owner's log in a service, and its place and path in a batch's tree."""

    seq = WholeNumber()
    head = BinaryAttribute(legacy_encoding=False)
    day = UnicodeAttribute()
    batch = UnicodeAttribute()
    index = WholeNumber()
    size = WholeNumber()
    path = BinaryAttribute(legacy_encoding=False)


class RootRow(Row):
    """A batch's root; once anchored with the anchor's number and the root's path in that anchor's tree."""

    service = UnicodeAttribute()
    day = UnicodeAttribute()
    size = WholeNumber()
    root = BinaryAttribute(legacy_encoding=False)
    number = WholeNumber(null=True)
    index = WholeNumber(null=True)
    roots = WholeNumber(null=True)
    path = BinaryAttribute(legacy_encoding=False, null=True)


class AnchorRow(Row):
    """A link of the signed chain."""

    statement = UnicodeAttribute()


def joined(path: tuple[bytes, ...]) -> bytes:
    """Write a path as its hashes after one another."""
    return b"".join(path)


def parted(path: bytes) -> list[str]:
    """Read a path as hashes in hex."""
    return [path[at : at + _HASH].hex() for at in range(0, len(path), _HASH)]


def save_head(commit: Commit, row: OwnerAnchorRow, *, owner: str, service: str) -> None:
    """Keep an owner's anchored head."""
    row.pk, row.sk = owner, f"{_OWNERS}{service}#{row.seq:012d}#{row.day}"
    commit.put(row, expect=None)


def save_waiting_root(commit: Commit, row: RootRow, *, batch: str) -> None:
    """Let a root wait for its anchor."""
    row.pk, row.sk = _WAITING, batch
    commit.put(row, expect=None)


def first_head_from(owner: Owner, service: str, seq: int) -> OwnerAnchorRow | None:
    """Find the earliest anchored head that covers an entry."""
    low, high = f"{_OWNERS}{service}#{seq:012d}", f"{_OWNERS}{service}#~"
    piece = Table(TABLE).query(str(owner), low, high, limit=1, consistent=True)
    return OwnerAnchorRow.from_raw_data(dict(piece.items[0])) if piece.items else None


def last_head(owner: Owner, service: str) -> OwnerAnchorRow | None:
    """Find the latest anchored head."""
    low, high = f"{_OWNERS}{service}#0", f"{_OWNERS}{service}#~"
    piece = Table(TABLE).query(str(owner), low, high, limit=1, forward=False, consistent=True)
    return OwnerAnchorRow.from_raw_data(dict(piece.items[0])) if piece.items else None


def waiting_roots(most: int) -> list[RootRow]:
    """Read roots that wait, oldest first."""
    piece = Table(TABLE).query(_WAITING, "0", "~", limit=most, consistent=True)
    return [RootRow.from_raw_data(dict(raw)) for raw in piece.items]


def anchored_root(batch: str) -> RootRow | None:
    """Read a root that is anchored."""
    raw = Table(TABLE).get((_ANCHORED + batch, "ANCHOR"))
    return None if raw is None else RootRow.from_raw_data(dict(raw))


def anchors(after: int, *, limit: int) -> list[tuple[int, str]]:
    """Read signed anchors by number, from the one after `after` on."""
    low = f"{after + 1:012d}"
    piece = Table(TABLE).query(_CHAIN, low, "~", limit=limit, consistent=True)
    return [_anchor(AnchorRow.from_raw_data(dict(raw))) for raw in piece.items]


def last_anchor() -> tuple[int, str]:
    """Read the newest anchor; number 0 and no text where there is none."""
    piece = Table(TABLE).query(_CHAIN, "0", "~", limit=1, forward=False, consistent=True)
    found = [_anchor(AnchorRow.from_raw_data(dict(raw))) for raw in piece.items]
    return found[0] if found else (0, "")


def anchor(number: int) -> str:
    """Read a signed anchor; empty where there is none."""
    raw = Table(TABLE).get((_CHAIN, f"{number:012d}"))
    return "" if raw is None else AnchorRow.from_raw_data(dict(raw)).statement


def _anchor(row: AnchorRow) -> tuple[int, str]:
    return int(row.sk), row.statement


def add_anchor(
    number: int, statement: str, placed: list[tuple[RootRow, tuple[bytes, ...]]]
) -> None:
    """Add a link and move its roots out of the waiting ones, all or nothing; raise `LostRace`."""
    link = AnchorRow(_CHAIN, f"{number:012d}", statement=statement)
    operations = [Operation(put_new(TABLE, link), LostRace())]
    for index, (root, path) in enumerate(placed):
        gone = {
            "TableName": TABLE.name,
            "Key": raw_key((root.pk, root.sk)),
            "ConditionExpression": "attribute_exists(pk)",
        }
        kept = RootRow(
            _ANCHORED + root.sk,
            "ANCHOR",
            service=root.service,
            day=root.day,
            size=root.size,
            root=root.root,
            number=number,
            index=index,
            roots=len(placed),
            path=joined(path),
        )
        operations.append(Operation({"Delete": gone}, LostRace()))
        operations.append(Operation(put_new(TABLE, kept), LostRace()))
    send(operations)
