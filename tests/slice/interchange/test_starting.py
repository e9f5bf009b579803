"""Asking for an upload, listing and deleting imports."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.interchange.gateways import s3
from chalicelib.kernel.clock import parse_rfc3339
from chalicelib.kernel.ids import new_id
from tests.factories.imports import (
    CSV,
    URL,
    account_of,
    committed,
    csv_of,
    pages,
    put_file,
    started,
    stored,
    uploaded,
)
from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice


def policy_of(job: Any) -> Any:
    return json.loads(base64.b64decode(job["upload"]["fields"]["policy"]))


def test_the_form_allows_one_file_of_a_bounded_size_for_a_quarter_of_an_hour(
    person: SignedIn, account: str
) -> None:
    job = started(person, account)

    conditions = policy_of(job)["conditions"]
    assert ["content-length-range", 1, 50 * 1024 * 1024] in conditions
    assert {"key": f"incoming/interchange/{person.owner}/{job['id']}"} in conditions
    life = parse_rfc3339(job["upload"]["expires_at"]) - parse_rfc3339(job["created_at"])
    assert life == timedelta(minutes=15)
    ends = parse_rfc3339(policy_of(job)["expiration"])
    assert abs(ends - parse_rfc3339(job["upload"]["expires_at"])) < timedelta(seconds=10)


def test_a_new_import_waits_for_its_file(person: SignedIn, account: str) -> None:
    job = started(person, account)

    assert (job["state"], job["progress"], job["result"]) == (
        "waiting",
        {"done": 0, "total": 0},
        None,
    )
    shown = person.client.get(f"{URL}/{job['id']}").json
    assert shown == {**job, "upload": None}


def test_starting_costs_so_much_and_no_more(person: SignedIn, account: str) -> None:
    body = {"account_id": account, "filename": "a.csv"}
    with budget() as spent:
        reply = person.client.post(URL, body, headers={"Idempotency-Key": "once"})

    assert reply.status == 201
    # signing the form asks botocore for the endpoint of this operation, but sends nothing
    del spent.calls["s3.CreateBucket"]
    # limit; session; head and key; account; import, META, CHG, the day's marker, answer
    assert spent.calls == {
        "UpdateItem": 1,
        "BatchGetItem": 2,
        "GetItem": 1,
        "TransactWriteItems": 1,
    }
    assert spent.writes == 6


def test_the_same_idempotency_key_gives_the_same_form(person: SignedIn, account: str) -> None:
    body = {"account_id": account, "filename": "a.csv"}
    first = person.client.post(URL, body, headers={"Idempotency-Key": "k"})
    again = person.client.post(URL, body, headers={"Idempotency-Key": "k"})

    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"


def test_a_clients_own_id_makes_the_same_import_again(person: SignedIn, account: str) -> None:
    mine = new_id()

    first = started(person, account, id=mine)
    again = started(person, account, id=mine)

    assert first["id"] == again["id"] == mine
    assert again["upload"]["fields"]["key"] == first["upload"]["fields"]["key"]
    assert len(person.client.get(URL).json["items"]) == 1


@pytest.mark.parametrize("other", [{"filename": "b.csv"}, {"hints": {"decimal": ","}}])
def test_a_clients_own_id_with_another_body_is_taken(
    person: SignedIn, account: str, other: dict[str, Any]
) -> None:
    mine = started(person, account)["id"]

    reply = person.client.post(
        URL, {"id": mine, "account_id": account, "filename": "statement.csv", **other}
    )

    assert (reply.status, reply.problem) == (409, "id-taken")


def test_somebody_elses_id_is_free(person: SignedIn, stranger: SignedIn, account: str) -> None:
    theirs = started(person, account)["id"]

    mine = started(stranger, account_of(stranger), id=theirs)

    assert mine["id"] == theirs
    assert mine["upload"]["fields"]["key"] == f"incoming/interchange/{stranger.owner}/{theirs}"


def test_a_foreign_or_absent_account_is_not_found(
    person: SignedIn, stranger: SignedIn, account: str
) -> None:
    for identity in (account, new_id()):
        reply = stranger.client.post(URL, {"account_id": identity, "filename": "a.csv"})

        assert (reply.status, reply.problem) == (404, "account-not-found")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"filename": ""}, "/filename"),
        ({"filename": "a\nb.csv"}, "/filename"),
        ({"filename": "x" * 256}, "/filename"),
        ({"account_id": "1"}, "/account_id"),
        ({"hints": {"date_order": "dym"}}, "/hints/date_order"),
        ({"hints": {"encoding": "rot13"}}, "/hints/encoding"),
        ({"hints": {"delimiter": '"'}}, "/hints/delimiter"),
        ({"hints": {"currency": "XXQ"}}, "/hints/currency"),
        ({"hints": {"columns": {"date": -1}}}, "/hints/columns/date"),
        ({"hints": {"columns": {"amount": 1}}}, "/hints/columns/date"),
        ({"surprise": 1}, "/surprise"),
    ],
)
def test_a_bad_field_is_named(
    person: SignedIn, account: str, body: dict[str, Any], pointer: str
) -> None:
    reply = person.client.post(URL, {"account_id": account, "filename": "a.csv", **body})

    assert reply.status == 422
    assert [one["pointer"] for one in reply.json["errors"]] == [pointer]


def test_imports_are_listed_newest_first_page_by_page(person: SignedIn, account: str) -> None:
    made = [started(person, account, filename=f"{n}.csv")["id"] for n in range(5)]

    seen: list[str] = []
    query = {"limit": "2"}
    while True:
        page = person.client.get(URL, query=query).json
        seen += [one["id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        query = {"limit": "2", "cursor": page["next_cursor"]}

    assert seen == made[::-1]


def test_listing_costs_one_query_and_one_read_for_those_that_were_committed(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    started(person, account)
    with budget() as spent:
        person.client.get(URL)
    assert spent.calls == {"BatchGetItem": 1, "Query": 1}

    committed(cloud, person, uploaded(cloud, person, account, CSV))
    with budget() as spent:
        listed = person.client.get(URL).json["items"]
    assert spent.calls == {"BatchGetItem": 2, "Query": 1}
    assert [one["state"] for one in listed] == ["done", "waiting"]


def test_nobody_sees_or_touches_an_import_of_somebody_else(
    cloud: Cloud, person: SignedIn, stranger: SignedIn, account: str
) -> None:
    job = uploaded(cloud, person, account, CSV)
    path = f"{URL}/{job['id']}"

    replies = [
        stranger.client.get(path),
        stranger.client.get(f"{path}/rows"),
        stranger.client.post(f"{path}/commit", {}),
        stranger.client.delete(path),
        stranger.client.get(f"{URL}/{new_id()}"),
        stranger.client.get(f"{URL}/not-an-id"),
    ]

    assert [reply.status for reply in replies] == [404] * 6
    assert stranger.client.get(URL).json["items"] == []
    assert person.client.get(path).json == job


def test_a_deleted_import_is_gone_with_its_rows(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    job = uploaded(cloud, person, account, csv_of(600))
    path = f"{URL}/{job['id']}"
    assert len(pages(person, job["id"])) == 2

    assert person.client.delete(path).status == 204
    cloud.drain()

    assert person.client.get(path).status == 404
    assert person.client.delete(path).status == 204
    assert person.client.get(URL).json["items"] == []
    assert pages(person, job["id"]) == []
    body = {"id": job["id"], "account_id": account, "filename": "statement.csv"}
    assert person.client.post(URL, body).problem == "id-taken"


def test_an_import_that_is_deleted_before_its_file_came_drops_the_file(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    job = started(person, account)
    person.client.delete(f"{URL}/{job['id']}")

    put_file(job, CSV)
    cloud.drain()

    assert not stored(job)
    assert pages(person, job["id"]) == []
    assert person.client.get(f"{URL}/{job['id']}").status == 404


def test_a_stale_if_match_deletes_nothing(cloud: Cloud, person: SignedIn, account: str) -> None:
    job = started(person, account)
    path = f"{URL}/{job['id']}"
    put_file(job, CSV)
    cloud.drain()

    assert person.client.delete(path, headers={"If-Match": '"1"'}).status == 412
    etag = person.client.get(path).etag
    assert person.client.delete(path, headers={"If-Match": etag}).status == 204


def test_only_names_that_we_gave_belong_to_an_import(person: SignedIn) -> None:
    mine = new_id()

    assert s3.addressee(f"incoming/interchange/{person.owner}/{mine}") == (person.owner, mine)
    for key in (
        f"incoming/interchange/{person.owner}/{mine}/x",
        f"incoming/interchange/{person.owner}/../{mine}",
        f"other/{person.owner}/{mine}",
        f"incoming/interchange/{mine}",
        f"{person.owner}/{mine}",
        "incoming/interchange/",
        "",
    ):
        assert s3.addressee(key) is None
