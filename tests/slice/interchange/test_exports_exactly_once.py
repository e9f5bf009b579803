"""A pass that dies at any AWS call, runs twice, or meets a writer, leaves exactly one whole file; and what it costs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any

import pytest

from chalicelib.expenses import api as expenses
from chalicelib.expenses.commands import ROWS_PER_CHUNK
from chalicelib.interchange.repository import TABLE
from chalicelib.interchange.repository.exports import EXPORT
from chalicelib.interchange.service import exporting_steps as steps
from chalicelib.kernel.parts import objects as kernel_objects
from chalicelib.kernel.tables import Table
from tests.factories.expenses import everything, recorded
from tests.factories.exports import asked, deliver, downloaded, objects, read
from tests.factories.imports import account_of, committed, csv_of, uploaded
from tests.factories.users import SignedIn
from tests.slice.interchange.test_exports import table
from tests.support.budget import budget
from tests.support.cloud import Cloud
from tests.support.taps import Side, calls_of, every_point, interleaved, killed_at, orders

pytestmark = [pytest.mark.slice, pytest.mark.durable]


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a file of a few rows be one of several parts, as a large one is."""
    monkeypatch.setattr(kernel_objects, "_PART", 1_000)
    monkeypatch.setattr("moto.s3.models.S3_UPLOAD_PART_MIN_SIZE", 1)
    monkeypatch.setattr(steps, "_STEP", 2)


@pytest.fixture
def ledger(person: SignedIn, account: str) -> list[str]:
    """Eight transactions; gives their ids."""
    return [
        recorded(person, account, f"-{number}.00", booked_on=f"2026-10-{number:02d}")["id"]
        for number in range(1, 9)
    ]


def whole(person: SignedIn, job: Any, ids: list[str]) -> None:
    """The export is ready with one file, which is what it says and holds every transaction once."""
    done = read(person, job)
    assert done["state"] == "ready", done
    data = downloaded(done)
    assert hashlib.sha256(data).hexdigest() == done["download"]["sha256"]
    assert len(data) == done["download"]["size"]
    assert [row["transaction_id"] for row in table(data)] == ids
    mine = [key for key in objects(person.owner) if job["id"] in key]
    assert len(mine) == 1, mine


@pytest.mark.usefixtures("small_parts")
def test_a_death_at_every_call_and_a_second_delivery_give_one_whole_file(
    cloud: Cloud, person: SignedIn, ledger: list[str]
) -> None:
    def fresh() -> tuple[Any, Callable[[], object]]:
        job = asked(person)
        return job, lambda: deliver(cloud, person, job)

    points = list(every_point(fresh()[1]))
    assert len(points) >= 30
    for point, side in points:
        job, act = fresh()
        assert killed_at(point, side, act) is not None
        seen = read(person, job)
        if seen["state"] == "ready":
            whole(person, job, ledger)
        else:
            assert seen["download"] is None, (point, side)

        act()

        whole(person, job, ledger)


@pytest.mark.usefixtures("small_parts")
def test_two_deliveries_at_once_give_one_whole_file(
    cloud: Cloud, person: SignedIn, ledger: list[str]
) -> None:
    for order in orders(14, 14, most=12, seed=5):
        job = asked(person)
        act = partial(deliver, cloud, person, job)

        results = interleaved(order, a=act, b=act)

        assert results == {"a": {"batchItemFailures": []}, "b": {"batchItemFailures": []}}, order
        whole(person, job, ledger)


def test_the_forwarding_of_an_order_can_die_and_come_again(
    cloud: Cloud, person: SignedIn, ledger: list[str]
) -> None:
    queues = ("interchange-inbox", "interchange-exports")
    sides: tuple[Side, ...] = ("before", "after")
    for point, side in product(range(2), sides):
        job = asked(person)
        cloud.sweep({"interchange"})
        assert killed_at(point, side, partial(cloud.deliver, "interchange-inbox"))

        cloud.drain(queues=queues)

        whole(person, job, ledger)


