"""IIF, QuickBooks' tab-separated lists: transactions with their splits, accounts by name.

A line that begins with `!` names the columns of those that follow under the same word. A transaction is a
TRNS line and its SPL lines, which add up to nothing; each line moves one account. Lines of accounts that a
bank keeps become rows of those accounts, the others say what the money was for.

The format names no currency. The order of day and month is found from all dates; where they leave it open
it is QuickBooks' own, and that is noted.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from chalicelib.interchange.model.formats.amounts import ZERO, Flaw, find_style, read_styled
from chalicelib.interchange.model.formats.bookings import Booking, Books
from chalicelib.interchange.model.formats.dates import DateReader, find_order
from chalicelib.interchange.model.formats.tabular.texts import tidy
from chalicelib.interchange.model.formats.text import decode, lines_of
from chalicelib.interchange.model.formats.types import (
    MAX_ROWS,
    MAX_SHARED,
    MAX_TEXT,
    AccountHint,
    Extras,
    Hints,
    Notes,
    ParsedFile,
    Part,
    Row,
    SharedTexts,
    Unreadable,
    make_row,
)
from chalicelib.kernel.values import dataclass

_KINDS: Final = {"BANK": "bank", "CCARD": "card"}
"""Types of accounts whose lines are rows."""
_MONEY: Final = frozenset(
    """CHECK|DEPOSIT|TRANSFER|CREDIT CARD|CCARD REFUND|CREDIT CARD REFUND|CREDIT CARD CREDIT|CASH SALE|CASH REFUND|
    PAYMENT|BILLPMT|BILL PMT|BILL PMT -CHECK|BILL PMT -CCARD|PAYCHECK|LIABILITY CHECK|SALES TAX PAYMENT|TAXPMT|
    BEGINBALCHECK|SALES RECEIPT|EXPENSE|REFUND""".replace("\n", "")
    .replace("    ", "")
    .split("|")
)
"""Types of transactions whose first line is of a bank's account, where the file lists no accounts."""
_MAX_LINE: Final = 100_000
_MAX_SPLITS: Final = 1_000
_MAX_COLUMNS: Final = 256
_MAX_TAGS: Final = 20
_NOTHING: Final = Extras()
_NO_HEADER: Final[Mapping[str, int]] = {}


