"""What a use-case took: AWS calls, DynamoDB units, bytes and time, for whom, and as a metric.

Every client of `kernel.aws` counts into the meter of the use-case that is running. At its end `report` logs one line,
which an operator can sum by owner, operation or day (docs/operations.md), and which in CloudWatch's embedded
metric format is a metric as well. Custom metrics cost money by the name, lines next to nothing: so
`XPENSE_METRICS` says whether there is a metric by service (the default), by operation, or none.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import field
from datetime import datetime
from typing import Any, Final

from chalicelib.kernel import clock
from chalicelib.kernel.log import logger
from chalicelib.kernel.settings import settings
from chalicelib.kernel.values import dataclass

MESSAGE: Final = "use-case"
"""The message of the line, by which lines are found."""
_METRICS: Final = (
    ("duration_ms", "Milliseconds"),
    ("failed", ""),
)
"""Metrics and their units; a count needs none. Units by table are DynamoDB's own metrics, which cost nothing."""
_DIMENSIONS: Final[Mapping[str, list[list[str]]]] = {
    "off": [],
    "service": [["service"]],
    "operation": [["service"], ["service", "operation"]],
}


@dataclass(slots=True)
class Meter:
    """What one use-case took so far.

    Units are DynamoDB's own, as it answers them; a test engine that answers none leaves them 0. Bytes are those
    of requests and answers between us and AWS, the caller's own not among them.
    """

    operation: str
    owner: str = ""
    calls: dict[str, int] = field(default_factory=dict)
    read_units: float = 0
    write_units: float = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    _begun: float = field(default_factory=time.perf_counter)
    _cpu: float = field(default_factory=time.thread_time)

    @property
    def duration_ms(self) -> float:
        """Milliseconds since it began."""
        return round((time.perf_counter() - self._begun) * 1_000, 1)

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of CPU that its thread took since: what else the machine does changes it little."""
        return round((time.thread_time() - self._cpu) * 1_000, 1)


_CURRENT: ContextVar[Meter | None] = ContextVar("meter", default=None)


@contextmanager
def metered(operation: str) -> Iterator[Meter]:
    """Count what is taken inside; one within another counts for itself alone."""
    meter = Meter(operation)
    token = _CURRENT.set(meter)
    try:
        yield meter
    finally:
        _CURRENT.reset(token)


def running() -> Meter | None:
    """Give the meter of the running use-case, if one runs."""
    return _CURRENT.get()


def charge(owner: str, operation: str | None = None) -> None:
    """Say for whom the running use-case works, and which it is, as soon as that is known."""
    meter = _CURRENT.get()
    if meter is not None:
        meter.owner = owner
        meter.operation = operation or meter.operation


def report(meter: Meter, *, status: int | str, failed: bool = False) -> None:
    """Log what a use-case took: its operation and owner by id, counts and sizes, and nothing of what it was about."""
    told: dict[str, object] = {
        "operation": meter.operation,
        "owner": meter.owner,
        "status": status,
        "duration_ms": meter.duration_ms,
        "cpu_ms": meter.cpu_ms,
        "calls": meter.calls,
        "read_units": meter.read_units,
        "write_units": meter.write_units,
        "bytes_sent": meter.bytes_sent,
        "bytes_received": meter.bytes_received,
        "failed": int(failed),
    }
    dimensions = _DIMENSIONS.get(settings().metrics, [])
    if dimensions:
        told["_aws"] = embedded(_METRICS, dimensions, clock.now())
    logger().info(MESSAGE, extra=told)


def embedded(
    metrics: tuple[tuple[str, str], ...], dimensions: list[list[str]], at: datetime
) -> dict[str, object]:
    """Give what makes a line a metric too: the fields that are metrics with their units, and by what they are split."""
    directive = {
        # by stage: a failure in dev must not ring the alarms of prod in the same account
        "Namespace": f"xpense-{settings().stage}",
        "Dimensions": dimensions,
        "Metrics": [{"Name": name, **({"Unit": unit} if unit else {})} for name, unit in metrics],
    }
    return {"Timestamp": int(at.timestamp() * 1_000), "CloudWatchMetrics": [directive]}


def watch(client: Any) -> None:  # noqa: ANN401 - botocore's clients have no type
    """Let a client count into the running meter, and ask DynamoDB what its calls took."""
    events = client.meta.events
    events.register("before-call", _sent)
    events.register("after-call", _received)
    if client.meta.service_model.service_name == "dynamodb":
        events.register("before-parameter-build", _ask)


def _ask(params: dict[str, object], model: Any, **_: object) -> None:  # noqa: ANN401
    if model.name in _ASKED:
        params.setdefault("ReturnConsumedCapacity", "TOTAL")


_ASKED: Final = frozenset(
    {
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "TransactWriteItems",
        "UpdateItem",
    }
)


def _sent(params: Mapping[str, Any], model: Any, **_: object) -> None:  # noqa: ANN401
    meter = _CURRENT.get()
    if meter is None:
        return
    service = model.service_model.service_name
    name = model.name if service == "dynamodb" else f"{service}.{model.name}"
    meter.calls[name] = meter.calls.get(name, 0) + 1
    body = params.get("body")
    if isinstance(body, bytes | str):
        meter.bytes_sent += len(body)


def _received(http_response: Any, parsed: Mapping[str, Any], model: Any, **_: object) -> None:  # noqa: ANN401
    meter = _CURRENT.get()
    if meter is None:
        return
    meter.bytes_received += int(http_response.headers.get("content-length") or 0)
    found = parsed.get("ConsumedCapacity") or []
    units = sum(one["CapacityUnits"] for one in ([found] if isinstance(found, dict) else found))
    if "Write" in model.name or model.name in _WRITES:
        meter.write_units += units
    else:
        meter.read_units += units


_WRITES: Final = frozenset({"PutItem", "UpdateItem", "DeleteItem"})
