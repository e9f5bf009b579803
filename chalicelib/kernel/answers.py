"""Reads DynamoDB's answers as they are: JSON whose values have the low-level form already.

botocore goes through every attribute of every item by its model, which takes most of the time of a query:
ten look-ups a value, of which one finds something. All that is left to do is to make bytes of base64.
Errors, descriptions of tables and all other services are read by botocore. Import it where a client is made.
"""

from __future__ import annotations

import json
from binascii import a2b_base64
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any, Final, TypeAlias

from botocore.parsers import JSONParser, ResponseParserFactory
from typing_extensions import override

_Item: TypeAlias = dict[str, dict[str, Any]]
_ANSWERS: Final = frozenset(
    f"{name}Output"
    for name in (
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "TransactWriteItems",
        "UpdateItem",
    )
)
"""What has no time, no number in text and no bytes outside of items."""
_ERROR: Final = 300


class Parsers(ResponseParserFactory):  # type: ignore[misc]  # botocore has no types
    """Makes the parsers of a session's clients; one serves all calls, as it keeps nothing of them."""

    def __init__(self) -> None:
        """Make the one that reads items."""
        super().__init__()
        self._items = ItemParser()

    @override
    def create_parser(self, protocol_name: str) -> Any:
        """Give the parser of a protocol."""
        return self._items if protocol_name == "json" else super().create_parser(protocol_name)


class ItemParser(JSONParser):  # type: ignore[misc]  # botocore has no types
    """Reads answers that are items, or keys, by hand."""

    @override
    def parse(self, response: Mapping[str, Any], shape: Any) -> dict[str, Any]:
        """Read an answer: what botocore would give, without going through the model."""
        status: int = response["status_code"]
        if status >= _ERROR or getattr(shape, "name", None) not in _ANSWERS:
            found: dict[str, Any] = super().parse(response, shape)
            return found
        body = json.loads(response["body"] or "{}")
        parsed: dict[str, Any] = {name: one for name, one in body.items() if one is not None}
        for name in _ITEMS.keys() & parsed.keys():
            _open(_ITEMS[name](parsed[name]))
        headers = {name.lower(): value for name, value in response["headers"].items()}
        parsed["ResponseMetadata"] = {
            "RequestId": headers.get("x-amzn-requestid", ""),
            "HTTPStatusCode": status,
            "HTTPHeaders": headers,
        }
        return parsed


_ITEMS: Final[Mapping[str, Callable[[Any], Iterable[_Item]]]] = {
    "Item": lambda item: (item,),
    "Attributes": lambda item: (item,),
    "LastEvaluatedKey": lambda item: (item,),
    "Items": lambda items: items,
    "Responses": lambda tables: chain.from_iterable(tables.values()),
    "UnprocessedKeys": lambda tables: (key for left in tables.values() for key in left["Keys"]),
    "UnprocessedItems": lambda tables: (
        item
        for requests in tables.values()
        for request in requests  # PutRequest with Item, or DeleteRequest with Key
        for part in request.values()
        for item in part.values()
    ),
}
"""Where the items of an answer are."""


def _open(items: Iterable[_Item]) -> None:
    """Make bytes of base64 in items, in place."""
    for item in items:
        for value in item.values():
            raw = value.get("B")
            if raw is not None:
                value["B"] = a2b_base64(raw)
            elif not ("S" in value or "N" in value):
                _open_nested(value)


def _open_nested(value: dict[str, Any]) -> None:
    if "BS" in value:
        value["BS"] = [a2b_base64(raw) for raw in value["BS"]]
    elif "M" in value:
        _open((value["M"],))
    elif "L" in value:
        _open(({str(place): one for place, one in enumerate(value["L"])},))
