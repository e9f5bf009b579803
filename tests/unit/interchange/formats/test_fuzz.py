"""Damaged files: whatever happens to the bytes, the answer is rows, problems or one clear refusal.

2,000 seeded mutations in the normal run, 100,000 with XPENSE_FULL. The seeds are a few files written
here, and the real ones under ../shared/data where they exist.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest

from chalicelib.interchange.model.formats import (
    ColumnMap,
    Hints,
    ParsedFile,
    Row,
    Unreadable,
    parse,
)
from tests.factories import app_exports

ROUNDS = 100_000 if os.environ.get("XPENSE_FULL") else 2_000
SLOWEST = 2.0
CORPUS = Path(__file__).resolve().parents[5] / "shared" / "data" / "statements"

OFX_SEED = b"""OFXHEADER:100

<OFX><STMTRS><CURDEF>EUR<BANKTRANLIST><STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260131<TRNAMT>-1.00<FITID>1
<NAME>A&amp;B</STMTTRN></BANKTRANLIST><LEDGERBAL><BALAMT>5</LEDGERBAL></STMTRS></OFX>"""
MT940_SEED = b""":20:A
:25:10020030/1
:60F:C260131EUR5,00
:61:2601310131DR1,00NTRFNONREF//R1
:86:166?00UEBERWEISUNG?20SVWZ+Brot?32Laden
:62F:C260131EUR4,00
-
"""
CAMT_SEED = b"""<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">
<BkToCstmrStmt><Stmt><Acct><Id><IBAN>DE1</IBAN></Id><Ccy>EUR</Ccy></Acct><Ntry><Amt Ccy="EUR">3</Amt>
<CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-31</Dt></BookgDt><NtryDtls>
<TxDtls><Amt Ccy="EUR">1</Amt></TxDtls><TxDtls><Amt Ccy="EUR">2</Amt></TxDtls></NtryDtls></Ntry></Stmt>
</BkToCstmrStmt></Document>"""
BAI2_SEED = b"""01,A,B,260131,0101,1,,,2/
02,B,A,1,260131,2359,EUR,2/
03,1,EUR,010,500,,,015,400,,/
16,475,100,V,260131,,R1,,Shop
88,more/
49,1000,4/
98,1000,1,6/
99,1000,1,8/
"""
OWN_SEEDS = (
    b'Date,Payee,Amount,Balance\n2026-01-30,Shop,-12.34,87.66\n2026-01-31,"Pay, more",5.00,92.66\n',
    "Buchung;Empfänger;Betrag;Währung\n31.01.2026;Müller;-1.234,56;EUR\n".encode("cp1252"),
    b"31.01.2026;Shop;33,87;O\n30.01.2026;Pay;5,00;I\n",
    b"Date,Payee,Debit,Credit\n31/01/2026,a,1.00,\n,more text,,\n30/01/2026,b,,2.00\nTotal,,1.00,2.00\n",
    *(text.encode() for name, text in vars(app_exports).items() if name.isupper()),
    OFX_SEED,
    MT940_SEED,
    CAMT_SEED,
    b"!Account\nNCash\nTBank\n^\n!Type:Bank\nD1/31'26\nT-1,000.00\nPShop\nSFood\n$-1,000.00\n^\n",
    BAI2_SEED,
    b"000\t20120304\t\tX\n010\t1\t20120127\t\t100\t100\tD\n",
)
TOKENS = (
    b'"', b"<", b">", b"&", b"\0", b"\n", b"\r", b";", b",", b"\t", b"1e400", b"NaN", b"Infinity", b"-", b"(",
    b"<STMTTRN>", b"</STMTTRN>", b"<OFX>", b"<STMTRS>", b"</BANKTRANLIST>", b"<!--", b"-->", b"<![CDATA[",
    b"]]>", b"&#9999999;", b"&#xD800;", b"\xff\xfe", b"\xef\xbb\xbf", b"9" * 40, b'"' * 7, "１２".encode(),
    b"\xa4", b"99999999999999999999.99", b"0" * 50, b"31/12/2020", b"sep=;\n", b"EUR", b"$", b"CR", b"\x1a", b"\n:61:", b"\n:86:", b"\n:20:", b"\n-}", b"260230", b"?20", b"/REMI/",
    b"<Ntry>", b"</Ntry>", b"<Stmt>", b"<TxDtls>", b"DBIT", b"<!DOCTYPE a [", b"&a;",
)  # fmt: skip


def seeds() -> list[bytes]:
    found = list(OWN_SEEDS)
    if CORPUS.is_dir():
        for folder in ("ofx", "csv", "mt940", "camt", "qif", "bai2"):
            found += [
                path.read_bytes() for path in sorted((CORPUS / folder).rglob("*")) if path.is_file()
            ]
    return list(filter(None, found))  # one real file is empty


def mutate(rng: random.Random, seed: bytes, others: list[bytes]) -> bytes:
    data = bytearray(seed)
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(data) + 1)
        match rng.randrange(8):
            case 0 if data:
                data[at % len(data)] = rng.randrange(256)
            case 1:
                del data[at : at + rng.randint(1, 30)]
            case 2 | 3:
                data[at:at] = rng.choice(TOKENS)
            case 4:
                data[at:at] = data[at : at + rng.randint(1, 200)] * rng.randint(1, 5)
            case 5:
                del data[at:]
            case 6:
                other = rng.choice(others)
                start = rng.randrange(len(other))
                data[at:at] = other[start : start + 300]
            case _:
                to = rng.randrange(len(data) + 1)
                data[at : at + 5], data[to : to + 5] = data[to : to + 5], data[at : at + 5]
    return bytes(data)


def hints(rng: random.Random) -> Hints:
    if rng.random() < 0.7:
        return Hints()
    columns = ColumnMap(
        date=rng.randint(-1, 8),
        amount=rng.choice([None, 2, 5, 300]),
        money_out=rng.choice([None, 1, 3]),
        money_in=rng.choice([None, 4]),
        direction=rng.choice([None, 0, 6]),
        currency=rng.choice([None, 3]),
        balance=rng.choice([None, 4, 9]),
        payee=(rng.randint(0, 9),),
        status=rng.choice([None, 2]),
        account=rng.choice([None, 1]),
        header_line=rng.choice([None, 1, 3, 100_000]),
    )
    return Hints(
        date_order=rng.choice([None, "dmy", "mdy", "ymd"]),
        decimal=rng.choice([None, ".", ","]),
        delimiter=rng.choice([None, ",", ";", '"', "ab", ""]),
        encoding=rng.choice([None, None, "utf-8", "cp1252", "utf-16", "x", "gb18030"]),
        columns=rng.choice([None, None, columns]),
        currency=rng.choice([None, "EUR", "JPY", "QQQ"]),
        invert_sign=rng.random() < 0.5,
        round_to_currency=rng.random() < 0.5,
    )


def is_sound(row: Row) -> bool:
    if row.problems:
        return all(problem.code and problem.detail for problem in row.problems)
    return (
        row.booked_on is not None
        and row.amount is not None
        and row.amount.is_finite()
        and row.amount.adjusted() < 19
        and row.payee.isprintable()
        and row.memo.isprintable()
    )


def answer(data: bytes, given: Hints) -> ParsedFile | Unreadable:
    try:
        return parse(data, hints=given)
    except Unreadable as refusal:
        return refusal


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_damage_gives_rows_problems_or_a_refusal_and_never_anything_else() -> None:
    rng = random.Random(2026)
    known = seeds()
    read = refused = 0
    slowest = 0.0

    for turn in range(ROUNDS):
        data = mutate(rng, rng.choice(known), known)
        given = hints(rng)
        started = time.process_time()
        parsed = answer(data, given)
        if isinstance(parsed, Unreadable):
            refused += 1
            assert parsed.reason
            assert parsed.detail
        else:
            read += 1
            assert all(map(is_sound, parsed.rows)), (turn, data)
        slowest = max(slowest, time.process_time() - started)

    print(f"{ROUNDS} damaged files: {read} read, {refused} refused, slowest {slowest:.2f} s CPU")
    assert slowest < SLOWEST
    assert read > ROUNDS / 4


BIG = 2_000_000
OFX_START = b"<OFX><STMTRS><CURDEF>EUR<BANKTRANLIST>"
BAI2_START = b"01,A,B,260131,0101,1,,,2/\n02,B,A,1,260131,,EUR,2/\n03,1,EUR,"
CAMT_START = b"<BkToCstmrStmt><Stmt>"
MT940_START = b":20:A\n:25:1\n:60F:C260131EUR5,00\n:61:2601310131DR1,00NTRF\n:86:166?00"
CSV_START = b"Date,Payee,Amount\n2026-01-31,x,-1.00\n"


TAGGED = [
    *(
        (MT940_START, filler)
        for filler in (b":", b"\n:61:", b"\n:20:", b"?20", b"/REMI/", b"-\n", b" :")
    ),
    *(
        (CAMT_START, filler)
        for filler in (b"<A", b"<a></a>", b"<Ntry></Ntry>", b"<Stmt></Stmt>", b"&#1;")
    ),
    *((CAMT_START, filler) for filler in (b"<Ntry>", b"<Ustrd>a</Ustrd>")),
    *((b"!Type:Bank\n", filler) for filler in (b"^\n", b"T1\n^\n", b"D1/1'1\n", b"!Type:Bank\n")),
    *((BAI2_START, filler) for filler in (b",", b"1,", b"88,1\n", b"16,1,1,D,9\n", b"03,1\n")),
]


@pytest.mark.parametrize(
    ("start", "filler"),
    [
        *(
            (start, filler)
            for start in (b"", CSV_START, OFX_START)
            for filler in (
                b"<", b"<A", b"<A>", b"</A>", b"< ", b"<STMTTRN>", b"<STMTRS>", b"<!--", b"<![CDATA[", b"&#1;",
                b"&", b'"', b'",', b",", b";", b"\n", b"\r", b" ", b"0", b"1", b"-", b"(", b"a", b"\xff", b"1,",
                b'"\n', b"<STMTTRN><NAME>a<b ", b"<STATUS><SEVERITY>ERROR</STATUS>",
                b"<INVSTMTRS><BUYSTOCK>", b"(\n", b"1 ",
            )
        ),
        *TAGGED,
    ],
)  # fmt: skip
def test_two_megabytes_of_the_same_take_linear_time(start: bytes, filler: bytes) -> None:
    size = BIG // 4 if (start, filler) in TAGGED else BIG  # those make a row of a few bytes
    data = start + filler * (size // len(filler))
    started = time.process_time()

    found = answer(data, Hints())

    assert not isinstance(found, Unreadable) or found.detail
    # Measured: 0.1 to 1.5 s. What grows with the square would take minutes.
    assert time.process_time() - started < 6
