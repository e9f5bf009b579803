"""Who reads statements beside us: libraries, and floors that read without looking."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final
from xml.parsers import expat

_OFX_TAGS: Final = re.compile(r"<([A-Z]+)>([^<\n]*)")
_MT_LINE: Final = re.compile(r"^:61:([0-9]{6})[0-9]{4}([CD])([0-9,]+)N.*\n:86:(.*)$", re.MULTILINE)


def ours(data: bytes) -> int:
    """Read with the parser of this project, everything checked."""
    from chalicelib.interchange.model.formats import parse

    return sum(len(one.rows) for one in parse(data).statements)


def dict_reader(data: bytes) -> int:
    """Read with the standard library: a dictionary and a Decimal a row, no check."""
    rows = [
        (row["Date"], Decimal(row["Amount"])) for row in csv.DictReader(io.StringIO(data.decode()))
    ]
    return len(rows)


def csv_reader(data: bytes) -> int:
    """Split into cells and nothing else."""
    return len(list(csv.reader(io.StringIO(data.decode())))) - 1


def regular_expression(data: bytes) -> int:
    """Read with one expression, a dictionary and a Decimal a transaction, no check."""
    rows = []
    for body in data.decode().split("<STMTTRN>")[1:]:
        fields = dict(_OFX_TAGS.findall(body))
        rows.append((fields["DTPOSTED"], Decimal(fields["TRNAMT"])))
    return len(rows)


def bare_expat(name: str, amount: str) -> Callable[[bytes], int]:
    """Walk the XML, keep every text under its element and make a Decimal an entry, no check."""

    def read(data: bytes) -> int:
        rows: list[tuple[dict[str, str], Decimal]] = []
        fields: dict[str, str] = {}
        texts: list[str] = []

        def start(tag: str, _: dict[str, str]) -> None:
            texts.clear()
            if tag == name:
                fields.clear()

        def end(tag: str) -> None:
            fields[tag] = "".join(texts)
            texts.clear()
            if tag == name:
                rows.append((dict(fields), Decimal(fields[amount])))

        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler = texts.append
        parser.Parse(data, True)
        return len(rows)

    return read


def one_expression(data: bytes) -> int:
    """Find the lines of an MT940 with one expression and make a Decimal of each, no check."""
    found = _MT_LINE.findall(data.decode())
    return len(
        [(day, sign, Decimal(amount.replace(",", ".")), text) for day, sign, amount, text in found]
    )


def split_records(data: bytes) -> int:
    """Cut a QIF at its carets, a dictionary and a Decimal a record, no check."""
    records = data.decode().split("^\n")
    found = [{line[:1]: line[1:] for line in record.split("\n") if line} for record in records]
    return len([Decimal(one["T"]) for one in found if "T" in one])


def split_fields(mark: str, start: str, at: int) -> Callable[[bytes], int]:
    """Split lines at a mark and make a Decimal of those that begin with a word, no check."""

    def read(data: bytes) -> int:
        lines = (line.split(mark) for line in data.decode().split("\n"))
        return len([Decimal(cells[at]) for cells in lines if cells[0] == start])

    return read


def ofxtools(data: bytes) -> int:
    """Read with the strict library."""
    from ofxtools.Parser import OFXTree

    tree = OFXTree()
    tree.parse(io.BytesIO(data))
    return len(tree.convert().statements[0].transactions)


def ofxparse(data: bytes) -> int:
    """Read with the lenient library."""
    import ofxparse as library

    parsed: Any = library.OfxParser.parse(io.BytesIO(data))
    return len(parsed.account.statement.transactions)


def mt_940(data: bytes) -> int:
    """Read with the library that most Python programs use."""
    import mt940

    return len(mt940.parse(data.decode()))


def quiffen(data: bytes) -> int:
    """Read with the library for QIF."""
    from quiffen import Qif

    with contextlib.redirect_stderr(io.StringIO()):
        parsed: Any = Qif.parse_string(data.decode(), day_first=False)
    return sum(
        len(one) for account in parsed.accounts.values() for one in account.transactions.values()
    )


def calamine(data: bytes) -> int:
    """Read the cells of a workbook with the library in Rust, and leave them as they are."""
    from python_calamine import load_workbook

    return len(load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python()) - 1


def openpyxl(data: bytes) -> int:
    """Read the cells of a workbook with the library in Python."""
    import openpyxl as library

    book: Any = library.load_workbook(io.BytesIO(data), read_only=True)
    return sum(1 for _ in book.active.iter_rows(values_only=True)) - 1


Read = Callable[[bytes], int]
READERS: Final[dict[str, dict[str, Read]]] = {
    "csv": {"floor: csv.reader": csv_reader, "DictReader + Decimal": dict_reader},
    "ofx1": {
        "floor: one expression": regular_expression,
        "ofxparse": ofxparse,
        "ofxtools": ofxtools,
    },
    "ofx2": {
        "floor: expat": bare_expat("STMTTRN", "TRNAMT"),
        "ofxparse": ofxparse,
        "ofxtools": ofxtools,
    },
    "mt940": {"floor: one expression": one_expression, "mt-940": mt_940},
    "camt": {"floor: expat": bare_expat("Ntry", "Amt")},
    "qif": {"floor: split": split_records, "quiffen": quiffen},
    "bai2": {"floor: split": split_fields(",", "16", 2)},
    "iif": {"floor: split": split_fields("\t", "TRNS", 5)},
    "xlsx": {"floor: calamine": calamine, "openpyxl": openpyxl},
}
"""Kind of file -> who reads it beside us; the first is the floor."""
