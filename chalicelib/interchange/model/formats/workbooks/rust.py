"""calamine, the reader of XLSX and XLS, behind one door: what it raises becomes a refusal.

Rust panics come up as an exception outside of `Exception`, by a class that no module exports. Whoever
catches one knows it by its name, and lets all others pass.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from chalicelib.interchange.model.formats.types import Unreadable
from chalicelib.interchange.model.formats.workbooks.cells import Value, Values
from chalicelib.interchange.model.formats.workbooks.sheets import Sheet

_PANIC: Final = "PanicException"
_RAISED: Final = (CalamineError, OSError, ValueError, OverflowError)


def open_sheets(data: bytes) -> Iterator[Sheet]:
    """Give the worksheets of a workbook that was found to be harmless."""
    with _Refusing():
        book = load_workbook(io.BytesIO(data))
        found = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    for one in found:
        yield _sheet(book, one.name, hidden=one.visible != SheetVisibleEnum.Visible)


def _sheet(book: CalamineWorkbook, name: str, *, hidden: bool) -> Sheet:
    def read() -> Iterator[Values]:
        with _Refusing():
            sheet: CalamineSheet = book.get_sheet_by_name(name)
            # Rows come from the first on, columns do not: lines and columns shall be those that people see.
            before: list[Value] = [""] * (sheet.start[1] if sheet.start else 0)
            yield from (
                ([*before, *row] for row in sheet.iter_rows()) if before else sheet.iter_rows()
            )

    return Sheet(name, read, hidden)


class _Refusing:
    """Turns what the library raises, panics too, into a refusal."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        """Refuse, or let pass what is none of the library's."""
        if kind is None:
            return
        if issubclass(kind, PasswordError):
            raise encrypted() from error
        if kind.__name__ == _PANIC or issubclass(kind, _RAISED):
            raise damaged() from error


def damaged() -> Unreadable:
    """The refusal of a workbook that is broken."""
    return Unreadable("damaged-workbook", "The workbook is damaged and cannot be read.")


def encrypted() -> Unreadable:
    """The refusal of a workbook with a password."""
    detail = "The workbook is protected by a password: save it without one."
    return Unreadable("encrypted", detail)
