"""Attachments: announced, uploaded, checked, kept without metadata, downloaded by a link, deleted with all."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from chalicelib.expenses.model import attachments as model
from chalicelib.expenses.model.attachments import MOST_ATTACHMENTS, MOST_KEPT
from chalicelib.expenses.repository.lookup import look_up
from chalicelib.expenses.repository.table import TABLE
from chalicelib.expenses.service.data_rights import PART
from chalicelib.expenses.service.transfers import pair_transfer
from chalicelib.kernel.context import system_context
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.settings import settings
from chalicelib.security import api as security
from tests.factories import papers
from tests.factories.attachments import (
    announced,
    content,
    notify,
    papers_of,
    put_file,
    stored,
    uploaded,
    url_of,
)
from tests.factories.expenses import TRANSACTIONS, Ears, matching, opened, recorded
from tests.factories.households import joined, made, within
from tests.factories.users import SignedIn, signed_in
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.taps import every_point, interleaved, killed_at, orders

pytestmark = pytest.mark.slice


@pytest.fixture
def bakery(person: SignedIn, account: str) -> str:
    identity: str = recorded(person, account)["id"]
    return identity


def shown(person: SignedIn, transaction_id: str) -> list[Any]:
    items: list[Any] = person.client.get(url_of(transaction_id)).json["items"]
    return items


def test_a_picture_is_kept_without_what_it_tells(
    cloud: Cloud, person: SignedIn, bakery: str, ears: Ears
) -> None:
    one = uploaded(cloud, person, bakery, papers.jpeg(), name="Bäckerei.jpg")

    assert (one["state"], one["problem"], one["upload"]) == ("ready", None, None)
    assert one["name"] == "Bäckerei.jpg"
    (key,) = papers_of(person)
    kept = content(person, key)
    assert papers.PLACE not in kept
    assert (one["size"], one["sha256"]) == (len(kept), hashlib.sha256(kept).hexdigest())
    assert stored(settings().uploads_bucket, f"incoming/expenses/{person.owner}/") == []
    (listed,) = shown(person, bakery)
    assert listed == {**one, "download": None}
    assert ears.about(one["id"]) == [
        (
            "attachment_checked",
            {"transaction_id": bakery, "attachment_id": one["id"], "state": "ready"},
        )
    ]


@pytest.mark.covers("V5.4.1", "V5.4.2", "V3.2.1")
def test_a_link_downloads_the_file_under_a_name_of_ours(
    cloud: Cloud, person: SignedIn, bakery: str
) -> None:
    hostile = 'a";\u202egnp.exe=%0d%0a ../..\\ü.jpg'.replace("\u202e", "")
    one = uploaded(cloud, person, bakery, papers.jpeg(), name=hostile)

    asked = parse_qs(urlsplit(one["download"]["url"]).query)
    (disposition,) = asked["response-content-disposition"]
    assert disposition.startswith('attachment; filename="attachment-')
    assert disposition.endswith('.jpg"')
    assert "exe" not in unquote(one["download"]["url"])
    reply = person.client.get(url_of(bakery, one["id"]))
    assert reply.headers["Cache-Control"] == "no-store"
    again = person.client.get(url_of(bakery, one["id"]), headers={"If-None-Match": reply.etag})
    assert again.status == 200, "a kept link would have expired"


@pytest.mark.covers("V5.2.1")
def test_the_form_and_the_worker_bound_the_size(
    cloud: Cloud, person: SignedIn, bakery: str
) -> None:
    job = announced(person, bakery)
    policy = json.loads(base64.b64decode(job["upload"]["fields"]["policy"]))
    assert ["content-length-range", 1, 10_000_000] in policy["conditions"]

    put_file(job, b"\xff\xd8\xff" + bytes(10_000_000))
    cloud.deliver("expenses-uploads")

    (one,) = shown(person, bakery)
    assert (one["state"], one["problem"]["slug"]) == ("refused", "too-large")
    assert papers_of(person) == []


@pytest.mark.covers("V5.3.2")
def test_no_name_of_a_file_becomes_part_of_a_key(person: SignedIn, bakery: str) -> None:
    for name in ("../../etc/passwd", "/absolute", "CON", "a" * 255):
        key = announced(person, bakery, name=name)["upload"]["fields"]["key"]
        assert key.startswith(f"incoming/expenses/{person.owner}/attachments/{bakery}/")
        assert name not in key


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": "a\u0000.jpg"}, "/name"),
        ({"name": ""}, "/name"),
        ({"name": "a" * 256}, "/name"),
        ({"name": "page.html"}, "/name"),
        ({"type": "image/svg+xml"}, "/type"),
        ({"type": "image/heic"}, "/type"),
        ({"size": 0}, "/size"),
        ({"size": 10_000_001}, "/size"),
        ({"type": "text/plain", "name": "a.txt", "size": 1_000_001}, "/size"),
    ],
)
def test_what_cannot_be_attached_is_refused_before_it_is_sent(
    person: SignedIn, bakery: str, change: dict[str, Any], pointer: str
) -> None:
    body = {"name": "a.jpg", "type": "image/jpeg", "size": 10, **change}

    reply = person.client.post(url_of(bakery), body)

    assert reply.status == 422
    assert [one["pointer"] for one in reply.json["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("data", "slug"),
    [
        (papers.png(), "another-type"),
        (b"<svg/>", "type-not-taken"),
        (papers.jpeg()[:200], "cut-off"),
        (b"", "empty"),
    ],
)
def test_what_is_not_what_it_says_is_refused_and_gone(
    cloud: Cloud, person: SignedIn, bakery: str, data: bytes, slug: str
) -> None:
    job = announced(person, bakery)
    put_file(job, data)
    cloud.deliver("expenses-uploads")

    one = person.client.get(url_of(bakery, job["id"])).json
    assert (one["state"], one["problem"]["slug"], one["download"]) == ("refused", slug, None)
    assert papers_of(person) == []
    assert stored(settings().uploads_bucket, f"incoming/expenses/{person.owner}/") == []


def test_the_same_content_twice_is_one_attachment(
    cloud: Cloud, person: SignedIn, account: str, bakery: str
) -> None:
    first = uploaded(cloud, person, bakery, papers.jpeg(orientation=1))
    # another telephone's story about the same picture
    again = uploaded(cloud, person, bakery, papers.jpeg(orientation=1) + b"behind the end")

    assert (again["state"], again["problem"]["slug"]) == ("refused", "attached-already")
    assert first["id"] in again["problem"]["detail"]
    assert len(papers_of(person)) == 1
    elsewhere = uploaded(cloud, person, recorded(person, account)["id"], papers.jpeg())
    assert elsewhere["state"] == "ready"


@pytest.mark.durable
def test_a_transaction_has_ten_attachments_and_what_came_to_nothing_makes_room(
    cloud: Cloud, person: SignedIn, bakery: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(MOST_ATTACHMENTS):
        announced(person, bakery)
    body = {"name": "a.jpg", "type": "image/jpeg", "size": 10}
    assert person.client.post(url_of(bakery), body).problem == "too-many-attachments"

    monkeypatch.setattr(model, "UPLOAD_LIFE", timedelta(0))
    for _ in range(MOST_ATTACHMENTS):
        announced(person, bakery)
    assert len(shown(person, bakery)) == MOST_KEPT
    newest = announced(person, bakery)

    kept = shown(person, bakery)
    assert len(kept) == MOST_KEPT
    assert newest["id"] in {one["id"] for one in kept}
    assert {one["problem"]["slug"] for one in kept if one["problem"]} == {"not-uploaded"}


def test_the_same_id_and_body_is_the_same_attachment(person: SignedIn, bakery: str) -> None:
    mine = new_id()
    first = announced(person, bakery, id=mine)

    again = announced(person, bakery, id=mine)

    assert again["upload"]["fields"]["key"] == first["upload"]["fields"]["key"]
    assert len(shown(person, bakery)) == 1
    other = {"id": mine, "name": "b.jpg", "type": "image/jpeg", "size": 10}
    assert person.client.post(url_of(bakery), other).problem == "id-taken"
    assert person.client.delete(url_of(bakery, mine)).status == 204
    assert person.client.post(url_of(bakery), other).problem == "id-taken"


def test_a_deleted_attachment_leaves_nothing(cloud: Cloud, person: SignedIn, bakery: str) -> None:
    one = uploaded(cloud, person, bakery, papers.png(), type="image/png", name="a.png")
    stale = {"If-Match": f'"{one["version"] - 1}"'}
    assert person.client.delete(url_of(bakery, one["id"]), headers=stale).status == 412

    for _ in range(2):
        assert person.client.delete(url_of(bakery, one["id"])).status == 204
    cloud.drain()

    assert person.client.get(url_of(bakery, one["id"])).problem == "attachment-not-found"
    assert shown(person, bakery) == []
    assert papers_of(person) == []


def test_attachments_go_with_their_transaction(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    one = recorded(person, account)
    kept = recorded(person, account)
    uploaded(cloud, person, one["id"], papers.jpeg())
    waiting = announced(person, one["id"])
    uploaded(cloud, person, kept["id"], papers.jpeg())

    gone = person.client.delete(f"{TRANSACTIONS}/{one['id']}", headers=matching(one))
    assert gone.status == 204
    assert person.client.get(url_of(one["id"])).problem == "transaction-not-found"
    cloud.drain()
    put_file(waiting, papers.jpeg())  # the form still lives
    cloud.drain()

    assert len(papers_of(person)) == 1
    assert len(shown(person, kept["id"])) == 1
    assert stored(settings().uploads_bucket, f"incoming/expenses/{person.owner}/") == []


def test_the_attachments_of_a_row_that_becomes_a_transfers_leg_stay(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    other = opened(person, name="Savings")["id"]
    sent, came = recorded(person, account, "-50.00"), recorded(person, other, "50.00")
    kept = uploaded(cloud, person, came["id"], papers.jpeg())

    ctx = system_context(person.owner, TABLE, vaults=security.vault)
    ctx.commit.open()
    found = look_up(ctx, transaction=[sent["id"], came["id"]])
    pair_transfer(ctx, found.transaction(sent["id"]), found.transaction(came["id"]))
    ctx.commit.write()
    cloud.drain()

    (file,) = shown(person, sent["id"])
    assert (file["id"], file["sha256"]) == (kept["id"], kept["sha256"])
    assert len(papers_of(person)) == 1


def test_the_export_has_the_files_themselves(cloud: Cloud, person: SignedIn, bakery: str) -> None:
    uploaded(cloud, person, bakery, papers.jpeg())
    (kind,) = [one for one in PART.objects if one.name == "files"]
    (key,) = kind.files.keys(person.owner, "", 10)

    (record,) = kind.lines(person.vault, key)

    assert isinstance(record, dict)
    assert base64.b64decode(record["content"]) == content(person, key)
    assert kind.lines(person.vault, f"{person.owner}/papers/{new_id()}") == []


def test_a_file_for_nobody_is_dropped_and_a_name_that_we_never_gave_left_alone(
    cloud: Cloud, person: SignedIn, bakery: str
) -> None:
    base = f"incoming/expenses/{person.owner}"
    unknown = f"{base}/attachments/{bakery}/{new_id()}"
    strange = [f"{base}/attachments/{bakery}", f"{base}/x/{new_id()}", "incoming/expenses/x/y"]
    for key in (unknown, *strange):
        put_file({"upload": {"fields": {"key": key}}}, papers.jpeg())
        assert notify(cloud, key) == {"batchItemFailures": []}

    assert stored(settings().uploads_bucket, base) == sorted(strange[:2])


def test_a_member_reads_and_writes_what_their_accounts_allow(cloud: Cloud) -> None:
    owner, guest = signed_in(Client(cloud.app)), signed_in(Client(cloud.app))
    home = made(owner)
    ada = within(owner, home)
    written, seen, hidden = (opened(ada, name=name)["id"] for name in ("Joint", "Savings", "Gift"))
    joined(owner, home, guest, role="editor", accounts={written: "editor", seen: "viewer"})
    bob = within(guest, home)
    ours, theirs, secret = (recorded(ada, one)["id"] for one in (written, seen, hidden))
    body = {"name": "a.jpg", "type": "image/jpeg", "size": 10}

    assert uploaded(cloud, bob, ours, papers.jpeg())["state"] == "ready"
    assert len(shown(ada, ours)) == 1
    read_only = uploaded(cloud, ada, theirs, papers.jpeg())["id"]
    assert bob.client.get(url_of(theirs, read_only)).status == 200
    assert bob.client.post(url_of(theirs), body).problem == "account-read-only"
    assert bob.client.delete(url_of(theirs, read_only)).problem == "account-read-only"
    for reply in (bob.client.get(url_of(secret)), bob.client.post(url_of(secret), body)):
        assert (reply.status, reply.problem) == (404, "transaction-not-found")


def test_what_it_costs(cloud: Cloud, person: SignedIn, bakery: str) -> None:
    with budget() as spent:
        job = announced(person, bakery)
    del spent.calls["s3.CreateBucket"]  # botocore's way of signing a form; nothing is sent
    more = {"UpdateItem": 1, "GetItem": 1}  # the limit's counter; what is kept so far
    assert spent.calls == {"BatchGetItem": 3, "Query": 1, "TransactWriteItems": 1, **more}
    assert spent.writes == 3 + 1  # attachment, META, change; the limit's counter
    put_file(job, papers.jpeg())
    with budget() as spent:
        cloud.deliver("expenses-uploads")
    calls = {name: count for name, count in spent.calls.items() if not name.startswith("sqs.")}
    assert calls == {
        "BatchGetItem": 2,
        "Query": 3,
        "GetItem": 1,  # what is kept so far
        "PutItem": 1,  # that it is being checked
        "TransactWriteItems": 1,
        "s3.GetObject": 1,
        "s3.PutObject": 1,
        "s3.DeleteObject": 1,
    }
    with budget() as spent:
        assert len(shown(person, bakery)) == 1
    assert spent.calls == {"BatchGetItem": 2, "Query": 1}  # session; transaction; attachments


@pytest.mark.durable
def test_checking_survives_a_death_at_every_call(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    def fresh() -> tuple[str, Any, Callable[[], object]]:
        transaction = recorded(person, account)["id"]
        job = announced(person, transaction)
        put_file(job, papers.jpeg())
        return transaction, job, lambda: notify(cloud, job["upload"]["fields"]["key"])

    points = list(every_point(fresh()[2]))
    assert len(points) >= 16
    for point, side in points:
        transaction, job, act = fresh()
        assert killed_at(point, side, act) is not None
        before = len(papers_of(person))

        act()

        (one,) = shown(person, transaction)
        assert (one["state"], one["id"]) == ("ready", job["id"]), (point, side)
        assert len(papers_of(person)) - before in {0, 1}
        assert stored(settings().uploads_bucket, job["upload"]["fields"]["key"]) == []


@pytest.mark.durable
def test_two_deliveries_and_a_deletion_at_once_leave_a_file_or_nothing(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    for order in orders(10, 5, most=12, seed=3):
        transaction = recorded(person, account)["id"]
        job = announced(person, transaction)
        put_file(job, papers.jpeg())
        key, url = job["upload"]["fields"]["key"], url_of(transaction, job["id"])
        before = len(papers_of(person))

        interleaved(order, a=partial(notify, cloud, key), b=partial(person.client.delete, url))
        notify(cloud, key)
        cloud.drain()

        assert shown(person, transaction) == [], order
        assert len(papers_of(person)) == before, order
