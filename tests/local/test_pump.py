from __future__ import annotations

import threading
from collections import Counter

import pytest

from local.cloud.queues import Draft
from local.pump import failures
from tests.local.conftest import Here, until

pytestmark = pytest.mark.local


def test_every_message_is_handled_and_forgotten(here: Here) -> None:
    bodies = [f"m{n}" for n in range(57)]

    here.cloud.queues.send("heard", *[Draft(body) for body in bodies])

    until(
        lambda: len(here.heard.records) >= 57 and not here.call("/health").json["batches_in_work"]
    )
    assert Counter(here.heard.bodies()) == Counter(bodies)
    assert max(here.heard.batches) <= 10
    assert here.cloud.queues.depth("heard").in_flight == 0


def test_only_the_failed_message_of_a_batch_comes_again_until_it_is_dead(here: Here) -> None:
    here.heard.fail = {"poison"}

    here.cloud.queues.send("heard", Draft("good 1"), Draft("poison"), Draft("good 2"))

    until(lambda: here.cloud.queues.depth("heard-dead").waiting)
    assert Counter(here.heard.bodies()) == {"good 1": 1, "good 2": 1, "poison": 5}
    [dead] = here.cloud.queues.receive("heard-dead")
    assert (dead.body, dead.source) == ("poison", "heard")
    assert here.call("/health").json["queues"]["heard"]["waiting"] == 0


def test_a_crash_fails_the_whole_batch_and_it_heals(here: Here) -> None:
    here.heard.fail = {"crash"}
    here.cloud.queues.send("heard", Draft("crash"), Draft("good"))
    until(lambda: here.heard.records)

    here.heard.fail = set()

    until(lambda: "good" in here.heard.bodies()[2:])
    until(lambda: here.cloud.queues.depth("heard").oldest_seconds == 0)
    assert here.cloud.queues.depth("heard-dead").waiting == 0


def test_receives_are_counted_in_the_record(here: Here) -> None:
    here.heard.fail = {"poison"}

    here.cloud.queues.send("heard", Draft("poison"))

    until(lambda: here.cloud.queues.depth("heard-dead").waiting)
    counts = [r["attributes"]["ApproximateReceiveCount"] for r in here.heard.records]
    assert counts == ["1", "2", "3", "4", "5"]


def test_a_delayed_message_is_handled_when_its_time_comes(here: Here) -> None:
    here.cloud.queues.send("heard", Draft("later", delay=0.3))

    assert not here.heard.records
    until(lambda: here.heard.bodies() == ["later"])


def test_senders_and_handlers_work_at_once(here: Here) -> None:
    def send(sender: int) -> None:
        for number in range(20):
            here.cloud.queues.send("heard", Draft(f"{sender}-{number}"))

    threads = [threading.Thread(target=send, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    until(lambda: len(here.heard.records) >= 80)
    assert len(set(here.heard.bodies())) == 80


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        (None, set()),
        ({}, set()),
        ({"batchItemFailures": []}, set()),
        ({"batchItemFailures": None}, set()),
        ({"batchItemFailures": [{"itemIdentifier": "1"}]}, {"1"}),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, None),
        ({"batchItemFailures": [{"other": "1"}]}, None),
        ({"batchItemFailures": ["1"]}, None),
        ({"batchItemFailures": "1"}, None),
        ("1", None),
    ],
)
def test_failures_are_read_as_lambda_reads_them(answer: object, failed: set[str] | None) -> None:
    assert failures(answer) == failed
