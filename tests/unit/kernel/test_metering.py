"""What a use-case took is counted for it alone, and told without a word of what it was about."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.kernel import metering
from chalicelib.kernel.settings import settings


class Events:
    """The event system of a client."""

    def __init__(self) -> None:
        self.heard: dict[str, Any] = {}

    def register(self, name: str, listener: Any) -> None:
        self.heard[name] = listener


class Client:
    """A client as far as it is watched."""

    def __init__(self, service: str) -> None:
        self.meta = SimpleNamespace(
            events=Events(), service_model=SimpleNamespace(service_name=service)
        )

    def call(self, name: str, answer: dict[str, Any], *, body: bytes = b"12345") -> dict[str, Any]:
        heard, model = self.meta.events.heard, SimpleNamespace(name=name, **vars(self.meta))
        params: dict[str, Any] = {}
        if "before-parameter-build" in heard:
            heard["before-parameter-build"](params=params, model=model)
        heard["before-call"](params={"body": body}, model=model, request_signer=None)
        response = SimpleNamespace(headers={"content-length": "7"})
        heard["after-call"](http_response=response, parsed=answer, model=model, context={})
        return params


@pytest.fixture(name="dynamo")
def watched() -> Client:
    client = Client("dynamodb")
    metering.watch(client)
    return client


def test_calls_units_and_bytes_are_counted(dynamo: Client) -> None:
    with metering.metered("x.y") as meter:
        assert dynamo.call("GetItem", {"ConsumedCapacity": {"CapacityUnits": 0.5}}) == {
            "ReturnConsumedCapacity": "TOTAL"
        }
        dynamo.call(
            "BatchGetItem", {"ConsumedCapacity": [{"CapacityUnits": 1}, {"CapacityUnits": 2}]}
        )
        dynamo.call("TransactWriteItems", {"ConsumedCapacity": [{"CapacityUnits": 8.0}]})
        dynamo.call("UpdateItem", {"ConsumedCapacity": {"CapacityUnits": 2.0}})
        dynamo.call("GetItem", {})

    assert meter.calls == {
        "GetItem": 2,
        "BatchGetItem": 1,
        "TransactWriteItems": 1,
        "UpdateItem": 1,
    }
    assert (meter.read_units, meter.write_units) == (3.5, 10.0)
    assert (meter.bytes_sent, meter.bytes_received) == (25, 35)


def test_only_dynamodb_is_asked_what_it_took(dynamo: Client) -> None:
    other = Client("sesv2")
    metering.watch(other)

    with metering.metered("x.y") as meter:
        assert other.call("SendEmail", {"MessageId": "1"}) == {}
        assert dynamo.call("DescribeTable", {}) == {}

    assert meter.calls == {"sesv2.SendEmail": 1, "DescribeTable": 1}
    assert (meter.read_units, meter.write_units) == (0, 0)


def test_outside_of_a_use_case_nothing_is_counted_and_nothing_fails(dynamo: Client) -> None:
    dynamo.call("GetItem", {"ConsumedCapacity": {"CapacityUnits": 0.5}})
    metering.charge("U#1")


def test_use_cases_within_and_beside_each_other_count_for_themselves(dynamo: Client) -> None:
    def other() -> None:
        with metering.metered("other") as meter:
            dynamo.call("GetItem", {})
            metering.charge("U#2")
        seen.append(meter)

    seen: list[metering.Meter] = []
    with metering.metered("outer") as outer:
        metering.charge("U#1", "renamed")
        with metering.metered("inner") as inner:
            dynamo.call("Query", {})
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        dynamo.call("PutItem", {})

    assert (outer.calls, outer.owner, outer.operation) == ({"PutItem": 1}, "U#1", "renamed")
    assert (inner.calls, inner.owner) == ({"Query": 1}, "")
    assert (seen[0].calls, seen[0].owner) == ({"GetItem": 1}, "U#2")


@pytest.mark.parametrize(
    ("wanted", "dimensions"),
    [
        ("off", None),
        ("service", [["service"]]),
        ("operation", [["service"], ["service", "operation"]]),
        ("nonsense", None),
    ],
)
def test_a_line_is_a_metric_where_that_is_wanted(
    wanted: str, dimensions: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, Any] = {}
    logger = SimpleNamespace(info=lambda message, extra: told.update(extra, message=message))
    monkeypatch.setattr(metering, "logger", lambda: logger)
    monkeypatch.setenv("XPENSE_METRICS", wanted)
    settings.cache_clear()
    try:
        with metering.metered("expenses.create") as meter:
            metering.charge("U#1")
            metering.report(meter, status=503, failed=True)
    finally:
        monkeypatch.undo()
        settings.cache_clear()

    assert (told["message"], told["operation"], told["owner"]) == (
        "use-case",
        "expenses.create",
        "U#1",
    )
    assert (told["status"], told["failed"]) == (503, 1)
    if dimensions is None:
        assert "_aws" not in told
        return
    directive = told["_aws"]["CloudWatchMetrics"][0]
    assert directive["Dimensions"] == dimensions
    assert directive["Namespace"] == "xpense-test", "a stage's own: its alarms look at no other's"
    # each metric and each dimension but the service, which every line has, must be a field of the line
    assert {one["Name"] for one in directive["Metrics"]} <= told.keys()
    assert {name for names in dimensions for name in names} - {"service"} <= told.keys()
