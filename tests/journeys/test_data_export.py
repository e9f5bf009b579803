"""A person asks for all their data on the running product, and downloads it by the link, which nobody else gets."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import Any, Final

import pytest

from tests.journeys.product import PATIENCE, TRANSACTIONS, Person, Product, mails_to, sign_up, until

pytestmark = pytest.mark.journey
EXPORTS: Final = "/v1/users/me/data-export"


def exported(person: Person) -> Any:
    """Ask for an export, and give the job when it is ready."""
    job = person.post(EXPORTS, None, 202)

    def ready() -> Any:
        person.product.check()
        found = person.get(f"{EXPORTS}/{job['id']}")
        assert found["state"] != "failed", found
        return found if found["state"] == "ready" else None

    return until(ready, "the export is ready")


def lines_of(archive: zipfile.ZipFile, name: str) -> list[Any]:
    return [json.loads(line) for line in archive.read(name).decode().splitlines()]


def test_a_person_downloads_everything_by_a_link_that_needs_no_token(
    product: Product, person: Person
) -> None:
    account = person.account(name="Jar for journeys")
    rows = b"".join(b"2026-01-%02d,-%d.00,Shop %d\n" % (day, day, day) for day in range(1, 29))
    job = person.read(account, b"Date,Amount,Payee\n" + rows)
    assert person.commit(job["id"])["state"] == "done"

    ready = exported(person)

    link = ready["download"]
    answer = product.pool.request("GET", link["url"], timeout=PATIENCE, retries=False)
    assert answer.status == 200, answer.data
    assert (len(answer.data), hashlib.sha256(answer.data).hexdigest()) == (
        link["size"],
        link["sha256"],
    )
    assert "attachment" in answer.headers["content-disposition"]
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    manifest = json.loads(archive.read("manifest.json"))
    assert manifest["unreadable"] == 0
    assert {file["path"].split("/")[0] for file in manifest["files"]} >= {
        "users",
        "security",
        "expenses",
        "interchange",
        "analytics",
        "notifications",
    }
    (profile,) = lines_of(archive, "users/profile.jsonl")
    assert profile["email"] == person.email
    written = lines_of(archive, "expenses/transactions.jsonl")
    assert sorted(row["payee"] for row in written) == sorted(f"Shop {day}" for day in range(1, 29))
    assert len(written) == len(person.every(TRANSACTIONS))
    assert any("data" in str(mail["subject"]).lower() for mail in mails_to(product, person.email))


def test_a_link_is_good_for_one_file_and_an_export_for_one_person(
    product: Product, person: Person
) -> None:
    ready = exported(person)
    url = ready["download"]["url"]

    tampered = url.replace("X-Amz-Expires=900", "X-Amz-Expires=9000")
    other = url.replace(ready["id"], ready["id"][:-4] + "0000")
    for wrong in (tampered, other):
        assert wrong != url
        answer = product.pool.request("GET", wrong, timeout=PATIENCE, retries=False)
        assert answer.status == 403, answer.data
    stranger = sign_up(product)
    assert stranger.call("GET", f"{EXPORTS}/{ready['id']}").status == 404
