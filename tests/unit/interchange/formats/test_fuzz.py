"""Damaged files: whatever happens to the bytes, the answer is rows, problems or one clear refusal.

300 seeded mutations of every format in the normal run, 100,000 with XPENSE_FULL; `tests/support/statement_fuzz.py`
makes them, and prints the full figures format by format.
"""

from __future__ import annotations

import os
import time

import pytest

from chalicelib.interchange.model.formats import Hints, Unreadable, detect, parse
from tests.support import statement_fuzz
from tests.support.statement_fuzz import TARGETS, answer

ROUNDS = 100_000 if os.environ.get("XPENSE_FULL") else 300
OF_ANOTHER_NAME = {"apps": "csv"}
"""Formats that are a dialect of another."""


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", TARGETS)
def test_damage_gives_rows_problems_or_a_refusal_and_never_anything_else(name: str) -> None:
    tally = statement_fuzz.run(name, ROUNDS)

    print(f"{name}: {tally}")
    assert tally.slowest < statement_fuzz.SLOWEST
    assert tally.read > ROUNDS / 20, "hardly any file was whole enough to be read"


@pytest.mark.parametrize("name", TARGETS)
def test_the_files_that_are_damaged_are_of_their_format_and_whole(name: str) -> None:
    wanted = OF_ANOTHER_NAME.get(name, name)
    own = TARGETS[name].own

    assert {detect(data) for data in own} == {wanted}
    assert any(answer(data, Hints()).__class__ is not Unreadable for data in own)


def test_the_same_seed_makes_the_same_files() -> None:
    one, two = statement_fuzz.Mutator("csv", "7"), statement_fuzz.Mutator("csv", "7")

    assert [one.file() for _ in range(50)] == [two.file() for _ in range(50)]


def test_an_app_export_whose_rows_lack_a_column_of_its_header_is_not_shifted() -> None:
    header = "ID,Datetime,Rent,Type,Status,Note,From,To,Amount (total),Amount (fee),Funding Source,Destination"
    row = "2394198259925614643,2017-04-25T03:15:53,Payment,Complete,Tutoring,A,B,- $220.00,,Visa,"

    parsed = parse(f"{header}\n{row}\n".encode())

    assert [[problem.code for problem in one.problems] for one in parsed.rows] == [["no-amount"]]


def test_texts_that_an_app_keeps_in_further_cells_are_printable() -> None:
    header = "ID,Datetime,Type,Status,Note,From,To,Amount (total),Amount (fee),Funding Source,Destination"
    row = '2394198259925614643,2017-04-25T03:15:53,Payment,Complete,Tutoring,A,"B\nC",- $220.00,,Visa,'

    (found,) = parse(f"{header}\n{row}\n".encode()).rows

    assert (found.payee, found.memo) == ("B C", "Tutoring")


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
