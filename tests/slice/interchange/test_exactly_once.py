"""A worker that dies at any AWS call, or runs twice at once, loses nothing and doubles nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import Any

import pytest

from chalicelib.interchange.events import ImportProgressed
from chalicelib.interchange.repository import TABLE
from chalicelib.kernel import aws
from chalicelib.kernel.outbox import PREFIX, SHARDS
from tests.factories.imports import URL, begun, csv_of, pages, progress_of, put_file, started
from tests.factories.users import SignedIn
from tests.slice.interchange.test_committing import chunk, hear, told
from tests.slice.interchange.test_reading import notify
from tests.support.client import Reply
from tests.support.cloud import Cloud
from tests.support.taps import every_point, interleaved, killed_at, orders

pytestmark = [pytest.mark.slice, pytest.mark.durable]
ROWS = 520


def outbox_states(person: SignedIn, import_id: str) -> list[str]:
    """The states that the outbox tells of an import, oldest first."""
    shard = sha256(str(person.owner).encode()).digest()[0] % SHARDS
    rows = aws.dynamodb().query(
        TableName=TABLE.name,
        KeyConditionExpression="pk = :p",
        ExpressionAttributeValues={":p": {"S": f"{PREFIX}{shard}"}},
    )["Items"]
    bodies = [json.loads(line) for item in rows for line in item["body"]["S"].split("\n")]
    return [
        body["data"]["state"]
        for body in bodies
        if body["type"] == ImportProgressed.name and body["data"]["import_id"] == import_id
    ]


def test_reading_survives_a_death_at_every_call(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    def fresh() -> tuple[Any, Callable[[], object]]:
        job = started(person, account)
        put_file(job, csv_of(ROWS))
        return job, lambda: notify(cloud, job["upload"]["fields"]["key"])

    points = list(every_point(fresh()[1]))
    assert len(points) >= 20
    for point, side in points:
        job, act = fresh()
        assert killed_at(point, side, act) is not None

        act()

        shown = person.client.get(f"{URL}/{job['id']}").json
        assert (shown["state"], shown["counts"]["importable"]) == ("ready", ROWS), (point, side)
        assert outbox_states(person, job["id"]) == ["parsing", "ready"], (point, side)
        assert len(pages(person, job["id"])) == 2


def test_hearing_of_the_last_chunk_survives_a_death_at_every_call(
    cloud: Cloud, person: SignedIn
) -> None:
    def fresh() -> tuple[str, Callable[[], object]]:
        job = begun(person, chunks=1, rows=5)
        message = told(person, chunk(job, 0, 1, recorded=5))
        return job, lambda: hear(cloud, message)

    for point, side in every_point(fresh()[1]):
        job, act = fresh()
        assert killed_at(point, side, act) is not None

        act()

        seen = progress_of(person, job)
        assert (seen.state, seen.recorded) == ("done", 5), (point, side)
        assert outbox_states(person, job) == ["done"], (point, side)


def test_two_deliveries_at_once_read_a_file_once(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    for order in orders(11, 11, most=15, seed=7):
        job = started(person, account)
        put_file(job, csv_of(20))
        key = job["upload"]["fields"]["key"]

        results = interleaved(order, a=partial(notify, cloud, key), b=partial(notify, cloud, key))

        assert results == {"a": {"batchItemFailures": []}, "b": {"batchItemFailures": []}}, order
        shown = person.client.get(f"{URL}/{job['id']}").json
        assert (shown["state"], shown["counts"]["rows"]) == ("ready", 20), order
        assert outbox_states(person, job["id"]) == ["parsing", "ready"], order
        assert len(pages(person, job["id"])) == 1


def test_of_two_chunks_heard_at_once_exactly_one_is_the_last(
    cloud: Cloud, person: SignedIn
) -> None:
    for order in orders(3, 3):
        job = begun(person, chunks=2, rows=170)
        first, second = (told(person, chunk(job, number, 2)) for number in (0, 1))

        interleaved(order, a=partial(hear, cloud, first), b=partial(hear, cloud, second))

        seen = progress_of(person, job)
        assert (seen.state, seen.recorded) == ("done", 170), order
        assert outbox_states(person, job).count("done") == 1, order


def test_a_deletion_during_the_reading_leaves_no_rows(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    left = []
    for order in orders(11, 4, most=15, seed=11):
        job = started(person, account)
        put_file(job, csv_of(20))
        key = job["upload"]["fields"]["key"]
        path = f"{URL}/{job['id']}"

        results = interleaved(
            order, a=partial(notify, cloud, key), b=partial(person.client.delete, path)
        )
        assert results["a"] == {"batchItemFailures": []}, order
        assert isinstance(results["b"], Reply)
        assert results["b"].status == 204, order
        assert person.client.get(path).status == 404
        left.append((order, job["id"]))

    cloud.drain()
    for order, import_id in left:
        assert pages(person, import_id) == [], order
