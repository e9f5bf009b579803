"""From double entry to statements: one of each account that holds money, in each of its currencies.

The rows of a statement sum to the account's balance in the journal, because each row is what one transaction
did to the account. What else the transaction says becomes the row's category, its parts or its other leg.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from datetime import date, timedelta
from decimal import Decimal, localcontext
from typing import Final, NamedTuple

from chalicelib.interchange.model.formats.amounts import ZERO
from chalicelib.interchange.model.formats.bookings import PENDING
from chalicelib.interchange.model.formats.journals.balancing import complete
from chalicelib.interchange.model.formats.journals.entries import (
    Check,
    Entry,
    Journal,
    Pad,
    Posting,
)
from chalicelib.interchange.model.formats.journals.rows import Roles, items_of
from chalicelib.interchange.model.formats.journals.running import Running
from chalicelib.interchange.model.formats.journals.wholes import Item
from chalicelib.interchange.model.formats.types import (
    MAX_ROWS,
    MAX_STATEMENTS,
    AccountHint,
    Hints,
    ParsedStatement,
    Row,
    Unreadable,
    quoted,
)
from chalicelib.kernel.values import dataclass

PRECISION: Final = 120
"""Digits that sums are worked out with: more than any journal's amounts have."""
_DAY: Final = timedelta(days=1)
Key = tuple[str, str]


class _Asserted(NamedTuple):
    """What the file says that an account held after so many items, at the end of a day."""

    amount: Decimal
    day: date | None
    items: int


@dataclass(slots=True)
class _Book:
    items: list[Item] = field(default_factory=list)
    opening: _Asserted | None = None
    closing: _Asserted | None = None


