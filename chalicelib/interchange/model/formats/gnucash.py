"""GnuCash's XML books, plain or packed by gzip: what each account of money gained, and why.

The file is unpacked and walked piece by piece, so that neither holds it as a whole. What is scheduled lies in
template transactions and has not happened; it is left out, as are voided transactions. Elements after GnuCash's
`gnc-v2` schema (`libgnucash/doc/xml/gnucash-v2.rnc`).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import field
from datetime import date
from decimal import Context, Decimal
from typing import Final
from xml.parsers import expat

from chalicelib.interchange.model.formats.journals.days import make_day
from chalicelib.interchange.model.formats.journals.entries import (
    Entry,
    Journal,
    Naming,
    Posting,
    Sort,
)
from chalicelib.interchange.model.formats.journals.statements import read_statements
from chalicelib.interchange.model.formats.types import (
    MAX_ROWS,
    MAX_TEXT,
    Hints,
    Notes,
    ParsedFile,
    Unreadable,
)
from chalicelib.interchange.model.formats.xml_parser import MAX_DEPTH, strict_parser
from chalicelib.kernel.values import dataclass

GZIP: Final = b"\x1f\x8b"
_CHUNK: Final = 64 * 1024
_PACKED_CHUNK: Final = 4 * 1024
_MAX_UNPACKED: Final = 200 * 1024 * 1024
_MAX_RATIO: Final = 60
"""Bytes that a byte of a packed file may become; books in XML come to 10 to 25."""
_SLACK: Final = 1024 * 1024
_MAX_ELEMENTS: Final = 10_000_000
_MAX_ACCOUNTS: Final = 20_000
_MAX_LEVELS: Final = 20
_DIGITS: Final = re.compile(r"[0-9]{1,40}")
_FRAMES: Final = frozenset({"gnc:account", "gnc:transaction", "trn:split"})
_TEMPLATES: Final = "gnc:template-transactions"
_DIVISION: Final = Context(prec=28)
_SORTS: Final[dict[str, Sort]] = {
    "BANK": "asset", "CASH": "asset", "ASSET": "asset", "RECEIVABLE": "asset", "STOCK": "asset",
    "MUTUAL": "asset", "CURRENCY": "asset", "CHECKING": "asset", "SAVINGS": "asset", "MONEYMRKT": "asset",
    "CREDIT": "liability", "LIABILITY": "liability", "PAYABLE": "liability", "CREDITLINE": "liability",
    "INCOME": "income", "EXPENSE": "expense", "EQUITY": "equity", "TRADING": "conversion",
}  # fmt: skip
_KINDS: Final = {
    "BANK": "bank", "CHECKING": "bank", "SAVINGS": "bank", "MONEYMRKT": "bank", "CASH": "cash", "CREDIT": "card",
    "CREDITLINE": "card", "LIABILITY": "loan", "PAYABLE": "loan", "ASSET": "asset", "RECEIVABLE": "asset",
    "STOCK": "investment", "MUTUAL": "investment",
}  # fmt: skip
Fields = dict[str, str]


@dataclass(slots=True)
class _Frame:
    """An element whose leaves are collected by their path below it."""

    name: str
    line: int
    depth: int
    fields: Fields = field(default_factory=dict)
    splits: list[tuple[int, Fields]] = field(default_factory=list)


class _Walk:
    """The handlers of expat, and what they have found."""

    def __init__(self) -> None:
        self.accounts: dict[str, Fields] = {}
        self.transactions: list[_Frame] = []
        self.templates = 0
        self._frames = [_Frame("", 1, 0)]
        self._path: list[str] = []
        self._text: list[str] = []
        self._length = 0
        self._slot = ""
        self._elements = 0
        self._splits = 0
        self._skipped = 0
        self.parser = strict_parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _start(self, name: str, _: dict[str, str]) -> None:
        self._elements += 1
        if len(self._path) > MAX_DEPTH or self._elements > _MAX_ELEMENTS:
            raise Unreadable("too-complex", "The XML is nested too deeply, or too large.")
        self._path.append(name)
        self._clear()
        if name == _TEMPLATES or self._skipped:
            self._skipped += 1
            self.templates += name == "gnc:transaction"
        elif name in _FRAMES:
            line = self.parser.CurrentLineNumber
            self._frames.append(_Frame(name, line, len(self._path)))

    def _characters(self, text: str) -> None:
        if self._length < 4 * MAX_TEXT:
            self._text.append(text[: 4 * MAX_TEXT])
            self._length += len(text)

    def _clear(self) -> None:
        self._text.clear()
        self._length = 0

    def _end(self, name: str) -> None:
        depth = len(self._path)
        if self._skipped:
            self._skipped -= 1
        elif depth == self._frames[-1].depth and len(self._frames) > 1:
            self._close(self._frames.pop())
        elif self._text:
            self._keep(self._frames[-1], name, "".join(self._text).strip())
        self._path.pop()
        self._clear()

    def _keep(self, frame: _Frame, name: str, text: str) -> None:
        """Keep the text of a leaf under its path; that of a slot under its key."""
        if name == "slot:key":
            self._slot = text
        elif not text or len(frame.fields) > 200:
            return
        elif name in {"slot:value", "gdate", "ts:date"} and "slot" in self._path[frame.depth :]:
            frame.fields.setdefault(f"slot {self._slot}", text)
        else:
            frame.fields.setdefault("/".join(self._path[frame.depth :]), text)

    def _close(self, frame: _Frame) -> None:
        if frame.name == "gnc:account":
            if len(self.accounts) >= _MAX_ACCOUNTS:
                raise Unreadable("too-many-statements", f"More than {_MAX_ACCOUNTS} accounts.")
            self.accounts.setdefault(frame.fields.get("act:id", ""), frame.fields)
        elif frame.name == "gnc:transaction":
            self.transactions.append(frame)
        else:
            self._splits += 1
            if self._splits > 4 * MAX_ROWS:
                raise Unreadable("too-many-rows", f"The file has more than {4 * MAX_ROWS} splits.")
            self._frames[-1].splits.append((frame.line, frame.fields))


class _Reader:
    """Makes a journal of what was found."""

    def __init__(self, walk: _Walk, notes: Notes) -> None:
        self.journal = Journal("gnucash", "GnuCash XML", notes)
        self._walk = walk
        self._notes = notes
        self._names: dict[str, str] = {}
        self._voided = 0

    def read(self) -> Journal:
        """Take accounts first, then the transactions between them."""
        for guid, fields in self._walk.accounts.items():
            self._account(guid, fields)
        for frame in self._walk.transactions:
            self._transaction(frame)
        if self._voided:
            self._notes.add("not-booked", f"{self._voided} voided transactions were left out.")
        if self._walk.templates:
            detail = f"{self._walk.templates} templates of scheduled transactions were left out."
            self._notes.add("scheduled-left-out", detail)
        return self.journal

    def _account(self, guid: str, fields: Fields) -> None:
        kind = fields.get("act:type", "")
        path = self._path(guid)
        name = ":".join(path) or guid
        if name in self.journal.names:
            name = f"{name} ({guid[:8]})"
        self._names[guid] = name
        sort = _SORTS.get(kind, "")
        self.journal.sorts[name] = sort
        naming = Naming(name=name, kind=_KINDS.get(kind, ""), currency=_commodity(fields, "act"))
        if sort in {"income", "expense"}:
            naming.path = path[1:] if len(path) > 1 else path
        self.journal.names[name] = naming

    def _path(self, guid: str) -> tuple[str, ...]:
        """Give the names from below the root down to an account; a ring of parents ends somewhere."""
        names: list[str] = []
        at = guid
        while at in self._walk.accounts and len(names) < _MAX_LEVELS:
            fields = self._walk.accounts[at]
            if fields.get("act:type") == "ROOT":
                break
            names.append(fields.get("act:name", "")[:200])
            at = fields.get("act:parent", "")
        return tuple(reversed(names))

    def _transaction(self, frame: _Frame) -> None:
        fields = frame.fields
        if "slot void-reason" in fields:
            self._voided += 1
            return
        written = fields.get("slot date-posted") or fields.get("trn:date-posted/ts:date", "")
        entry = Entry(frame.line, _day(written), written_day=written[:40])
        entry.payee = fields.get("trn:description", "")
        entry.memo = fields.get("slot notes", "")
        currency = _commodity(fields, "trn")
        for line, split in frame.splits:
            entry.postings.append(self._posting(line, split, currency))
        self.journal.entries.append(entry)

    def _posting(self, line: int, split: Fields, currency: str) -> Posting:
        guid = split.get("split:account", "")
        account = self._names.get(guid, f"Orphan:{guid[:40]}")
        naming = self.journal.names.get(account)
        posting = Posting(account, line, note=split.get("split:memo", ""))
        posting.provider_id = split.get("split:id", "")
        quantity = _fraction(split.get("split:quantity", ""))
        value = _fraction(split.get("split:value", ""))
        commodity = naming.currency if naming and naming.currency else currency
        if quantity is None or value is None:
            posting.flaw = "The amount is no fraction of two numbers."
            posting.commodity = commodity
            return posting
        posting.set_amount(quantity, commodity)
        posting.weight, posting.weight_in = value, currency
        return posting


def _commodity(fields: Fields, prefix: str) -> str:
    """Give the code of a currency; the symbol of anything else with its market, so that it is not taken for one."""
    tag = "act:commodity" if prefix == "act" else "trn:currency"
    space, code = fields.get(f"{tag}/cmdty:space", ""), fields.get(f"{tag}/cmdty:id", "")
    return code[:20] if space in {"CURRENCY", "ISO4217", ""} else f"{space[:20]}:{code[:20]}"


def _fraction(text: str) -> Decimal | None:
    over, _, under = text.partition("/")
    sign = over.startswith("-")
    over, under = over.removeprefix("-"), under or "1"
    if not all(_DIGITS.fullmatch(number) for number in (over, under)):
        return None
    number = Decimal(f"-{over}" if sign else over)
    if under.strip("0") == "1" and under[0] == "1":
        return number.scaleb(1 - len(under), _EXACT)
    below = Decimal(under)
    return _DIVISION.divide(number, below) if below else None


_EXACT: Final = Context(prec=60)


def _day(text: str) -> date | None:
    """Read the day of `2020-01-31 10:59:00 +0000`: GnuCash writes the owner's day before the time."""
    parts = text[:10].split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    return make_day(*map(int, parts))


