"""Files that are small or simple to send and made to cost: each with what reading it may come to.

`python -m tests.support.bombs [name ...]` reads them, each in a process of its own under limits of the operating
system: 4 CPU seconds, and 256 MB more than the interpreter has when it begins. It prints what came of each. The longest, 4 MB
of postings or statements that are all looked at, took 2.2 CPU seconds of a core with much other work: a limit of 2 killed them.
"""

from __future__ import annotations

import gzip
import json
import os
import resource
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from chalicelib.interchange.model.formats import Unreadable, parse
from chalicelib.interchange.model.formats.workbooks.compound import pack
from tests.support import statement_seeds as seeds
from tests.support import workbooks

SECONDS: Final = 4
MEGABYTES: Final = 256
_MB: Final = 1_000_000
_LAUGHS: Final = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(10))
_OUTSIDE: Final = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
_CAMT: Final = seeds.CAMT.split(b"<BkToCstmrStmt>")


def _zip_of_zeros() -> bytes:
    return workbooks.zipped({"a.csv": bytes(60 * _MB)})


def _zip_of_many() -> bytes:
    return workbooks.zipped({f"{n}.csv": b"2026-01-31,x,1\n" * 260_000 for n in range(30)})


def _nested_zips() -> bytes:
    data = seeds.CSV[0]
    for n in range(30):
        data = workbooks.zipped({f"{n}.zip": data, f"{n}b.zip": data})[: 8 * _MB]
    return workbooks.zipped({"a.zip": data})


def _overlapping_zip() -> bytes:
    """One member of 4 MB, listed 40 times."""
    data = workbooks.zipped({"a.csv": b"2026-01-31,x,1\n" * 260_000})
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry = data[start:end]
    last = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 40, 40, 40 * len(entry), start, 0)
    return data[:start] + entry * 40 + last


def _many_entries() -> bytes:
    return workbooks.zipped({f"{n}": b"" for n in range(65_000)})


def _long_directory() -> bytes:
    """A list of members that says of itself that it is longer than it is."""
    data = workbooks.xlsx()
    return data[:-22] + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, 2**31, 0, 0)


def _far_cell() -> bytes:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return workbooks.xlsx(workbooks.STATEMENT + far)


def _many_grids() -> bytes:
    far = '<row r="99999"><c r="T99999"><v>1</v></c></row>'
    return workbooks.xlsx(*[workbooks.STATEMENT + far] * 100)


def _claimed_size() -> bytes:
    parts = workbooks.xlsx_parts(workbooks.STATEMENT)
    sheet = str(parts["xl/worksheets/sheet1.xml"])
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(
        "<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>'
    )
    return workbooks.zipped(parts)


def _shared_texts() -> bytes:
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 60_000))
    return workbooks.xlsx(cells, strings=f"<si><t>{'a' * 32_000}</t></si>")


def _empty_texts() -> bytes:
    return workbooks.xlsx(workbooks.STATEMENT, strings="<si/>" * 12 * _MB)


def _one_part_as_many_sheets() -> bytes:
    parts = workbooks.xlsx_parts(*[workbooks.STATEMENT + "<row/>" * 500_000] + [""] * 99)
    links = str(parts["xl/_rels/workbook.xml.rels"])
    for n in range(2, 101):
        links = links.replace(f"sheet{n}.xml", "sheet1.xml")
    return workbooks.zipped({**parts, "xl/_rels/workbook.xml.rels": links})


def _part(name: str, text: str) -> bytes:
    return workbooks.zipped({**workbooks.xlsx_parts(workbooks.STATEMENT), name: text})


def _old_claim() -> bytes:
    claim = workbooks.record(0x0200, struct.pack("<LLHHH", 0, 2**31, 0, 0xFFFF, 0))
    return workbooks.xls((claim, *workbooks.XLS_STATEMENT))


def _old_far_cell() -> bytes:
    return workbooks.xls((*workbooks.XLS_STATEMENT, workbooks.number(65_535, 65_535, 1.0)))


def _old_loop(sector: int) -> bytes:
    packed = workbooks.xls()
    table = packed.rindex(struct.pack("<L", 0xFFFFFFFD)) // 512 * 512
    return (
        packed[: table + 4 * sector] + struct.pack("<L", sector) + packed[table + 4 * sector + 4 :]
    )


def _old_list_loop() -> bytes:
    """The sectors that list the allocation's sectors follow on themselves."""
    packed = bytearray(workbooks.xls())
    struct.pack_into("<LL", packed, 68, 0, 1)
    struct.pack_into("<L", packed, 512 + 508, 0)
    return bytes(packed)


