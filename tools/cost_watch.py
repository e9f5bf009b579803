"""The product as it is, but for a line a call to DynamoDB: each item with its size before and after.

`tools.cost_items` starts `local.serve` with this app; the lines go to the file named by `XPENSE_WATCHED`. Sizes are
counted as DynamoDB counts them, for the table and for each index that the item stands in.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from app import SERVICES, app
from chalicelib.kernel import aws, metering
from chalicelib.kernel.settings import settings
from chalicelib.kernel.tables import TableSpec, all_specs
from tools.cost_storage import size, value_size

__all__ = ["SERVICES", "app"]

Item = Mapping[str, Mapping[str, Any]]
_FILE: Final = os.environ.get("XPENSE_WATCHED", "")
_LOCK: Final = threading.Lock()
_HERE: Final = threading.local()
_WRITES: Final = {"Put": "Item", "Update": "Key", "Delete": "Key", "ConditionCheck": "Key"}
_SINGLE: Final = {"PutItem": "Put", "UpdateItem": "Update", "DeleteItem": "Delete"}


def _operations(operation: str, params: Mapping[str, Any]) -> Iterator[tuple[str, str, Item]]:
    """Give the table, the kind and the key or item of each write of a call."""
    if operation == "TransactWriteItems":
        for one in params["TransactItems"]:
            ((kind, body),) = one.items()
            yield body["TableName"], kind, body[_WRITES[kind]]
    elif operation == "BatchWriteItem":
        for table, requests in params["RequestItems"].items():
            for one in requests:
                ((kind, body),) = one.items()
                name = kind.removesuffix("Request")
                yield table, name, body["Item" if name == "Put" else "Key"]
    elif operation in _SINGLE:
        kind = _SINGLE[operation]
        yield params["TableName"], kind, params[_WRITES[kind]]


class _Watch:
    """Hears of each call before and after, and looks at the items itself, through a client that nobody counts."""

    def __init__(self, specs: Sequence[TableSpec]) -> None:
        from botocore.session import get_session

        self._own = get_session().create_client(
            "dynamodb",
            endpoint_url=aws.dynamodb().meta.endpoint_url,
            region_name=settings().region,
        )
        self._indexes = {spec.name: spec.indexes for spec in specs}

    def asked(self, params: dict[str, Any], model: Any, **_: object) -> None:  # noqa: ANN401 - botocore
        found = list(_operations(model.name, params))
        _HERE.items = [(table, kind, self._read(table, item)) for table, kind, item in found]
        _HERE.keys = [(table, item) for table, _, item in found]
        _HERE.about = _about(params)

    def answered(self, parsed: Mapping[str, Any], model: Any, **_: object) -> None:  # noqa: ANN401 - botocore
        if "ConsumedCapacity" not in parsed:
            return
        written = []
        for (table, kind, before), (_, item) in zip(_HERE.items, _HERE.keys, strict=True):
            after = self._read(table, item)
            written.append(
                {
                    "table": table,
                    "kind": kind,
                    "key": [item["pk"]["S"], item["sk"]["S"]],
                    "before": size(before) if before else 0,
                    "after": size(after) if after else 0,
                    "ttl": int((after or {}).get("ttl", {"N": "0"})["N"]),
                    "indexes": [
                        [
                            one.partition in held and one.sort in held
                            for held in (before or {}, after or {})
                        ]
                        for one in self._indexes.get(table, ())
                    ],
                    "parts": {
                        name: len(name) + value_size(value) for name, value in (after or {}).items()
                    },
                }
            )
        meter = metering.running()
        line = {
            "at": time.time(),
            "operation": meter.operation if meter else "",
            "call": model.name,
            "units": _units(parsed),
            "written": written,
            "read": _HERE.about if not written else "",
            "count": _count(parsed),
        }
        with _LOCK, Path(_FILE).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _read(self, table: str, item: Item) -> Item | None:
        key = {name: item[name] for name in ("pk", "sk")}
        found: Item | None = self._own.get_item(TableName=table, Key=key, ConsistentRead=True).get(
            "Item"
        )
        return found


def _units(parsed: Mapping[str, Any]) -> float:
    found = parsed.get("ConsumedCapacity") or []
    return float(
        sum(one["CapacityUnits"] for one in ([found] if isinstance(found, dict) else found))
    )


def _count(parsed: Mapping[str, Any]) -> int:
    many = parsed.get("Responses")
    if isinstance(many, Mapping):
        return sum(len(one) for one in many.values())
    return int(parsed.get("Count", 1 if parsed.get("Item") else 0))


def _about(params: Mapping[str, Any]) -> str:
    """Say what a read asks for: the beginnings of its sort keys."""
    strong = " strong" if params.get("ConsistentRead") else ""
    if "RequestItems" in params:
        table, asked = next(iter(params["RequestItems"].items()))
        strong = " strong" if isinstance(asked, Mapping) and asked.get("ConsistentRead") else ""
        keys = asked.get("Keys", []) if isinstance(asked, Mapping) else []
        return f"{_short(table)} {' '.join(_kind(key['sk']['S']) for key in keys)}{strong}"
    if "Key" in params:
        return f"{_short(params['TableName'])} {_kind(params['Key']['sk']['S'])}{strong}"
    low = params.get("ExpressionAttributeValues", {}).get(":low", {}).get("S", "")
    where = params.get("IndexName") or _kind(low)
    return f"{_short(params.get('TableName', ''))} {where}{strong}"


def _short(table: str) -> str:
    return table.rpartition("-")[2]


def _kind(sort: str) -> str:
    parts = sort.split("#")
    return "#".join(parts[:2]) if parts[0] in {"LRN", "CFG"} else parts[0]


def watch() -> None:
    """Begin to write down."""
    seen = _Watch(all_specs(SERVICES))
    events = aws.dynamodb().meta.events
    events.register("before-parameter-build", seen.asked)
    events.register("after-call", seen.answered)


if _FILE:
    watch()
