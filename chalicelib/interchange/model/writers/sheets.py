"""The large sheets of a workbook, as XML that is written row by row.

Cells have types: days are numbers with a date's format, amounts numbers with their currency's decimals, and
texts are texts, never formulas, whatever they begin with. Amounts of more than 15 digits are texts, because a
spreadsheet's numbers would round them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from chalicelib.interchange.model.writers.csv import COLUMNS
from chalicelib.interchange.model.writers.postings import postings
from chalicelib.interchange.model.writers.texts import (
    LIST,
    Digits,
    decimal_text,
    joined,
    path_texts,
    refunds_text,
)
from chalicelib.interchange.model.writers.types import Book, Line

HEADS: Final = tuple(name.replace("_", " ").capitalize() for name in COLUMNS)
"""The names of the columns: by them a reader sees that no cell was made safe with an apostrophe."""
MOST_ROWS: Final = 1_048_575
"""Rows of a sheet below its header."""
MOST_BYTES: Final = 1_500_000_000
"""Bytes of a sheet's XML: a zip without the extension that Excel complains of holds 2 GB a file."""
WIDTHS: Final = (11, 22, 30, 14, 9, 32, 20, 32, 11, 10, 9, 24, 14, 9, 30, 38, 38, 38, 38, 38, 38)
"""Widths of the columns, in characters."""
_EXACT: Final = 10**15
_FIRST_DAY: Final = date(1900, 3, 1)
"""Before it the numbers of days are wrong: Excel believes in a 29th of February 1900."""
_DAY_ZERO: Final = date(1899, 12, 30).toordinal()
_SHARED: Final = 20_000
_NOT_PLAIN: Final = re.compile(
    r"[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_"
)
_EMPTY: Final = "<c/>"
_COLS: Final = "".join(
    f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>'
    for at, width in enumerate(WIDTHS, 1)
)
LAST_COLUMN: Final = chr(ord("A") + len(COLUMNS) - 1)
_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews>'
    '<sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    '<selection pane="bottomLeft"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
    "<cols>" + _COLS + "</cols><sheetData>"
)


def text_cell(text: str, style: int = 0) -> str:
    """Write a text as a cell."""
    if not text:
        return _EMPTY
    if _NOT_PLAIN.search(text):
        text = _NOT_PLAIN.sub(_escaped, text)
    mark = f' s="{style}"' if style else ""
    space = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
    return f'<c{mark} t="inlineStr"><is><t{space}>{text}</t></is></c>'


def _escaped(found: re.Match[str]) -> str:
    """Write what XML has no place for as Excel does, and what looks like that so that it stays itself."""
    one = found[0]
    plain = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(one)
    if plain is not None:
        return plain
    return f"_x005F{one}" if len(one) > 1 else f"_x{ord(one):04X}_"


def header(style: int) -> str:
    """Write what stands before the first row: a frozen line of names."""
    names = "".join(text_cell(name, style) for name in HEADS)
    return f"{_HEAD}<row>{names}</row>"


def footer(rows: int) -> str:
    """Write what stands behind the last of so many rows: filters over all columns."""
    return f'</sheetData><autoFilter ref="A1:{LAST_COLUMN}{rows + 1}"/></worksheet>'


class _Texts(dict[str, str]):
    """Cells of texts that come often, each made once; bounded."""

    def __missing__(self, text: str) -> str:
        cell = text_cell(text)
        if len(self) < _SHARED:
            self[text] = cell
        return cell


class RowWriter:
    """Makes the rows of transactions; `amounts` gives the style of an amount by decimals, `day` a date's."""

    def __init__(self, book: Book, *, amounts: Mapping[int, int], day: int) -> None:
        """Make the cells that come again."""
        self._amounts = amounts
        self._day = day
        self._days: dict[date, str] = {}
        self._digits = Digits()
        self._texts = _Texts()
        self._accounts = {one.id: text_cell(one.name) for one in book.named}
        self._categories = {one: text_cell(path) for one, path in path_texts(book).items()}

    def rows(self, line: Line) -> list[str]:
        """Give the rows of a transaction."""
        texts = self._texts
        payee, bank = texts[line.payee], texts[line.bank_payee]
        tags = text_cell(joined(line.tags, LIST)) if line.tags else _EMPTY
        middle = f"{tags}{text_cell(line.notes)}{texts[line.status]}{texts[line.kind]}"
        behind = f"{bank}{_identity(line.id)}"
        original = _EMPTY + _EMPTY
        if line.original_minor is not None:
            foreign = line.original_currency or line.currency
            original = self._amount(line.original_minor, foreign) + texts[foreign]
        refunds = text_cell(refunds_text(line, self._digits)) if line.refunds else _EMPTY
        if not line.parts and line.transfer is None:  # most are plain: no posting is made for them
            row = (
                f"<row>{self._date(line.booked_on)}{self._accounts.get(line.account_id, _EMPTY)}{payee}"
                f"{self._amount(line.amount_minor, line.currency)}{texts[line.currency]}"
                f"{self._categories.get(line.category_id, _EMPTY)}{middle}{_EMPTY}{_EMPTY}{original}{behind}"
                f"{texts[line.account_id]}{texts[line.category_id or '']}{_EMPTY}{_EMPTY}{refunds}</row>"
            )
            return [row]
        return [
            "".join(
                (
                    f"<row>{self._date(one.booked_on)}{self._accounts.get(one.account_id, _EMPTY)}{payee}",
                    f"{self._amount(one.amount_minor, one.currency)}{texts[one.currency]}",
                    f"{self._categories.get(one.category_id, _EMPTY)}{middle}{texts[one.part]}",
                    f"{text_cell(one.notes)}{original}{behind}",
                    f"{texts[one.account_id]}{texts[one.category_id or '']}",
                    f"{text_cell(one.part_id)}{texts[one.whole_account_id]}{refunds}</row>",
                )
            )
            for one in postings(line)
        ]

    def _amount(self, minor: int, currency: str) -> str:
        digits = self._digits[currency]
        text = decimal_text(minor, digits)
        if -_EXACT < minor < _EXACT:
            return f'<c s="{self._amounts[digits]}"><v>{text}</v></c>'
        return text_cell(text)

    def _date(self, day: date) -> str:
        cell = self._days.get(day)
        if cell is None:
            cell = text_cell(day.isoformat())
            if day >= _FIRST_DAY:
                cell = f'<c s="{self._day}"><v>{day.toordinal() - _DAY_ZERO}</v></c>'
            if len(self._days) < _SHARED:
                self._days[day] = cell
        return cell


def _identity(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'