def _old_sheets() -> bytes:
    """Two hundred sheets that all begin in the same record."""
    stream = workbooks.xls_stream(*[workbooks.XLS_STATEMENT] * 200)
    place = stream[stream.index(b"\x85\0") + 4 :][:4]
    at = 0
    while (at := stream.find(b"\x85\0", at + 1)) > 0 and at < 8_000:
        stream = stream[: at + 4] + place + stream[at + 8 :]
    return pack("Workbook", stream)


def _gzipped() -> bytes:
    return gzip.compress(bytes(100 * _MB), 9)


def _xml(start: bytes, filler: bytes, size: int = 4 * _MB) -> bytes:
    return start + filler * (size // len(filler))


_OFX = seeds.OFX.partition(b"<STMTTRN>")[0]
_MT = seeds.MT940.partition(b"\n:86:")[0]
_BAI = seeds.BAI2.partition(b"\n16,")[0]
_IIF = seeds.IIF.partition(b"\nTRNS")[0]
_CSV = b"Date,Payee,Amount\n2026-01-31,x,-1.00\n"
_SPREADSHEET = seeds.SPREADSHEETML.partition(b"<Row>")[0]
_HOSTILE: Final = (
    "1" * 300, "1," * 60, "1.1" * 40, "((((((" * 20, "-" * 200, " " * 300 + "1", "1 1 " * 40, "1'" * 60, "31/31/31/" * 20,
    "Jan" * 30, "01-01-" * 30, "EUR" * 40 + "!", "$" * 200, "9999999999" * 8 + "x", "=" * 100, '"' * 9, "a@" * 90 + "!",
)  # fmt: skip


def _hostile_table() -> bytes:
    rows = [f"{one};{two};{one}" for one in _HOSTILE for two in _HOSTILE] * 10
    return ("Date;Amount;Balance\n" + "\n".join(rows)).encode()


def _hostile(before: bytes, around: Callable[[str], str], after: bytes = b"") -> bytes:
    return before + "".join(around(text) for text in _HOSTILE * 30).encode() + after


BOMBS: Final[dict[str, Callable[[], bytes]]] = {
    "zip of zeros": _zip_of_zeros,
    "zip of many files that are large together": _zip_of_many,
    "zips within zips": _nested_zips,
    "zip that lists one member forty times": _overlapping_zip,
    "zip of 65,000 entries": _many_entries,
    "zip whose directory lies about its length": _long_directory,
    "gzip of zeros": _gzipped,
    "sheet with a cell in its last corner": _far_cell,
    "a hundred sheets of two million empty cells": _many_grids,
    "sheet that claims all cells": _claimed_size,
    "one long text shown in all cells": _shared_texts,
    "twelve million empty texts": _empty_texts,
    "one part shown as a hundred sheets": _one_part_as_many_sheets,
    "a million laughs in a workbook": lambda: _part(
        "xl/styles.xml", f"<!DOCTYPE a [{_LAUGHS}]><a>&a9;</a>"
    ),
    "deep XML in a workbook": lambda: workbooks.xlsx("<a>" * _MB),
    "old sheet that claims all cells": _old_claim,
    "old sheet with a cell in its last corner": _old_far_cell,
    "old workbook whose stream is a loop": lambda: _old_loop(0),
    "old workbook whose directory is a loop": lambda: _old_loop(8),
    "old workbook whose list of tables is a loop": _old_list_loop,
    "old workbook of two hundred sheets that are one": _old_sheets,
    "OpenDocument rows repeated a million times": lambda: workbooks.ods(
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="255" '
        'office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>'
    ),
    "deep XML in a 2003 workbook": lambda: _xml(_SPREADSHEET, b"<a>"),
    "2003 workbook with far cells": lambda: _xml(
        _SPREADSHEET, b'<Row><Cell ss:Index="250"><Data ss:Type="Number">1</Data></Cell></Row>'
    ),
    "web page of tables": lambda: _xml(b"<html>", b"<table>"),
    "web page of cells": lambda: _xml(b"<html><table><tr>", b"<td colspan=99>x"),
    "web page of remarks": lambda: _xml(b"<html><table>", b"<!--"),
    "web page of less-than signs": lambda: _xml(b"<html><table>", b"<"),
    "a million laughs in CAMT": lambda: (
        f"<!DOCTYPE a [{_LAUGHS}]>".encode() + b"<BkToCstmrStmt>&a9;</BkToCstmrStmt>"
    ),
    "an outside entity in CAMT": lambda: _OUTSIDE.encode() + b"<BkToCstmrStmt>&x;</BkToCstmrStmt>",
    "deep CAMT": lambda: _xml(_CAMT[0] + b"<BkToCstmrStmt>", b"<Stmt>"),
    "CAMT of tiny statements": lambda: _xml(_CAMT[0] + b"<BkToCstmrStmt>", b"<Stmt></Stmt>"),
    "CAMT entry of endless details": lambda: _xml(
        _CAMT[0] + b"<BkToCstmrStmt><Stmt><Ntry><NtryDtls>", b"<TxDtls/>"
    ),
    "deep OFX": lambda: _xml(_OFX, b"<STMTRS>"),
    "OFX of tags that never end": lambda: _xml(_OFX, b"<A"),
    "deep JSON": lambda: b"[" * 4 * _MB,
    "deep JSON lines": lambda: b'{"type": "export", "format": "xpense"' + b', "a": ' + b"[" * _MB,
    "CSV of one line": lambda: b"Date,Amount\n" + b"1," * 15 * _MB,
    "CSV of one quoted cell": lambda: b'Date,Amount\n2026-01-31,"' + b"x\n" * 10 * _MB,
    "CSV of quotes": lambda: b'Date,Amount\n2026-01-31,"' + b'"' * 10 * _MB,
    "CSV of empty lines": lambda: _CSV + b"\n" * 45 * _MB,
    "CSV of a thousand columns": lambda: (b",".join([b"Date"] * 1_000) + b"\n") * 4_000,
    "table of hostile numbers and dates": _hostile_table,
    "MT940 of an endless :86:": lambda: _xml(_MT + b"\n:86:", b"?20SVWZ+a\n", 8 * _MB),
    "MT940 of tiny statements": lambda: _xml(
        b"", b":20:A\n:25:1\n:60F:C260131EUR5,00\n:62F:C260131EUR5,00\n-\n"
    ),
    "MT940 of hostile lines": lambda: _hostile(_MT, lambda text: f"\n:61:{text}\n:86:{text}"),
    "QIF of endless splits": lambda: _xml(b"!Type:Bank\nD1/31'26\nT-1\n", b"SFood\n$-1\n"),
    "QIF of hostile fields": lambda: _hostile(
        b"!Type:Bank\n", lambda text: f"D{text}\nT{text}\n^\n"
    ),
    "BAI2 record that goes on for ever": lambda: _xml(_BAI + b"\n16,475,1", b"\n88,x"),
    "IIF transaction of endless splits": lambda: _xml(_IIF + b"\nTRNS\t", b"\nSPL\t\tFood\t1"),
    "IIF of transactions with a thousand splits": lambda: (
        seeds.IIF
        + (b"TRNS\t\tCHECK\t1/31/26\tChecking\t\t\t0\n" + b"SPL\t\tChecking\t1\n" * 900) * 60
    ),
    "IIF of endless columns": lambda: b"!TRNS" + b"\tA" * _MB + b"\nTRNS\n",
    "Beancount transaction of endless postings": lambda: _xml(
        seeds.BEANCOUNT + b'\n2026-03-01 * "x"\n', b"  Assets:Bank  -1 EUR\n"
    ),
    "Beancount of hostile words": lambda: _hostile(
        seeds.BEANCOUNT, lambda text: f'2026-03-01 * "{text}"\n  Assets:Bank {text}\n'
    ),
    "hledger transaction of endless postings": lambda: _xml(
        seeds.HLEDGER + b"\n2026-03-01 x\n", b"    assets:bank  EUR 1\n"
    ),
    "hledger of hostile words": lambda: _hostile(
        seeds.HLEDGER, lambda text: f"\n2026-03-01 {text}\n    assets:bank  {text}\n"
    ),
    "deep GnuCash": lambda: _xml(seeds.GNUCASH.partition(b"<gnc:account")[0], b"<gnc:account>"),
    "a million laughs in GnuCash": lambda: seeds.GNUCASH.replace(
        b"?>\n", f"?><!DOCTYPE a [{_LAUGHS}]>".encode(), 1
    ),
    "GnuCash packed more densely than any": lambda: gzip.compress(
        seeds.GNUCASH.partition(b"<gnc:account")[0] + b" " * 100 * _MB, 9
    ),
}
"""Name -> maker of the file."""


def outcome(data: bytes) -> str:
    """Read a file, and say what came of it."""
    try:
        return f"read {len(parse(data).rows)}"
    except Unreadable as refusal:
        return f"refused {refusal.reason}"


def reading(data: bytes) -> str:
    """Read a file in a process of its own under the limits, and say what came of it."""
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _limit()
            os.write(there, outcome(data).encode())
        except BaseException as error:  # whatever it is, the one who waits has to hear of it
            os.write(there, f"raised {error!r}"[:1_000].encode())
        os._exit(0)
    os.close(there)
    with os.fdopen(here, "rb") as answer:
        said = answer.read().decode()
    _, status = os.waitpid(child, 0)
    return said or f"ended with {os.waitstatus_to_exitcode(status)}"


def _limit() -> None:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + MEGABYTES * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))  # a child begins with none spent


if __name__ == "__main__":
    outcome(workbooks.xlsx())  # what is imported counts for nothing
    for name in sys.argv[1:] or BOMBS:
        print(json.dumps([name, reading(BOMBS[name]())]), flush=True)
