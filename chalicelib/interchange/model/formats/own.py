"""Our own exports read back: the rows of a table (CSV, workbook), and what all of them share.

Rows of one transaction stand together: the parts of a split one become one row on each account, the legs of a
transfer a row each with the transfer's mark, and its fee a row of its own. A planned transaction has not
happened, so it is no row of a statement. Every row keeps the transaction's id, by which the ledger knows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Final, NamedTuple

from chalicelib.expenses.commands import PENDING
from chalicelib.interchange.model.formats.amounts import Flaw, fit_to_currency
from chalicelib.interchange.model.formats.types import (
    MAX_ROWS,
    MAX_STATEMENTS,
    MAX_TEXT,
    AccountHint,
    Extras,
    Notes,
    ParsedFile,
    ParsedStatement,
    Part,
    Problem,
    Row,
    Unreadable,
    quoted,
)
from chalicelib.interchange.model.writers.cells import unguarded
from chalicelib.interchange.model.writers.csv import COLUMNS
from chalicelib.interchange.model.writers.ofx import BANK
from chalicelib.interchange.model.writers.postings import FEE, RECEIVED, SENT
from chalicelib.interchange.model.writers.sheets import HEADS
from chalicelib.interchange.model.writers.texts import LIST, PATH, parted
from chalicelib.kernel.values import dataclass

_AMOUNT: Final = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,20})?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LEGS: Final = frozenset({SENT, RECEIVED, FEE})
_OTHER: Final = {SENT: RECEIVED, RECEIVED: SENT}
_SEEN: Final = frozenset("\n\t")


class Piece(NamedTuple):
    """A row of a table of ours, or what a line of JSON says of one account: texts as they stand there."""

    line: int
    part: str
    day: str
    amount: str
    currency: str
    account_id: str
    category: tuple[str, ...] = ()
    memo: str = ""


class Whole(NamedTuple):
    """What all pieces of a transaction share."""

    id: str
    payee: str
    notes: str
    status: str
    tags: tuple[str, ...]
    original_amount: str = ""
    original_currency: str = ""


@dataclass(slots=True)
class _Shelf:
    """The rows of one account."""

    name: str
    rows: list[Row] = field(default_factory=list)


class OwnBooks:
    """Collects rows by account, in the order in which the accounts come."""

    def __init__(self, notes: Notes) -> None:
        """Begin empty."""
        self._notes = notes
        self._shelves: dict[str, _Shelf] = {}
        self._count = 0
        self._planned = 0

    def account(self, identity: str, name: str) -> None:
        """Let an account be there, whether or not rows come."""
        if identity in self._shelves:
            return
        if len(self._shelves) >= MAX_STATEMENTS:
            detail = f"The file has more than {MAX_STATEMENTS} accounts."
            raise Unreadable("too-many-statements", detail)
        self._shelves[identity] = _Shelf(clean(name)[:MAX_TEXT])

    def add(self, whole: Whole, pieces: Sequence[Piece]) -> None:
        """Add a transaction: `pieces` are its parts, its legs, or it alone."""
        if whole.status == "planned":
            self._planned += 1
            return
        legs = {one.part: one for one in pieces}
        rows = list(_rows_of(pieces))
        if len(rows) > 1:  # what was paid in another currency was paid for all of them
            whole = whole._replace(original_amount="", original_currency="")
        for together in rows:
            first = together[0]
            self.account(first.account_id, "")
            there = legs.get(_OTHER[first.part]) if first.part in _OTHER else None
            away = self._shelves.get(there.account_id) if there is not None else None
            row = _row(whole, together, away.name if away is not None else "")
            self._shelves[first.account_id].rows.append(row)
            self._count += 1
        if self._count > MAX_ROWS:
            raise Unreadable("too-many-rows", f"The file has more than {MAX_ROWS} rows.")

    def statements(
        self, balances: Callable[[str], tuple[Decimal | None, Decimal | None]]
    ) -> tuple[ParsedStatement, ...]:
        """Give a statement for each account; `balances` says how each opens and closes."""
        if self._planned:
            detail = f"{self._planned} planned transactions have not happened and were left out."
            self._notes.add("planned-left-out", detail)
        return tuple(
            _statement(identity, shelf, *balances(identity))
            for identity, shelf in self._shelves.items()
        )


def _statement(
    identity: str, shelf: _Shelf, opening: Decimal | None, closing: Decimal | None
) -> ParsedStatement:
    days = [row.booked_on for row in shelf.rows if row.booked_on is not None]
    currencies = {row.currency for row in shelf.rows}
    return ParsedStatement(
        account=AccountHint(number=identity[:64], name=shelf.name),
        currency=currencies.pop() if len(currencies) == 1 else None,
        opening_balance=opening,
        closing_balance=closing,
        period_start=min(days, default=None),
        period_end=max(days, default=None),
        rows=tuple(shelf.rows),
    )


def _rows_of(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Put together what is one row of an account: parts that lie on the same one."""
    parts: dict[str, list[Piece]] = {}
    for one in pieces:
        if one.part in _LEGS or not one.part:
            yield [one]
        else:
            parts.setdefault(one.account_id, []).append(one)
    yield from parts.values()


