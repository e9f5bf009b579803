from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.cloud.cloud import open_cloud
from local.cloud.queues import Attribute, Draft, NoSuchQueue, Queues
from local.cloud.store import Store


@pytest.fixture
def queues() -> Queues:
    made = Queues(Store(None))
    made.create("dead")
    made.create("work", dead="dead")
    return made


def test_a_message_is_hidden_while_somebody_has_it(queues: Queues) -> None:
    queues.send("work", Draft("one", {"type": Attribute("String", "a")}))

    [first] = queues.receive("work")

    assert (first.body, first.receives, first.attributes["type"].value) == ("one", 1, "a")
    assert queues.receive("work") == []


def test_a_message_comes_again_when_its_time_is_up(queues: Queues) -> None:
    queues.send("work", Draft("one"))
    [first] = queues.receive("work", visibility=0)
    [second] = queues.receive("work")

    assert (first.id, second.receives) == (second.id, 2)
    assert first.receipt != second.receipt


def test_an_old_receipt_deletes_nothing(queues: Queues) -> None:
    queues.send("work", Draft("one"))
    [first] = queues.receive("work", visibility=0)
    [second] = queues.receive("work")

    assert queues.delete([first.receipt]) == 0
    assert queues.delete([second.receipt]) == 1
    assert queues.depth("work").in_flight == 0


def test_a_delayed_message_waits(queues: Queues) -> None:
    queues.send("work", Draft("later", delay=60))

    assert queues.receive("work") == []
    assert queues.depth("work").delayed == 1


def test_the_fifth_failure_goes_to_the_dead_letters(queues: Queues) -> None:
    queues.send("work", Draft("poison"))

    for receive in range(1, 6):
        [message] = queues.receive("work")
        assert message.receives == receive
        queues.give_back([message.receipt], delay=0)

    assert queues.receive("work") == []
    [dead] = queues.receive("dead")
    assert (dead.body, dead.source) == ("poison", "work")


def test_a_message_that_is_only_received_ends_in_the_dead_letters_too(queues: Queues) -> None:
    queues.send("work", Draft("poison"))
    for _ in range(5):
        assert queues.receive("work", visibility=0)

    assert queues.receive("work") == []
    assert len(queues.receive("dead")) == 1


def test_a_batch_is_stored_whole_or_not_at_all(queues: Queues) -> None:
    with pytest.raises(NoSuchQueue):
        queues.send("nowhere", Draft("one"), Draft("two"))

    assert queues.depth("work").waiting == 0


def test_messages_in_flight_at_a_crash_are_due_again_and_the_receive_does_not_count(
    tmp_path: Path,
) -> None:
    before = open_cloud(tmp_path, region="eu-central-1", stage="test")
    before.queues.create("work", dead="work")
    before.queues.send("work", Draft("taken"), Draft("waiting"))
    assert before.queues.receive("work", 1)[0].body == "taken"
    before.close()

    after = open_cloud(tmp_path, region="eu-central-1", stage="test")

    messages = after.queues.receive("work")
    assert sorted((m.body, m.receives) for m in messages) == [("taken", 1), ("waiting", 1)]
    after.close()


@given(st.lists(st.sampled_from(["send", "receive", "fail", "done", "crash"]), max_size=40))
def test_no_message_is_ever_lost_or_doubled(steps: list[str]) -> None:
    queues = Queues(Store(None))
    queues.create("dead")
    queues.create("work", dead="dead")
    sent: set[str] = set()
    done: set[str] = set()
    held: dict[str, str] = {}

    for step in steps:
        if step == "send":
            sent |= set(queues.send("work", Draft("x")))
        elif step == "receive":
            for message in queues.receive("work", 2, visibility=60):
                assert message.id not in held
                held[message.id] = message.receipt
        elif step == "crash":
            queues.recover()
            held = {}
        elif held:
            id, receipt = held.popitem()
            if step == "done":
                queues.delete([receipt])
                done.add(id)
            else:
                queues.give_back([receipt], delay=0)

    queues.recover()
    left = [m.id for name in ("work", "dead") for m in queues.receive(name, 1000)]
    left += [m.id for m in queues.receive("dead", 1000)]
    assert len(left) == len(set(left))
    assert set(left) == sent - done
