"""One DynamoDB table per service, all alike: `pk`/`sk` text keys, `ttl`, few indexes.

Ranges are always BETWEEN two keys, never begins_with, so that every engine reads them alike. Expired
rows are filtered here, because DynamoDB deletes them late.
"""

from __future__ import annotations

import importlib
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from decimal import Decimal
from typing import Any, Final

from pynamodb.attributes import Attribute, UnicodeAttribute
from pynamodb.constants import NUMBER
from pynamodb.exceptions import AttributeNullError
from pynamodb.models import Model
from typing_extensions import override

from chalicelib.kernel import aws
from chalicelib.kernel.clock import now
from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.folding import (
    FOLDED,
    Folding,
    identity,
    moment,
    number,
    octets,
    of_someone,
)
from chalicelib.kernel.settings import settings
from chalicelib.kernel.values import dataclass

Raw = Mapping[str, Mapping[str, Any]]
Key = tuple[str, str]
_BATCH_GET: Final = 100
_BATCH_WRITE: Final = 25
_TRIES: Final = 6


ENTRY: Final = Folding(
    (
        number("seq"),
        moment("at"),
        of_someone("actor", ("user:", "system:", "support:", "client:")),
        identity("trace"),
        octets("prev"),
        octets("hash"),
    )
)
"""The short form of a change-log entry, of which each ledger has one a transaction for ever."""


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index on text attributes; it projects everything."""

    name: str
    partition: str
    sort: str


@dataclass(frozen=True, slots=True)
class TableSpec:
    """What a service's table is, for the local host, the tests and Terraform.

    `ledger` says whether writes of an owner take change numbers (META and CHG items). `foldings` are the short
    forms of items by the first part of their sort key; `words` help the change log to be small (`changes.known_words`).
    """

    service: str
    ledger: bool
    indexes: tuple[Index, ...] = field(default=())
    foldings: Mapping[str, Folding] = field(default_factory=dict, compare=False)
    words: bytes = b""

    @property
    def name(self) -> str:
        """The table's name in this stage."""
        return settings().table(self.service)


class WholeNumber(Attribute[int]):
    """An exact integer attribute: PynamoDB's own number goes through JSON and lets floats in."""

    attr_type = NUMBER

    @override
    def serialize(self, value: int) -> str:
        """Write digits; refuse anything that is not an int."""
        if type(value) is not int:
            msg = "a whole number is an int"
            raise TypeError(msg)
        return str(value)

    @override
    def deserialize(self, value: str) -> int:
        """Read digits, exactly: an engine may write 10 as 1E+1."""
        return int(Decimal(value))