def unpacked(data: bytes) -> Iterator[bytes]:
    """Give a file piece by piece, unpacked if it is packed; refuse one that grows beyond all measure."""
    if not data.startswith(GZIP):
        yield from (data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK))
        return
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    most = min(_MAX_UNPACKED, _SLACK + _MAX_RATIO * len(data))
    total = 0
    try:
        for at in range(0, len(data), _PACKED_CHUNK):
            rest = data[at : at + _PACKED_CHUNK]
            while rest and not unpacker.eof:
                piece = unpacker.decompress(rest, _CHUNK)
                rest = unpacker.unconsumed_tail
                total += len(piece)
                if total > most:
                    raise Unreadable("too-large", "The packed file becomes too large.")
                yield piece
    except zlib.error as error:
        raise Unreadable("not-a-statement", "The packed file is damaged.") from error


def is_gnucash(data: bytes) -> bool:
    """Whether a file is a book of GnuCash, packed or not."""
    try:
        head = next(unpacked(data), b"")
    except Unreadable:
        return False
    return b"<gnc-v2" in head[:2048] or b"<gnc:" in head[:2048]


def parse_gnucash(data: bytes, hints: Hints) -> ParsedFile:
    """Read every account of money in a book of GnuCash; refuse one without any."""
    notes = Notes()
    walk = _Walk()
    try:
        for piece in unpacked(data):
            walk.parser.Parse(piece, False)
        walk.parser.Parse(b"", True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        detail = f"The XML breaks off in line {error.lineno}: {reason}."
        if not walk.transactions:
            raise Unreadable("not-a-statement", detail) from error
        notes.add("truncated-file", detail, line=error.lineno)
    statements = read_statements(_Reader(walk, notes).read(), hints)
    return ParsedFile("gnucash", "GnuCash XML", "utf-8", statements, None, notes.all())
