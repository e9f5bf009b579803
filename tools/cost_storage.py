"""What lies in the tables, in the bytes that DynamoDB bills: names and values, 100 bytes an item, and each index again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

Item = Mapping[str, Mapping[str, Any]]
ITEM: Final = 100
"""Bytes that DynamoDB adds to each stored item and to each index entry."""
_COLLECTION: Final = 3
_DAY: Final = 86_400


def size(item: Item) -> int:
    """Give an item's bytes: names and values."""
    return sum(len(name.encode()) + value_size(value) for name, value in item.items())


def value_size(value: Mapping[str, Any]) -> int:
    """Give a value's bytes: text and binary as they are, a byte for two digits of a number and one more."""
    ((kind, held),) = value.items()
    if kind == "N":
        return 1 + (len(Decimal(held).normalize().as_tuple().digits) + 1) // 2
    if kind in {"S", "B"}:
        return len(held.encode() if isinstance(held, str) else held)
    if kind in {"SS", "BS", "NS"}:
        return _COLLECTION + sum(value_size({kind[0]: one}) for one in held)
    if kind == "M":
        return _COLLECTION + size(held) + len(held)
    if kind == "L":
        return _COLLECTION + sum(value_size(one) + 1 for one in held)
    return 1


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes in tables and in indexes that stay, and those of items that expire times the days they live."""

    table: float = 0
    index: float = 0
    passing: float = 0

    def since(self, before: Stored, times: int) -> Stored:
        """Give what came since, as the mean of so many times."""
        return Stored(
            (self.table - before.table) / times,
            (self.index - before.index) / times,
            (self.passing - before.passing) / times,
        )


def stored(client: Any, at: float) -> Stored:  # noqa: ANN401 - botocore's clients have no type
    """Read all tables of an engine and sum their bytes as of a Unix second."""
    found = [0.0, 0.0, 0.0]
    for name in client.list_tables()["TableNames"]:
        told = client.describe_table(TableName=name)["Table"]
        keys = [
            [key["AttributeName"] for key in index["KeySchema"]]
            for index in told.get("GlobalSecondaryIndexes") or ()
        ]
        for item in _items(client, name):
            for place, amount in enumerate(_amounts(item, keys, at)):
                found[place] += amount
    return Stored(*found)


def _amounts(item: Item, keys: Sequence[Sequence[str]], at: float) -> tuple[float, float, float]:
    own = size(item) + ITEM
    copies = own * sum(all(name in item for name in names) for names in keys)
    if "ttl" in item:
        days = max(0.0, (int(item["ttl"]["N"]) - at) / _DAY)
        return 0, 0, (own + copies) * days
    return own, copies, 0


def _items(client: Any, table: str) -> Iterator[Item]:  # noqa: ANN401
    for page in client.get_paginator("scan").paginate(TableName=table):
        yield from page["Items"]
