"""Reports as files over HTTP: what the other routes answer, for who asked, written exactly once."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import timedelta
from typing import Any, Final, cast
from urllib.parse import unquote, urlsplit

import pytest
from openpyxl import load_workbook

from chalicelib.analytics.commands import WriteReport
from chalicelib.analytics.gateways.reports import REPORTS
from chalicelib.analytics.model.reporting import LIFE, STUCK
from chalicelib.kernel import aws
from chalicelib.kernel.clock import now
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.settings import settings
from tests.factories.expenses import opened, recorded, recurring
from tests.factories.households import joined, made, within
from tests.factories.users import SignedIn, signed_in
from tests.slice.analytics.scenes import delivered, enveloped
from tests.slice.analytics.test_looking import food_of
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.taps import every_point, killed_at

pytestmark = pytest.mark.slice
URL: Final = "/v1/analytics/reports"
QUERY: Final = {
    "kind": "query",
    "parameters": {"since": "2026-10", "until": "2026-11", "group_by": ["month", "category"]},
}


@pytest.fixture
def person(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app))


def asked(person: SignedIn, report: Any, form: str = "csv", **more: Any) -> Any:
    reply = person.client.post(URL, {"format": form, "report": report, **more})
    assert reply.status == 202, reply.text
    return reply.json


def read(person: SignedIn, job: Any) -> Any:
    reply = person.client.get(f"{URL}/{job['id']}")
    assert reply.status == 200, reply.text
    return reply.json


def downloaded(job: Any) -> bytes:
    key = unquote(urlsplit(job["download"]["url"]).path).split(REPORTS, 1)[1]
    answer = cast("Any", aws.s3()).get_object(Bucket=settings().bulk_bucket, Key=REPORTS + key)
    assert answer["ServerSideEncryption"] == "aws:kms"
    data: bytes = answer["Body"].read()
    return data


def written(cloud: Cloud, person: SignedIn, report: Any, form: str = "csv", **more: Any) -> Any:
    job = asked(person, report, form, **more)
    assert (job["state"], job["download"]) == ("waiting", None)
    cloud.drain()
    return read(person, job)


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def test_a_question_of_ones_own_becomes_a_file(cloud: Cloud, person: SignedIn) -> None:
    account, food = opened(person)["id"], food_of(person)
    recorded(person, account, "-10.00", booked_on="2026-10-05", category_id=food["id"])
    recorded(person, account, "2.00", payee="Nobody knows")

    job = written(cloud, person, QUERY)

    assert (job["state"], job["result"], job["progress"]) == (
        "ready",
        {"rows": 2},
        {"done": 1, "total": 1},
    )
    data = downloaded(job)
    assert job["download"]["sha256"] == hashlib.sha256(data).hexdigest()
    assert job["download"]["size"] == len(data)
    assert job["download"]["filename"] == f"xpense-query-{now().date()}.csv"
    first, second = rows(data)
    assert (first["month"], first["category_name"], first["expense"], first["currency"]) == (
        "2026-10",
        food["name"],
        "10.00",
        "EUR",
    )
    assert (second["category"], second["category_name"], second["net"]) == (
        "",
        "Uncategorised",
        "2.00",
    )


@pytest.mark.parametrize(
    ("report", "cells"),
    [
        (
            {"kind": "cash-flow", "parameters": {"until": "2026-11", "months": 1, "by": "account"}},
            2,
        ),
        ({"kind": "net-worth", "parameters": {"until": "2026-11", "months": 2}}, 2),
        ({"kind": "tax-summary", "parameters": {"country": "DE", "year": 2026}}, 1),
        ({"kind": "subscriptions"}, 1),
        (QUERY, 1),
    ],
)
def test_every_kind_is_a_workbook(cloud: Cloud, person: SignedIn, report: Any, cells: int) -> None:
    account = opened(person, name="=Giro()")["id"]
    giving = next(
        one
        for one in person.client.get("/v1/expenses/categories?limit=200").json["items"]
        if one["name"] == "Gifts and donations"
    )
    recorded(person, account, "-10.00", booked_on="2026-11-05", category_id=giving["id"])
    recurring(
        person, account, "-5.00", payee="=Club()", start=str(now().date() + timedelta(days=3))
    )
    cloud.drain()

    job = written(cloud, person, report, "xlsx")

    assert job["state"] == "ready", job
    assert job["result"]["rows"] == cells
    sheet = load_workbook(io.BytesIO(downloaded(job))).active
    assert sheet is not None
    assert sheet.max_row == cells + 1
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_a_workbook_says_what_the_route_says(cloud: Cloud, person: SignedIn) -> None:
    account = opened(person, name="Giro")["id"]
    recorded(person, account, "-10.00", booked_on="2026-11-05")

    job = written(cloud, person, {"kind": "net-worth", "parameters": {"until": "2026-11"}})

    said = person.client.get("/v1/analytics/net-worth", query={"until": "2026-11"}).json
    assert [(one["day"], one["balance"]) for one in rows(downloaded(job))] == [
        (one["on"], one["balance"]["amount"]) for one in said["accounts"][0]["balances"]
    ]


def test_the_same_request_is_the_same_report(cloud: Cloud, person: SignedIn) -> None:
    identity = new_id()
    first = asked(person, QUERY, id=identity)
    cloud.drain()

    again = asked(person, QUERY, id=identity)
    other = person.client.post(URL, {"format": "xlsx", "report": QUERY, "id": identity})

    assert (first["state"], again["state"]) == ("waiting", "ready")
    assert (other.status, other.problem) == (409, "id-taken")


def test_a_report_that_cannot_be_written_says_why(cloud: Cloud, person: SignedIn) -> None:
    job = written(cloud, person, {"kind": "tax-summary", "parameters": {"country": "XX"}})

    assert (job["state"], job["download"]) == ("failed", None)
    assert job["problem"]["detail"].startswith("?country")


def test_a_foreign_report_is_absent(cloud: Cloud, person: SignedIn) -> None:
    job = asked(signed_in(Client(cloud.app)), QUERY)

    for identity in (job["id"], new_id()):
        reply = person.client.get(f"{URL}/{identity}")
        assert (reply.status, reply.problem) == (404, "report-not-found")


def test_a_foreign_account_is_absent(cloud: Cloud, person: SignedIn) -> None:
    foreign = opened(signed_in(Client(cloud.app)))["id"]
    for account in (foreign, new_id()):
        reports = (
            {"kind": "net-worth", "parameters": {"account_id": account}},
            {**QUERY, "parameters": {**QUERY["parameters"], "filter": {"account_ids": [account]}}},  # type: ignore[dict-item] # a question is an object
        )
        for report in reports:
            reply = person.client.post(URL, {"format": "csv", "report": report})
            assert (reply.status, reply.problem) == (404, "account-not-found")


def test_a_member_takes_out_what_they_see_and_nobody_else_does(cloud: Cloud) -> None:
    host, guest = signed_in(Client(cloud.app)), signed_in(Client(cloud.app))
    home = made(host)
    ours = within(host, home)
    seen, hidden = opened(ours, name="Seen")["id"], opened(ours, name="Hidden")["id"]
    joined(host, home, guest, role="editor", accounts={seen: "editor"})
    theirs = within(guest, home)
    recorded(ours, seen, "-1.00")
    recorded(ours, hidden, "-50.00")
    cloud.drain()

    report = {"kind": "net-worth", "parameters": {"months": 1}}
    job = written(cloud, theirs, report)

    assert [one["account"] for one in rows(downloaded(job))] == ["Seen"]
    assert ours.client.get(f"{URL}/{job['id']}").status == 404
    assert guest.client.get(f"{URL}/{job['id']}").status == 404
    whole = written(cloud, ours, report)
    assert len(rows(downloaded(whole))) == 2


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"format": "pdf", "report": QUERY}, "/format"),
        ({"format": "csv"}, "/report"),
        ({"format": "csv", "report": {"kind": "everything"}}, "/report"),
        ({"format": "csv", "report": {"kind": "query"}}, "/report/query/parameters"),
        ({"format": "xlsx", "bom": True, "report": QUERY}, ""),
    ],
)
def test_a_bad_request_names_its_field(person: SignedIn, body: Any, pointer: str) -> None:
    reply = person.client.post(URL, body)

    assert reply.status == 422
    assert reply.json["errors"][0]["pointer"].startswith(pointer)


def test_a_worker_killed_at_any_call_and_redelivered_writes_one_file(cloud: Cloud) -> None:
    def scene() -> tuple[SignedIn, Any, str]:
        person = signed_in(Client(cloud.app))
        recorded(person, opened(person)["id"], "-10.00")
        cloud.drain()
        job = asked(person, QUERY)
        return person, job, enveloped(person.owner, WriteReport(report_id=job["id"]))

    _, _, first = scene()
    points = list(every_point(lambda: delivered(cloud.app, [first])))
    assert len(points) >= 8
    for point, side in points[:: max(1, len(points) // 8)]:
        person, job, body = scene()
        assert killed_at(point, side, lambda: delivered(cloud.app, [body])) is not None  # noqa: B023 - called at once
        delivered(cloud.app, [body, body])
        done = read(person, job)
        assert (done["state"], done["version"]) == ("ready", 2), (point, side)
        assert len(rows(downloaded(done))) == 1
    cloud.drain()


def test_a_file_expires_and_a_job_that_never_ends_has_failed() -> None:
    from chalicelib.analytics.model.reporting import Report, seen

    one = Report(
        id="r",
        version=1,
        state="waiting",
        format="csv",
        kind="query",
        asked="",
        made_by="u",
        accounts=None,
        created_at=now(),
        updated_at=now(),
    )

    assert seen(one, now()).state == "waiting"
    assert seen(one, now() + STUCK + timedelta(minutes=1)).state == "failed"
    from dataclasses import replace

    assert seen(replace(one, state="ready"), now() + LIFE).state == "expired"


def test_the_cost_is_exact(cloud: Cloud, person: SignedIn) -> None:
    opened(person)
    asked(person, QUERY)  # the owner's key is cached from here on
    cloud.drain()

    with budget() as started:
        job = asked(person, QUERY)
    with budget() as wrote:
        delivered(cloud.app, [enveloped(person.owner, WriteReport(report_id=job["id"]))])
    with budget() as shown:
        read(person, job)
    cloud.drain()

    # session, second factors, the limit; the report, its order and the audit's
    assert dict(started.calls) == {
        "BatchGetItem": 1,
        "Query": 1,
        "UpdateItem": 1,
        "TransactWriteItems": 1,
    }
    assert started.writes == 1 + 3
    # the mark; the report; categories, sums; the file; report and mark
    assert dict(wrote.calls) == {
        "BatchGetItem": 1,
        "GetItem": 1,
        "Query": 2,
        "s3.PutObject": 1,
        "TransactWriteItems": 1,
    }
    assert wrote.writes == 2
    # the link is signed, nothing is called
    assert dict(shown.calls) == {"BatchGetItem": 1, "GetItem": 1, "s3.GetObject": 1}
