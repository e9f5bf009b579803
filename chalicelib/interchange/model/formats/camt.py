"""CAMT.052, .053 and .054 of every version: ISO 20022 reports, statements and notifications.

The XML is walked by expat, entry by entry, so that only rows are kept. Names count without their
namespace, because versions differ in it and in little else. A document type is refused as a whole:
without one there is no entity to expand and nothing to fetch.
"""

from __future__ import annotations

import re
from dataclasses import field
from datetime import date
from decimal import Decimal
from typing import Final
from xml.parsers import expat

from chalicelib.interchange.model.formats.amounts import Flaw, read_plain
from chalicelib.interchange.model.formats.bookings import Balance, Books
from chalicelib.interchange.model.formats.camt_entries import Entry, Fields, read_entry
from chalicelib.interchange.model.formats.camt_entries import day_of as _day
from chalicelib.interchange.model.formats.text import decode
from chalicelib.interchange.model.formats.types import (
    MAX_ROWS,
    MAX_TEXT,
    AccountHint,
    Hints,
    Notes,
    ParsedFile,
    Row,
    Unreadable,
    quoted,
)
from chalicelib.interchange.model.formats.xml_parser import MAX_DEPTH, strict_parser
from chalicelib.kernel.values import dataclass

_CHUNK: Final = 64 * 1024
_MAX_ELEMENTS: Final = 2_000_000
_STATEMENTS: Final = frozenset({"Stmt", "Rpt", "Ntfctn"})
_FRAMES: Final = _STATEMENTS | {"Bal", "Ntry", "TxDtls"}
_REPEATED: Final = frozenset({"Ustrd", "AddtlRmtInf"})
_OPENING: Final = ("OPBD", "PRCD")
_CLOSING: Final = "CLBD"
_VERSION: Final = re.compile(r"camt\.(05[234])\.001\.([0-9]{2})")
_ENCODING: Final = re.compile(rb"<\?xml[^>]{0,80}encoding=[\"']([A-Za-z0-9_.-]{1,20})")


@dataclass(slots=True)
class _Frame:
    """An element whose leaves are collected by their path below it."""

    name: str
    line: int
    depth: int
    fields: Fields = field(default_factory=dict)
    details: list[Fields] = field(default_factory=list)
    balances: dict[str, Fields] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)


class _Walk:
    """The handlers of expat, and what they have found."""

    def __init__(self, hints: Hints, notes: Notes) -> None:
        self.books = Books(notes)
        self.statements = 0
        self._hints = hints
        self._notes = notes
        self._frames = [_Frame("", 1, 0)]
        self._paths = [""]
        self._text: list[str] = []
        self._elements = 0
        self._rows = 0
        self.parser = strict_parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text.append

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        self._elements += 1
        if len(self._paths) > MAX_DEPTH or self._elements > _MAX_ELEMENTS:
            raise Unreadable("too-complex", "The XML is nested too deeply, or too large.")
        if name in _FRAMES:
            line = self.parser.CurrentLineNumber
            self._frames.append(_Frame(name, line, len(self._paths)))
            self._paths.append("")
        else:
            path = f"{self._paths[-1]}/{name}"
            self._paths.append(path)
            if "Ccy" in attributes:
                self._frames[-1].fields.setdefault(f"{path}@Ccy", attributes["Ccy"][:8].upper())
        self._text.clear()

    def _end(self, name: str) -> None:
        path = self._paths.pop()
        frame = self._frames[-1]
        if frame.depth == len(self._paths) and len(self._frames) > 1:
            self._frames.pop()
            self._close(frame)
        elif self._text:
            self._keep(frame, path, name)
        self._text.clear()

    def _keep(self, frame: _Frame, path: str, name: str) -> None:
        """Keep the text of a leaf: of an element that comes again the first one, of a purpose all."""
        text = "".join(self._text)[: 4 * MAX_TEXT].strip()
        known = frame.fields.get(path)
        if known is None:
            if text:
                frame.fields[path] = text
        elif name.rpartition(":")[2] in _REPEATED and len(known) < 4 * MAX_TEXT:
            frame.fields[path] = f"{known} {text}"

    def _close(self, frame: _Frame) -> None:
        above = self._frames[-1]
        if frame.name == "TxDtls":
            above.details.append(frame.fields)
        elif frame.name == "Bal":
            code = frame.fields.get("/Tp/CdOrPrtry/Cd", "")
            above.balances.setdefault(code, frame.fields)
        elif frame.name == "Ntry":
            self._enter(frame, above)
        else:
            self._finish(frame)

    def _enter(self, frame: _Frame, above: _Frame) -> None:
        entry = Entry(frame.line, frame.fields, frame.details, above.fields)
        rows = read_entry(entry, self._hints, self._notes)
        above.rows += rows
        self._rows += len(rows)
        if self._rows > MAX_ROWS:
            raise Unreadable("too-many-rows", f"The file has more than {MAX_ROWS} transactions.")

    def _finish(self, frame: _Frame) -> None:
        """Turn what was collected of a statement into values."""
        self.statements += 1
        fields = frame.fields
        opening = next((frame.balances[code] for code in _OPENING if code in frame.balances), {})
        closing = frame.balances.get(_CLOSING, {})
        named = [row.currency for row in frame.rows[:1]]
        stated = (fields.get("/Acct/Ccy"), opening.get("/Amt@Ccy"), closing.get("/Amt@Ccy"), *named)
        currency = next((code.upper()[:8] for code in stated if code), self._hints.currency)
        first, last = self._balance(opening, currency), self._balance(closing, currency)
        _date_rows(frame, first, last, self._notes)
        number = fields.get("/Acct/Id/IBAN") or fields.get("/Acct/Id/Othr/Id", "")
        server = "/Acct/Svcr/FinInstnId"
        bank = fields.get(f"{server}/BICFI") or fields.get(f"{server}/BIC", "")
        account = AccountHint(kind="bank", number=number[:64], bank_id=bank[:64])
        self.books.add(account, currency, frame.rows, (first, last), line=frame.line)

    def _balance(self, fields: Fields, currency: str | None) -> Balance | None:
        if not fields:
            return None
        amount = read_plain(fields.get("/Amt", ""))
        if isinstance(amount, Flaw):
            self._notes.add("bad-balance", amount.detail, column="balance")
            return None
        if fields.get("/Amt@Ccy", currency) != currency:
            detail = f"A balance in {quoted(fields['/Amt@Ccy'])} says nothing about {currency}."
            self._notes.add("bad-balance", detail, column="balance")
            return None
        signed: Decimal = -amount if fields.get("/CdtDbtInd") == "DBIT" else amount
        return Balance(signed, _day(fields, "/Dt"))

    def cut_off(self) -> None:
        """Finish the statement in which the file ends; its entries before the end are whole."""
        for frame in self._frames:
            if frame.name in _STATEMENTS:
                self._finish(frame)