def test_an_export_that_was_erased_meanwhile_leaves_no_file(
    cloud: Cloud, person: SignedIn, ledger: list[str]
) -> None:
    assert ledger
    for number in range(len(calls_of(partial(deliver, cloud, person, asked(person))))):
        job = asked(person)
        key = (str(person.owner), EXPORT + job["id"])
        order = ["a"] * number + ["b"]

        interleaved(
            order,
            a=partial(deliver, cloud, person, job),
            b=partial(Table(TABLE).delete_many, [key]),
        )

        gone = person.client.get(f"/v1/interchange/exports/{job['id']}")
        if gone.status == 404:
            assert [one for one in objects(person.owner) if job["id"] in one] == [], number


# --- a ledger that changes under the writing


def test_a_change_meanwhile_lets_the_file_be_written_anew(
    cloud: Cloud, person: SignedIn, ledger: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = iter(range(1))
    find_all = expenses.find_all

    def disturbed(*given: Any) -> Any:
        yield from find_all(*given)
        if next(changes, None) is not None:
            recorded(person, account_of(person), "-9.00", booked_on="2026-10-09")

    monkeypatch.setattr(expenses, "find_all", disturbed)
    job = asked(person)

    deliver(cloud, person, job)

    done = read(person, job)
    assert done["result"]["exact"]
    assert done["result"]["transactions"] == len(ledger) + 1
    assert [row["transaction_id"] for row in table(downloaded(done))] == [
        one["id"] for one in reversed(everything(person))
    ]


def test_a_ledger_that_never_rests_is_exported_and_said_to_be_moving(
    cloud: Cloud, person: SignedIn, ledger: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    find_all, passes, account = expenses.find_all, [0], account_of(person)

    def disturbed(*given: Any) -> Any:
        passes[0] += 1
        yield from find_all(*given)
        recorded(person, account, "-9.00", booked_on="2026-10-09")

    monkeypatch.setattr(expenses, "find_all", disturbed)
    job = asked(person)

    deliver(cloud, person, job)

    done = read(person, job)["result"]
    assert passes == [steps.PASSES]
    assert done["exact"] is False
    assert done["last_change"] == done["first_change"] + 1
    assert done["transactions"] == len(ledger) + steps.PASSES - 1


def test_an_index_that_lags_is_waited_for(
    cloud: Cloud, person: SignedIn, ledger: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    find_all, passes = expenses.find_all, [0]
    waits: list[float] = []

    def lagging(*given: Any) -> Any:
        passes[0] += 1
        for page in find_all(*given):
            yield page[:-1] if passes[0] == 1 else page

    monkeypatch.setattr(expenses, "find_all", lagging)
    monkeypatch.setattr("chalicelib.interchange.service.exporting_steps.time.sleep", waits.append)
    job = asked(person)

    deliver(cloud, person, job)

    whole(person, job, ledger)
    assert read(person, job)["result"]["exact"]
    assert waits == [steps._SETTLING]


# --- what it costs


def test_asking_costs_a_session_a_look_and_one_write(person: SignedIn, account: str) -> None:
    with budget() as spent:
        asked(person, filter={"account_ids": [account]})

    # session, change number and account; the factors of who steps up; the limit; all that is written
    wanted = {"BatchGetItem": 3, "Query": 1, "UpdateItem": 1, "TransactWriteItems": 1}
    assert spent.calls == wanted


def test_reading_it_costs_a_session_and_a_look(cloud: Cloud, person: SignedIn) -> None:
    job = asked(person)
    deliver(cloud, person, job)

    with budget() as spent:
        assert read(person, job)["state"] == "ready"

    # the link is signed here: S3 is not asked
    assert spent.calls == {"BatchGetItem": 1, "GetItem": 1, "s3.GetObject": 1}


def test_writing_costs_a_read_for_each_transaction_and_one_call_for_a_thousand(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    rows = 13 * ROWS_PER_CHUNK
    committed(cloud, person, uploaded(cloud, person, account, csv_of(rows)))
    job = asked(person)

    with budget() as spent:
        deliver(cloud, person, job)

    assert read(person, job)["result"]["transactions"] == rows
    assert spent.reads <= rows + 20
    assert spent.calls["Query"] <= 2 + 2 + 1  # pages of a thousand, accounts, categories
    assert spent.calls["TransactWriteItems"] == 2
    assert spent.calls["s3.PutObject"] == 1
    assert sum(spent.calls.values()) <= 20, spent.calls
