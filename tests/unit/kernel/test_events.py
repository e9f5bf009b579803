from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel import events
from chalicelib.kernel.events import (
    Envelope,
    Fact,
    Message,
    Order,
    UndecodableMessage,
    encode,
    json_schema,
    registered,
)
from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    minor: int
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingHappened(Fact):
    name: ClassVar[str] = "kerneltest.thing_happened.v1"
    thing_id: str
    part: Part
    parts: tuple[Part, ...] = ()
    month: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoThing(Order):
    name: ClassVar[str] = "kerneltest.do_thing.v1"
    to: ClassVar[str] = "kerneltest"
    accounts: dict[str, str]


@pytest.fixture(autouse=True, scope="module")
def _leave_no_trace() -> Iterator[None]:
    # Contract tests walk the registry: what only this file knows must not stay in it.
    yield
    for name in (ThingHappened.name, DoThing.name):
        events._REGISTRY.pop(name, None)
        events._ADAPTERS.pop(name, None)


parts = st.builds(Part, st.integers(-(10**38), 10**38), st.dates())
facts = st.builds(
    ThingHappened,
    thing_id=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20),
    part=parts,
    parts=st.lists(parts, max_size=3).map(tuple),
    month=st.none() | st.just("2026-11"),
)
FACT = ThingHappened(thing_id="1", part=Part(-1_250, date(2026, 11, 22)))


def wrapped(message: Message) -> Envelope:
    return Envelope(
        id="0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f",
        type=message.name,
        time=datetime(2026, 11, 22, 10, 0, 0, 5_000, tzinfo=UTC),
        owner="U#0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f",
        subject="1",
        sequence=7,
        trace="t",
        data=encode(message),
    )


@given(st.one_of(facts, st.builds(DoThing, accounts=st.just({"0": "a"}))))
def test_a_message_survives_its_envelope(message: Message) -> None:
    back = Envelope.from_json(wrapped(message).to_json())

    assert back.message() == message
    assert type(back.message()) is type(message)
    assert replace(back, data="") == replace(wrapped(message), data="")
    assert back.to_json() == wrapped(message).to_json()


def test_messages_register_by_name_and_know_their_schema() -> None:
    assert registered()[ThingHappened.name] is ThingHappened
    assert registered()[DoThing.name] is DoThing
    assert "" not in registered()
    assert set(json_schema(ThingHappened)["required"]) == {"thing_id", "part"}


def test_the_registry_is_handed_out_as_a_copy() -> None:
    registered().clear()

    assert ThingHappened.name in registered()


def test_a_field_that_a_later_version_added_is_passed_over() -> None:
    body = json.loads(wrapped(FACT).to_json())
    body["data"]["later"] = 1

    assert Envelope.from_json(json.dumps(body)).message() == FACT


@pytest.mark.parametrize("name", ["", "kerneltest.unknown.v1", "kerneltest.thing_happened.v2"])
def test_an_unknown_type_cannot_be_read(name: str) -> None:
    with pytest.raises(UndecodableMessage, match="unknown"):
        replace(wrapped(FACT), type=name).message()


@pytest.mark.parametrize(
    "data",
    [
        "{}",
        "[]",
        "null",
        "7",
        '{"thing_id": "1"}',
        '{"thing_id": "1", "part": {"minor": "x", "day": "2026-11-22"}}',
        '{"thing_id": "1", "part": {"minor": 1, "day": "2026-02-30"}}',
        '{"thing_id": null, "part": {"minor": 1, "day": "2026-11-22"}}',
    ],
)
def test_data_that_does_not_fit_cannot_be_read(data: str) -> None:
    with pytest.raises(UndecodableMessage, match="does not fit"):
        replace(wrapped(FACT), data=data).message()


@pytest.mark.parametrize(
    "key", ["id", "type", "time", "owner", "subject", "sequence", "trace", "data"]
)
@pytest.mark.parametrize("value", [None, [], {}, "x", 1.5e300, True], ids=str)
def test_an_envelope_with_a_damaged_field_is_undecodable_or_harmless(
    key: str, value: object
) -> None:
    body = json.loads(wrapped(FACT).to_json())
    body[key] = value

    try:
        Envelope.from_json(json.dumps(body)).message()
    except UndecodableMessage:
        return

    assert key in {"id", "owner", "subject", "sequence", "trace"}


@pytest.mark.parametrize(
    "key", ["id", "type", "time", "owner", "subject", "sequence", "trace", "data"]
)
def test_an_envelope_without_a_field_is_undecodable(key: str) -> None:
    body = json.loads(wrapped(FACT).to_json())
    del body[key]

    with pytest.raises(UndecodableMessage):
        Envelope.from_json(json.dumps(body))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "null",
        "7",
        "[]",
        "{}",
        '"a"',
        "[" * 100_000,
        "{" * 100_000,
        "\ufeff{}",
        "1" * 5_000,
    ],
)
def test_garbage_is_undecodable(text: str) -> None:
    with pytest.raises(UndecodableMessage):
        Envelope.from_json(text)


@given(st.text(max_size=200))
def test_any_text_is_undecodable(text: str) -> None:
    with pytest.raises(UndecodableMessage):
        Envelope.from_json(text)


@pytest.mark.parametrize(
    ("key", "value"),
    [("time", "0001-01-01T00:00:00+10:00"), ("sequence", float("inf"))],
    ids=["time before the calendar", "infinite sequence"],
)
def test_numbers_and_times_out_of_range_are_undecodable(key: str, value: object) -> None:
    body = json.loads(wrapped(FACT).to_json())
    body[key] = value

    with pytest.raises(UndecodableMessage):
        Envelope.from_json(json.dumps(body))


def test_a_time_without_a_zone_is_undecodable() -> None:
    body = json.loads(wrapped(FACT).to_json())
    body["time"] = "2026-11-22T10:00:00"

    with pytest.raises(UndecodableMessage):
        Envelope.from_json(json.dumps(body))
