"""The vault of statements: the file as it was sent, what statements cover, and whether the books agree."""

from __future__ import annotations

import base64
import hashlib
from datetime import date
from typing import Any

import pytest

from chalicelib.interchange.gateways.originals import PIECE
from chalicelib.interchange.repository import TABLE, originals
from chalicelib.kernel import aws
from chalicelib.kernel.settings import settings
from chalicelib.kernel.tables import Table
from tests.factories.expenses import recorded
from tests.factories.imports import CSV, URL, account_of, committed, ofx_of, uploaded
from tests.factories.users import SignedIn
from tests.support.cloud import Cloud

pytestmark = [pytest.mark.slice, pytest.mark.durable]
COVERAGE = "/v1/interchange/coverage"


def fetched(person: SignedIn, job: Any) -> bytes:
    """Put the pieces of a kept file together."""
    url = f"{URL}/{job['id']}/file"
    first = person.client.get(url)
    assert first.status == 200, first.text
    pieces = [
        person.client.get(url, query={"piece": str(number)}).json["content"]
        for number in range(first.json["pieces"])
    ]
    return b"".join(map(base64.b64decode, pieces))


def kept(person: SignedIn) -> dict[str, bytes]:
    """Give the objects in which files of a person are kept."""
    found = aws.s3().list_objects_v2(
        Bucket=settings().files_bucket, Prefix=f"{person.owner}/statements/"
    )
    return {
        one["Key"]: aws.s3()
        .get_object(Bucket=settings().files_bucket, Key=one["Key"])["Body"]
        .read()
        for one in found.get("Contents", ())
    }


def counted(person: SignedIn) -> tuple[int, int]:
    raw = Table(TABLE).get((str(person.owner), originals.KEPT)) or {}
    return int(raw.get("files", {"N": "0"})["N"]), int(raw.get("bytes", {"N": "0"})["N"])


def test_a_file_comes_back_as_it_was_sent(cloud: Cloud, person: SignedIn, account: str) -> None:
    job = uploaded(cloud, person, account, CSV)

    assert job["file_kept"] is True
    assert fetched(person, job) == CSV
    assert hashlib.sha256(CSV).hexdigest() == job["sha256"]
    assert counted(person) == (1, len(CSV))


