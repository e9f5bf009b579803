"""TransactWriteItems, sent in the order in which it was built.

PynamoDB's own transactions reorder their items, and then the reasons of a cancellation cannot be told
apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Any, Final

from chalicelib.kernel import aws
from chalicelib.kernel.errors import Conflict, Refusal
from chalicelib.kernel.inbox import MOST_SEEN, SEEN, AlreadyHandled
from chalicelib.kernel.tables import Key, Row, TableSpec
from chalicelib.kernel.values import dataclass

MAX_OPERATIONS: Final = 100
"""Items of one TransactWriteItems call (AWS quota)."""
MAX_BYTES: Final = 4_000_000
"""Bytes of one TransactWriteItems call: AWS says 4 MB; we count attribute names and values."""


class LostRace(Conflict):
    """Another write of this owner came between; the use-case is run again."""

    slug = "busy"
    title = "Another change was made at the same time"


class TooLarge(Conflict):
    """All or nothing was asked for more objects than one transaction holds."""

    slug = "too-many-objects"
    title = "This touches more objects than can be written at once"


class TouchedTwice(Conflict):
    """One transaction was asked to write the same item in two ways."""

    slug = "touched-twice"
    title = "The same object is changed twice in one request"


@dataclass(frozen=True, slots=True)
class Operation:
    """One item of a transaction, and the refusal that a failed condition stands for."""

    request: dict[str, Any]
    refusal: Refusal


@dataclass(slots=True)
class Addition:
    """All additions of one transaction to one item, summed."""

    numbers: dict[str, int] = field(default_factory=dict)
    values: dict[str, str | bytes] = field(default_factory=dict)
    must_exist: bool = False
    refusal: Refusal | None = None

    def merge(
        self,
        numbers: Mapping[str, int],
        values: Mapping[str, str | bytes],
        *,
        must_exist: bool,
        refusal: Refusal | None,
    ) -> None:
        """Take another addition in."""
        for name, number in numbers.items():
            self.numbers[name] = self.numbers.get(name, 0) + number
        self.values.update(values)
        self.must_exist = self.must_exist or must_exist
        self.refusal = self.refusal or refusal

    def marking(self, spec: TableSpec, key: Key, mark: bytes) -> Operation:
        """Write the update expression with a message's mark in it: refused where it is there, or its set is full."""
        request = self.operation(spec, key).request["Update"]
        begun = request["UpdateExpression"]
        request["UpdateExpression"] = f"ADD #seen :seen, {begun.removeprefix('ADD ')}"
        request["ExpressionAttributeNames"]["#seen"] = SEEN
        request["ExpressionAttributeValues"] |= {
            ":seen": {"BS": [mark]},
            ":mark": {"B": mark},
            ":most": {"N": str(MOST_SEEN)},
        }
        fresh = (
            "(attribute_not_exists(#seen) OR (NOT contains(#seen, :mark) AND size(#seen) < :most))"
        )
        there = request.get("ConditionExpression")
        request["ConditionExpression"] = f"{there} AND {fresh}" if there else fresh
        return Operation({"Update": request}, AlreadyHandled())

    def operation(self, spec: TableSpec, key: Key) -> Operation:
        """Write the update expression."""
        names = [*self.numbers, *self.values]
        holders: list[dict[str, Any]] = [{"N": str(number)} for number in self.numbers.values()]
        holders += [
            {"B" if isinstance(value, bytes) else "S": value} for value in self.values.values()
        ]
        added = ", ".join(f"#a{index} :a{index}" for index in range(len(self.numbers)))
        put = ", ".join(f"#a{index} = :a{index}" for index in range(len(self.numbers), len(names)))
        request: dict[str, Any] = {
            "TableName": spec.name,
            "Key": raw_key(key),
            "UpdateExpression": " ".join(
                part for part in (added and f"ADD {added}", put and f"SET {put}") if part
            ),
            "ExpressionAttributeNames": {f"#a{index}": name for index, name in enumerate(names)},
            "ExpressionAttributeValues": {
                f":a{index}": holder for index, holder in enumerate(holders)
            },
        }
        if self.must_exist:
            request["ConditionExpression"] = "attribute_exists(pk)"
        return Operation({"Update": request}, self.refusal or Conflict())


