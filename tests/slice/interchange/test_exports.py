"""Asking for exports: what is in them, who may fetch them, and how long."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.interchange.events import ExportProgressed
from chalicelib.interchange.model.exporting import LIFE, STUCK
from chalicelib.interchange.repository import TABLE
from chalicelib.interchange.repository import exports as repository
from chalicelib.kernel.clock import now
from chalicelib.kernel.context import system_context
from chalicelib.kernel.ids import new_id
from chalicelib.security import api as security
from tests.factories.expenses import opened, recorded
from tests.factories.exports import (
    QUEUES,
    URL,
    asked,
    deliver,
    disposition,
    downloaded,
    exported,
    objects,
    read,
    written,
)
from tests.factories.households import joined, made, within
from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.cloud import Cloud, LambdaContext, sqs_event

pytestmark = [pytest.mark.slice, pytest.mark.durable]
SUFFIXES = {
    "csv": "csv",
    "xlsx": "xlsx",
    "ofx": "ofx",
    "qif": "qif",
    "jsonl": "jsonl",
    "beancount": "beancount",
    "hledger": "journal",
}
FORMATS = tuple(SUFFIXES)


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def told(cloud: Cloud, job: Any) -> list[str]:
    """The states that notifications was told of an export, in order."""
    return [
        body["data"]["state"]
        for queue, body in cloud.delivered
        if queue == "notifications-inbox"
        and body.get("type") == ExportProgressed.name
        and body["data"]["export_id"] == job["id"]
    ]


# --- the walk


def test_the_whole_walk_from_asking_to_a_file(cloud: Cloud, person: SignedIn, account: str) -> None:
    one = recorded(person, account, "-12.34", notes="=1+1", tags=["Bread"])

    job = asked(person)
    assert (job["state"], job["download"], job["progress"]) == (
        "queued",
        None,
        {"done": 0, "total": 0},
    )
    cloud.drain()

    done = read(person, job)
    assert (done["state"], done["progress"]) == ("ready", {"done": 1, "total": 1})
    assert done["result"] == {
        "transactions": 1,
        "left_out": {},
        "exact": True,
        "first_change": done["result"]["first_change"],
        "last_change": done["result"]["first_change"],
    }
    data = downloaded(done)
    assert done["download"]["size"] == len(data)
    assert done["download"]["sha256"] == hashlib.sha256(data).hexdigest()
    assert done["download"]["filename"] == f"xpense-{now():%Y-%m-%d}.csv"
    assert disposition(done) == f'attachment; filename="{done["download"]["filename"]}"'
    (row,) = table(data)
    assert (row["transaction_id"], row["account_id"]) == (one["id"], account)
    assert (row["account"], row["payee"], row["amount"]) == ("Everyday", "Corner Bakery", "-12.34")
    assert (row["notes"], row["tags"]) == ("'=1+1", "Bread")
    assert told(cloud, job) == ["queued", "running", "ready"]


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_comes_as_what_it_is(
    cloud: Cloud, person: SignedIn, account: str, form: str
) -> None:
    recorded(person, account)

    job = written(cloud, person, form)

    assert job["state"] == "ready"
    assert job["download"]["filename"].endswith(f".{SUFFIXES[form]}")
    assert (
        downloaded(job)[:5]
        == {
            "csv": b"date,",
            "xlsx": b"PK\x03\x04\x14",
            "ofx": b"<?xml",
            "qif": b"!Type",
            "jsonl": b'{"typ',
            "beancount": b"; Wri",
            "hledger": b"; Wri",
        }[form]
    )


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_to_export_is_a_whole_file(cloud: Cloud, person: SignedIn, form: str) -> None:
    job = written(cloud, person, form)

    assert (job["state"], job["result"]["transactions"]) == ("ready", 0)
    assert downloaded(job)


def test_a_mark_for_excel_is_an_option_of_csv_alone(cloud: Cloud, person: SignedIn) -> None:
    data = exported(cloud, person, options={"bom": True})
    assert data.startswith(b"\xef\xbb\xbfdate,")

    refused = person.client.post(URL, {"format": "ofx", "options": {"bom": True}})
    assert (refused.status, refused.problem) == (422, "invalid")


def test_what_a_format_cannot_carry_is_counted(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    recorded(person, account)
    recorded(person, account, status="planned")
    recorded(person, account, status="pending")

    job = written(cloud, person, "ofx")

    assert job["result"]["left_out"] == {"planned": 1, "pending": 1}
    assert job["result"]["transactions"] == 3


def test_parts_transfers_and_originals_are_in_it(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    other = opened(person, name="Savings")["id"]
    parts = [
        {"amount": {"amount": "-10.00", "currency": "EUR"}, "notes": "fish"},
        {"amount": {"amount": "-5.00", "currency": "EUR"}, "account_id": other},
    ]
    recorded(person, account, "-15.00", parts=parts)
    recorded(person, account, "-7.00", original_amount={"amount": "-8.00", "currency": "USD"})
    moved = person.client.post(
        "/v1/expenses/transfers",
        {
            "from_account_id": account,
            "to_account_id": other,
            "sent": {"amount": "100.00", "currency": "EUR"},
            "booked_on": "2026-11-03",
            "fee": {"amount": "1.50", "currency": "EUR"},
        },
    )
    assert moved.status == 201, moved.text

    rows = table(exported(cloud, person))

    assert [(row["part"], row["amount"], row["account"]) for row in rows] == [
        ("1", "-10.00", "Everyday"),
        ("2", "-5.00", "Savings"),
        ("", "-7.00", "Everyday"),
        ("sent", "-100.00", "Everyday"),
        ("fee", "-1.50", "Everyday"),
        ("received", "100.00", "Savings"),
    ]
    assert (rows[0]["part_notes"], rows[2]["original_amount"], rows[2]["original_currency"]) == (
        "fish",
        "-8.00",
        "USD",
    )


# --- filters, as in a search


def test_filters_are_those_of_a_search(cloud: Cloud, person: SignedIn, account: str) -> None:
    other = opened(person, name="=Savings")["id"]
    tree = person.client.get("/v1/expenses/categories", query={"limit": "200"}).json["items"]
    food = next(one["id"] for one in tree if one["name"] == "Groceries")
    recorded(person, account, "-1.00", booked_on="2026-10-01", category_id=food)
    recorded(person, account, "-2.00", booked_on="2026-10-31", payee="Rent", category_id=None)
    recorded(person, other, "-3.00", booked_on="2026-11-01", category_id=food)
    recorded(person, other, "-4.00", booked_on="2026-11-02", payee="Rent")

    def amounts(**wanted: Any) -> list[str]:
        return [row["amount"] for row in table(exported(cloud, person, filter=wanted))]

    assert amounts() == ["-1.00", "-2.00", "-3.00", "-4.00"]
    assert amounts(account_ids=[other]) == ["-3.00", "-4.00"]
    assert amounts(account_ids=[other, account]) == ["-1.00", "-2.00", "-3.00", "-4.00"]
    assert amounts(category_ids=[food]) == ["-1.00", "-3.00"]
    assert amounts(**{"from": "2026-10-31", "to": "2026-11-01"}) == ["-2.00", "-3.00"]
    assert amounts(q="payee:rent") == ["-2.00", "-4.00"]
    assert amounts(q="rent", account_ids=[account]) == ["-2.00"]
    assert amounts(q="amount>2", category_ids=[food]) == ["-3.00"]
    assert amounts(q="date:2026-10 date:2026-11") == []
    assert amounts(account_ids=[other], q='account:"=Savings" -rent') == ["-3.00"]


def test_only_the_accounts_that_were_asked_for_have_statements(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    other = opened(person, name="Savings")["id"]
    recorded(person, account)
    recorded(person, other)

    lines = exported(cloud, person, "jsonl", filter={"account_ids": [other]}).splitlines()

    found = [json.loads(line) for line in lines]
    assert [one["name"] for one in found if one["type"] == "account"] == ["Savings"]
    assert [one["complete"] for one in found if one["type"] == "export"] == [True]


@pytest.mark.parametrize(
    ("wanted", "status", "slug"),
    [
        ({"q": "amount>"}, 422, "invalid"),
        ({"q": "account:nowhere"}, 422, "invalid"),
        ({"q": "x" * 1_001}, 422, "invalid"),
        ({"account_ids": ["0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f"]}, 404, "account-not-found"),
        ({"account_ids": ["me"]}, 422, "invalid"),
        ({"category_ids": ["0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f"]}, 404, "category-not-found"),
        ({"from": "2026-11-02", "to": "2026-11-01"}, 422, "invalid"),
        ({"from": "yesterday"}, 422, "invalid"),
        ({"wish": 1}, 422, "invalid"),
    ],
)
def test_a_filter_that_cannot_be_is_refused_before_anything_is_done(
    cloud: Cloud, person: SignedIn, wanted: Any, status: int, slug: str
) -> None:
    reply = person.client.post(URL, {"format": "csv", "filter": wanted})

    assert (reply.status, reply.problem) == (status, slug), reply.text
    if wanted.get("q"):
        assert reply.json["errors"][0]["pointer"] == "/filter/q"
    cloud.drain(queues=QUEUES)
    assert objects(person.owner) == []


def test_somebody_elses_account_is_absent(
    person: SignedIn, stranger: SignedIn, account: str
) -> None:
    foreign = opened(stranger)["id"]

    reply = person.client.post(
        URL, {"format": "csv", "filter": {"account_ids": [account, foreign]}}
    )

    assert (reply.status, reply.problem) == (404, "account-not-found")


def test_an_unknown_format_is_refused(person: SignedIn) -> None:
    assert person.client.post(URL, {"format": "pdf"}).status == 422


# --- who may fetch it, and how long


def test_another_person_does_not_see_it(cloud: Cloud, person: SignedIn, stranger: SignedIn) -> None:
    job = written(cloud, person)

    assert stranger.client.get(f"{URL}/{job['id']}").status == 404


def test_the_same_id_and_body_again_is_the_same_export(cloud: Cloud, person: SignedIn) -> None:
    identity = new_id()
    first = asked(person, id=identity)

    assert asked(person, id=identity)["created_at"] == first["created_at"]
    other = person.client.post(URL, {"id": identity, "format": "qif"})
    assert (other.status, other.problem) == (409, "id-taken")
    cloud.drain(queues=QUEUES)
    assert len(objects(person.owner)) == 1


def test_a_members_export_is_theirs_alone(
    cloud: Cloud, person: SignedIn, stranger: SignedIn
) -> None:
    household = made(person)
    joined(person, household, stranger, role="editor")
    mine, theirs = within(person, household), within(stranger, household)
    recorded(mine, opened(mine)["id"])

    job = written(cloud, mine)

    assert job["result"]["transactions"] == 1
    assert theirs.client.get(f"{URL}/{job['id']}").status == 404
    assert stranger.client.get(f"{URL}/{job['id']}").status == 404
    assert person.client.get(f"{URL}/{job['id']}").status == 404, "it is the household's"


def test_a_viewer_takes_nothing_out(person: SignedIn, stranger: SignedIn) -> None:
    household = made(person)
    joined(person, household, stranger, role="viewer")

    reply = within(stranger, household).client.post(URL, {"format": "csv"})

    assert (reply.status, reply.problem) == (403, "missing-role")


def test_who_sees_some_accounts_exports_those(
    cloud: Cloud, person: SignedIn, stranger: SignedIn
) -> None:
    household = made(person)
    mine = within(person, household)
    seen, hidden = opened(mine, name="Seen")["id"], opened(mine, name="Hidden")["id"]
    recorded(mine, seen, "-1.00")
    recorded(mine, hidden, "-2.00", payee="Secret")
    joined(person, household, stranger, role="editor", accounts={seen: "viewer"})
    theirs = within(stranger, household)

    data = exported(cloud, theirs, "jsonl")

    assert b"Secret" not in data
    assert b"Hidden" not in data
    refused = theirs.client.post(URL, {"format": "csv", "filter": {"account_ids": [hidden]}})
    assert refused.status == 404
    named = theirs.client.post(URL, {"format": "csv", "filter": {"q": "account:Hidden"}})
    assert named.status == 422


def set_back(person: SignedIn, job: Any, age: timedelta) -> None:
    """Make an export so much older."""
    ctx = system_context(person.owner, TABLE, vaults=security.vault)
    one = repository.get(ctx, job["id"])
    older = replace(
        one,
        version=one.version + 1,
        created_at=one.created_at - age,
        updated_at=one.updated_at - age,
        ready_at=one.ready_at - age if one.ready_at else None,
    )
    repository.replace(ctx, older, logged=False)
    ctx.commit.write()


# --- the list, and deleting


def listed(person: SignedIn, **query: str) -> Any:
    reply = person.client.get(URL, query=query)
    assert reply.status == 200, reply.text
    return reply.json


def test_exports_are_listed_newest_first_with_their_states(
    cloud: Cloud, person: SignedIn, stranger: SignedIn
) -> None:
    first = written(cloud, person, "csv", id="ffffffff-ffff-4fff-8fff-ffffffffffff")
    second = written(cloud, person, "qif", id="00000000-0000-4000-8000-000000000000")
    third = asked(person, "jsonl")

    page = listed(person, limit="2")
    rest = listed(person, limit="2", cursor=page["next_cursor"])

    found = [*page["items"], *rest["items"]]
    assert [one["id"] for one in found] == [third["id"], second["id"], first["id"]]
    assert [one["state"] for one in found] == ["queued", "ready", "ready"]
    assert {one["download"] for one in found} == {None}
    assert rest["next_cursor"] is None
    assert person.client.get("/v1/interchange/imports").json["items"] == []
    assert listed(stranger)["items"] == []


def test_a_member_lists_only_their_own(cloud: Cloud, person: SignedIn, stranger: SignedIn) -> None:
    household = made(person)
    joined(person, household, stranger, role="editor")
    mine, theirs = within(person, household), within(stranger, household)
    job = asked(mine)

    assert [one["id"] for one in listed(mine)["items"]] == [job["id"]]
    assert listed(theirs)["items"] == []
    assert theirs.client.delete(f"{URL}/{job['id']}").status == 404


def test_the_list_costs_one_query(cloud: Cloud, person: SignedIn) -> None:
    for _ in range(3):
        asked(person)
    with budget() as spent:
        listed(person)

    assert spent.calls == {"BatchGetItem": 1, "Query": 1}


def test_a_deleted_export_is_gone_with_its_file(cloud: Cloud, person: SignedIn) -> None:
    job = written(cloud, person)
    assert len(objects(person.owner)) == 1
    url = f"{URL}/{job['id']}"
    stale = person.client.delete(url, headers={"If-Match": '"99"'})
    assert stale.status == 412

    assert person.client.delete(url).status == 204
    cloud.drain()

    assert objects(person.owner) == []
    assert person.client.get(url).status == 404
    assert person.client.delete(url).status == 204
    assert listed(person)["items"] == []
    taken = person.client.post(URL, {"id": job["id"], "format": "csv"})
    assert (taken.status, taken.problem) == (409, "id-taken")


def test_one_that_is_deleted_before_it_is_written_leaves_no_file(
    cloud: Cloud, person: SignedIn
) -> None:
    job = asked(person)

    assert person.client.delete(f"{URL}/{job['id']}").status == 204
    cloud.drain(queues=QUEUES)

    assert objects(person.owner) == []


def test_after_seven_days_the_file_is_not_given_any_more(cloud: Cloud, person: SignedIn) -> None:
    job = written(cloud, person)

    set_back(person, job, LIFE - timedelta(minutes=5))
    late = read(person, job)
    assert late["state"] == "ready"
    assert late["download"]["expires_at"] <= late["expires_at"]

    set_back(person, job, timedelta(minutes=5))
    over = read(person, job)
    assert (over["state"], over["download"]) == ("expired", None)


def test_after_thirty_days_the_job_is_gone(cloud: Cloud, person: SignedIn) -> None:
    job = written(cloud, person)

    set_back(person, job, timedelta(days=31))

    assert person.client.get(f"{URL}/{job['id']}").status == 404


def test_an_export_that_nobody_writes_has_failed_after_two_hours(person: SignedIn) -> None:
    job = asked(person)

    set_back(person, job, STUCK + timedelta(minutes=1))

    stuck = read(person, job)
    assert (stuck["state"], stuck["problem"]["slug"]) == ("failed", "export-stuck")


def test_the_answer_with_a_link_is_never_kept(cloud: Cloud, person: SignedIn) -> None:
    job = written(cloud, person)

    first = person.client.get(f"{URL}/{job['id']}")
    again = person.client.get(f"{URL}/{job['id']}", headers={"If-None-Match": first.etag})

    assert first.headers["Cache-Control"] == "no-store"
    assert again.status == 200


def test_who_takes_data_out_is_in_their_audit_log(cloud: Cloud, person: SignedIn) -> None:
    job = written(cloud, person)
    cloud.drain()

    entries = person.client.get("/v1/security/audit").json["items"]

    (entry,) = [one for one in entries if one["action"] == "ledger-exported"]
    assert entry["subject"] == job["id"]


# --- when things go wrong


def test_a_query_whose_account_is_gone_says_so(cloud: Cloud, person: SignedIn) -> None:
    account = opened(person, name="Gone soon")
    job = asked(person, filter={"q": 'account:"Gone soon"'})
    path = f"/v1/expenses/accounts/{account['id']}"
    assert person.client.delete(path, headers={"If-Match": '"1"'}).status == 204

    deliver(cloud, person, job)

    failed = read(person, job)
    assert (failed["state"], failed["problem"]["slug"]) == ("failed", "query-gone")
    assert objects(person.owner) == []


def test_an_account_that_is_gone_leaves_an_export_of_nothing(
    cloud: Cloud, person: SignedIn
) -> None:
    account = opened(person)
    job = asked(person, filter={"account_ids": [account["id"]]})
    path = f"/v1/expenses/accounts/{account['id']}"
    assert person.client.delete(path, headers={"If-Match": '"1"'}).status == 204

    deliver(cloud, person, job)

    assert read(person, job)["result"]["transactions"] == 0


def test_too_many_transactions_are_refused_with_what_to_do(
    cloud: Cloud, person: SignedIn, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.interchange.service.exporting_steps.MOST_ROWS", 1)
    recorded(person, account)
    recorded(person, account)

    job = written(cloud, person)

    assert (job["state"], job["problem"]["slug"]) == ("failed", "too-many-transactions")
    assert objects(person.owner) == []


def test_a_message_that_is_none_goes_to_the_dead_letters(cloud: Cloud, person: SignedIn) -> None:
    bodies = ("{}", "[]", "x", json.dumps({"owner": str(person.owner), "export_id": "../x"}))
    messages = [{"MessageId": str(at), "Body": body} for at, body in enumerate(bodies)]
    event = sqs_event("interchange-exports", messages)

    answer = cloud.app.handler_map["interchange_exports"](event, LambdaContext())

    assert answer == {"batchItemFailures": []}


def test_an_export_that_fails_to_the_end_says_so(
    cloud: Cloud, person: SignedIn, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(person, account)
    job = asked(person)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr("chalicelib.interchange.service.exporting_steps.writer_of", broken)
    for attempt in range(1, 6):
        body = json.dumps({"owner": str(person.owner), "export_id": job["id"]})
        message = {
            "MessageId": "1",
            "Body": body,
            "Attributes": {"ApproximateReceiveCount": str(attempt)},
        }
        answer = cloud.app.handler_map["interchange_exports"](
            sqs_event("interchange-exports", [message]), LambdaContext()
        )
        assert answer["batchItemFailures"]
        assert (read(person, job)["state"] == "failed") is (attempt == 5)

    assert read(person, job)["problem"]["slug"] == "writing-failed"


def test_a_transfer_to_an_account_that_was_not_asked_for_names_it(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    other = opened(person, name="Savings")["id"]
    moved = person.client.post(
        "/v1/expenses/transfers",
        {
            "from_account_id": account,
            "to_account_id": other,
            "sent": {"amount": "1.00", "currency": "EUR"},
            "booked_on": "2026-11-03",
        },
    )
    assert moved.status == 201, moved.text
    asked_for = {"account_ids": [account]}

    rows = table(exported(cloud, person, filter=asked_for))

    assert [(row["part"], row["account"]) for row in rows] == [
        ("sent", "Everyday"),
        ("received", "Savings"),
    ]
    assert b"L[Savings]" in exported(cloud, person, "qif", filter=asked_for)
    assert exported(cloud, person, "ofx", filter=asked_for).count(b"<STMTRS>") == 1
