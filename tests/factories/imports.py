"""Statements for tests, and the steps of an import as a client and S3 make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from chalicelib.interchange.model.following import Progress, Reversal
from chalicelib.interchange.repository import TABLE
from chalicelib.interchange.repository import imports as repository
from chalicelib.kernel import aws
from chalicelib.kernel.context import system_context
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.settings import settings
from chalicelib.security import api as security
from tests.factories.users import SignedIn
from tests.support.cloud import Cloud

CSV: Final = b"""Date,Amount,Payee,Memo
2026-11-02,-4.20,Corner Bakery,breakfast
2026-11-02,-4.20,Corner Bakery,breakfast
2026-11-03,-61.50,Supermarket,weekly shop
2026-11-05,2150.00,Employer Ltd,salary
"""
URL: Final = "/v1/interchange/imports"


def csv_of(rows: int, *, bad: Sequence[int] = ()) -> bytes:
    """A statement of so many rows, all different; those named in `bad` have no amount."""
    lines = ["Date,Amount,Payee"]
    for number in range(rows):
        amount = "none" if number in bad else f"-{number // 100 + 1}.{number % 100:02d}"
        lines.append(f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d},{amount},Shop {number}")
    return "\n".join(lines).encode()


def ofx_of(
    statements: Mapping[str, Sequence[str]], *, currency: str = "EUR", closing: str = "0.00"
) -> bytes:
    """An OFX 2 file: by account number the amounts of its transactions."""
    parts = []
    for number, amounts in statements.items():
        rows = "".join(
            "<STMTTRN><TRNTYPE>OTHER</TRNTYPE><DTPOSTED>20261102</DTPOSTED>"
            f"<TRNAMT>{amount}</TRNAMT><FITID>{number}-{place}</FITID><NAME>Shop {place}</NAME></STMTTRN>"
            for place, amount in enumerate(amounts)
        )
        parts.append(
            f"<STMTTRNRS><TRNUID>1</TRNUID><STMTRS><CURDEF>{currency}</CURDEF><BANKACCTFROM>"
            f"<BANKID>1</BANKID><ACCTID>{number}</ACCTID><ACCTTYPE>CHECKING</ACCTTYPE></BANKACCTFROM>"
            f"<BANKTRANLIST><DTSTART>20261101</DTSTART><DTEND>20261130</DTEND>{rows}</BANKTRANLIST>"
            f"<LEDGERBAL><BALAMT>{closing}</BALAMT><DTASOF>20261130</DTASOF></LEDGERBAL>"
            "</STMTRS></STMTTRNRS>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><?OFX OFXHEADER="200" VERSION="220"?>'
        f"<OFX><BANKMSGSRSV1>{''.join(parts)}</BANKMSGSRSV1></OFX>"
    ).encode()


def account_of(person: SignedIn, *, currency: str = "EUR") -> str:
    """Make an account and give its id."""
    body = {"name": "Everyday", "kind": "bank", "currency": currency}
    reply = person.client.post("/v1/expenses/accounts", body)
    assert reply.status == 201, reply.text
    identity: str = reply.json["id"]
    return identity


def started(person: SignedIn, account_id: str | None, **more: Any) -> Any:
    """Ask for an upload and give the import."""
    body = {"account_id": account_id, "filename": "statement.csv", **more}
    reply = person.client.post(URL, body)
    assert reply.status == 201, reply.text
    return reply.json


def put_file(job: Any, data: bytes) -> None:
    """Store a file where the form would have put it; moto then notifies the queue, as S3 does."""
    cast("Any", aws.s3()).put_object(
        Bucket=settings().uploads_bucket, Key=job["upload"]["fields"]["key"], Body=data
    )


def stored(job: Any) -> bool:
    """Tell whether the uploaded file still lies there."""
    found = aws.s3().list_objects_v2(
        Bucket=settings().uploads_bucket, Prefix=job["upload"]["fields"]["key"]
    )
    return bool(found["KeyCount"])


def pages(person: SignedIn, import_id: str) -> list[str]:
    """Name the sealed pages of an import."""
    found = aws.s3().list_objects_v2(
        Bucket=settings().bulk_bucket, Prefix=f"{person.owner}/imports/{import_id}/"
    )
    return [one["Key"] for one in found.get("Contents", ())]


def uploaded(
    cloud: Cloud, person: SignedIn, account_id: str | None, data: bytes, **more: Any
) -> Any:
    """Start an import, upload a file, let it be read, and give the import as it stands then."""
    job = started(person, account_id, **more)
    put_file(job, data)
    cloud.deliver("interchange-uploads")
    return person.client.get(f"{URL}/{job['id']}").json


def reversing(person: SignedIn, *, chunks: int, rows: int) -> str:
    """Put an import that is being taken back straight into the table, with no order to the ledger."""
    return begun(person, chunks=chunks, rows=rows, reversal=Reversal(edited="keep"))


def begun(person: SignedIn, *, chunks: int, rows: int, reversal: Reversal | None = None) -> str:
    """Put an import that is being committed straight into the table, with no order to the ledger."""
    ctx = system_context(person.owner, TABLE, vaults=security.vault)
    going = Progress(
        import_id=new_id(),
        base=1,
        version=1,
        updated_at=ctx.now,
        rows=rows,
        chunks=chunks,
        reversal=reversal,
    )
    repository.keep_progress(ctx, going)
    ctx.commit.write()
    return going.import_id


def progress_of(person: SignedIn, import_id: str) -> Progress:
    """Give what is known of a committed import."""
    ctx = system_context(person.owner, TABLE, vaults=security.vault)
    return repository.get_progress(ctx, import_id)


def committed(
    cloud: Cloud, person: SignedIn, job: Any, accounts: Mapping[str, str | None] | None = None
) -> Any:
    """Commit an import, let the ledger do its work, and give the import as it stands then."""
    body = {} if accounts is None else {"accounts": dict(accounts)}
    reply = person.client.post(f"{URL}/{job['id']}/commit", body)
    assert reply.status == 202, reply.text
    cloud.drain()
    return person.client.get(f"{URL}/{job['id']}").json
