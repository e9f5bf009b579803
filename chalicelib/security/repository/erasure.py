"""The end of an owner's data keys, all generations: closed first, destroyed when nothing needs them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chalicelib.kernel import aws
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Raw, Table
from chalicelib.kernel.transaction import raw_key
from chalicelib.security.repository.owner_keys import OwnerKeyRow
from chalicelib.security.repository.table import KEYS

_FIRST: Final = "KEY#"
_LAST: Final = "KEY#~"
_MOST: Final = 100


def close_owner_keys(owner: Owner, *, now: datetime) -> int:
    """Let the keys count as expired from now on; say how many there are.

    Should all of ours stop here, DynamoDB's own expiry still deletes them, within two days.
    """
    found = _all(owner)
    for item in found:
        aws.dynamodb().update_item(
            TableName=KEYS.name,
            Key=raw_key((item["pk"]["S"], item["sk"]["S"])),
            UpdateExpression="SET #t = :now",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeNames={"#t": "ttl"},
            ExpressionAttributeValues={":now": {"N": str(int(now.timestamp()))}},
        )
    return len(found)


def closed_owner_keys(owner: Owner) -> list[OwnerKeyRow]:
    """Read the keys that are left, closed ones too, oldest generation first."""
    return [OwnerKeyRow.from_raw_data(dict(item)) for item in _all(owner)]


def delete_owner_keys(owner: Owner) -> int:
    """Delete the keys of all generations; say how many there were."""
    found = _all(owner)
    Table(KEYS).delete_many([(item["pk"]["S"], item["sk"]["S"]) for item in found])
    return len(found)


def _all(owner: Owner) -> list[Raw]:
    """Read without regard to expiry, strongly consistent."""
    answer = aws.dynamodb().query(
        TableName=KEYS.name,
        KeyConditionExpression="pk = :p AND sk BETWEEN :low AND :high",
        ExpressionAttributeValues={
            ":p": {"S": str(owner)},
            ":low": {"S": _FIRST},
            ":high": {"S": _LAST},
        },
        ConsistentRead=True,
        Limit=_MOST,
    )
    items: list[Raw] = answer["Items"]
    return items
