"""calamine, the reader of XLSX and XLS, behind one door: what it raises becomes a refusal.

Rust panics come up as an exception outside of `Exception`, by a class that no module exports. Whoever
catches one knows it by its name, and lets all others pass.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

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

_PANIC = "PanicException"


def open_sheets(data: bytes) -> Iterator[Sheet]:
    """Give the worksheets of a workbook that was found to be harmless."""
    with _refusing():
        book = load_workbook(io.BytesIO(data))
        found = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    for one in found:
        yield _sheet(book, one.name, hidden=one.visible != SheetVisibleEnum.Visible)


def _sheet(book: CalamineWorkbook, name: str, *, hidden: bool) -> Sheet:
    def read() -> Iterator[Values]:
        with _refusing():
            sheet: CalamineSheet = book.get_sheet_by_name(name)
            # Rows come from the first on, columns do not: lines and columns shall be those that people see.
            before: list[Value] = [""] * (sheet.start[1] if sheet.start else 0)
            yield from (
                ([*before, *row] for row in sheet.iter_rows()) if before else sheet.iter_rows()
            )

    return Sheet(name, read, hidden)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except PasswordError as error:
        raise encrypted() from error
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise damaged() from error
    except BaseException as error:
        if type(error).__name__ == _PANIC:
            raise damaged() from error
        raise


def damaged() -> Unreadable:
    """The refusal of a workbook that is broken."""
    return Unreadable("damaged-workbook", "The workbook is damaged and cannot be read.")


def encrypted() -> Unreadable:
    """The refusal of a workbook with a password."""
    detail = "The workbook is protected by a password: save it without one."
    return Unreadable("encrypted", detail)