def _row(whole: Whole, together: Sequence[Piece], other_account: str) -> Row:
    first = together[0]
    problems: list[Problem] = []
    amounts = [_amount(one, problems) for one in together]
    known = [one for one in amounts if one is not None]
    split = len(together) > 1
    original = plain_amount(whole.original_amount)
    parts = tuple(
        Part(amount=amount, category=one.category, memo=clean(one.memo)[:MAX_TEXT])
        for one, amount in zip(together, amounts, strict=True)
        if amount is not None and split
    )
    return Row(
        line=first.line,
        booked_on=_day(first, problems),
        amount=sum(known[1:], known[0]) if len(known) == len(amounts) else None,
        currency=first.currency[:8] or None,
        payee=clean(whole.payee)[:MAX_TEXT],
        memo=clean(whole.notes or ("" if split else first.memo))[:MAX_TEXT],
        provider_id=None,
        kind=PENDING if whole.status == "pending" else "",
        mcc=None,
        balance=None,
        problems=tuple(problems),
        extras=Extras(
            category=() if split else first.category,
            tags=whole.tags,
            parts=parts,
            transfer=whole.id if first.part in {SENT, RECEIVED} else "",
            other_account=other_account,
            original_amount=original,
            original_currency=whole.original_currency or None if original is not None else None,
            own_id=whole.id,
        ),
    )


def _amount(one: Piece, problems: list[Problem]) -> Decimal | None:
    value = plain_amount(one.amount)
    if value is None:
        code, detail = "bad-amount", f"{quoted(one.amount)} is no amount."
        if not one.amount:
            code, detail = "no-amount", "The amount is empty."
        problems.append(Problem(one.line, "amount", code, detail))
        return None
    fitted = fit_to_currency(value, one.currency)
    if isinstance(fitted, Flaw):
        problems.append(Problem(one.line, "amount", fitted.code, fitted.detail))
        return None
    return fitted


def plain_amount(text: str) -> Decimal | None:
    """Read an amount as we write it, or None."""
    return Decimal(text) if _AMOUNT.fullmatch(text) else None


def _day(one: Piece, problems: list[Problem]) -> date | None:
    if _DAY.fullmatch(one.day):
        try:
            return date.fromisoformat(one.day)
        except ValueError:
            pass  # such as the 30th of February: said below
    code, detail = "bad-date", f"{quoted(one.day)} is no date."
    if not one.day:
        code, detail = "no-date", "The date is empty."
    problems.append(Problem(one.line, "date", code, detail))
    return None


def clean(text: str) -> str:
    """Drop what cannot be seen, but for the ends of lines."""
    if text.isprintable():
        return text
    return "".join(char for char in text if char.isprintable() or char in _SEEN)


# --- OFX

_OWN_OFX: Final = f"<FID>{BANK}</FID>".encode()
_OFX_HEAD: Final = 2_048