def raw_key(key: Key) -> dict[str, dict[str, str]]:
    """Give a key in the low-level form."""
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def condition(expect: int | None) -> dict[str, Any]:
    """Give the condition: None anything, 0 absent, else that `version`."""
    if expect is None:
        return {}
    if expect == 0:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "ConditionExpression": "#v = :v",
        "ExpressionAttributeNames": {"#v": "version"},
        "ExpressionAttributeValues": {":v": {"N": str(expect)}},
    }


def put_new(spec: TableSpec, row: Row) -> dict[str, Any]:
    """Give the operation that writes an item which must not be there yet."""
    return {
        "Put": {
            "TableName": spec.name,
            "Item": row.raw(),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
    }


def put_at(spec: TableSpec, row: Row, name: str, number: int) -> dict[str, Any]:
    """Give the operation that writes over an item whose attribute is a number."""
    return {
        "Put": {
            "TableName": spec.name,
            "Item": row.raw(),
            "ConditionExpression": "#n = :n",
            "ExpressionAttributeNames": {"#n": name},
            "ExpressionAttributeValues": {":n": {"N": str(number)}},
        }
    }


def put_over_expired(spec: TableSpec, row: Row, now: datetime) -> dict[str, Any]:
    """Give the operation that writes an item which must not be there, unless expired: DynamoDB deletes late."""
    return {
        "Put": {
            "TableName": spec.name,
            "Item": row.raw(),
            "ConditionExpression": "attribute_not_exists(pk) OR #t <= :now",
            "ExpressionAttributeNames": {"#t": "ttl"},
            "ExpressionAttributeValues": {":now": {"N": str(int(now.timestamp()))}},
        }
    }


def _size(requests: Sequence[object]) -> int:
    """Count the bytes of names and values; of anything else one each."""
    size, parts = 0, list(requests)
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            for name, value in part.items():
                size += len(name)
                parts.append(value)
        elif isinstance(part, str):
            size += len(part) if part.isascii() else len(part.encode())
        elif isinstance(part, bytes):
            size += len(part)
        elif isinstance(part, list):
            parts += part
        else:
            size += 1
    return size


def send(operations: list[Operation]) -> None:
    """Write all operations or none, and raise the refusal of the one whose condition failed."""
    from botocore.exceptions import ClientError

    requests = [operation.request for operation in operations]
    if len(requests) > MAX_OPERATIONS or _size(requests) > MAX_BYTES:
        raise TooLarge
    try:
        if len(requests) == 1 and "ConditionCheck" not in requests[0]:
            _send_one(requests[0])
        else:
            aws.dynamodb().transact_write_items(TransactItems=requests)
    except ClientError as error:
        raise _refusal(error.response, operations) from error


def _send_one(request: dict[str, Any]) -> None:
    """A single operation needs no transaction, which would cost twice."""
    ((kind, body),) = request.items()
    client = aws.dynamodb()
    {"Put": client.put_item, "Update": client.update_item, "Delete": client.delete_item}[kind](
        **body
    )


def _refusal(response: Mapping[str, Any], operations: Sequence[Operation]) -> Exception:
    """Find out why it was not written. A lost race goes first: it makes the other reasons moot."""
    code = response["Error"]["Code"]
    if code == "ConditionalCheckFailedException":
        return operations[0].refusal
    if code in {"TransactionConflictException", "TransactionInProgressException"}:
        return LostRace()
    if code != "TransactionCanceledException":
        return _unexpected(response)
    reasons = [reason.get("Code") for reason in response.get("CancellationReasons", ())]
    failed = [
        operation.refusal
        for operation, reason in zip(operations, reasons, strict=False)
        if reason == "ConditionalCheckFailed"
    ]
    for wanted in (AlreadyHandled, LostRace, Refusal):
        for refusal in failed:
            if isinstance(refusal, wanted):
                return refusal
    if "TransactionConflict" in reasons:
        return LostRace()
    return _unexpected(response)


def _unexpected(response: Mapping[str, Any]) -> Exception:
    from botocore.exceptions import ClientError

    error: Exception = ClientError(dict(response), "TransactWriteItems")
    return error