def test_a_large_file_comes_back_in_pieces(cloud: Cloud, person: SignedIn, account: str) -> None:
    row = b"2026-11-06,-1.00,Kiosk," + b"x" * 4_000 + b"\n"
    data = CSV + row * (PIECE // len(row) + 1)
    job = uploaded(cloud, person, account, data)

    assert fetched(person, job) == data
    beyond = person.client.get(f"{URL}/{job['id']}/file", query={"piece": "2"})
    assert (beyond.status, beyond.problem) == (404, "file-gone")


def test_a_kept_file_is_sealed_and_goes_with_its_import(
    cloud: Cloud, person: SignedIn, stranger: SignedIn, account: str
) -> None:
    job = uploaded(cloud, person, account, CSV)
    assert all(b"Bakery" not in data for data in kept(person).values())
    assert stranger.client.get(f"{URL}/{job['id']}/file").status == 404

    assert person.client.delete(f"{URL}/{job['id']}").status == 204
    cloud.drain()

    assert kept(person) == {}
    assert counted(person) == (0, 0)


def test_a_file_for_which_there_is_no_room_is_imported_and_not_kept(
    cloud: Cloud, person: SignedIn, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(originals, "MOST_FILES", 1)
    uploaded(cloud, person, account, CSV)

    job = uploaded(cloud, person, account, CSV + b"2026-11-06,-1.00,Kiosk,\n")

    assert (job["state"], job["file_kept"]) == ("ready", False)
    assert job["notes"][0]["code"] == "not-kept"
    assert person.client.get(f"{URL}/{job['id']}/file").problem == "file-gone"
    assert (len(kept(person)), counted(person)[0]) == (1, 1)


def test_a_file_that_could_not_be_read_is_not_kept(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    job = uploaded(cloud, person, account, b"\x00\x01\x02")

    assert job["state"] == "failed"
    assert person.client.get(f"{URL}/{job['id']}/file").problem == "import-not-ready"
    assert kept(person) == {}


def month(number: int, amounts: list[str], *, opening: str, closing: str) -> bytes:
    """A CAMT.053 statement of a month of 2026 with both balances."""
    last = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][number - 1]
    day = f"2026-{number:02d}"

    def balance(kind: str, amount: str, on: str) -> str:
        sign = "DBIT" if amount.startswith("-") else "CRDT"
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>"
            f'<Amt Ccy="EUR">{amount.lstrip("-")}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'
            f"<Dt><Dt>{on}</Dt></Dt></Bal>"
        )

    entries = "".join(
        f'<Ntry><Amt Ccy="EUR">{amount.lstrip("-")}</Amt>'
        f"<CdtDbtInd>{'DBIT' if amount.startswith('-') else 'CRDT'}</CdtDbtInd><Sts>BOOK</Sts>"
        f"<BookgDt><Dt>{day}-10</Dt></BookgDt><AcctSvcrRef>R{number}-{place}</AcctSvcrRef></Ntry>"
        for place, amount in enumerate(amounts)
    )
    return (
        '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
        f"<BkToCstmrStmt><Stmt><Id>{number}</Id><FrToDt><FrDtTm>{day}-01T00:00:00</FrDtTm>"
        f"<ToDtTm>{day}-{last}T23:59:59</ToDtTm></FrToDt><Acct><Id><IBAN>DE02120300000000202051</IBAN>"
        f"</Id><Ccy>EUR</Ccy></Acct>{balance('OPBD', opening, day + '-01')}"
        f"{balance('CLBD', closing, f'{day}-{last}')}{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def test_months_and_gaps_of_an_account_are_told(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    other = account_of(person)
    for data in (
        month(3, ["-20.00"], opening="80.00", closing="60.00"),
        month(1, ["-10.00"], opening="100.00", closing="90.00"),
        month(6, ["5.00"], opening="61.00", closing="66.00"),
    ):
        committed(cloud, person, uploaded(cloud, person, account, data))
    committed(cloud, person, uploaded(cloud, person, other, CSV))
    uploaded(cloud, person, account, month(2, [], opening="90.00", closing="80.00"))

    shown = person.client.get(COVERAGE, query={"account_id": account}).json

    assert [(one["month"], one["covered"]) for one in shown["months"]] == [
        ("2026-01", "full"),
        ("2026-02", "none"),
        ("2026-03", "full"),
        ("2026-04", "none"),
        ("2026-05", "none"),
        ("2026-06", "full"),
    ]
    assert shown["gaps"] == [
        {"from": "2026-02-01", "to": "2026-02-28"},
        {"from": "2026-04-01", "to": "2026-05-31"},
    ]
    jumps = [one["jump"] and one["jump"]["amount"] for one in shown["statements"]]
    assert jumps == [None, "-10.00", "1.00"]
    assert [one["difference"]["amount"] for one in shown["statements"]] == ["0.00"] * 3
    assert shown["complete"] is True


def test_what_was_reverted_or_deleted_covers_nothing(
    cloud: Cloud, person: SignedIn, stranger: SignedIn, account: str
) -> None:
    first, second = (
        committed(cloud, person, uploaded(cloud, person, account, month(number, ["-1.00"], **ends)))
        for number, ends in (
            (1, {"opening": "1.00", "closing": "0.00"}),
            (2, {"opening": "0.00", "closing": "-1.00"}),
        )
    )
    person.client.post(f"{URL}/{second['id']}/revert", {})
    cloud.drain()
    shown = person.client.get(COVERAGE, query={"account_id": account}).json
    assert [one["import_id"] for one in shown["statements"]] == [first["id"]]

    person.client.delete(f"{URL}/{first['id']}")
    empty = person.client.get(COVERAGE, query={"account_id": account}).json
    assert (empty["statements"], empty["months"], empty["gaps"]) == ([], [], [])
    assert stranger.client.get(COVERAGE, query={"account_id": account}).status == 404


def test_the_books_are_compared_with_the_closing_balance(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    recorded(person, account, "100.00", booked_on="2025-12-31")
    recorded(person, account, "-3.00", booked_on="2026-02-01")
    data = month(1, ["-10.00"], opening="100.00", closing="90.50")

    job = uploaded(cloud, person, account, data)
    before = job["statements"][0]
    assert (before["balanced"], before["difference"]["amount"]) == (False, "0.50")
    assert (before["ledger_balance"], before["ledger_difference"]) == (None, None)
    done = committed(cloud, person, job)["statements"][0]

    assert done["period_end"] == date(2026, 1, 31).isoformat()
    assert done["ledger_balance"] == {"amount": "90.00", "currency": "EUR"}
    assert done["ledger_difference"] == {"amount": "0.50", "currency": "EUR"}


def test_a_statement_without_a_closing_balance_is_not_compared(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    done = committed(cloud, person, uploaded(cloud, person, account, CSV))

    assert done["statements"][0]["ledger_balance"] is None
    compared = committed(cloud, person, uploaded(cloud, person, account, ofx_of({"1": ["-1.00"]})))
    assert compared["statements"][0]["ledger_balance"] is not None