@dataclass(frozen=True, slots=True)
class _Line:
    """A TRNS or SPL line."""

    line: int
    account: str
    amount: str
    fields: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The type of the transaction, in capitals."""
        return self.fields[0].strip().upper()[:40]


_FIELDS: Final = ("TRNSTYPE", "DATE", "NAME", "MEMO", "DOCNUM")
_KIND, _DATE, _NAME, _MEMO, _NUMBER = range(5)


@dataclass(slots=True)
class _Transaction:
    """The lines of one transaction, the TRNS line first."""

    lines: list[_Line]
    tags: tuple[str, ...] = ()


def parse_iif(data: bytes, hints: Hints) -> ParsedFile:
    """Read the transactions of every bank account and card in an IIF file; refuse one without any."""
    decoded = decode(data, hint=hints.encoding)
    notes = Notes()
    if decoded.damaged:
        notes.add("damaged-text", f"{decoded.damaged} characters could not be decoded.")
    walk = _Walk(notes)
    walk.through(decoded.text)
    if not walk.transactions:
        raise Unreadable("no-statement", "The IIF file holds no transactions, only lists.")
    reader = _Reader(walk, hints, notes)
    books = Books(notes)
    for account, rows in reader.rows().items():
        books.add(account, hints.currency, rows, (None, None), line=rows[0].line)
    return ParsedFile("iif", "QuickBooks", decoded.encoding, books.statements(), None, notes.all())


class _Walk:
    """Goes through the lines: `transactions` are complete, `types` are those of the accounts listed."""

    def __init__(self, notes: Notes) -> None:
        self.transactions: list[_Transaction] = []
        self.types: dict[str, str] = {}
        self._headers: dict[str, Mapping[str, int]] = {}
        self._places: dict[str, list[int]] = {}
        self._open: _Transaction | None = None
        self._notes = notes
        self._count = 0
        self._shared = SharedTexts()

    def through(self, text: str) -> None:
        """Read all lines."""
        for line, cells in _lines(text):
            word = cells[0].strip().upper()
            if word[:1] == "!":
                names = (name.strip().upper() for name in cells[:_MAX_COLUMNS])
                self._headers[word[1:40]] = {name: at for at, name in enumerate(names) if name}
                self._places.pop(word[1:40], None)
            elif word == "ACCNT":
                name, kind = self._wanted(word, ("NAME", "ACCNTTYPE"), cells)
                self.types[_key(name)] = kind.strip().upper()
            elif word in {"TRNS", "SPL"}:
                self._take(word, line, cells)
            elif word == "ENDTRNS":
                self._close()
        self._close(cut=True)

    def _wanted(self, word: str, names: Sequence[str], cells: list[str]) -> list[str]:
        """Give the cells of some columns, empty where the line or its header has none."""
        filled = len(cells)
        places = self._places.get(word)
        if places is None:
            header = self._headers.get(word, _NO_HEADER)
            places = self._places[word] = [header.get(name, _MAX_COLUMNS) for name in names]
        return [cells[at][: 8 * MAX_TEXT] if at < filled else "" for at in places]

    def _take(self, word: str, line: int, cells: list[str]) -> None:
        if word == "TRNS":
            self._close(cut=True)
            self._open = _Transaction([])
        if self._open is None or word not in self._headers:
            self._notes.add("ignored-line", "The line belongs to no transaction.", line=line)
            return
        self._count += 1
        if self._count > 2 * MAX_ROWS or len(self._open.lines) > _MAX_SPLITS:
            detail = "The file has too many transactions, or one too many splits."
            raise Unreadable("too-many-rows", detail)
        amount, tag, *texts = self._wanted(word, ("AMOUNT", "CLASS", "ACCNT", *_FIELDS), cells)
        account, *fields = self._shared.share(texts)
        found = _Line(line, account.strip(), amount.strip()[:80], tuple(fields))
        self._open.lines.append(found)
        tag = tidy(tag[:100]) if tag else ""
        if tag and tag not in self._open.tags and len(self._open.tags) < _MAX_TAGS:
            self._open.tags += (tag,)

    def _close(self, *, cut: bool = False) -> None:
        if self._open is not None and self._open.lines:
            self.transactions.append(self._open)
            if cut:
                line = self._open.lines[0].line
                self._notes.add("truncated-file", "The transaction has no end.", line=line)
        self._open = None


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    for line, written in enumerate(lines_of(text), 1):
        if not written.strip():
            continue
        if len(written) > _MAX_LINE:
            raise Unreadable("line-too-long", f"A line has more than {_MAX_LINE} characters.")
        yield (
            line,
            next(csv.reader((written,), delimiter="\t")) if '"' in written else written.split("\t"),
        )


def _key(account: str) -> str:
    return account.strip().casefold()[:400]


class _Reader:
    """Reads transactions with the order of dates and the decimal mark of the whole file."""

    def __init__(self, walk: _Walk, hints: Hints, notes: Notes) -> None:
        self._walk = walk
        self._hints = hints
        self._notes = notes
        lines = [line for one in walk.transactions for line in one.lines]
        order = find_order(
            [line.fields[_DATE].strip()[:40] for line in lines],
            american=lambda: None,
            default="mdy",
        )
        style = find_style([line.amount for line in lines if line.amount])
        self._dates = DateReader(hints.date_order or order.order)
        self._mark = hints.decimal or style.decimal
        if order.ambiguous and hints.date_order is None:
            detail = "Nothing in the file tells day from month; the month was read first."
            notes.add("ambiguous-dates", detail, column="date")
        if style.ambiguous and hints.decimal is None:
            detail = "Nothing in the file tells thousands from decimals."
            notes.add("ambiguous-decimals", detail, column="amount")
        self._known: dict[str, bool] = {}
        self._categories: dict[str, tuple[str, ...]] = {}
        self._extras: dict[tuple[tuple[str, ...], tuple[str, ...]], Extras] = {}
        self._banks = {_key(line.account) for line in self._first_lines()}

    def _first_lines(self) -> Iterator[_Line]:
        """Give the lines that show which of the accounts that are not listed a bank keeps."""
        for one in self._walk.transactions:
            first = one.lines[0]
            if first.kind in _MONEY and _key(first.account) not in self._walk.types:
                yield first

    def _is_bank(self, line: _Line) -> bool:
        known = self._known.get(line.account)
        if known is None:
            key = _key(line.account)
            listed = self._walk.types.get(key)
            known = bool(key) and (listed in _KINDS if listed is not None else key in self._banks)
            self._known[line.account] = known
        return known

    def _category(self, account: str) -> tuple[str, ...]:
        known = self._categories.get(account)
        if known is None:
            known = tuple(name for part in account.split(":") if (name := tidy(part)[:100]))
            self._categories[account] = known
        return known

    def rows(self) -> dict[AccountHint, list[Row]]:
        """Give the rows of each account that a bank keeps."""
        found: dict[AccountHint, list[Row]] = {}
        others = 0
        transactions = self._walk.transactions
        transactions.reverse()
        while transactions:  # of a large file only the rows are kept
            rows = self._read(transactions.pop(), len(transactions))
            others += not rows
            for line, row in rows:
                kind = _KINDS.get(self._walk.types.get(_key(line.account), ""), "")
                account = AccountHint(kind=kind, name=tidy(line.account)[:64])
                found.setdefault(account, []).append(row)
        if others:
            detail = (
                f"{others} transactions concern no account that a bank keeps, such as invoices."
            )
            self._notes.add("not-of-a-bank", detail)
        if not found:
            raise Unreadable(
                "no-statement", "No transaction of the IIF file concerns a bank account."
            )
        return found

    def _read(self, one: _Transaction, at: int) -> list[tuple[_Line, Row]]:
        banks = [line for line in one.lines if self._is_bank(line)]
        if not banks:
            return []
        rest = [line for line in one.lines if not self._is_bank(line)]
        parts = self._parts(banks[0], rest) if len(banks) == 1 else ()
        pair = len(banks) == 2 and not rest and self._amount(banks[0]) == self._negated(banks[1])
        rows = []
        for line in banks:
            row = self._row(line, one.lines[0])
            if len(banks) == 1 and len(parts) < 2:
                extras = self._plain(parts[0].category if parts else (), one.tags)
            else:
                other = banks[line is banks[0]].account if len(banks) > 1 else ""
                said = Extras(
                    tags=one.tags,
                    parts=parts,
                    transfer=str(at) if pair else "",
                    other_account=tidy(other)[:100],
                )
                extras = None if said == _NOTHING else said
            rows.append((line, row if extras is None else make_row((*row[:-1], extras))))
        return rows

    def _plain(self, category: tuple[str, ...], tags: tuple[str, ...]) -> Extras | None:
        """Give the same object for the same category and tags: few are different."""
        if not (category or tags):
            return None
        found = self._extras.get((category, tags))
        if found is None:
            found = Extras(category=category, tags=tags)
            if len(self._extras) < MAX_SHARED:
                self._extras[category, tags] = found
        return found

    def _parts(self, bank: _Line, rest: list[_Line]) -> tuple[Part, ...]:
        """Give what the money was for: pieces that sum up to the row's amount, or none at all."""
        parts = []
        sign = -1 if self._hints.invert_sign else 1
        total = ZERO
        for line in rest:
            amount = self._negated(line)
            if amount is None:
                return ()
            total += amount
            memo = tidy(line.fields[_MEMO])[:MAX_TEXT]
            category = self._category(line.account)
            parts.append(Part(amount=sign * amount or ZERO, category=category, memo=memo))
        if total != self._amount(bank):
            detail = "The splits do not add up to the amount and were left out."
            self._notes.add("splits-incomplete", detail, line=bank.line)
            return ()
        return tuple(parts)

    def _amount(self, line: _Line) -> Decimal | None:
        amount = read_styled(line.amount, self._mark)
        return None if isinstance(amount, Flaw) else amount

    def _negated(self, line: _Line) -> Decimal | None:
        amount = self._amount(line)
        return None if amount is None else -amount or ZERO

    def _row(self, line: _Line, first: _Line) -> Row:
        def said(field: int) -> str:
            return line.fields[field].strip() or first.fields[field]

        payee, memo = said(_NAME), said(_MEMO)
        if not (payee.strip() or memo.strip()):
            number = tidy(said(_NUMBER)[:40])
            payee = f"# {number}" if number else payee
        written = said(_DATE).strip()[:40]
        return Booking(
            line.line,
            self._dates[written] if written else None,
            written,
            read_styled(line.amount, self._mark),
            self._hints.currency,
            payee,
            memo,
            None,
            tidy(first.kind.lower()),
        ).row(self._hints)
