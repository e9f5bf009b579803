"""Owners' data keys, wrapped: single conditional writes, because they belong to no unit of work."""

from __future__ import annotations

import contextlib
from datetime import datetime
from typing import Final

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Row, Table, WholeNumber
from chalicelib.kernel.transaction import Operation, put_new, raw_key, send
from chalicelib.security.errors import KeyMadeMeanwhile, OwnerKeyAbsent
from chalicelib.security.repository.table import KEYS

_KEY: Final = "KEY#"
ROTATIONS: Final = "ROTATIONS"
CACHES_FORGET: Final = 900
"""Seconds after which no process seals with the key before: three times as long as one is held open."""


class OwnerKeyRow(Row):
    """An owner's data key, wrapped. With a `ttl` it is provisional: it vanishes unless it is kept.

    While a new generation replaces the one before, that is `previous`; the new one seals from the Unix second
    `active_from` on. One row holds both, so the change is one conditional write.
    """

    wrapped = BinaryAttribute(legacy_encoding=False)
    generation = WholeNumber()
    previous = BinaryAttribute(legacy_encoding=False, null=True)
    active_from = WholeNumber(null=True)
    created_at = UnicodeAttribute()
    ttl = WholeNumber(null=True)


def add_owner_key(owner: Owner, wrapped: bytes, *, now: datetime, ttl: int | None) -> None:
    """Store an owner's first data key; raise `KeyMadeMeanwhile` when there is one."""
    row = OwnerKeyRow(
        str(owner),
        f"{_KEY}001",
        wrapped=wrapped,
        generation=1,
        created_at=rfc3339(now),
        ttl=ttl,
    )
    send([Operation(put_new(KEYS, row), KeyMadeMeanwhile())])


def owner_key(owner: Owner) -> OwnerKeyRow:
    """Read an owner's wrapped data key; raise `OwnerKeyAbsent`."""
    raw = Table(KEYS).get((str(owner), f"{_KEY}001"))
    if raw is None:
        raise OwnerKeyAbsent
    return OwnerKeyRow.from_raw_data(dict(raw))


def keep_owner_key(owner: Owner, *, now: datetime) -> None:
    """Make a provisional key permanent; raise `OwnerKeyAbsent` when it is gone. Again is no error."""
    request = {
        "TableName": KEYS.name,
        "Key": raw_key((str(owner), f"{_KEY}001")),
        "UpdateExpression": "REMOVE #t",
        "ConditionExpression": "attribute_exists(pk) AND (attribute_not_exists(#t) OR #t > :now)",
        "ExpressionAttributeNames": {"#t": "ttl"},
        "ExpressionAttributeValues": {":now": {"N": str(int(now.timestamp()))}},
    }
    send([Operation({"Update": request}, OwnerKeyAbsent())])


def replace_owner_key(row: OwnerKeyRow, wrapped: bytes, *, active_from: int, now: datetime) -> None:
    """Put the next generation in front of the present one, and the rotation among those that are under way.

    Raises `KeyMadeMeanwhile` when another rotation came first, or the key is provisional or gone.
    """
    update = {
        "TableName": KEYS.name,
        "Key": raw_key((row.pk, row.sk)),
        "UpdateExpression": "SET #p = #w, #w = :new, #g = :next, #a = :active, #c = :now",
        "ConditionExpression": "#g = :old AND attribute_not_exists(#p) AND attribute_not_exists(#t)",
        "ExpressionAttributeNames": {
            "#p": "previous",
            "#w": "wrapped",
            "#g": "generation",
            "#a": "active_from",
            "#c": "created_at",
            "#t": "ttl",
        },
        "ExpressionAttributeValues": {
            ":new": {"B": wrapped},
            ":next": {"N": str(row.generation + 1)},
            ":old": {"N": str(row.generation)},
            ":active": {"N": str(active_from)},
            ":now": {"S": rfc3339(now)},
        },
    }
    due = RotationRow(
        ROTATIONS,
        rotation_sort(active_from + CACHES_FORGET, row.pk),
        owner=row.pk,
        generation=row.generation + 1,
        active_from=active_from,
    )
    send(
        [
            Operation({"Update": update}, KeyMadeMeanwhile()),
            Operation(put_new(KEYS, due), KeyMadeMeanwhile()),
        ]
    )


def forget_previous_key(owner: Owner, generation: int) -> None:
    """Delete the generation before this one for good; again, or after erasure, is no error."""
    request = {
        "TableName": KEYS.name,
        "Key": raw_key((str(owner), f"{_KEY}001")),
        "UpdateExpression": "REMOVE #p, #a",
        "ConditionExpression": "#g = :g",
        "ExpressionAttributeNames": {"#p": "previous", "#a": "active_from", "#g": "generation"},
        "ExpressionAttributeValues": {":g": {"N": str(generation)}},
    }
    with contextlib.suppress(OwnerKeyAbsent):
        send([Operation({"Update": request}, OwnerKeyAbsent())])


# --- rotations that are under way


class RotationRow(Row):
    """A rotation under way, by when it is looked at next."""

    owner = UnicodeAttribute()
    generation = WholeNumber()
    active_from = WholeNumber()


def rotation_sort(due: int, owner: str) -> str:
    """Give the sort key of a rotation that is due at a Unix second."""
    return f"{due:012d}#{owner}"


def due_rotations(now: datetime, *, most: int) -> list[RotationRow]:
    """Read rotations that are due, the longest waiting first."""
    high = rotation_sort(int(now.timestamp()), "~")
    piece = Table(KEYS).query(ROTATIONS, "0", high, limit=most, consistent=True)
    return [RotationRow.from_raw_data(dict(raw)) for raw in piece.items]


def move_rotation(row: RotationRow, due: int | None) -> None:
    """Write a rotation under its next time, or nowhere; raise `KeyMadeMeanwhile` when it was moved meanwhile."""
    gone = {
        "TableName": KEYS.name,
        "Key": raw_key((row.pk, row.sk)),
        "ConditionExpression": "attribute_exists(pk)",
    }
    operations = [Operation({"Delete": gone}, KeyMadeMeanwhile())]
    if due is not None:
        moved = RotationRow(
            ROTATIONS,
            rotation_sort(due, row.owner),
            owner=row.owner,
            generation=row.generation,
            active_from=row.active_from,
        )
        operations.append(Operation(put_new(KEYS, moved), KeyMadeMeanwhile()))
    send(operations)