class Books:
    """Walks through a journal by day and keeps a book of each account and currency."""

    def __init__(self, journal: Journal, hints: Hints) -> None:
        self._journal = journal
        self._notes = journal.notes
        self._hints = hints
        self._roles = Roles(journal)
        self._books: dict[Key, _Book] = {}
        self._running = Running(journal)
        self._pads: dict[str, Pad] = {}
        self._padded: set[tuple[int, str]] = set()
        self._rows = 0

    def read(self) -> tuple[ParsedStatement, ...]:
        """Give a statement of each account; refuse what is beyond all bounds."""
        with localcontext() as context:
            context.prec = PRECISION
            for event in _in_order(self._journal):
                if isinstance(event, Entry):
                    self._enter(event)
                elif isinstance(event, Check):
                    self._check(event)
                else:
                    self._pads[event.account] = event
            self._roles.tell(self._notes)
            return tuple(self._statement(key, book) for key, book in self._books.items())

    def _enter(self, entry: Entry) -> None:
        self._running.assign(entry, self._notes)
        complete(entry, self._notes, quantise=self._journal.format == "beancount")
        for item in items_of(entry, self._roles, self._hints):
            self._book((item.account, item.commodity)).items.append(item)
            self._rows += 1
            if self._rows > MAX_ROWS:
                detail = f"The file has more than {MAX_ROWS} transactions."
                raise Unreadable("too-many-rows", detail)
        for posting in entry.postings:
            self._running.add(posting.account, posting.commodity, posting.amount)
            if posting.asserted is not None:
                amount, code = posting.asserted, posting.asserted_in
                held = self._running.held(posting.account, code, inclusive=posting.inclusive)
                self._compare(posting.line, held, amount, code, ZERO)
                self._assert(posting.account, code, amount, posting.day or entry.day)
        entry.postings.clear()  # its rows are made: of a large journal only one of both is held

    def _check(self, check: Check) -> None:
        held = self._running.held(check.account, check.commodity, inclusive=True)
        book = self._books.get((check.account, check.commodity))
        if not self._journal.complete and (book is None or not book.items):
            # The books go on from elsewhere: what the account holds here is where its rows begin.
            self._running.add(check.account, check.commodity, check.amount - held)
            book = self._book((check.account, check.commodity))
            book.opening = _Asserted(check.amount, check.day - _DAY, 0)
            return
        held = self._pad(check, held)
        self._compare(check.line, held, check.amount, check.commodity, check.tolerance)
        self._assert(check.account, check.commodity, check.amount, check.day - _DAY)

    def _pad(self, check: Check, held: Decimal) -> Decimal:
        """Book what a pad makes up for; once for each currency, as Beancount does."""
        pad = self._pads.get(check.account)
        if pad is None or (pad.line, check.commodity) in self._padded:
            return held
        self._padded.add((pad.line, check.commodity))
        if abs(check.amount - held) <= check.tolerance:
            return held
        self._enter(_padding(pad, check.amount - held, check.commodity))
        return check.amount

    def _compare(
        self, line: int, held: Decimal, amount: Decimal, code: str, tolerance: Decimal
    ) -> None:
        if abs(held - amount) > tolerance:
            detail = (
                f"The file says that {quoted(str(amount))} {quoted(code)} are there; "
                f"its transactions lead to {quoted(str(held))}."
            )
            self._notes.add("balance-mismatch", detail, line=line, column="balance")

    def _assert(self, account: str, code: str, amount: Decimal, day: date | None) -> None:
        book = self._books.get((account, code))
        if book is not None and self._running.alone(account, code):
            book.closing = _Asserted(amount, day, len(book.items))

    def _book(self, key: Key) -> _Book:
        book = self._books.get(key)
        if book is None:
            if len(self._books) >= MAX_STATEMENTS:
                detail = f"The file has more than {MAX_STATEMENTS} accounts."
                raise Unreadable("too-many-statements", detail)
            book = self._books[key] = _Book()
        return book

    def _statement(self, key: Key, book: _Book) -> ParsedStatement:
        account, code = key
        closing = book.closing
        if closing and closing.items != len(book.items):
            closing = None
        items = sorted(book.items, key=_day_of)
        opening, rows = self._opened(book, items)
        naming = self._journal.names.get(account)
        pending = sum((row.amount or ZERO for row in rows if row.kind == PENDING), ZERO)
        return ParsedStatement(
            account=AccountHint(
                kind=naming.kind if naming else "",
                number=naming.number[:64] if naming else "",
                account_type=self._roles.sorts[account],
                name=(naming.name if naming and naming.name else account)[:200],
            ),
            currency=code or self._hints.currency,
            opening_balance=opening.amount if opening else None,
            closing_balance=closing.amount - pending if closing else None,
            period_start=opening.day if opening else None,
            period_end=closing.day if closing else None,
            rows=tuple(rows),
        )

    def _opened(self, book: _Book, items: Sequence[Item]) -> tuple[_Asserted | None, list[Row]]:
        """Take what the owner put in before all else as the opening balance."""
        count = 0
        for item in items:
            if not (item.from_equity and item.row.amount is not None and not item.row.problems):
                break
            count += 1
        rows = [item.row for item in items[count:]]
        if book.opening:
            return book.opening, [item.row for item in items]
        amount = sum((item.row.amount or ZERO for item in items[:count]), ZERO)
        if count or self._journal.complete:
            day = items[count - 1].row.booked_on if count else None
            return _Asserted(amount, day, 0), rows
        return None, rows


def _day_of(item: Item) -> date:
    return item.row.booked_on or date.max


def _padding(pad: Pad, amount: Decimal, code: str) -> Entry:
    entry = Entry(pad.line, pad.day, payee="Balance adjustment")
    for account, value in ((pad.account, amount), (pad.source, -amount)):
        posting = Posting(account, pad.line)
        posting.set_amount(value, code)
        entry.postings.append(posting)
    return entry


def _in_order(journal: Journal) -> Iterator[Entry | Check | Pad]:
    """Give what happens by day: of one day checks first, because they speak of its beginning."""
    events: list[tuple[date, int, int, Entry | Check | Pad]] = []
    events += [(one.day or date.max, 1, one.line, one) for one in journal.entries]
    events += [(one.day, 0, one.line, one) for one in journal.checks]
    events += [(one.day, 1, one.line, one) for one in journal.pads]
    events.sort(key=lambda event: event[:3])
    return (event for _, _, _, event in events)


def read_statements(journal: Journal, hints: Hints) -> tuple[ParsedStatement, ...]:
    """Make the statements of a journal; refuse one in which no account holds money."""
    statements = Books(journal, hints).read()
    if not statements:
        if not journal.entries:
            raise Unreadable("no-statement", "The journal holds no transaction.")
        detail = (
            "No account of the journal is one that holds money: their names begin with none of "
            "the words for assets and liabilities, and nothing declares what they are."
        )
        raise Unreadable("no-statement", detail)
    return statements
