"""Owners' data keys, wrapped: single conditional writes, because they belong to no unit of work."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Owner
from chalicelib.kernel.tables import Row, Table, WholeNumber
from chalicelib.kernel.transaction import Operation, put_new, raw_key, send
from chalicelib.security.errors import KeyMadeMeanwhile, OwnerKeyAbsent
from chalicelib.security.repository.table import KEYS

_KEY: Final = "KEY#"


class OwnerKeyRow(Row):
    """An owner's data key, wrapped. With a `ttl` it is provisional: it vanishes unless it is kept."""

    wrapped = BinaryAttribute(legacy_encoding=False)
    generation = WholeNumber()
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
