"""Socket messages: their form, where a replay starts, and what a client may say."""

from __future__ import annotations

import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import Invalid, Malformed, Refusal
from chalicelib.kernel.ids import new_id
from chalicelib.notifications.model.messages import OVERLAP_MILLIS, SocketMessage, replay_from
from functions.notifications.sockets import LONGEST, read_message


@given(st.text(), st.dictionaries(st.text(), st.integers() | st.text()))
def test_a_message_has_id_type_and_data(kind: str, data: dict[str, object]) -> None:
    text = SocketMessage("1", kind, json.dumps(data)).to_json()

    assert json.loads(text) == {"id": "1", "type": kind, "data": data}


def test_a_replay_starts_a_little_before_the_last_message() -> None:
    after = new_id()

    start = replay_from(after)

    assert start < after
    assert (uuid.UUID(after).int >> 80) - (uuid.UUID(start).int >> 80) == OVERLAP_MILLIS


@given(st.uuids())
def test_any_id_gives_a_start_that_is_not_after_it(value: uuid.UUID) -> None:
    assert replay_from(str(value)) <= str(value)


def test_a_ping_and_a_resume_are_understood() -> None:
    after = new_id()

    assert read_message('{"type":"ping"}').type == "ping"
    assert read_message(json.dumps({"type": "resume", "after": after})).after == after
    assert read_message('{"type":"resume"}').after is None


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (None, Malformed),
        ("", Malformed),
        ("ping", Malformed),
        ('{"type":"ping","type":"ping"}', Malformed),
        ('{"type":NaN}', Malformed),
        ("[" * 4_000, Malformed),
        ('{"type":"\ud800"}', Malformed),
        (json.dumps({"type": "ping", "after": "x" * LONGEST}), Malformed),
        ("[]", Invalid),
        ("null", Invalid),
        ('{"type":"subscribe"}', Invalid),
        ('{"type":"ping","owner":"U#1"}', Invalid),
        ('{"type":"resume","after":"1"}', Invalid),
        ('{"type":"resume","after":7}', Invalid),
    ],
)
def test_what_a_client_must_not_say_is_refused(body: str | None, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        read_message(body)
