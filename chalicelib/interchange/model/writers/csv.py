"""CSV by RFC 4180: UTF-8, CRLF, a header, a row a posting; safe to open in a spreadsheet (`cells`)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from chalicelib.interchange.model.writers.cells import guarded
from chalicelib.interchange.model.writers.postings import Posting, postings
from chalicelib.interchange.model.writers.texts import (
    LIST,
    Digits,
    decimal_text,
    joined,
    path_texts,
)
from chalicelib.interchange.model.writers.types import Book, Line

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
)
"""Rows of one transaction share its id and stand one after the other; `part` tells them apart."""
BOM: Final = b"\xef\xbb\xbf"
Row = tuple[str, ...]


class CsvWriter:
    """Writes a CSV file; `bom` puts a mark in front without which Excel does not see that it is UTF-8."""

    def __init__(self, *, bom: bool = False) -> None:
        """Begin with an empty page."""
        self._bom = bom
        self._page = io.StringIO(newline="")
        self._write = csv.writer(self._page).writerows
        self._digits = Digits()
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
        self._write(row for line in chunk for row in self._rows(line))
        yield self._taken()

    def end(self) -> Iterator[bytes]:
        """Write nothing: the last row was the end."""
        return iter(())

    def _taken(self) -> bytes:
        text = self._page.getvalue()
        self._page.seek(0)
        self._page.truncate()
        return text.encode()

    def _rows(self, line: Line) -> tuple[Row, ...]:
        tags = guarded(joined(line.tags, LIST)) if line.tags else ""
        beside = (tags, guarded(line.notes), line.status, line.kind)
        original = ""
        if line.original_minor is not None:
            foreign = line.original_currency or line.currency
            original = decimal_text(line.original_minor, self._digits[foreign])
        behind = (original, line.original_currency or "", guarded(line.bank_payee), line.id)
        payee = guarded(line.payee)
        if line.parts or line.transfer is not None:
            return tuple(self._row(one, payee, beside, behind) for one in postings(line))
        # most are plain: no posting is made for them
        row = (
            line.booked_on.isoformat(),
            self._accounts.get(line.account_id, ""),
            payee,
            decimal_text(line.amount_minor, self._digits[line.currency]),
            line.currency,
            self._categories.get(line.category_id, ""),
            *beside,
            "",
            "",
            *behind,
            line.account_id,
            line.category_id or "",
        )
        return (row,)

    def _row(self, one: Posting, payee: str, beside: Row, behind: Row) -> Row:
        return (
            one.booked_on.isoformat(),
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
        )
