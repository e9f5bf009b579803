"""MT940 and MT942: SWIFT statements as banks of nine countries write them, with and without envelope.

The text is walked field by field. A field begins with its tag at the start of a line; only the tags
of these two messages count, because wrapped text may begin with `:12:11`. Messages of one account
become one statement, each proven by its own balances.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from typing import Final, NamedTuple

from chalicelib.interchange.model.formats.amounts import Flaw, read_plain
from chalicelib.interchange.model.formats.bookings import (
    PENDING,
    Balance,
    Booking,
    Books,
    bank_id,
)
from chalicelib.interchange.model.formats.dates import full_year, make_date
from chalicelib.interchange.model.formats.mt940_texts import read_details, read_unswift
from chalicelib.interchange.model.formats.text import decode
from chalicelib.interchange.model.formats.types import (
    MAX_ROWS,
    MAX_TEXT,
    AccountHint,
    Hints,
    Notes,
    ParsedFile,
    Problem,
    Row,
    Unreadable,
    quoted,
)
from chalicelib.kernel.values import dataclass

_TAG: Final = re.compile(
    r"^[ \t]*+:\n?(20|21|25P?|28C?|60[FM]|61|62[FM]|64|65|86|NS|13D?|34F|90[CD]):", re.MULTILINE
)
_END: Final = re.compile(r"^-(?:\}.*)?$", re.MULTILINE)
_LINE: Final = re.compile(
    r"([0-9]{6})([0-9]{4}|[ ]{4})?[ ]?([RE]?[CD])([A-Z])?[ ]?([0-9]{1,18}(?:,[0-9]{0,18})?)"
    r"[ ]?([A-Z][A-Z0-9 ]{3})?(.*)"
)
_BALANCE: Final = re.compile(r"([CD])([0-9]{6})([A-Z]{3})?([0-9]{1,18}(?:,[0-9]{0,18})?)\s*\Z")
_FLOOR: Final = re.compile(r"[0-9]{0,5}([A-Z]{3})[CD]?[0-9]")
_TRAILING_CURRENCY: Final = re.compile(r"(?<=[0-9])[ /]?([A-Z]{3})\Z|/([A-Z]{3})\Z")
_INTERIM: Final = frozenset({"13", "13D", "34F", "90C", "90D"})
_REFERENCE: Final = 16
_MAX_DETAILS: Final = 8 * MAX_TEXT


class _Field(NamedTuple):
    line: int
    tag: str
    text: str


@dataclass(slots=True)
class _Entry:
    """A `:61:` with what follows it, as lines in one text: of a large file there are very many."""

    line: int
    text: str
    details: str = ""
    unswift: str = ""


@dataclass(slots=True)
class _Message:
    """One message while its fields go by."""

    line: int
    account: str = ""
    currency: str | None = None
    opening: Balance | None = None
    closing: Balance | None = None
    entries: list[_Entry] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)

    @property
    def interim(self) -> bool:
        """Whether it is an MT942, whose lines are not booked yet."""
        return bool(self.tags & _INTERIM) and self.opening is None and self.closing is None


def parse_mt940(data: bytes, hints: Hints) -> ParsedFile:
    """Read every message of a file; a message without lines is a statement without rows."""
    decoded = decode(data, hint=hints.encoding)
    notes = Notes()
    if decoded.damaged:
        notes.add("damaged-text", f"{decoded.damaged} characters could not be decoded.")
    text = decoded.text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    books = Books(notes)
    seen_interim = False
    for message in _messages(text, notes):
        seen_interim = seen_interim or message.interim
        _enter(books, message, hints, notes)
    return ParsedFile(
        format="mt940",
        dialect="MT942" if seen_interim else "MT940",
        encoding=decoded.encoding,
        statements=books.statements(),
        notes=notes.all(),
    )


def _fields(text: str) -> Iterator[_Field]:
    """Cut the text into fields; what follows the end of a message belongs to none."""
    line, counted = 1, 0
    found: re.Match[str] | None = None
    for following in chain(_TAG.finditer(text), (None,)):
        if found is not None:
            start, begin = found.span()
            body = text[begin : following.start() if following else len(text)]
            line += text.count("\n", counted, start)
            counted = start
            if "\n-" in body:
                closed = _END.search(body, 1)
                body = body[: closed.start()] if closed else body
            yield _Field(line, found[1], body)
        found = following


def _messages(text: str, notes: Notes) -> Iterator[_Message]:
    message: _Message | None = None
    for one in _fields(text):
        if message is None or one.tag == "20" or (one.tag == "25" and "25" in message.tags):
            # A second :25: that is no account is a misprinted :86:, and begins no message.
            if message is not None and one.tag == "25" and "20" in message.tags:
                continue
            if message is not None:
                yield message
            message = _Message(one.line)
        if len(message.entries) > MAX_ROWS:
            raise Unreadable("too-many-rows", f"The file has more than {MAX_ROWS} transactions.")
        _take(message, one, notes)
        message.tags.add(one.tag)
    if message is not None:
        yield message


def _take(message: _Message, one: _Field, notes: Notes) -> None:
    match one.tag:
        case "61":
            message.entries.append(_Entry(one.line, one.text))
        case "86" | "NS" if message.entries and not message.tags & {"62F", "62M"}:
            last = message.entries[-1]
            if one.tag == "86":
                last.details = _followed(last.details, one.text)
            else:
                last.unswift = _followed(last.unswift, one.text)
        case "25" | "25P":
            _take_account(message, one.text)
        case "60F" | "60M":
            message.opening = message.opening or _balance(message, one, notes)
        case "62F" | "62M":
            message.closing = _balance(message, one, notes) or message.closing
        case "34F" | "90C" | "90D":
            floor = _FLOOR.match(one.text)
            message.currency = message.currency or (floor[1] if floor else None)


def _followed(before: str, text: str) -> str:
    """Put a field after the one before, within bounds: the standard has six lines of one."""
    whole = f"{before}\n{text[:_MAX_DETAILS]}" if before else text[:_MAX_DETAILS]
    return whole if len(whole) <= 2 * _MAX_DETAILS else before


def _take_account(message: _Message, text: str) -> None:
    written = text.strip().split("\n")[0][:64]
    found = _TRAILING_CURRENCY.search(written)
    message.account = written[: found.start()] if found else written
    if found and message.currency is None:
        message.currency = found[1] or found[2]


def _balance(message: _Message, one: _Field, notes: Notes) -> Balance | None:
    text = one.text.strip().split("\n")[0]
    found = _BALANCE.match(text)
    value = read_plain(found[4].rstrip(",")) if found else None
    if found is None or not isinstance(value, Decimal):
        notes.add(
            "bad-balance", f"{quoted(text)} is not a balance.", line=one.line, column="balance"
        )
        return None
    message.currency = found[3] or message.currency
    return Balance(value if found[1] == "C" else -value, _day(found[2]))


def _enter(books: Books, message: _Message, hints: Hints, notes: Notes) -> None:
    """Read the lines of a message, and put it after the others of its account."""
    currency, interim = message.currency or hints.currency, message.interim
    rows = [
        _row(entry, currency, hints, notes, interim=interim) for entry in _let_go(message.entries)
    ]
    bank, slash, number = message.account.rpartition("/")
    account = AccountHint(kind="bank", number=number, bank_id=bank if slash else "")
    books.add(account, currency, rows, (message.opening, message.closing), line=message.line)


def _let_go(entries: list[_Entry]) -> Iterator[_Entry]:
    """Give the entries in order without holding on to them: of a large file only the rows are kept."""
    entries.reverse()
    while entries:
        yield entries.pop()


def _row(entry: _Entry, currency: str | None, hints: Hints, notes: Notes, *, interim: bool) -> Row:
    first, _, more = entry.text.lstrip().partition("\n")
    found = _LINE.match(first)
    if found is None:  # some banks wrap even this line
        found, more = _LINE.match(first + more.replace("\n", "")), ""
    if found is None:
        return _unreadable(entry, first)
    valued, entered, mark, _, written, code, references = found.groups()
    value_day, day, adjusted = _days(valued, entered)
    if adjusted:
        detail = f"{quoted(valued)} is a day of a bank's 30-day month; {day} was taken."
        notes.add("adjusted-date", detail, line=entry.line, column="date")
    amount: Decimal | Flaw = read_plain(written.rstrip(","))
    if not isinstance(amount, Flaw) and mark in {"D", "RC", "ED"}:
        amount = -amount
    customer, _, bank = references.partition("//")
    payee, memo = _texts(entry, customer[_REFERENCE:], more)
    return Booking(
        entry.line,
        day,
        valued + (entered or ""),
        amount,
        currency,
        payee,
        memo,
        bank_id(bank, value_day or day),
        PENDING if interim or mark[0] == "E" else (code or "").strip()[1:],
    ).row(hints)


def _texts(entry: _Entry, beside: str, more: str) -> tuple[str, str]:
    """Take the texts where the bank put them: `:86:`, `:NS:`, behind the reference, in the second line."""
    payee, memo = read_details(entry.details.split("\n"))
    if entry.unswift:
        other, purpose = read_unswift(entry.unswift.split("\n"))
        payee, memo = payee or other, memo or purpose
    return payee or beside.strip(), memo or more.strip()


def _unreadable(entry: _Entry, first: str) -> Row:
    detail = f"{quoted(first.strip())} is not a line of a statement."
    return Row(
        line=entry.line,
        booked_on=None,
        amount=None,
        currency=None,
        payee="",
        memo="",
        provider_id=None,
        kind="",
        mcc=None,
        balance=None,
        problems=(Problem(entry.line, None, "bad-line", detail),),
    )


def _day(text: str) -> date | None:
    return make_date(full_year(text[:2]), int(text[2:4]), int(text[4:6]))


@lru_cache(maxsize=4_096)
def _days(value_text: str, entry_text: str | None) -> tuple[date | None, date | None, bool]:
    """Give value day and booking day, and whether the latter was made of one that no calendar has."""
    value = _day(value_text)
    day = _entry_day(value_text, value, entry_text)
    adjusted = _banks_day(value_text) if day is None else None
    return value, day or adjusted, adjusted is not None


def _entry_day(value_text: str, value: date | None, entry_text: str | None) -> date | None:
    """Give the booking day: of the years around the value date, the one that brings them closest."""
    if entry_text is None or not entry_text.strip():
        return value
    month, day = int(entry_text[:2]), int(entry_text[2:])
    year = full_year(value_text[:2])
    near = value or _banks_day(value_text)
    if near is None:
        return None
    days = [found for at in (year, year - 1, year + 1) if (found := make_date(at, month, day))]
    return min(days, key=lambda found: abs(found - near), default=value)


def _banks_day(text: str) -> date | None:
    """Read a day that only a bank's year of 12 x 30 days has: 30 February is its last."""
    year, month, day = full_year(text[:2]), int(text[2:4]), int(text[4:6])
    if not (1 <= month <= 12 and 28 < day <= 31):
        return None
    return make_date(year, month, min(day, monthrange(year, month)[1]))