class Row(Model):
    """Base of all items: PynamoDB defines and (de)serialises them, `Commit` and `Table` move them."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)

    def raw(self) -> dict[str, dict[str, Any]]:
        """Give the low-level form that the client sends: what `serialize` gives, in a third of its time.

        Ours are plain attributes, none of them a list or a map of others.
        """
        found = {}
        values = self.attribute_values
        for name, attribute in self.get_attributes().items():
            value = values.get(name)
            held = None if value is None else attribute.serialize(value)
            if held is not None:
                found[attribute.attr_name] = {attribute.attr_type: held}
            elif not attribute.null:
                raise AttributeNullError(name)
        return found


@dataclass(frozen=True, slots=True)
class Slice:
    """A stretch of a query: the items, and the key to go on from or None at the end."""

    items: tuple[Raw, ...]
    resume: Mapping[str, str] | None


def is_live(item: Raw, at: int) -> bool:
    """Tell whether an item has not expired at a Unix second."""
    ttl = item.get("ttl")
    return ttl is None or int(ttl["N"]) > at


class Table:
    """Reads of one service's table; writes go through `Commit`."""

    def __init__(self, spec: TableSpec) -> None:
        """Bind to a spec; no connection is made."""
        self.spec = spec

    def get(self, key: Key, *, consistent: bool = True) -> Raw | None:
        """Read one item, or None when it is absent or expired."""
        answer = aws.dynamodb().get_item(
            TableName=self.spec.name, Key=_key(key), ConsistentRead=consistent
        )
        item: Raw | None = answer.get("Item")
        if item is None or not is_live(item, int(now().timestamp())):
            return None
        return self._whole(item)

    def _whole(self, item: Raw) -> Raw:
        """Give an item with what was folded in its own attributes again."""
        if FOLDED not in item:
            return item
        kind = item["sk"]["S"].partition("#")[0]
        folding = ENTRY if kind == "CHG" else self.spec.foldings[kind]
        return folding.unfold(item)

    def get_many(self, keys: Iterable[Key], *, consistent: bool = True) -> dict[Key, Raw]:
        """Read items by key, 100 a call; absent and expired ones are left out."""
        wanted = list(dict.fromkeys(keys))
        found: dict[Key, Raw] = {}
        for start in range(0, len(wanted), _BATCH_GET):
            self._get_batch(
                [_key(key) for key in wanted[start : start + _BATCH_GET]],
                found,
                consistent=consistent,
            )
        return found

    def _get_batch(
        self, keys: list[dict[str, dict[str, str]]], found: dict[Key, Raw], *, consistent: bool
    ) -> None:
        at = int(now().timestamp())
        for attempt in range(_TRIES):
            answer = aws.dynamodb().batch_get_item(
                RequestItems={self.spec.name: {"Keys": keys, "ConsistentRead": consistent}}
            )
            for item in answer["Responses"].get(self.spec.name, ()):
                if is_live(item, at):
                    found[(item["pk"]["S"], item["sk"]["S"])] = self._whole(item)
            left = answer.get("UnprocessedKeys", {}).get(self.spec.name)
            if not left:
                return
            keys = left["Keys"]
            _pause(attempt)
        detail = "the table is throttled"
        raise Unavailable(detail)

    def query(  # noqa: PLR0913 - a query has these parts
        self,
        partition: str,
        low: str,
        high: str,
        *,
        limit: int,
        index: Index | None = None,
        forward: bool = True,
        start: Mapping[str, str] | None = None,
        consistent: bool = False,
        count_only: bool = False,
        keep: Callable[[Raw], bool] | None = None,
    ) -> Slice:
        """Read up to `limit` items whose sort key lies between two values, in one call of at most 1 MB.

        `keep` is asked of each item as it is stored, so that what is not wanted is not unfolded either.
        """
        names = {"#p": index.partition if index else "pk", "#s": index.sort if index else "sk"}
        request: dict[str, object] = {
            "TableName": self.spec.name,
            "KeyConditionExpression": "#p = :p AND #s BETWEEN :low AND :high",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {
                ":p": {"S": partition},
                ":low": {"S": low},
                ":high": {"S": high},
            },
            "ScanIndexForward": forward,
            "Limit": limit,
            "ConsistentRead": consistent and index is None,
        }
        if index is not None:
            request["IndexName"] = index.name
        if count_only:
            request["ProjectionExpression"] = "pk, sk"
        if start is not None:
            request["ExclusiveStartKey"] = {name: {"S": value} for name, value in start.items()}
        answer = aws.dynamodb().query(**request)
        at = int(now().timestamp())
        live = (item for item in answer["Items"] if is_live(item, at))
        items = tuple(map(self._whole, live if keep is None else filter(keep, live)))
        last = answer.get("LastEvaluatedKey")
        return Slice(items, {name: value["S"] for name, value in last.items()} if last else None)

    def query_all(
        self, partition: str, low: str, high: str, *, most: int, consistent: bool = False
    ) -> Iterator[Raw]:
        """Read a small collection whole, page by page, and stop after `most` items."""
        start: Mapping[str, str] | None = None
        left = most
        while left > 0:
            piece = self.query(partition, low, high, limit=left, start=start, consistent=consistent)
            yield from piece.items
            left -= len(piece.items)
            start = piece.resume
            if start is None:
                return

    def delete_many(self, keys: Sequence[Key]) -> None:
        """Delete items by key, 25 a call, unconditionally; throttled ones are tried again."""
        for start in range(0, len(keys), _BATCH_WRITE):
            batch = [
                {"DeleteRequest": {"Key": _key(key)}} for key in keys[start : start + _BATCH_WRITE]
            ]
            for attempt in range(_TRIES):
                answer = aws.dynamodb().batch_write_item(RequestItems={self.spec.name: batch})
                batch = answer.get("UnprocessedItems", {}).get(self.spec.name, [])
                if not batch:
                    break
                _pause(attempt)


def _key(key: Key) -> dict[str, dict[str, str]]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _pause(attempt: int) -> None:
    time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - full jitter, not a secret


def create(spec: TableSpec) -> None:
    """Create the table where it is absent, or the indexes that an earlier version of it did not have.

    For the local host and the tests; Terraform does it in the cloud.
    """
    from botocore.exceptions import ClientError

    request: dict[str, object] = {
        "TableName": spec.name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": _attributes(spec),
        "KeySchema": _schema("pk", "sk"),
    }
    if spec.indexes:
        request["GlobalSecondaryIndexes"] = [_index(index) for index in spec.indexes]
    try:
        aws.dynamodb().create_table(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceInUseException":
            raise
        _add_missing_indexes(spec)


def _add_missing_indexes(spec: TableSpec) -> None:
    client = aws.dynamodb()
    known = client.describe_table(TableName=spec.name)["Table"].get("GlobalSecondaryIndexes") or ()
    there = {index["IndexName"] for index in known}
    for index in spec.indexes:
        if index.name not in there:
            client.update_table(
                TableName=spec.name,
                AttributeDefinitions=_attributes(spec),
                GlobalSecondaryIndexUpdates=[{"Create": _index(index)}],
            )


def _attributes(spec: TableSpec) -> list[dict[str, str]]:
    keys = (name for index in spec.indexes for name in (index.partition, index.sort))
    return [{"AttributeName": name, "AttributeType": "S"} for name in sorted({"pk", "sk", *keys})]


def _index(index: Index) -> dict[str, object]:
    return {
        "IndexName": index.name,
        "KeySchema": _schema(index.partition, index.sort),
        "Projection": {"ProjectionType": "ALL"},
    }


def _schema(partition: str, sort: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]


def all_specs(services: Iterable[str]) -> list[TableSpec]:
    """Collect the tables of services: each repository room lists its own in `TABLES`."""
    specs: list[TableSpec] = []
    for service in services:
        room = importlib.import_module(f"chalicelib.{service}.repository")
        specs.extend(room.TABLES)
    return specs
