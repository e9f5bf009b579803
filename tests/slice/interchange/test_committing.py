"""From a previewed import into the ledger, and what the ledger tells back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.expenses.commands import ROWS_PER_CHUNK
from chalicelib.expenses.events import ImportStopped, TransactionsImported
from chalicelib.interchange.events import ImportProgressed
from chalicelib.interchange.repository import TABLE
from chalicelib.interchange.repository import imports as repository
from chalicelib.kernel.clock import now
from chalicelib.kernel.context import system_context
from chalicelib.kernel.events import Envelope, Fact, encode
from chalicelib.kernel.ids import new_id
from chalicelib.security import api as security
from tests.factories.imports import (
    CSV,
    URL,
    account_of,
    begun,
    committed,
    csv_of,
    ofx_of,
    progress_of,
    uploaded,
)
from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.cloud import Cloud, LambdaContext, sqs_event

pytestmark = [pytest.mark.slice, pytest.mark.durable]
TRANSACTIONS = "/v1/expenses/transactions"


def told(person: SignedIn, fact: Fact, identity: str | None = None) -> dict[str, Any]:
    """A fact as it lies in the inbox."""
    envelope = Envelope(
        id=identity or new_id(),
        type=fact.name,
        time=now(),
        owner=str(person.owner),
        subject="x",
        sequence=0,
        trace=new_id(),
        data=encode(fact),
    )
    return {"MessageId": envelope.id, "Body": envelope.to_json()}


def hear(cloud: Cloud, *messages: dict[str, Any]) -> Any:
    event = sqs_event("interchange-inbox", list(messages))
    return cloud.app.handler_map["interchange_inbox"](event, LambdaContext())


def aged(person: SignedIn, import_id: str, age: timedelta) -> None:
    """Make the last sign of progress so much older."""
    going = progress_of(person, import_id)
    ctx = system_context(person.owner, TABLE, vaults=security.vault)
    older = replace(going, version=going.version + 1, updated_at=going.updated_at - age)
    repository.keep_progress(ctx, older)
    ctx.commit.write()


def chunk(import_id: str, number: int, chunks: int, *, recorded: int = 85) -> TransactionsImported:
    return TransactionsImported(
        import_id=import_id,
        chunk=number,
        chunks=chunks,
        recorded=recorded,
        duplicates=0,
        totals=(),
        change=0,
    )


def progress_told(cloud: Cloud, import_id: str) -> list[tuple[str, int, int]]:
    """What notifications was told of an import, in order."""
    return [
        (body["data"]["state"], body["data"]["done"], body["data"]["total"])
        for queue, body in cloud.delivered
        if queue == "notifications-inbox"
        and body.get("type") == ImportProgressed.name
        and body["data"]["import_id"] == import_id
    ]


def transactions(person: SignedIn) -> list[Any]:
    items: list[Any] = person.client.get(TRANSACTIONS, query={"limit": "200"}).json["items"]
    return items


def state(person: SignedIn, job: Any) -> Any:
    return person.client.get(f"{URL}/{job['id']}").json


def test_the_whole_walk_from_a_file_to_transactions(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    job = uploaded(cloud, person, account, CSV)

    done = committed(cloud, person, job)

    assert done["state"] == "done"
    assert done["progress"] == {"done": 4, "total": 4}
    assert done["result"] == {"recorded": 4, "duplicates": 0}
    assert done["statements"][0]["account_id"] == account
    assert sorted(one["amount"]["amount"] for one in transactions(person)) == [
        "-4.20",
        "-4.20",
        "-61.50",
        "2150.00",
    ]
    told_states = [step[0] for step in progress_told(cloud, job["id"])]
    assert told_states == ["parsing", "ready", "committing", "done"]


def test_the_same_file_again_adds_nothing(cloud: Cloud, person: SignedIn, account: str) -> None:
    committed(cloud, person, uploaded(cloud, person, account, CSV))

    again = committed(cloud, person, uploaded(cloud, person, account, CSV))

    assert again["state"] == "done"
    assert again["result"] == {"recorded": 0, "duplicates": 4}
    assert len(transactions(person)) == 4


def test_an_overlapping_file_adds_only_what_is_new(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    committed(cloud, person, uploaded(cloud, person, account, CSV))
    longer = CSV + b"2026-11-06,-4.20,Corner Bakery,breakfast\n2026-11-07,-1,Kiosk,paper\n"

    again = committed(cloud, person, uploaded(cloud, person, account, longer))

    assert again["result"] == {"recorded": 2, "duplicates": 4}


@pytest.mark.covers("V15.2.2")
def test_several_chunks_follow_one_another_and_progress_is_told(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    rows = 6 * ROWS_PER_CHUNK + 7
    job = uploaded(cloud, person, account, csv_of(rows, bad=(4,)))

    done = committed(cloud, person, job)

    assert done["result"] == {"recorded": rows - 1, "duplicates": 0}
    steps = progress_told(cloud, job["id"])
    assert steps[-1] == ("done", rows, rows)
    assert [step[1] for step in steps if step[0] == "committing"] == [
        ROWS_PER_CHUNK * number for number in range(7)
    ]


def test_rows_with_problems_are_left_out(cloud: Cloud, person: SignedIn, account: str) -> None:
    job = uploaded(cloud, person, account, csv_of(3, bad=(1,)))

    done = committed(cloud, person, job)

    assert done["result"]["recorded"] == 2
    assert done["progress"] == {"done": 3, "total": 3}


def test_each_statement_goes_where_its_owner_says(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    other = account_of(person)
    job = uploaded(cloud, person, account, ofx_of({"11": ["-1"], "22": ["-2"], "33": ["-3"]}))
    path = f"{URL}/{job['id']}/commit"

    silent = person.client.post(path, {})
    assert (silent.status, silent.problem) == (422, "unfit-accounts")
    assert [one["pointer"] for one in silent.json["errors"]] == [
        "/accounts/0",
        "/accounts/1",
        "/accounts/2",
    ]

    done = committed(cloud, person, job, {"0": account, "1": None, "2": other})
    assert done["result"]["recorded"] == 2
    assert [part["account_id"] for part in done["statements"]] == [account, None, other]
    assert {one["account_id"]: one["amount"]["amount"] for one in transactions(person)} == {
        account: "-1.00",
        other: "-3.00",
    }


def test_a_statement_must_fit_its_accounts_currency(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    dollars = account_of(person, currency="USD")
    job = uploaded(cloud, person, account, CSV)
    path = f"{URL}/{job['id']}/commit"

    reply = person.client.post(path, {"accounts": {"0": dollars}})

    assert (reply.status, reply.problem) == (422, "unfit-accounts")
    assert reply.json["errors"][0]["pointer"] == "/accounts/0"
    assert state(person, job)["state"] == "ready"


def test_a_foreign_account_in_the_mapping_is_not_found(
    cloud: Cloud, person: SignedIn, stranger: SignedIn, account: str
) -> None:
    theirs = account_of(stranger)
    job = uploaded(cloud, person, account, CSV)

    reply = person.client.post(f"{URL}/{job['id']}/commit", {"accounts": {"0": theirs}})

    assert (reply.status, reply.problem) == (404, "account-not-found")
    assert state(person, job)["state"] == "ready"


@pytest.mark.parametrize(
    "accounts", [{"0": "x"}, {"-1": None}, {"01": None}, {"a": None}, {"0": 7}, []]
)
def test_a_bad_mapping_is_named(
    cloud: Cloud, person: SignedIn, account: str, accounts: object
) -> None:
    job = uploaded(cloud, person, account, CSV)

    reply = person.client.post(f"{URL}/{job['id']}/commit", {"accounts": accounts})

    assert reply.status == 422
    assert reply.json["errors"][0]["pointer"].startswith("/accounts")


def test_committing_again_is_the_same_job(cloud: Cloud, person: SignedIn, account: str) -> None:
    other = account_of(person)
    job = uploaded(cloud, person, account, CSV)
    path = f"{URL}/{job['id']}/commit"

    first = person.client.post(path, {})
    again = person.client.post(path, {"accounts": {"0": account}})
    elsewhere = person.client.post(path, {"accounts": {"0": other}})

    assert (first.status, again.status) == (202, 202)
    assert again.json == first.json
    assert (elsewhere.status, elsewhere.problem) == (409, "import-already-committed")
    cloud.drain()
    assert person.client.post(path, {}).json["state"] == "done"
    assert len(transactions(person)) == 4


def test_committing_costs_so_much_and_no_more(cloud: Cloud, person: SignedIn, account: str) -> None:
    job = uploaded(cloud, person, account, csv_of(300))
    with budget() as spent:
        person.client.post(f"{URL}/{job['id']}/commit", {})

    # session; head; import and progress; accounts; and all in one write:
    # import, progress, the file's marks (for the account, and for any), META, CHG, the order and the fact
    assert spent.calls == {"BatchGetItem": 4, "TransactWriteItems": 1}
    assert spent.writes == 8


def test_hearing_of_a_chunk_costs_so_much_and_no_more(cloud: Cloud, person: SignedIn) -> None:
    job = begun(person, chunks=4, rows=300)
    with budget() as spent:
        hear(cloud, told(person, chunk(job, 0, 4)))

    # head and inbox; progress; progress, outbox and inbox mark
    assert spent.calls == {"BatchGetItem": 1, "GetItem": 1, "TransactWriteItems": 1}
    assert spent.writes == 3


def test_an_import_cannot_be_deleted_while_it_is_committed(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    job = uploaded(cloud, person, account, CSV)
    path = f"{URL}/{job['id']}"
    person.client.post(f"{path}/commit", {})

    refused = person.client.delete(path)
    cloud.drain()

    assert (refused.status, refused.problem) == (409, "import-committing")
    assert person.client.delete(path).status == 204
    cloud.drain()
    assert len(transactions(person)) == 4


def test_chunks_heard_in_any_order_and_twice_are_counted_once_each(
    cloud: Cloud, person: SignedIn
) -> None:
    job = begun(person, chunks=4, rows=340)
    messages = [told(person, chunk(job, number, 4)) for number in (3, 1, 0, 2)]

    for message in (messages[0], messages[0], messages[1], messages[2], messages[1]):
        assert hear(cloud, message) == {"batchItemFailures": []}
    assert progress_of(person, job).state == "committing"
    hear(cloud, messages[3], messages[3])

    seen = progress_of(person, job)
    assert (seen.state, seen.recorded, seen.rows_done) == ("done", 340, 340)


def test_a_stopped_import_fails_and_keeps_what_was_recorded(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    job = uploaded(cloud, person, account, csv_of(2 * ROWS_PER_CHUNK))
    path = f"{URL}/{job['id']}"
    person.client.post(f"{path}/commit", {})
    archived = person.client.patch(
        f"/v1/expenses/accounts/{account}", {"archived": True}, headers={"If-Match": "*"}
    )
    assert archived.status == 200, archived.text

    cloud.drain()

    shown = state(person, job)
    assert shown["state"] == "failed"
    assert shown["problem"]["slug"]
    assert shown["result"] == {"recorded": 0, "duplicates": 0}
    assert person.client.post(f"{path}/commit", {}).problem == "import-not-ready"
    assert person.client.delete(path).status == 204
    assert transactions(person) == []


def test_a_chunk_heard_of_after_the_stop_is_still_counted(cloud: Cloud, person: SignedIn) -> None:
    job = begun(person, chunks=4, rows=340)
    stop = ImportStopped(import_id=job, chunk=1, reason="account-archived")

    hear(cloud, told(person, stop), told(person, chunk(job, 0, 4)))

    seen = progress_of(person, job)
    assert (seen.state, seen.stopped, seen.recorded) == ("failed", "account-archived", 85)


def test_news_of_an_import_that_is_gone_is_dropped(cloud: Cloud, person: SignedIn) -> None:
    assert hear(cloud, told(person, chunk(new_id(), 0, 1))) == {"batchItemFailures": []}
    stop = ImportStopped(import_id=new_id(), chunk=0, reason="x")
    assert hear(cloud, told(person, stop)) == {"batchItemFailures": []}


def test_an_import_that_got_stuck_goes_on_when_it_is_committed_again(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    job = uploaded(cloud, person, account, csv_of(3 * ROWS_PER_CHUNK))
    path = f"{URL}/{job['id']}"
    person.client.post(f"{path}/commit", {})
    before = person.client.get(path)
    # the first chunk is heard of, then the ledger's message lies in the dead letters for hours
    hear(cloud, told(person, chunk(job["id"], 0, 3)))
    aged(person, job["id"], timedelta(hours=2))

    stuck = person.client.get(path, headers={"If-None-Match": before.etag})
    assert (stuck.json["state"], stuck.json["problem"]["slug"]) == ("failed", "recording-stuck")
    again = person.client.post(f"{path}/commit", {})
    assert (again.status, again.json["state"]) == (202, "committing")

    # now both orders are delivered: the old one for chunk 0 and the new one for chunk 1
    cloud.drain()
    done = state(person, job)
    assert (done["state"], done["problem"]) == ("done", None)
    assert done["progress"]["done"] == 3 * ROWS_PER_CHUNK
    assert len(transactions(person)) == 200


def test_a_long_import_tells_its_progress_at_most_twenty_times(
    cloud: Cloud, person: SignedIn
) -> None:
    job = begun(person, chunks=250, rows=21_000)

    for number in range(250):
        hear(cloud, told(person, chunk(job, number, 250)))
    cloud.drain()

    steps = progress_told(cloud, job)
    assert len([step for step in steps if step[0] == "committing"]) == 19
    assert steps[-1] == ("done", 21_000, 21_000)


def test_the_etag_moves_with_the_progress(cloud: Cloud, person: SignedIn, account: str) -> None:
    job = uploaded(cloud, person, account, csv_of(3 * ROWS_PER_CHUNK))
    path = f"{URL}/{job['id']}"
    person.client.post(f"{path}/commit", {})
    before = person.client.get(path)

    hear(cloud, told(person, chunk(job["id"], 0, 3)))
    after = person.client.get(path, headers={"If-None-Match": before.etag})

    assert after.status == 200
    assert after.json["progress"]["done"] == ROWS_PER_CHUNK
    assert person.client.get(path, headers={"If-None-Match": after.etag}).status == 304
