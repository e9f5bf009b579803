"""A report as a table, and the table as a file: CSV by RFC 4180, or a workbook of one sheet.

Texts are made safe for spreadsheets (`kernel.cells`); in a workbook they are texts, whatever they begin with.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Final, TypeAlias

from chalicelib.kernel.cells import guarded
from chalicelib.kernel.money import exponent, wire_amount
from chalicelib.kernel.values import dataclass

BOM: Final = b"\xef\xbb\xbf"
MEDIA: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_WIDEST: Final = 40


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in a cell, in minor units; its currency stands in a column of its own."""

    minor: int
    currency: str


Cell: TypeAlias = str | int | Amount | date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns by name, and rows of as many cells."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


def to_csv(table: Table, *, bom: bool) -> bytes:
    """Write UTF-8 with CRLF; `bom` puts a mark in front without which Excel does not see that it is UTF-8."""
    page = io.StringIO(newline="")
    writer = csv.writer(page)
    writer.writerow(table.columns)
    writer.writerows([_text(cell) for cell in row] for row in table.rows)
    return (BOM if bom else b"") + page.getvalue().encode()


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Amount):
        return wire_amount(cell.minor, cell.currency)
    if isinstance(cell, date):
        return cell.isoformat()
    return guarded(cell) if isinstance(cell, str) else str(cell)


def to_xlsx(table: Table) -> bytes:
    """Write a workbook; amounts are numbers with the digits of their currency, which a double shows exactly enough."""
    import xlsxwriter

    held = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(held, options) as book:
        sheet = book.add_worksheet(table.title)
        bold = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        shown = {
            digits: book.add_format({"num_format": "#,##0." + "0" * digits if digits else "#,##0"})
            for digits in sorted(_digits(table))
        }
        for column, name in enumerate(table.columns):
            sheet.write_string(0, column, name, bold)
        for number, row in enumerate(table.rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, Amount):
                    digits = exponent(cell.currency)
                    sheet.write_number(number, column, cell.minor / 10**digits, shown[digits])
                elif isinstance(cell, date):
                    sheet.write_datetime(number, column, cell, day)
                elif isinstance(cell, int):
                    sheet.write_number(number, column, cell)
                elif cell is not None:
                    sheet.write_string(number, column, cell)
        sheet.freeze_panes(1, 0)
        sheet.autofit(8 * _WIDEST)
    return held.getvalue()


def _digits(table: Table) -> set[int]:
    return {
        exponent(cell.currency) for row in table.rows for cell in row if isinstance(cell, Amount)
    }
