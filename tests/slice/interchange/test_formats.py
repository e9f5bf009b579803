"""One file of each format from upload to ledger, and a pending row that its booked one settles."""

from __future__ import annotations

import pytest

from tests.factories.imports import URL, committed, uploaded
from tests.factories.users import SignedIn
from tests.support import workbooks
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice

MT940 = b""":20:A
:25:10020030/1234567
:60F:C261101EUR100,00
:61:2611021102DR4,20NTRFNONREF//R1
:86:166?00UEBERWEISUNG?20SVWZ+Bread?32Bakery
:62F:C261102EUR95,80
-
"""
CAMT = b"""<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">
<BkToCstmrStmt><Stmt><Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct><Ntry>
<Amt Ccy="EUR">4.20</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-11-02</Dt></BookgDt><NtryDtls><TxDtls><RltdPties><Cdtr><Pty><Nm>Bakery</Nm></Pty></Cdtr>
</RltdPties></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>"""
QIF = b"!Type:Bank\nD11/02/2026\nT-4.20\nPBakery\n^\n"
BAI2 = b"""01,A,B,261103,0101,1,,,2/
02,B,A,1,261102,2359,EUR,2/
03,1234567,EUR,010,10000,,,015,9580,,/
16,475,420,,R1,,Bakery/
49,20000,3/
99,20000,1,7/
"""
MT942 = b""":20:A
:25:10020030/1234567
:34F:EURD0,
:13D:2611020900+0100
:61:2611021102DR4,20NTRFNONREF//R1
:86:166?00UEBERWEISUNG?20SVWZ+Bread?32Bakery
-
"""
IIF = (
    b"!TRNS\tTRNSTYPE\tDATE\tACCNT\tNAME\tAMOUNT\n!SPL\tACCNT\tAMOUNT\n!ENDTRNS\n"
    b"TRNS\tCHECK\t11/2/2026\tGiro\tBakery\t-4.20\nSPL\tFood\t4.20\nENDTRNS\n"
)
XLSX = workbooks.xlsx(
    workbooks.STATEMENT.replace("2026-01-31", "2026-11-02")
    .replace("Shop", "Bakery")
    .replace("19.99", "4.2")
)
HTML = (
    b"""<html><table><tr><th>Date<th>Payee<th>Amount<tr><td>2026-11-02<td>Bakery<td>-4.20</table>"""
)
ZIP = workbooks.zipped({"2026/letter.txt": "Dear customer", "2026/november.xlsx": XLSX})


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("mt940", MT940),
        ("camt", CAMT),
        ("qif", QIF),
        ("bai2", BAI2),
        ("iif", IIF),
        ("xlsx", XLSX),
        ("html", HTML),
        ("zip", ZIP),
    ],
    ids=["mt940", "camt", "qif", "bai2", "iif", "xlsx", "html", "zip"],
)
def test_a_file_of_each_format_comes_into_the_ledger(
    cloud: Cloud, person: SignedIn, account: str, name: str, data: bytes
) -> None:
    job = uploaded(cloud, person, account, data)
    shown = person.client.get(f"{URL}/{job['id']}").json
    rows = person.client.get(f"{URL}/{job['id']}/rows").json["items"]

    done = committed(cloud, person, job)
    stored = person.client.get("/v1/expenses/transactions").json["items"]

    assert shown["format"] == name
    assert [row["problems"] for row in rows] == [[]]
    assert shown["statements"][0]["name"] == ("Giro" if name == "iif" else "")
    assert shown["statements"][0]["source"] == ("2026/november.xlsx" if name == "zip" else "")
    assert done["result"] == {"recorded": 1, "duplicates": 0}
    assert [(one["payee"], one["amount"]["amount"], one["booked_on"]) for one in stored] == [
        ("Bakery", "-4.20", "2026-11-02")
    ]


def test_a_booked_row_settles_the_pending_one_of_the_same_reference(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    committed(cloud, person, uploaded(cloud, person, account, MT942))
    before = person.client.get("/v1/expenses/transactions").json["items"]
    committed(cloud, person, uploaded(cloud, person, account, MT940))
    after = person.client.get("/v1/expenses/transactions").json["items"]

    assert [one["status"] for one in before] == ["pending"]
    assert [one["status"] for one in after] == ["posted"]
