"""BAI2, the cash-management records of American banks: file, group, account, transaction, trailers.

A record ends with a slash or its line, and `88` goes on with the one before. Amounts are whole minor
units of their currency; the type code says which way money went.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from chalicelib.interchange.model.formats.amounts import Flaw
from chalicelib.interchange.model.formats.bookings import Balance, Booking, Books, bank_id
from chalicelib.interchange.model.formats.dates import full_year, make_date
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
    quoted,
)
from chalicelib.kernel.money import UnknownCurrency, exponent
from chalicelib.kernel.values import dataclass

_OPENING: Final = "010"
_CLOSING: Final = "015"
_DEFAULT_CURRENCY: Final = "USD"
_MAX_LINES: Final = 2_000_000
_MAX_AMOUNT: Final = 18
_NO_DIRECTION: Final = "is neither a credit (100 to 399) nor a debit (400 to 699)."


@dataclass(slots=True)
class _Record:
    """A record with the lines that go on with it."""

    line: int
    code: str
    text: str
    more: list[str] | None = None

    def cells(self) -> list[str]:
        """Give all fields, of the record and of what goes on with it."""
        return ",".join((self.text, *(self.more or ()))).split(",")

    def leading(self, count: int) -> tuple[list[str], str]:
        """Give the first so many fields, and the rest as text."""
        if not self.more:
            cells = self.text.split(",", count)
            if len(cells) > count:
                return cells[:count], cells[count]
            return cells + [""] * (count - len(cells)), ""
        text, at = self.text, 0
        while text.count(",") < count - 1 and at < len(self.more):
            text, at = f"{text},{self.more[at]}", at + 1
        cells = text.split(",", count)
        rest = [*cells[count:], *self.more[at:]]
        return cells[:count] + [""] * (count - len(cells)), " ".join(rest)


@dataclass(slots=True)
class _Account:
    """One account of a group while its records go by."""

    line: int
    number: str
    currency: str
    digits: int | None
    balances: dict[str, Decimal] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    total: int = 0


class _Walk:
    """Where the walk is, and what it has found."""

    def __init__(self, hints: Hints, notes: Notes) -> None:
        self.books = Books(notes)
        self.accounts = 0
        self.closed = False
        self._hints = hints
        self._notes = notes
        self._day: date | None = None
        self._written_day = ""
        self._bank = ""
        self._currency = ""
        self._account: _Account | None = None

    def take(self, record: _Record) -> None:
        """Read one record."""
        match record.code:
            case "02":
                cells, _ = record.leading(6)
                self.finish()
                self._bank, self._written_day = cells[1].strip()[:64], cells[3].strip()
                self._day, self._currency = _day(self._written_day), cells[5].strip().upper()[:8]
            case "03":
                self.finish()
                self._account = self._open(record)
            case "16" if self._account is not None:
                self._enter(self._account, record)
            case "49":
                self._prove(record)
                self.finish()
            case "99":
                self.closed = True
            case "01" | "98":
                pass
            case _:
                detail = f"There is no record {quoted(record.code)} here."
                self._notes.add("ignored-line", detail, line=record.line)

    def _open(self, record: _Record) -> _Account:
        cells = record.cells()
        stated = cells[1].strip().upper()[:8] if len(cells) > 1 else ""
        currency = stated or self._currency or self._hints.currency or _DEFAULT_CURRENCY
        account = _Account(record.line, cells[0].strip()[:64], currency, _digits(currency))
        at = 2
        while at + 1 < len(cells):
            amount = _whole(cells[at + 1])
            if amount is not None:
                account.total += amount
                if account.digits is not None:
                    scaled = Decimal(amount).scaleb(-account.digits)
                    account.balances.setdefault(cells[at].strip(), scaled)
            at += 4 + _more_of(cells[at + 3 : at + 5])
        self.accounts += 1
        return account

    def _enter(self, account: _Account, record: _Record) -> None:
        if len(account.rows) >= MAX_ROWS:
            raise Unreadable("too-many-rows", f"The file has more than {MAX_ROWS} transactions.")
        funds = _more_of(record.text.split(",", 4)[2:4] if not record.more else record.cells()[2:4])
        lead, text = record.leading(5 + funds)
        kind, reference = lead[0].strip()[:20], lead[3 + funds]
        valued = _day(lead[3]) if funds and lead[2].strip().upper() == "V" else None
        whole = _whole(lead[1])
        account.total += whole or 0
        booking = Booking(
            record.line,
            self._day,
            self._written_day,
            _directed(lead[1], whole, kind, account.digits),
            account.currency,
            "",
            text[: 8 * MAX_TEXT].strip().removesuffix("/"),
            bank_id(reference, valued or self._day),
            kind,
        )
        account.rows.append(booking.row(self._hints))

    def _prove(self, record: _Record) -> None:
        """Compare the control total of an account with the sum of its amounts."""
        stated = _whole(record.cells()[0])
        if self._account is not None and stated is not None and stated != self._account.total:
            detail = f"The amounts sum to {self._account.total}, the control total is {stated}."
            self._notes.add("control-mismatch", detail, line=record.line, column="amount")

    def finish(self) -> None:
        """Put the account that is open into the books."""
        account, self._account = self._account, None
        if account is None:
            return
        opening, closing = account.balances.get(_OPENING), account.balances.get(_CLOSING)
        self.books.add(
            AccountHint(kind="bank", number=account.number, bank_id=self._bank),
            account.currency,
            account.rows,
            (
                None if opening is None else Balance(opening, self._day),
                None if closing is None else Balance(closing, self._day),
            ),
            line=account.line,
        )


def parse_bai2(data: bytes, hints: Hints) -> ParsedFile:
    """Read every account of a BAI2 file; refuse one that holds none."""
    decoded = decode(data, hint=hints.encoding)
    notes = Notes()
    walk = _Walk(hints, notes)
    for record in _records(decoded.text):
        walk.take(record)
    walk.finish()
    if not walk.accounts:
        raise Unreadable("no-statement", "The BAI2 file holds no account.")
    if not walk.closed:
        notes.add("truncated-file", "The file trailer 99 is missing: the file may be cut off.")
    return ParsedFile("bai2", "BAI2", decoded.encoding, walk.books.statements(), None, notes.all())


def _records(text: str) -> Iterator[_Record]:
    """Put records and what goes on with them together."""
    if text.count("\n") > _MAX_LINES:
        raise Unreadable("too-many-rows", f"The file has more than {_MAX_LINES} lines.")
    record: _Record | None = None
    for line, written in enumerate(lines_of(text), 1):
        code, _, rest = written.strip().partition(",")
        rest = rest.rstrip().removesuffix("/")
        if not code:
            continue
        if code == "88" and record is not None:
            if record.more is None:
                record.more = []
            record.more.append(rest)
            continue
        if record is not None:
            yield record
        record = _Record(line, code[:8], rest)
    if record is not None:
        yield record


def _more_of(cells: list[str]) -> int:
    """Say how many fields follow a funds type: value date and time, or amounts by availability."""
    if not (cells and cells[0]):
        return 0
    funds = cells[0].strip().upper() if cells else ""
    if funds == "D":
        count = _whole(cells[1]) if len(cells) > 1 else None
        return 1 + 2 * min(max(count or 0, 0), 100)
    return {"V": 2, "S": 3}.get(funds, 0)


def _whole(text: str) -> int | None:
    text = text.strip()
    digits = text[1:] if text[:1] in {"+", "-"} else text
    if not (digits.isascii() and digits.isdecimal()) or len(digits.lstrip("0")) > _MAX_AMOUNT:
        return None
    return -int(digits) if text[0] == "-" else int(digits)


def _directed(written: str, whole: int | None, kind: str, digits: int | None) -> Decimal | Flaw:
    if whole is None:
        if not written.strip():
            return Flaw("no-amount", "The amount is empty.")
        return Flaw("bad-amount", f"{quoted(written.strip())} is no amount in minor units.")
    if len(kind) != 3 or not "100" <= kind <= "699":
        return Flaw("no-direction", f"Type {quoted(kind)} {_NO_DIRECTION}")
    if digits is None:
        return Flaw("unknown-currency", "The currency of the account is not known.")
    amount = Decimal(whole).scaleb(-digits)
    return amount if kind < "400" else -amount


def _digits(currency: str) -> int | None:
    try:
        return exponent(currency)
    except UnknownCurrency:
        return None


def _day(text: str) -> date | None:
    text = text.strip()
    return _read_day(text) if len(text) == 6 else None


@lru_cache(maxsize=4_096)
def _read_day(text: str) -> date | None:
    if not (text.isascii() and text.isdecimal()):
        return None
    return make_date(full_year(text[:2]), int(text[2:4]), int(text[4:]))
