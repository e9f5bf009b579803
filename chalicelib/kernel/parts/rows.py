"""An owner's partition of a table, expired rows included: DynamoDB deletes those late."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Any, Final

from chalicelib.kernel import aws
from chalicelib.kernel.changes import META
from chalicelib.kernel.markers import marker
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Key, Raw, Table, TableSpec
from chalicelib.kernel.transaction import raw_key
from chalicelib.kernel.values import dataclass

Beside = Callable[[Raw], Iterable[Key]]
FIRST: Final = " "
"""Sorts before every sort key of ours."""
_ANCHORED_AFTER: Final = 15
"""Days in which a marker must have been anchored: one more than the daily run looks back."""
LAST: Final = "~~"
"""Sorts behind every sort key of ours."""


def nothing_beside(_row: Raw) -> Iterable[Key]:
    """Say that a row has no other row beside it."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows of an owner in one table, in the order of their sort keys."""

    spec: TableSpec
    beside: Beside = nothing_beside
    kept: frozenset[str] = frozenset()
    """Sort keys that stay for the end."""

    def page(self, owner: Owner, after: str, most: int) -> tuple[int, str]:
        """Count the rows of the next page, and name its last one; 0 at the end."""
        keys = [row["sk"]["S"] for row in self.read(owner, after, most, keys_only=True)]
        wanted = [key for key in keys if key not in self.kept]
        if wanted or not keys:
            return len(wanted), keys[-1] if keys else ""
        return self.page(owner, keys[-1], most)  # at most as many times as there are kept keys

    def read(
        self, owner: Owner, after: str, most: int, *, until: str = LAST, keys_only: bool = False
    ) -> list[Raw]:
        """Read up to so many rows behind a sort key, strongly consistent, at most 1 MB."""
        return self.read_on(owner, after, most, until=until, keys_only=keys_only)[0]

    def read_on(
        self, owner: Owner, after: str, most: int, *, until: str = LAST, keys_only: bool = False
    ) -> tuple[list[Raw], bool]:
        """Read as `read` does, and tell whether there was nothing behind it when it was read."""
        request: dict[str, Any] = {
            "TableName": self.spec.name,
            "KeyConditionExpression": "pk = :p AND sk BETWEEN :low AND :high",
            "ExpressionAttributeValues": {
                ":p": {"S": str(owner)},
                ":low": {"S": after or FIRST},
                ":high": {"S": until},
            },
            # BETWEEN takes its ends in: one more, for the row that the page before ended with
            "Limit": most + 1,
            "ConsistentRead": True,
        }
        if keys_only:
            request["ProjectionExpression"] = "pk, sk"
        answer = aws.dynamodb().query(**request)
        items: list[Raw] = [item for item in answer["Items"] if item["sk"]["S"] != after]
        return items[:most], len(items) <= most and "LastEvaluatedKey" not in answer

    def remove(self, owner: Owner, after: str, until: str, most: int) -> None:
        """Delete the rows behind `after` up to `until`, and what lies beside them; again is no error."""
        while rows := self.read(owner, after, most, until=until):
            going = [row for row in rows if row["sk"]["S"] not in self.kept]
            # the row that leads to a look-up goes last: a death between finds the way again
            Table(self.spec).delete_many(list(self._lookups(owner, going)))
            Table(self.spec).delete_many([(row["pk"]["S"], row["sk"]["S"]) for row in going])
            after = rows[-1]["sk"]["S"]

    def _lookups(self, owner: Owner, rows: Iterable[Raw]) -> Iterator[Key]:
        """Give the keys beside the rows that are still this owner's: an address may have a new one."""
        beside = (key for row in rows for key in (*self.beside(row), *self._markers(row)))
        for key in dict.fromkeys(beside):
            found = aws.dynamodb().get_item(
                TableName=self.spec.name, Key=raw_key(key), ConsistentRead=True
            )
            if "Item" in found and _names(found["Item"], owner):
                yield key

    def _markers(self, row: Raw) -> Iterator[Key]:
        """The head of a change log leads to the markers of days that may not be anchored yet."""
        if row["sk"]["S"] == META and "day" in row:
            last = date.fromisoformat(row["day"]["S"])
            for back in range(_ANCHORED_AFTER):
                marked = marker(row["pk"]["S"], last - timedelta(days=back))
                yield (marked.pk, marked.sk)


def _names(item: Raw, owner: Owner) -> bool:
    return any(owner.id in value.get("S", "") for value in item.values())
