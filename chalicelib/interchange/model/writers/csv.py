"""CSV by RFC 4180: UTF-8, CRLF, a header, a row a posting; safe to open in a spreadsheet (`cells`)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final

from chalicelib.interchange.model.writers.postings import Posting, postings
from chalicelib.interchange.model.writers.texts import (
    LIST,
    Digits,
    decimal_text,
    joined,
    path_texts,
    refunds_text,
)
from chalicelib.interchange.model.writers.types import Book, Line
from chalicelib.kernel.cells import guarded

COLUMNS: Final = (
    "date",
    "account",
    "payee",
    "amount",
    "currency",
    "category",
    "tags",
    "notes",
    "status",
    "kind",
    "part",
    "part_notes",
    "original_amount",
    "original_currency",
    "bank_payee",
    "transaction_id",
    "account_id",
    "category_id",
    "part_id",
    "whole_account_id",
    "refund_of",
)
"""Rows of one transaction share its id and stand one after the other; `part` tells them apart."""
LATER: Final = frozenset({"part_id", "whole_account_id", "refund_of"})
"""Columns that files of earlier versions do not have."""
BOM: Final = b"\xef\xbb\xbf"
Row = tuple[str, ...]
_SHARED: Final = 20_000
"""Different payees, and days, that are kept."""


class _Texts(dict[str, str]):
    """Texts made safe; those that come often are looked at once."""

    def __missing__(self, text: str) -> str:
        safe = guarded(text)
        if len(self) < _SHARED:
            self[text] = safe
        return safe


class _Days(dict[date, str]):
    """Days as texts, each written once."""

    def __missing__(self, day: date) -> str:
        text = day.isoformat()
        if len(self) < _SHARED:
            self[day] = text
        return text


class CsvWriter:
    """Writes a CSV file; `bom` puts a mark in front without which Excel does not see that it is UTF-8."""

    def __init__(self, *, bom: bool = False) -> None:
        """Begin with an empty page."""
        self._bom = bom
        self._page = io.StringIO(newline="")
        self._write = csv.writer(self._page).writerows
        self._digits = Digits()
        self._texts = _Texts()
        self._days = _Days()
        self._accounts: dict[str, str] = {}
        self._categories: dict[str | None, str] = {}

    @property
    def left_out(self) -> Mapping[str, int]:
        """Nothing is left out."""
        return {}

    def begin(self, book: Book) -> Iterator[bytes]:
        """Write the header."""
        self._accounts = {one.id: guarded(one.name) for one in book.named}
        self._categories = {one: guarded(path) for one, path in path_texts(book).items()}
        self._write([COLUMNS])
        yield (BOM if self._bom else b"") + self._taken()

    def lines(self, chunk: Iterable[Line]) -> Iterator[bytes]:
        """Write the rows of transactions."""
        rows: list[Row] = []
        for line in chunk:
            self._add(rows, line)
        self._write(rows)
        yield self._taken()

    def end(self) -> Iterator[bytes]:
        """Write nothing: the last row was the end."""
        return iter(())

    def _taken(self) -> bytes:
        text = self._page.getvalue()
        self._page.seek(0)
        self._page.truncate()
        return text.encode()

    def _add(self, rows: list[Row], line: Line) -> None:
        texts, tags, notes = self._texts, line.tags, line.notes
        beside = (
            guarded(joined(tags, LIST)) if tags else "",
            guarded(notes) if notes else "",
            line.status,
            line.kind,
        )
        original, foreign = "", line.original_currency or ""
        if line.original_minor is not None:
            original = decimal_text(line.original_minor, self._digits[foreign or line.currency])
        behind = (original, foreign, texts[line.bank_payee], line.id)
        payee, currency = texts[line.payee], line.currency
        refunds = refunds_text(line, self._digits) if line.refunds else ""
        if line.parts or line.transfer is not None:
            rows += [(*self._row(one, payee, beside, behind), refunds) for one in postings(line)]
            return
        # most are plain: no posting is made for them
        account_id, category_id = line.account_id, line.category_id
        row = (
            self._days[line.booked_on],
            self._accounts.get(account_id, ""),
            payee,
            decimal_text(line.amount_minor, self._digits[currency]),
            currency,
            self._categories.get(category_id, ""),
            *beside,
            "",
            "",
            *behind,
            account_id,
            category_id or "",
            "",
            "",
            refunds,
        )
        rows.append(row)

    def _row(self, one: Posting, payee: str, beside: Row, behind: Row) -> Row:
        return (
            self._days[one.booked_on],
            self._accounts.get(one.account_id, ""),
            payee,
            decimal_text(one.amount_minor, self._digits[one.currency]),
            one.currency,
            self._categories.get(one.category_id, ""),
            *beside,
            one.part,
            guarded(one.notes),
            *behind,
            one.account_id,
            one.category_id or "",
            one.part_id,
            one.whole_account_id,
        )