def parse_camt(data: bytes, hints: Hints) -> ParsedFile:
    """Read every statement of a CAMT file; refuse one that holds none."""
    declared = _ENCODING.search(data[:256])
    decoded = decode(
        data, hint=hints.encoding, declared=declared[1].decode("ascii") if declared else None
    )
    notes = Notes()
    if decoded.damaged:
        notes.add("damaged-text", f"{decoded.damaged} characters could not be decoded.")
    if decoded.text.count("<") > 2 * _MAX_ELEMENTS:
        raise Unreadable("too-complex", f"The file has more than {2 * _MAX_ELEMENTS} tags.")
    walk = _Walk(hints, notes)
    text = decoded.text.lstrip()
    try:
        for start in range(0, len(text), _CHUNK):
            walk.parser.Parse(text[start : start + _CHUNK].encode("utf-8", "replace"), False)
        walk.parser.Parse(b"", True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        detail = f"The XML breaks off in line {error.lineno}: {reason}."
        walk.cut_off()
        if not walk.statements:
            raise Unreadable("not-a-statement", detail) from error
        notes.add("truncated-file", detail, line=error.lineno)
    if not walk.statements:
        raise Unreadable("no-statement", "The CAMT file holds no statement.")
    version = _VERSION.search(text[:4096])
    return ParsedFile(
        format="camt",
        dialect=f"CAMT.{version[1]}.001.{version[2]}" if version else "CAMT",
        encoding=decoded.encoding,
        statements=walk.books.statements(),
        notes=notes.all(),
    )


def _date_rows(
    frame: _Frame, opening: Balance | None, closing: Balance | None, notes: Notes
) -> None:
    """Give entries without a day that of their statement, where the statement is of one day."""
    undated = [at for at, row in enumerate(frame.rows) if row.booked_on is None]
    start = opening.day if opening else _day(frame.fields, "/FrToDt", "Fr")
    end = closing.day if closing else _day(frame.fields, "/FrToDt", "To")
    if not undated or start is None or start != end:
        return
    for at in undated:
        row = frame.rows[at]
        problems = tuple(problem for problem in row.problems if problem.code != "no-date")
        day: date | None = None if len(problems) == len(row.problems) else start
        frame.rows[at] = row._replace(booked_on=day, problems=problems)
    detail = f"{len(undated)} entries have no day of their own; that of their statement was taken."
    notes.add("date-of-statement", detail, line=frame.line, column="date")
