"""What DynamoDB's stream tells the relays: the outbox rows that were written and not yet deleted.

Read off this process's own calls once they have succeeded, so that nobody has to ask eight shards of eight tables whether
there is something: also of a handler that died right after its transaction, as the real stream would.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib.kernel import aws
from chalicelib.kernel.outbox import PREFIX
from chalicelib.kernel.tables import Raw

_KEPT: Final = "outbox rows of this call"
_FIRST_REFUSAL: Final = 300
Change = tuple[str, Raw, bool]
"""A table, an item or its key, and whether it was put there."""


@dataclass(slots=True)
class Stream:
    """Outbox rows that wait, by table and key."""

    waiting: dict[tuple[str, str, str], Raw] = field(default_factory=dict)

    def of(self, table: str) -> list[Raw]:
        """Give a table's waiting rows, each partition's oldest first."""
        return [row for key, row in sorted(self.waiting.items(), key=_key) if key[0] == table]

    def watch(self, client: Any) -> None:
        """Follow the writes of a DynamoDB client."""
        events = client.meta.events
        events.register("before-parameter-build.dynamodb", _asked)
        events.register("after-call.dynamodb", self._answered)

    def _answered(self, http_response: Any, context: dict[str, Any], **_: Any) -> None:
        changes = context.pop(_KEPT, ())
        if http_response.status_code >= _FIRST_REFUSAL:
            return
        for table, row, put in changes:
            key = (table, row["pk"]["S"], row["sk"]["S"])
            if put:
                self.waiting[key] = row
            else:
                self.waiting.pop(key, None)


@contextmanager
def streaming() -> Iterator[Stream]:
    """Follow every DynamoDB client that this process makes from now on."""
    stream, make = Stream(), aws._make

    def made(service: str) -> Any:
        client = make(service)
        if service == "dynamodb":
            stream.watch(client)
        return client

    aws._make = made
    try:
        yield stream
    finally:
        aws._make = make


def _key(one: tuple[tuple[str, str, str], Raw]) -> tuple[str, str, str]:
    return one[0]


def _asked(params: Mapping[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
    changes = _CHANGES.get(model.name)
    if changes is not None:
        context[_KEPT] = [one for one in changes(params) if one[1]["pk"]["S"].startswith(PREFIX)]


def _one(params: Mapping[str, Any]) -> Iterator[Change]:
    yield params["TableName"], params.get("Item") or params["Key"], "Item" in params


def _transaction(params: Mapping[str, Any]) -> Iterator[Change]:
    for one in params["TransactItems"]:
        for kind in one.keys() & {"Put", "Delete"}:
            yield from _one(one[kind])


def _batch(params: Mapping[str, Any]) -> Iterator[Change]:
    for table, requests in params["RequestItems"].items():
        for one in requests:
            for request in one.values():
                yield from _one({"TableName": table, **request})


_CHANGES: Final = {
    "PutItem": _one,
    "DeleteItem": _one,
    "TransactWriteItems": _transaction,
    "BatchWriteItem": _batch,
}