def with_own_ids(parsed: ParsedFile, data: bytes) -> ParsedFile:
    """Let the rows of an OFX file of ours name the transactions that they are, and the legs their transfers."""
    if _OWN_OFX not in data[:_OFX_HEAD]:
        return parsed
    return replace(
        parsed,
        statements=tuple(
            replace(one, rows=tuple(map(_with_own_id, one.rows))) for one in parsed.statements
        ),
    )


def _with_own_id(row: Row) -> Row:
    identity = (row.provider_id or "").removesuffix(f".{FEE}")
    transfer = identity if row.kind == "XFER" else ""
    return row._replace(extras=Extras(own_id=identity, transfer=transfer), provider_id=None)


# --- tables


class OwnTable(NamedTuple):
    """Where the columns of a table of ours stand, by their names in CSV; `sheet` for those of a workbook."""

    header: int
    at: dict[str, int]
    sheet: bool


def find_own(rows: Sequence[Sequence[str]]) -> OwnTable | None:
    """Recognise a table of ours by all names of its header, in any order, and by days as we write them."""
    for header, cells in enumerate(rows[:5]):
        names = [cell.strip() for cell in cells]
        for sheet, wanted in ((False, COLUMNS), (True, HEADS)):
            if set(wanted) <= set(names):
                at = dict(zip(COLUMNS, map(names.index, wanted), strict=True))
                first = next(iter(rows[header + 1 : header + 2]), ())
                day = first[at["date"]] if len(first) > at["date"] else ""
                # another program that saved it may have changed days and amounts: then it is any table
                return OwnTable(header, at, sheet) if not first or _DAY.fullmatch(day) else None
    return None


def read_own(
    own: OwnTable, rows: list[list[str]], lines: Sequence[int], notes: Notes
) -> tuple[ParsedStatement, ...]:
    """Read the transactions of a table of ours; its rows are emptied."""
    books = OwnBooks(notes)
    places = [place for place in range(own.header + 1, len(rows)) if any(rows[place])]
    reader = _Cells(own, rows, lines)
    for identity, together in groupby(
        places, key=lambda place: reader.text(place, "transaction_id")
    ):
        found = list(together)
        if not identity:
            for place in found:
                notes.add("ignored-line", "No transaction's id stands here.", line=lines[place])
            continue
        for place in found:
            books.account(reader.text(place, "account_id"), reader.text(place, "account"))
        books.add(reader.whole(found[0]), [reader.piece(place) for place in found])
        for place in found:
            rows[place] = []
    return books.statements(lambda _: (None, None))


class _Cells:
    """The cells of a table by place and column."""

    def __init__(self, own: OwnTable, rows: list[list[str]], lines: Sequence[int]) -> None:
        self._at = own.at
        self._rows = rows
        self._lines = lines
        self._sheet = own.sheet
        self._free: Callable[[str], str] = str if own.sheet else unguarded

    def text(self, place: int, name: str) -> str:
        """Give a text as it was before it was made safe."""
        cells, at = self._rows[place], self._at[name]
        return self._free(cells[at]) if at < len(cells) else ""

    def _number(self, place: int, name: str) -> str:
        text = self.text(place, name)
        # cells of a workbook have no marks: who turned them into texts may have taken a comma
        return text.replace(",", ".") if self._sheet else text

    def piece(self, place: int) -> Piece:
        """Give a row."""
        return Piece(
            self._lines[place],
            self.text(place, "part"),
            self.text(place, "date"),
            self._number(place, "amount"),
            self.text(place, "currency"),
            self.text(place, "account_id"),
            parted(self.text(place, "category"), PATH),
            self.text(place, "part_notes"),
        )

    def whole(self, place: int) -> Whole:
        """Give what the rows of a transaction share."""
        return Whole(
            self.text(place, "transaction_id"),
            self.text(place, "payee"),
            self.text(place, "notes"),
            self.text(place, "status"),
            parted(self.text(place, "tags"), LIST),
            self._number(place, "original_amount"),
            self.text(place, "original_currency"),
        )
