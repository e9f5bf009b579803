"""QIF, Quicken's line format: accounts and their transactions; lists, prices and trades are no expenses.

The format names no currency and no order of day and month. The order is found from all dates of the
file, as for tables; where they leave it open it is Quicken's own, and that is noted. Categories, classes, splits
and transfers are read by `qif_categories`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from datetime import date
from itertools import chain
from typing import Final

from chalicelib.interchange.model.formats.amounts import Flaw, find_style, read_styled
from chalicelib.interchange.model.formats.bookings import Balance, Booking, Books
from chalicelib.interchange.model.formats.dates import DateReader, find_order
from chalicelib.interchange.model.formats.qif_categories import (
    MOST_SPLITS,
    Filed,
    Split,
    divided,
    join_transfers,
)
from chalicelib.interchange.model.formats.tabular.texts import tidy
from chalicelib.interchange.model.formats.text import decode, lines_of
from chalicelib.interchange.model.formats.types import (
    MAX_ROWS,
    MAX_TEXT,
    AccountHint,
    Hints,
    Notes,
    ParsedFile,
    Row,
    Unreadable,
    make_row,
)
from chalicelib.kernel.values import dataclass

_KINDS: Final = {"bank": "bank", "cash": "", "ccard": "card", "oth a": "", "oth l": ""}
"""Types of accounts whose records are transactions."""
_OPENING: Final = "opening balance"
_PLAIN: Final = "TUPMNL"
"""Letters of a transaction's own lines, but for its date."""


@dataclass(slots=True)
class _Record:
    """The lines between two carets, by their first letter; of a letter that comes again the first."""

    line: int
    fields: dict[str, str] = field(default_factory=dict)
    splits: list[Split] = field(default_factory=list)
    more: int = 0
    """Splits beyond those that are kept."""

    def keep(self, written: str) -> None:
        """Keep a line; a date within a split is not the transaction's."""
        letter, text = written[0], written[1 : 8 * MAX_TEXT]
        if letter in _PLAIN:
            self.fields.setdefault(letter, text)
        elif letter == "S":
            if len(self.splits) < MOST_SPLITS:
                self.splits.append(Split(text))
            else:
                self.more += 1
        elif letter in "E$" and self.splits and not self.more:
            self.splits[-1].keep(letter, text)
        elif letter == "D" and not self.splits:
            self.fields.setdefault(letter, text)


@dataclass(slots=True)
class _Section:
    """The transactions under one header."""

    account: AccountHint
    line: int
    records: list[_Record] = field(default_factory=list)


def parse_qif(data: bytes, hints: Hints) -> ParsedFile:
    """Read the transactions of every account in a QIF file; refuse one without any."""
    decoded = decode(data, hint=hints.encoding)
    notes = Notes()
    if decoded.damaged:
        notes.add("damaged-text", f"{decoded.damaged} characters could not be decoded.")
    sections = _sections(decoded.text, notes)
    if not sections:
        raise Unreadable("no-statement", "The QIF file holds no account with transactions.")
    read = _Reader(sections, hints, notes)
    books = Books(notes)
    found = [(section, *read.section(section)) for section in sections]
    joined = join_transfers([(section.account.name, rows) for section, _, rows in found])
    for (section, opening, _), rows in zip(found, joined, strict=True):
        books.add(section.account, hints.currency, rows, (opening, None), line=section.line)
    return ParsedFile("qif", "QIF", decoded.encoding, books.statements(), None, notes.all())


class _Walk:
    """Where the walk is, and what it has found."""

    def __init__(self) -> None:
        self.sections: list[_Section] = []
        self.trades = 0
        self._account = AccountHint()
        self._listing = False
        self._count = 0

    def open(self, header: str) -> None:
        """Go on under a header."""
        kind = header.removeprefix("type:").strip()
        if header in {"option:autoswitch", "clear:autoswitch"}:
            # What lies between them is a list of all accounts, none of which is meant.
            self._listing = header.startswith("option")
        elif header != kind and kind in _KINDS:
            meant = AccountHint(kind=_KINDS[kind], name=self._account.name)
            self.sections.append(_Section(meant, 0))

    def take(self, header: str, record: _Record) -> None:
        """Take a record of the header."""
        if header == "account" and not self._listing:
            self._account = AccountHint(name=tidy(record.fields.get("N", "")[:100]))
        elif header.startswith("type:invst"):
            self.trades += 1
        elif header.startswith("type:") and header[5:].strip() in _KINDS:
            section = self.sections[-1]
            section.line = section.line or record.line
            section.records.append(record)
            self._count += 1
            if self._count > MAX_ROWS:
                detail = f"The file has more than {MAX_ROWS} transactions."
                raise Unreadable("too-many-rows", detail)


