"""A user's own copy of everything: whole, opened, described, and only for them."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from datetime import timedelta
from typing import Any, Final, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.kernel import aws, clock
from chalicelib.kernel.parts import objects as kernel_objects
from chalicelib.kernel.settings import settings
from chalicelib.kernel.tables import Table
from chalicelib.users.repository import TABLE
from tests.factories.data_rights import (
    EXPORTS,
    SECRET,
    Everything,
    all_items,
    run_due,
    with_everything,
    with_little,
)
from tests.factories.expenses import recorded
from tests.factories.users import signed_in
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.rights import noted
from tests.support.taps import calls_of, killed_at, tapped

pytestmark = [pytest.mark.slice, pytest.mark.durable]
FULL: Final = bool(os.environ.get("XPENSE_FULL"))
LISTENING: Final = frozenset({"sqs.ReceiveMessage"})


def fetched(one: Everything, job: Any) -> tuple[zipfile.ZipFile, bytes]:
    """Download the file of an export that is ready, by the key in its link."""
    ready = one.person.client.get(f"{EXPORTS}/{job['id']}").json
    assert ready["state"] == "ready", ready
    parts = urlsplit(ready["download"]["url"])
    assert int(parse_qs(parts.query)["X-Amz-Expires"][0]) == 900
    key = f"{one.person.owner}/exports/{job['id']}/xpense-{job['id']}.zip"
    data = cast("Any", aws.s3()).get_object(Bucket=settings().bulk_bucket, Key=key)["Body"].read()
    assert (len(data), hashlib.sha256(data).hexdigest()) == (
        ready["download"]["size"],
        ready["download"]["sha256"],
    )
    return zipfile.ZipFile(io.BytesIO(data)), data


def exported(cloud: Cloud, one: Everything) -> tuple[zipfile.ZipFile, Any]:
    started = one.person.client.post(EXPORTS)
    assert started.status == 202, started.text
    cloud.drain()
    archive, _ = fetched(one, started.json)
    return archive, json.loads(archive.read("manifest.json"))


def records(archive: zipfile.ZipFile, name: str) -> list[Any]:
    return [json.loads(line) for line in archive.read(name).decode().splitlines()]


@pytest.fixture(scope="module")
def one(cloud: Cloud) -> Everything:
    return with_everything(cloud)


def test_an_export_holds_every_text_that_the_user_wrote_and_describes_itself(
    cloud: Cloud, one: Everything
) -> None:
    archive, manifest = exported(cloud, one)

    assert archive.testzip() is None
    for file in manifest["files"]:
        data = archive.read(file["path"])
        assert hashlib.sha256(data).hexdigest() == file["sha256"]
        assert len(data.splitlines()) == file["count"]
        assert file["about"]
    (profile,) = records(archive, "users/profile.jsonl")
    assert profile["email"] == one.person.email
    assert profile["display_name"] == f"{SECRET} Ada"
    assert "password" not in profile
    assert records(archive, "expenses/accounts.jsonl")[0]["name"] == f"{SECRET} purse"
    written = {row["sk"]: row for row in records(archive, "expenses/transactions.jsonl")}
    assert written[f"TXN#{one.transaction}"]["payee"] == f"{SECRET} Bakery"
    assert len(written) == 4
    assert any(
        row["row"][0] is not None for row in records(archive, "interchange/imported_rows.jsonl")
    )
    assert f"{SECRET}.csv" in archive.read("interchange/imports.jsonl").decode()
    assert f"{SECRET}-agent/1" in archive.read("users/sessions.jsonl").decode()
    assert manifest["unreadable"] == 0
    assert "expenses/transactions.jsonl" in archive.read("README.txt").decode()


@pytest.mark.covers("R-28")
def test_every_stored_attribute_of_every_row_is_in_the_export_unless_a_reason_is_given(
    cloud: Cloud,
) -> None:
    one = with_everything(cloud)
    before = {
        name: [row for row in rows if row["pk"]["S"] == str(one.person.owner)]
        for name, rows in all_items(cloud).items()
    }
    archive, manifest = exported(cloud, one)
    left_out = {
        (file["path"].split("/")[0], name)
        for file in manifest["files"]
        for name in file["left_out"]
    }
    found: dict[tuple[str, str], set[str]] = {}
    for file in manifest["files"]:
        for row in records(archive, file["path"]):
            if "sk" in row:
                found[file["path"].split("/")[0], row["sk"]] = set(row)

    for table, rows in before.items():
        service = table.removeprefix("xpense-test-")
        for row in rows:
            sort = row["sk"]["S"]
            if service == "security-keys" or sort.startswith(("INB#", "IDM#", "TKT#", "CHL#")):
                continue
            missing = set(row) - {"pk"} - found[service, sort]
            assert all((service, name) in left_out for name in missing), (service, sort, missing)


@pytest.mark.covers("V15.2.2")
def test_one_export_runs_at_a_time_and_two_may_be_made_a_day(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = with_little(cloud)
    me = one.person.client

    first = me.post(EXPORTS)
    second = me.post(EXPORTS)
    assert (first.status, second.status, second.problem) == (202, 409, "export-running")
    assert me.get(f"{EXPORTS}/{first.json['id']}").json["state"] == "collecting"
    cloud.drain()
    again = me.post(EXPORTS, headers={"Idempotency-Key": "again"})
    replayed = me.post(EXPORTS, headers={"Idempotency-Key": "again"})
    assert again.json["id"] == replayed.json["id"]
    cloud.drain()
    third = me.post(EXPORTS)
    assert (third.status, third.problem) == (429, "too-many-exports")
    assert int(third.headers["Retry-After"]) > 80_000


def test_an_export_is_nobody_elses(cloud: Cloud, one: Everything) -> None:
    started = signed_in(Client(cloud.app)).client.post(EXPORTS)

    stranger = signed_in(Client(cloud.app)).client
    assert stranger.get(f"{EXPORTS}/{started.json['id']}").status == 404
    cloud.drain()


@pytest.mark.covers("V14.2.7")
def test_the_file_goes_after_seven_days(cloud: Cloud) -> None:
    one = with_little(cloud)
    job = one.person.client.post(EXPORTS).json
    cloud.drain()
    fetched(one, job)

    run_due(timedelta(days=7, minutes=1))

    left = aws.s3().list_objects_v2(
        Bucket=settings().bulk_bucket, Prefix=f"{one.person.owner}/exports/"
    )
    assert left["KeyCount"] == 0
    raw = Table(TABLE).get((str(one.person.owner), f"EXP#{job['id']}"))
    assert raw is not None
    assert int(raw["ttl"]["N"]) <= (clock.now() + timedelta(days=7)).timestamp()


def test_what_is_written_while_an_export_runs_neither_breaks_nor_doubles_it(cloud: Cloud) -> None:
    one = with_everything(cloud, rows=400)
    me = one.person
    job = me.client.post(EXPORTS).json
    written = []
    for _ in range(12):
        cloud.sweep()
        moved = sum(cloud.deliver(queue, most=1) for queue in cloud.queues())
        written.append(recorded(me, one.account, payee="Meanwhile")["id"])
        if not moved:
            break
    cloud.drain()

    archive, _ = fetched(one, job)
    rows = [row["sk"] for row in records(archive, "expenses/transactions.jsonl")]
    assert len(rows) == len(set(rows))
    assert len(rows) >= 401
    assert f"TXN#{one.transaction}" in rows


def test_asking_costs_so_much(cloud: Cloud) -> None:
    me = signed_in(Client(cloud.app)).client
    with budget() as spent:
        assert me.post(EXPORTS).status == 202
    assert spent.calls["TransactWriteItems"] == 1
    assert spent.writes <= 6


def test_an_export_in_parts_that_fails_leaves_no_parts_and_is_made_again(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel_objects, "_PART", 1_000)  # as large as a file of gigabytes
    monkeypatch.setattr("moto.s3.models.S3_UPLOAD_PART_MIN_SIZE", 1)
    one = with_little(cloud)
    job = one.person.client.post(EXPORTS).json
    sent: list[str] = []

    def second_part_fails(name: str) -> None:
        sent.extend([name] if name == "s3.UploadPart" else [])
        if len(sent) == 2:
            sent.append("failed")
            raise EndpointConnectionError(endpoint_url="https://s3.example")

    with tapped(before=second_part_fails):
        cloud.drain()

    fetched(one, job)
    assert "failed" in sent
    left = cast("Any", aws.s3()).list_multipart_uploads(Bucket=settings().bulk_bucket)
    assert left.get("Uploads", []) == []
    assert ("s3:AbortMultipartUpload", "object/bulk/*/exports/*") in noted("users", "worker")


def test_an_export_ends_whatever_dies(cloud: Cloud) -> None:
    probe = with_little(cloud)
    probe.person.client.post(EXPORTS)
    total = len(calls_of(cloud.drain, ignore=LISTENING))
    points = [(point, side) for point in range(total) for side in ("before", "after")]
    tried = points if FULL else points[1 :: len(points) // 3]
    for point, side in tried:
        one = with_little(cloud)
        job = one.person.client.post(EXPORTS).json
        killed_at(point, cast("Any", side), cloud.drain, ignore=LISTENING)
        cloud.drain()

        archive, _ = fetched(one, job)
        manifest = json.loads(archive.read("manifest.json"))
        for file in manifest["files"]:
            rows = records(archive, file["path"])
            assert len(rows) == file["count"], (point, side, file["path"])
            names = [row["sk"] for row in rows if "sk" in row]
            assert len(names) == len(set(names)), (point, side, file["path"])
        assert len(records(archive, "expenses/transactions.jsonl")) == 1
    assert len(tried) >= 3
