"""The security tables: counters and signing keys in one, owners' wrapped data keys in another.

The keys lie apart so that they have a short recovery window of their own: a backup of anything else holds
no key. Writes here are single conditional puts and updates, because they belong to no owner's unit of work.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.kernel import aws
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Owner
from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.tables import Row, Table, TableSpec, WholeNumber
from chalicelib.kernel.transaction import Operation, put_new, raw_key, send
from chalicelib.security.errors import KeyMadeMeanwhile, OwnerKeyAbsent
from chalicelib.security.model.limits import Limit, Window

TABLE: Final = TableSpec("security", ledger=False)
KEYS: Final = TableSpec("security-keys", ledger=False)
TABLES: Final = (TABLE, KEYS)

_SIGNING: Final = "SIGNING"
_KEY: Final = "KEY#"
_MOST_SIGNING_KEYS: Final = 10


class OwnerKeyRow(Row):
    """An owner's data key, wrapped. With a `ttl` it is provisional: it vanishes unless it is kept."""

    wrapped = BinaryAttribute(legacy_encoding=False)
    generation = WholeNumber()
    created_at = UnicodeAttribute()
    ttl = WholeNumber(null=True)


class SigningKeyRow(Row):
    """A private signing key, wrapped, and from which Unix second on it signs. With a `ttl` it is retiring."""

    kid = UnicodeAttribute()
    wrapped = BinaryAttribute(legacy_encoding=False)
    created_at = UnicodeAttribute()
    active_from = WholeNumber()
    generation = WholeNumber()
    ttl = WholeNumber(null=True)


# --- owners' data keys


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


# --- signing keys


def signing_keys() -> list[SigningKeyRow]:
    """Read all signing keys that still count, oldest first."""
    piece = Table(TABLE).query(
        _SIGNING, _KEY, _KEY + "~", limit=_MOST_SIGNING_KEYS, consistent=True
    )
    return [SigningKeyRow.from_raw_data(dict(raw)) for raw in piece.items]


def add_signing_key(row: SigningKeyRow, *, retiring: SigningKeyRow | None = None) -> None:
    """Store a signing key of the next generation, and the old one's end; raise `KeyMadeMeanwhile`."""
    operations = [Operation(put_new(TABLE, row), KeyMadeMeanwhile())]
    if retiring is not None:
        put = {"Put": {"TableName": TABLE.name, "Item": retiring.raw()}}
        operations.append(Operation(put, KeyMadeMeanwhile()))
    send(operations)


def signing_key_row(
    *, generation: int, kid: str, wrapped: bytes, now: datetime, active_from: int
) -> SigningKeyRow:
    """Make the row of a signing key."""
    return SigningKeyRow(
        _SIGNING,
        f"{_KEY}{generation:06d}",
        kid=kid,
        wrapped=wrapped,
        created_at=rfc3339(now),
        active_from=active_from,
        generation=generation,
    )


# --- counters


def count(limit: Limit, subject: str, window: Window) -> int | None:
    """Count one use in a window: the number so far with this one, or None when the quota is used up.

    One conditional update, so it is exact however many ask at once. Raises `Unavailable` when the table
    does not answer: a limit that cannot be counted lets nobody through.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer = aws.dynamodb().update_item(
            TableName=TABLE.name,
            Key=raw_key((f"LIM#{limit.name}#{subject}", f"{window.start:012d}")),
            UpdateExpression="ADD #n :one SET #t = :ttl",
            ConditionExpression="attribute_not_exists(#n) OR #n < :quota",
            ExpressionAttributeNames={"#n": "n", "#t": "ttl"},
            ExpressionAttributeValues={
                ":one": {"N": "1"},
                ":quota": {"N": str(limit.quota)},
                ":ttl": {"N": str(window.end)},
            },
            ReturnValues="UPDATED_NEW",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return None
        raise Unavailable from error
    except BotoCoreError as error:
        raise Unavailable from error
    return WholeNumber().deserialize(answer["Attributes"]["n"]["N"])
