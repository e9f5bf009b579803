"""What people upload by mistake or malice: each is refused with a reason, or its bad rows are; nothing breaks."""

from __future__ import annotations

import base64
import io
import json
import random
import sys
import time
import zipfile
from pathlib import Path
from typing import Any, Final

import pytest

from tests.journeys.product import IMPORTS, TRANSACTIONS, Person, Product, sign_up

pytestmark = pytest.mark.journey

HEAD: Final = b"Date,Amount,Payee\n"
GOOD: Final = HEAD + b"2026-01-01,-1.00,Shop\n"
LONG: Final = 10_000_000
OFX_HEAD: Final = b"OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\n\n<OFX>"
BOUND: Final = 30.0
"""Seconds from upload to answer for any file, however hostile, also on a busy machine."""


@pytest.fixture(scope="module")
def person(product: Product) -> Person:
    return sign_up(product)


@pytest.fixture(scope="module")
def account(person: Person) -> str:
    return person.account()


def _zip(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("statement.csv", content)
    return file.getvalue()


def _ofx(amount: str, *, rest: str = "</OFX>") -> bytes:
    return (
        OFX_HEAD
        + (
            "<BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>1<ACCTID>1</BANKACCTFROM>"
            "<BANKTRANLIST><STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260101<TRNAMT>-5.00<FITID>a<NAME>Shop"
            f"</STMTTRN><STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260102<TRNAMT>{amount}<FITID>b<NAME>Odd"
            f"</STMTTRN></BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1>{rest}"
        ).encode()
    )


REFUSED: Final[dict[str, tuple[str, bytes, str]]] = {
    "blank": ("a.csv", b" \n\n\t\n", "empty-file"),
    "program": ("a.csv", Path(sys.executable).read_bytes()[:100_000], "binary"),
    "noise": ("a.csv", random.Random(7).randbytes(200_000), "binary"),
    "zero byte": ("a.csv", HEAD + b"2026-01-01,-1.00,a\x00b\n", "binary"),
    "zip in a zip": ("a.zip", _zip(_zip(GOOD)), "unsupported-format"),
    "zip of a picture in disguise": ("a.csv", _zip(b"\x89PNG\r\n\x1a\n"), "unsupported-format"),
    "picture": ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "unsupported-format"),
    "PDF": ("a.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n", "unsupported-format"),
    "web page": ("a.csv", b"<html><body>Sign in</body></html>", "not-a-statement"),
    "OFX cut in its head": ("a.ofx", OFX_HEAD, "no-statement"),
    "prose": ("a.csv", b"Dear bank,\nplease send me my statement.\n", "not-a-statement"),
    "one line of 10 MB": ("a.csv", b"x" * LONG, "line-too-long"),
    "one line of 10 MB of commas": ("a.csv", b"1," * (LONG // 2), "line-too-long"),
    "one quote of 10 MB": ("a.csv", b'"' * LONG, "line-too-long"),
    "10 MB of opened tags": ("a.ofx", OFX_HEAD + b"<A>" * (LONG // 3), "too-complex"),
    "10 MB of brackets": ("a.ofx", OFX_HEAD + b"<" * LONG, "too-complex"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_statement_is_refused_with_its_reason(
    person: Person, account: str, name: str
) -> None:
    filename, data, slug = REFUSED[name]

    began = time.monotonic()
    job = person.read(account, data, filename)

    assert time.monotonic() - began < BOUND
    assert (job["state"], job["problem"]["slug"]) == ("failed", slug)
    assert len(job["problem"]["detail"]) > 10
    assert job["counts"] is None
    reply = person.call("GET", f"{IMPORTS}/{job['id']}/rows")
    assert (reply.status, reply.problem) == (409, "import-not-ready")
    reply = person.call("POST", f"{IMPORTS}/{job['id']}/commit", {})
    assert (reply.status, reply.problem) == (409, "import-not-ready")


def test_an_empty_file_is_refused_by_the_upload_itself(person: Person, account: str) -> None:
    job = person.start(account)

    status, said = person.product.upload(job["upload"], b"")

    assert (status, "EntityTooSmall" in said) == (400, True)
    assert person.get(f"{IMPORTS}/{job['id']}")["state"] == "waiting"
    assert person.product.upload(job["upload"], GOOD)[0] == 204
    assert person.wait(job["id"], "ready", "failed")["state"] == "ready"


def test_a_file_over_50_mb_is_refused_by_the_upload_itself(person: Person, account: str) -> None:
    job = person.start(account)

    status, said = person.product.upload(job["upload"], bytes(50 * 1024 * 1024 + 1))

    assert (status, "EntityTooLarge" in said) == (400, True)
    assert person.get(f"{IMPORTS}/{job['id']}")["state"] == "waiting"


def test_text_in_another_encoding_than_named_is_refused(person: Person, account: str) -> None:
    data = HEAD + "2026-01-01,-1.00,Café\n".encode("latin-1")

    job = person.read(account, data, hints={"encoding": "utf-8"})

    assert (job["state"], job["problem"]["slug"]) == ("failed", "wrong-encoding")
    reply = person.call(
        "POST",
        IMPORTS,
        {"account_id": account, "filename": "a.csv", "hints": {"encoding": "klingon"}},
    )
    assert reply.status == 422
    assert reply.json["errors"][0]["pointer"] == "/hints/encoding"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1252", "utf-8-sig"])
def test_text_in_an_encoding_that_shows_itself_is_read(
    person: Person, account: str, encoding: str
) -> None:
    data = "Date,Amount,Payee\n2026-01-01,-1.00,Café\n".encode(encoding)

    job = person.read(account, data)

    (row,) = person.get(f"{IMPORTS}/{job['id']}/rows")["items"]
    assert row["payee"] == "Café"


AMOUNTS: Final = (
    "1e400",
    "1E5",
    "NaN",
    "nan",
    "Infinity",
    "-inf",
    "0x10",
    "9" * 40,
    "--5",
    "٣",
    "",
)
DAYS: Final = ("2026-02-30", "0000-01-01", "9999-12-31", "10000-01-01", "yesterday")


def test_rows_with_impossible_amounts_or_days_are_shown_and_never_imported(
    product: Product,
) -> None:
    person = sign_up(product)
    account = person.account()
    lines = [f"2026-01-{place + 2:02d},{amount},Odd" for place, amount in enumerate(AMOUNTS)]
    lines += [f"{day},-1.00,Odd" for day in DAYS]
    bad = len(lines)

    job = person.read(account, GOOD + "\n".join(lines).encode())

    assert job["counts"].items() >= {"rows": bad + 1, "importable": 1, "problems": bad}.items()
    rows = person.every(f"{IMPORTS}/{job['id']}/rows", only="problems", limit=5)
    assert len(rows) == bad
    assert all(problem["detail"] for row in rows for problem in row["problems"])
    assert all(row["amount"] is None for row in rows[: len(AMOUNTS)])
    assert person.commit(job["id"])["result"] == {"recorded": 1, "duplicates": 0}
    assert [row["payee"] for row in person.every(TRANSACTIONS)] == ["Shop"]


@pytest.mark.parametrize("amount", ["1e400", "NaN", "Infinity", "9" * 40, "1.2.3"])
def test_an_impossible_amount_in_an_ofx_file_spoils_its_row_only(
    person: Person, account: str, amount: str
) -> None:
    job = person.read(account, _ofx(amount), "a.ofx")

    assert job["counts"].items() >= {"rows": 2, "importable": 1, "problems": 1}.items()
    (row,) = person.every(f"{IMPORTS}/{job['id']}/rows", only="problems")
    assert (row["payee"], row["amount"]) == ("Odd", None)


def test_an_ofx_file_that_was_cut_off_says_so_and_shows_no_half_row(
    person: Person, account: str
) -> None:
    whole = _ofx("-1234.56")
    for cut in range(whole.index(b"-1234.56") + 2, whole.index(b"-1234.56") + 8, 2):
        job = person.read(account, whole[:cut], "a.ofx")

        assert "truncated-file" in {note["code"] for note in job["notes"]}
        rows = person.every(f"{IMPORTS}/{job['id']}/rows")
        assert [row["amount"]["amount"] for row in rows if row["importable"]] == ["-5.00"]


def test_text_that_looks_like_code_stays_text(product: Product) -> None:
    person = sign_up(product)
    texts = ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "'; DROP TABLE x; --", "{{7*7}}"]
    lines = [f'2026-01-0{place + 1},-1.00,"{text}"' for place, text in enumerate(texts)]

    job = person.read(person.account(), HEAD + "\n".join(lines).encode())
    person.commit(job["id"])

    assert sorted(row["payee"] for row in person.every(TRANSACTIONS)) == sorted(texts)


# --- the upload form


def _changed(form: dict[str, Any], **fields: str) -> dict[str, Any]:
    return {**form, "fields": {**form["fields"], **fields}}


def _policy(form: dict[str, Any], **changes: object) -> str:
    document = {**json.loads(base64.b64decode(form["fields"]["policy"])), **changes}
    return base64.b64encode(json.dumps(document).encode()).decode()


def test_a_form_that_was_changed_uploads_nothing(person: Person, account: str) -> None:
    job = person.start(account)
    form = job["upload"]
    key = form["fields"]["key"]
    stranger = sign_up(person.product)
    theirs = stranger.start(stranger.account())
    bare = {name: text for name, text in form["fields"].items() if name != "policy"}

    forged = {
        "longer life": _changed(form, policy=_policy(form, expiration="2099-01-01T00:00:00Z")),
        "no conditions": _changed(form, policy=_policy(form, conditions=[])),
        "another signature": _changed(form, **{"x-amz-signature": "0" * 64}),
        "no policy": {**form, "fields": bare},
        "another person's import": _changed(form, key=theirs["upload"]["fields"]["key"]),
        "another folder": _changed(form, key=f"../{key}"),
        "public": _changed(form, acl="public-read"),
        "another bucket": {**form, "url": form["url"].replace("uploads", "bulk")},
    }
    assert forged["another bucket"]["url"] != form["url"]
    answers = {name: person.product.upload(one, GOOD)[0] for name, one in forged.items()}

    assert answers == dict.fromkeys(forged, 403)
    person.product.settle()
    assert person.get(f"{IMPORTS}/{job['id']}")["state"] == "waiting"
    assert stranger.get(f"{IMPORTS}/{theirs['id']}")["state"] == "waiting"


def test_a_second_file_for_one_import_changes_nothing(product: Product) -> None:
    person = sign_up(product)
    job = person.start(person.account())
    assert product.upload(job["upload"], GOOD)[0] == 204
    before = person.wait(job["id"], "ready")

    assert product.upload(job["upload"], GOOD.replace(b"Shop", b"Evil"))[0] == 204
    product.settle()
    assert person.get(f"{IMPORTS}/{job['id']}") == before
    done = person.commit(job["id"])
    assert product.upload(job["upload"], GOOD.replace(b"Shop", b"Evil"))[0] == 204
    product.settle()

    assert person.get(f"{IMPORTS}/{job['id']}") == done
    assert [row["payee"] for row in person.every(TRANSACTIONS)] == ["Shop"]


def test_two_files_for_one_import_at_once_leave_one_of_them(product: Product) -> None:
    person = sign_up(product)
    job = person.start(person.account())
    for name in (b"First", b"Second", b"Third"):
        assert product.upload(job["upload"], GOOD.replace(b"Shop", name))[0] == 204

    person.wait(job["id"], "ready")
    product.settle()
    (row,) = person.get(f"{IMPORTS}/{job['id']}/rows")["items"]
    person.commit(job["id"])

    assert [one["payee"] for one in person.every(TRANSACTIONS)] == [row["payee"]]


def test_a_file_uploaded_twice_at_once_is_recorded_once(product: Product) -> None:
    person = sign_up(product)
    account = person.account()
    data = HEAD + b"".join(b"2026-02-03,-%d.00,Shop\n" % (place % 5 + 1) for place in range(200))
    jobs = [person.read(account, data) for _ in range(3)]

    for job in jobs:
        person.post(f"{IMPORTS}/{job['id']}/commit", {}, 202)
    results = [person.wait(job["id"], "done", "failed")["result"] for job in jobs]

    assert sum(one["recorded"] for one in results) == 200
    assert sum(one["duplicates"] for one in results) == 400
    assert len(person.every(TRANSACTIONS)) == 200


def test_statements_and_their_pages_cannot_be_fetched_without_a_signature(
    person: Person, account: str
) -> None:
    job = person.start(account)
    url = f"{job['upload']['url']}/{job['upload']['fields']['key']}"

    statuses = {
        method: person.product.pool.request(method, url, body=body, retries=False).status
        for method, body in (("GET", None), ("PUT", GOOD), ("DELETE", None))
    }

    assert statuses == {"GET": 403, "PUT": 403, "DELETE": 403}


def test_a_workbook_without_rows_brings_nothing_and_says_so(
    person: Person, account: str, statements: Path
) -> None:
    path = statements / "xlsx/OCA+bank-statement-import/fixtures__empty_statement_en.xlsx"

    job = person.read(account, path.read_bytes(), path.name)

    assert (job["state"], job["counts"]["rows"]) == ("ready", 0)
    assert "no-rows" in {note["code"] for note in job["notes"]}
    reply = person.call("POST", f"{IMPORTS}/{job['id']}/commit", {})
    assert (reply.status, reply.problem) == (409, "nothing-to-import")
