"""What a use-case costs: every AWS call, item read and item written, counted exactly.

`with budget() as spent: ...` and then `assert spent.calls == {"BatchGetItem": 1, "TransactWriteItems": 1}`.
DynamoDB calls stand by their plain names, others with their service, such as `s3.PutObject`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, cast

from chalicelib.kernel import aws

_PARAMS: Final = "before-parameter-build"
_ANSWER: Final = "after-call"


@dataclass(slots=True)
class Budget:
    """What was spent inside the `with`."""

    calls: Counter[str] = field(default_factory=Counter)
    reads: int = 0
    """Items asked for by key, and items that queries looked at, also where a filter left them out."""
    writes: int = 0
    """Items written, deleted or checked."""

    def count(self, service: str, operation: str, params: Mapping[str, Any]) -> None:
        self.calls[operation if service == "dynamodb" else f"{service}.{operation}"] += 1
        if service != "dynamodb":
            return
        if operation == "GetItem":
            self.reads += 1
        elif operation == "BatchGetItem":
            self.reads += sum(len(one["Keys"]) for one in params["RequestItems"].values())
        elif operation in {"PutItem", "UpdateItem", "DeleteItem"}:
            self.writes += 1
        elif operation == "TransactWriteItems":
            self.writes += len(params["TransactItems"])
        elif operation == "BatchWriteItem":
            self.writes += sum(len(one) for one in params["RequestItems"].values())


@contextmanager
def budget() -> Iterator[Budget]:
    """Count what is spent inside."""
    spent = Budget()
    clients = [
        cast("Any", one) for one in (aws.dynamodb(), aws.sqs(), aws.sns(), aws.s3(), aws.sesv2())
    ]

    def asked(params: Mapping[str, Any], model: Any, **_: Any) -> None:
        spent.count(model.service_model.service_name, model.name, params)

    def answered(parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        if model.name == "Query":
            spent.reads += int(parsed.get("ScannedCount", parsed.get("Count", 0)))

    for client in clients:
        client.meta.events.register(_PARAMS, asked)
        client.meta.events.register(_ANSWER, answered)
    try:
        yield spent
    finally:
        for client in clients:
            client.meta.events.unregister(_PARAMS, asked)
            client.meta.events.unregister(_ANSWER, answered)