def _sections(text: str, notes: Notes) -> list[_Section]:
    walk = _Walk()
    header = ""
    record: _Record | None = None
    for line, written in enumerate(chain(lines_of(text), ("^",)), 1):
        if written[:1] in {"!", "^"}:
            if record is not None:
                walk.take(header, record)
            record = None
            if written[0] == "!":
                header = written[1:].strip().lower()
                walk.open(header)
        elif written.strip() and header:
            record = record or _Record(line)
            record.keep(written)
    if walk.trades:
        detail = f"{walk.trades} trades of securities are no expenses and were left out."
        notes.add("securities-left-out", detail)
    return walk.sections


class _Reader:
    """Reads transactions with the order of dates and the decimal mark of the whole file."""

    def __init__(self, sections: list[_Section], hints: Hints, notes: Notes) -> None:
        self._hints = hints
        self._notes = notes
        self._accounts = frozenset(one.account.name for one in sections if one.account.name)
        found = [one.fields for section in sections for one in section.records]
        days = [_written_day(fields.get("D", "")) for fields in found]
        apostrophes = any("'" in fields.get("D", "") for fields in found)
        order = find_order(
            filter(None, days), american=lambda: True if apostrophes else None, default="mdy"
        )
        style = find_style([text for fields in found if (text := _written_amount(fields))])
        self._dates = DateReader(hints.date_order or order.order)
        self._days: dict[str, date | None] = {}
        self._filed = Filed()
        self._mark = hints.decimal or style.decimal
        if order.ambiguous and hints.date_order is None:
            detail = "Nothing in the file tells day from month; the month was read first."
            notes.add("ambiguous-dates", detail, column="date")
        if style.ambiguous and hints.decimal is None:
            detail = "Nothing in the file tells thousands from decimals."
            notes.add("ambiguous-decimals", detail, column="amount")

    def section(self, section: _Section) -> tuple[Balance | None, list[Row]]:
        """Give the opening balance, which Quicken writes as a transaction, and the rows."""
        opening, unread = None, 0
        rows: list[Row] = []
        for record in _let_go(section.records):
            row = self._row(record)
            if row.payee.lower() == _OPENING and row.amount is not None and not rows:
                opening = Balance(row.amount, row.booked_on)
                detail = "The opening balance is no transaction."
                self._notes.add("summary-line", detail, line=record.line)
                continue
            pieces = self._pieces(record, row)
            unread += pieces is None
            rows += pieces or [row]
        if unread:
            detail = f"The splits of {unread} transactions do not add up; each came in as one."
            self._notes.add("splits-left-out", detail, line=section.line)
        return opening, rows

    def _pieces(self, record: _Record, row: Row) -> list[Row] | None:
        """Say what a row was for: itself with category or parts, and a row for each split that is a transfer.

        None where the splits cannot be read or do not add up to the amount.
        """
        if not record.splits:
            extras = self._filed[record.fields.get("L", "")]
            return [make_row((*row[:-1], extras))] if extras is not None else [row]
        if record.more or row.amount is None:
            return None
        sign = -1 if self._hints.invert_sign else 1
        amounts = [read_styled(one.amount.strip(), self._mark) for one in record.splits]
        known = [sign * one for one in amounts if not isinstance(one, Flaw)]
        if len(known) != len(amounts) or sum(known) != row.amount:
            return None
        return divided(row, list(zip(record.splits, known, strict=True)), self._accounts)

    def _row(self, record: _Record) -> Row:
        said = record.fields.get
        written = said("D", "")
        payee, memo = said("P", ""), said("M", "")
        if not (payee.strip() or memo.strip()):
            number = tidy(said("N", "")[:40])
            payee = f"# {number}" if number else payee
        day = self._days.get(written)
        if day is None and written:
            clean = _written_day(written)
            day = self._days[written] = self._dates[clean] if clean else None
        amount = read_styled(_written_amount(record.fields), self._mark)
        currency = self._hints.currency
        return Booking(record.line, day, written, amount, currency, payee, memo, None, "").row(
            self._hints
        )


def _let_go(records: list[_Record]) -> Iterator[_Record]:
    """Give the records in order without holding on to them: of a large file only the rows are kept."""
    records.reverse()
    while records:
        yield records.pop()


def _written_day(text: str) -> str:
    """Give a date with slashes where Quicken writes `1/ 1'00`."""
    text = text[:40].strip()
    return text.replace("' ", "/").replace("'", "/").replace("/ ", "/")


def _written_amount(fields: dict[str, str]) -> str:
    return (fields.get("T") or fields.get("U") or "").strip()
