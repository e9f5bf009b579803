"""From an uploaded file to an import that can be looked at, whatever the file is."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.interchange.gateways import s3
from chalicelib.interchange.model.formats.types import Hints
from chalicelib.interchange.model.importing import UPLOAD_GRACE, UPLOAD_LIFE, Import
from chalicelib.interchange.repository import TABLE
from chalicelib.interchange.repository import imports as repository
from chalicelib.interchange.schemas.import_answers import ImportOut
from chalicelib.kernel import clock
from chalicelib.kernel.context import system_context
from chalicelib.kernel.ids import new_id
from chalicelib.security import api as security
from tests.factories.imports import (
    CSV,
    URL,
    account_of,
    committed,
    csv_of,
    ofx_of,
    pages,
    put_file,
    started,
    stored,
    uploaded,
)
from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.cloud import Cloud, LambdaContext, sqs_event
from tests.support.taps import Killed, tapped

pytestmark = pytest.mark.slice


def upload_event(*keys: str) -> dict[str, Any]:
    """The SQS event around the S3 notification of stored objects."""
    records = [{"s3": {"bucket": {"name": "b"}, "object": {"key": key}}} for key in keys]
    body = json.dumps({"Records": records})
    return sqs_event("interchange-uploads", [{"MessageId": new_id(), "Body": body}])


def notify(cloud: Cloud, *keys: str) -> Any:
    return cloud.app.handler_map["interchange_uploads"](upload_event(*keys), LambdaContext())


def rows_of(person: SignedIn, import_id: str, **query: str) -> list[Any]:
    reply = person.client.get(f"{URL}/{import_id}/rows", query={"limit": "200", **query})
    assert reply.status == 200, reply.text
    items: list[Any] = reply.json["items"]
    return items


def test_a_csv_file_is_understood_and_shown(cloud: Cloud, person: SignedIn, account: str) -> None:
    job = uploaded(cloud, person, account, CSV)

    assert job["state"] == "ready"
    assert job["counts"].items() >= {"rows": 4, "importable": 4, "problems": 0}.items()
    assert (job["format"], job["encoding"], job["size"]) == ("csv", "utf-8", len(CSV))
    assert {"field": "amount", "index": 1, "name": "Amount"} in job["columns"]
    (statement,) = job["statements"]
    assert (statement["currency"], statement["rows"]) == ("EUR", 4)
    assert (statement["period_start"], statement["period_end"]) == ("2026-11-02", "2026-11-05")
    rows = rows_of(person, job["id"])
    assert [row["amount"]["amount"] for row in rows] == ["-4.20", "-4.20", "-61.50", "2150.00"]
    assert [row["payee"] for row in rows][2:] == ["Supermarket", "Employer Ltd"]
    assert [row["index"] for row in rows] == [0, 1, 2, 3]


def test_an_ofx_file_shows_each_account_with_its_balance(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    data = ofx_of({"DE1111222233334444": ["-1.00", "-2.50"], "77": ["5"]}, closing="6.50")

    job = uploaded(cloud, person, account, data, filename="x.ofx")

    assert job["format"] == "ofx"
    assert [part["last4"] for part in job["statements"]] == ["4444", "77"]
    assert [part["rows"] for part in job["statements"]] == [2, 1]
    assert job["statements"][0]["closing_balance"] == {"amount": "6.50", "currency": "EUR"}
    assert [row["provider_id"] for row in rows_of(person, job["id"])][:1] == [
        "DE1111222233334444-0"
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"\n\n",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
        b"%PDF-1.7\n" + bytes(range(256)) * 40,
        b"PK\x03\x04" + bytes(range(256)) * 40,
        b"x" * 10_000_000,
        b'"' + b"a," * 5_000_000,
        b"hello, this is a letter and not a statement",
        b"<OFX></OFX>",
        b"<html><body>Please log in</body></html>",
    ],
    ids=["blank", "png", "pdf", "zip", "one line", "one field", "letter", "hollow ofx", "html"],
)
def test_a_file_that_is_no_statement_is_refused_with_its_reason(
    cloud: Cloud, person: SignedIn, account: str, data: bytes
) -> None:
    job = uploaded(cloud, person, account, data)

    assert job["state"] == "failed"
    assert job["problem"]["slug"]
    assert job["problem"]["detail"]
    assert job["counts"] is None
    for path in ("rows", "commit"):
        method = "GET" if path == "rows" else "POST"
        reply = person.client.call(method, f"{URL}/{job['id']}/{path}", json={})
        assert (reply.status, reply.problem) == (409, "import-not-ready")


def test_a_wrong_encoding_by_the_users_own_word_is_refused(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    data = "Date,Amount,Payee\n2026-11-02,-1.00,Bäckerei\n".encode("cp1252")

    wrong = uploaded(cloud, person, account, data, hints={"encoding": "utf-8"})
    right = uploaded(cloud, person, account, data, hints={"encoding": "cp1252"})

    assert (wrong["state"], wrong["problem"]["slug"]) == ("failed", "wrong-encoding")
    assert rows_of(person, right["id"])[0]["payee"] == "Bäckerei"


def test_a_cut_file_gives_what_is_whole_or_says_why_not(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    whole = ofx_of({"1": ["-1.00", "-2.00", "-3.00"]})
    for length in (len(whole) // 3, len(whole) // 2, len(whole) - 30):
        job = uploaded(cloud, person, account, whole[:length])

        assert job["state"] in {"ready", "failed"}
        if job["state"] == "ready":
            assert job["notes"] or job["counts"]["problems"] or job["counts"]["rows"] == 3
        else:
            assert job["problem"]["detail"]


@pytest.mark.parametrize("amount", ["1e400", "NaN", "Infinity", "１２", "12.345.6", "1" * 40, ""])
def test_an_amount_that_is_none_is_a_problem_of_its_row(
    cloud: Cloud, person: SignedIn, account: str, amount: str
) -> None:
    data = CSV + f"2026-11-06,{amount},Bad,row\n".encode()

    job = uploaded(cloud, person, account, data)

    assert job["counts"].items() >= {"rows": 5, "importable": 4, "problems": 1}.items()
    (row,) = rows_of(person, job["id"], only="problems")
    assert not row["importable"]
    assert row["problems"][0]["column"] == "amount"
    assert row["problems"][0]["line"] == row["line"] == 6


def test_rows_in_another_currency_are_shown_as_problems(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    job = uploaded(cloud, person, account, ofx_of({"1": ["-1", "-2"]}, currency="USD"))

    assert job["counts"]["importable"] == 0
    assert job["statements"][0]["currency"] == "USD"
    reply = person.client.post(f"{URL}/{job['id']}/commit", {})
    assert (reply.status, reply.problem) == (409, "nothing-to-import")


def test_reading_leaves_the_rows_sealed_and_the_upload_deleted(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    job = started(person, account)
    put_file(job, CSV)
    cloud.drain()

    assert len(pages(person, job["id"])) == 1
    assert not stored(job)


def test_reading_costs_so_much_and_no_more(cloud: Cloud, person: SignedIn, account: str) -> None:
    job = started(person, account)
    put_file(job, csv_of(600))
    with budget() as spent:
        notify(cloud, job["upload"]["fields"]["key"])

    assert spent.calls == {
        # to mark it: head, import; to finish: head, import
        "BatchGetItem": 4,
        # the accounts; the saved profiles
        "Query": 2,
        # the same file before; how much is kept
        "GetItem": 2,
        # parsing: import, outbox; ready: import, META, CHG, outbox, what is kept
        "TransactWriteItems": 2,
        "s3.GetObject": 1,
        # two pages, and the file as it was sent
        "s3.PutObject": 3,
        "s3.DeleteObject": 1,
    }
    assert spent.writes == 7


def test_a_second_delivery_changes_nothing(cloud: Cloud, person: SignedIn, account: str) -> None:
    job = uploaded(cloud, person, account, CSV)
    key = f"incoming/interchange/{person.owner}/{job['id']}"

    assert notify(cloud, key) == {"batchItemFailures": []}
    assert notify(cloud, key, key) == {"batchItemFailures": []}

    assert person.client.get(f"{URL}/{job['id']}").json == job


def test_a_second_upload_into_a_read_import_is_dropped(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    job = started(person, account)
    put_file(job, CSV)
    cloud.drain()
    first = person.client.get(f"{URL}/{job['id']}").json

    put_file(job, csv_of(9))
    cloud.drain()

    assert person.client.get(f"{URL}/{job['id']}").json == first
    assert not stored(job)


def test_a_file_for_no_import_or_under_a_strange_name_is_dropped(
    cloud: Cloud, person: SignedIn, stranger: SignedIn, account: str
) -> None:
    job = started(person, account)
    theirs = f"incoming/interchange/{stranger.owner}/{job['id']}"

    for key in (
        theirs,
        f"incoming/interchange/{person.owner}/{new_id()}",
        "incoming/x/y",
        "elsewhere",
    ):
        assert notify(cloud, key) == {"batchItemFailures": []}

    assert person.client.get(f"{URL}/{job['id']}").json["state"] == "waiting"


def test_a_message_that_is_no_notification_goes_to_the_dead_letters(cloud: Cloud) -> None:
    event = sqs_event("interchange-uploads", [{"MessageId": "m", "Body": '{"Records": 7}'}])

    answer = cloud.app.handler_map["interchange_uploads"](event, LambdaContext())

    assert answer == {"batchItemFailures": []}


def old_import(person: SignedIn, account: str, age: timedelta) -> Import:
    """An import that was started some time ago, straight in the table."""
    at = clock.now() - age
    ctx = system_context(person.owner, TABLE, vaults=security.vault, at=at)
    one = Import(
        id=new_id(),
        account_id=account,
        filename="late.csv",
        hints=Hints(),
        created_at=at,
        updated_at=at,
        state="waiting",
        version=1,
    )
    ctx.commit.open()
    repository.add(ctx, one)
    ctx.commit.write()
    return one


def test_a_file_that_comes_too_late_is_refused(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    one = old_import(person, account, UPLOAD_LIFE + UPLOAD_GRACE + timedelta(seconds=5))
    shown = person.client.get(f"{URL}/{one.id}").json
    assert (shown["state"], shown["problem"]["slug"]) == ("failed", "upload-expired")

    key = f"incoming/interchange/{person.owner}/{one.id}"
    put_file({"upload": {"fields": {"key": key}}}, CSV)
    cloud.drain()

    shown = person.client.get(f"{URL}/{one.id}").json
    assert (shown["state"], shown["problem"]["slug"]) == ("failed", "upload-expired")
    assert pages(person, one.id) == []


def test_an_expired_upload_is_not_opened_again(person: SignedIn, account: str) -> None:
    one = old_import(person, account, UPLOAD_LIFE + timedelta(seconds=5))
    body = {"id": one.id, "account_id": account, "filename": one.filename}

    again = person.client.post(URL, body).json

    assert again["upload"] is None


@pytest.mark.covers("V15.2.2")
def test_a_file_larger_than_the_form_allowed_is_not_read(
    cloud: Cloud, person: SignedIn, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # S3 keeps to the form's policy; this is what happens if it did not
    monkeypatch.setattr(s3, "MAX_BYTES", len(CSV) - 1)

    job = uploaded(cloud, person, account, CSV)

    assert (job["state"], job["problem"]["slug"]) == ("failed", "too-large")
    assert pages(person, job["id"]) == []


def test_an_account_that_is_deleted_meanwhile_fails_the_import(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    job = started(person, account)
    gone = person.client.delete(f"/v1/expenses/accounts/{account}", headers={"If-Match": "*"})
    assert gone.status == 204

    put_file(job, CSV)
    cloud.deliver("interchange-uploads")

    shown = person.client.get(f"{URL}/{job['id']}").json
    assert (shown["state"], shown["problem"]["slug"]) == ("failed", "account-gone")


def test_a_second_file_that_overtakes_a_dead_worker_does_not_mix_with_the_first(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    job = started(person, account)
    key = job["upload"]["fields"]["key"]
    put_file(job, csv_of(700))
    calls: list[str] = []

    def dies_after_the_first_page(call: str) -> None:
        calls.append(call)
        if call == "s3.PutObject":
            raise Killed(call)

    with pytest.raises(Killed), tapped(after=dies_after_the_first_page):
        notify(cloud, key)
    assert calls[-1] == "s3.PutObject"
    put_file(job, CSV)
    notify(cloud, key)

    shown = person.client.get(f"{URL}/{job['id']}").json
    assert (shown["state"], shown["counts"]["rows"]) == ("ready", 4)
    assert [row["payee"] for row in rows_of(person, job["id"])][2:] == [
        "Supermarket",
        "Employer Ltd",
    ]


def test_the_same_file_again_says_where_it_was_imported(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    first = uploaded(cloud, person, account, CSV)
    before_commit = uploaded(cloud, person, account, CSV)
    committed(cloud, person, first)

    again = uploaded(cloud, person, account, CSV)
    elsewhere = uploaded(cloud, person, account_of(person), CSV)

    assert before_commit["same_file"] is None
    assert again["same_file"] == first["id"]
    assert again["notes"][0]["code"] == "same-file"
    assert elsewhere["same_file"] is None


def test_rows_are_paged_in_file_order(cloud: Cloud, person: SignedIn, account: str) -> None:
    job = uploaded(cloud, person, account, csv_of(1_100, bad=(3, 509, 510, 1_099)))
    path = f"{URL}/{job['id']}/rows"

    seen: list[int] = []
    query = {"limit": "200"}
    while True:
        with budget() as spent:
            page = person.client.get(path, query=query).json
        assert spent.calls["s3.GetObject"] <= 2
        seen += [row["index"] for row in page["items"]]
        if page["next_cursor"] is None:
            break
        query = {"limit": "200", "cursor": page["next_cursor"]}

    assert seen == list(range(1_100))


def test_rows_with_problems_are_found_without_reading_the_others(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    bad = (3, 509, 510, 1_600, 2_100)
    job = uploaded(cloud, person, account, csv_of(2_101, bad=bad))
    path = f"{URL}/{job['id']}/rows"

    seen: list[int] = []
    query = {"only": "problems", "limit": "2"}
    opened = 0
    while True:
        with budget() as spent:
            page = person.client.get(path, query=query).json
        opened += spent.calls["s3.GetObject"]
        seen += [row["index"] for row in page["items"]]
        if page["next_cursor"] is None:
            break
        query = {"only": "problems", "limit": "2", "cursor": page["next_cursor"]}

    assert tuple(seen) == bad
    assert opened <= 6


def test_a_cursor_belongs_to_one_import_and_one_question(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    one = uploaded(cloud, person, account, csv_of(5))
    two = uploaded(cloud, person, account, csv_of(6))
    cursor = person.client.get(f"{URL}/{one['id']}/rows", query={"limit": "2"}).json["next_cursor"]

    elsewhere = person.client.get(f"{URL}/{two['id']}/rows", query={"cursor": cursor})
    otherwise = person.client.get(
        f"{URL}/{one['id']}/rows", query={"cursor": cursor, "only": "problems"}
    )

    assert [elsewhere.problem, otherwise.problem] == ["bad-cursor", "bad-cursor"]


def test_a_state_is_seen_only_in_shapes_that_the_document_promises(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    for data in (CSV, b"\n", ofx_of({"1": ["1"]})):
        job = uploaded(cloud, person, account, data)
        ImportOut.model_validate(job)


def test_a_file_that_crashes_its_reader_is_given_up_with_its_last_try(
    cloud: Cloud, person: SignedIn, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.interchange.model import formats

    def crash(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    job = started(person, account)
    put_file(job, CSV)
    monkeypatch.setattr(formats, "parse", crash)
    event = upload_event(job["upload"]["fields"]["key"])
    states = []
    for count in ("1", "4", "5"):
        event["Records"][0]["attributes"] = {"ApproximateReceiveCount": count}
        answer = cloud.app.handler_map["interchange_uploads"](event, LambdaContext())
        assert answer["batchItemFailures"]
        states.append(person.client.get(f"{URL}/{job['id']}").json)

    assert [one["state"] for one in states] == ["parsing", "parsing", "failed"]
    assert states[-1]["problem"]["slug"] == "reading-failed"
