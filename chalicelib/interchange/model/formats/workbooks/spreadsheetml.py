"""Excel 2003 XML, which banks still call `.xls`: typed cells in plain XML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from chalicelib.interchange.model.formats.dates import read_date
from chalicelib.interchange.model.formats.text import decode
from chalicelib.interchange.model.formats.types import MAX_CONTAINER, Unreadable
from chalicelib.interchange.model.formats.workbooks.cells import Value
from chalicelib.interchange.model.formats.workbooks.grid import Grids
from chalicelib.interchange.model.formats.workbooks.markup import Attributes, Walk, bare
from chalicelib.interchange.model.formats.workbooks.sheets import Sheet

_MAX_TEXT: Final = 32_767
_NUMBER: Final = re.compile(
    r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?"
)


def read_spreadsheetml(data: bytes) -> Iterator[Sheet]:
    """Give the worksheets of an Excel 2003 XML file; refuse damaged XML."""
    check_size(data)
    walk = _Walk()
    walk.through(decode(data).text.lstrip().encode())
    yield from walk.grids.sheets


def check_size(data: bytes) -> None:
    """Refuse a workbook that is larger than a workbook may be."""
    if len(data) > MAX_CONTAINER:
        detail = f"The file has {len(data)} bytes; {MAX_CONTAINER} are allowed for workbooks."
        raise Unreadable("too-large", detail)


class _Walk(Walk):
    """Follows rows and cells."""

    def __init__(self) -> None:
        super().__init__()
        self.grids = Grids()
        self._name = ""
        self._hidden = False
        self._at: int | None = None
        self._across = 0
        self._type = ""
        self._text: list[str] | None = None
        self._value: Value = ""

    def start(self, name: str, attributes: Attributes) -> None:
        """Begin a sheet, a row, a cell or its data."""
        known = bare(attributes)
        if name == "Worksheet":
            self.grids.open()
            self._name = known.get("Name", "")[:64]
            self._hidden = False
        elif name == "Row":
            self.grids.grid.next_row(at=_place(known.get("Index")))
        elif name == "Cell":
            self._at, self._across = (
                _place(known.get("Index")),
                _place(known.get("MergeAcross")) or 0,
            )
            self._value = ""
        elif name == "Data":
            self._type, self._text = known.get("Type", ""), []
        elif name == "Visible":
            self._text = []

    def text(self, text: str) -> None:
        """Keep what stands in a cell."""
        if self._text is not None:
            self._text.append(text)

    def end(self, name: str) -> None:
        """Keep a cell, a sheet."""
        if name == "Data" and self._text is not None:
            self._value = _value(self._type, "".join(self._text)[:_MAX_TEXT])
            self._text = None
        elif name == "Cell":
            self.grids.grid.put(self._value, at=self._at)
            self.grids.grid.put("", times=self._across)
        elif name == "Visible" and self._text is not None:
            self._hidden = "".join(self._text).strip() != "SheetVisible"
            self._text = None
        elif name == "Worksheet":
            self.grids.close(self._name, hidden=self._hidden)


def _place(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 8 else None


def _value(kind: str, text: str) -> Value:
    if kind == "Number":
        return number(text)
    if kind == "DateTime":
        return day(text)
    if kind == "Boolean":
        return text.strip() == "1"
    return text


def number(text: str) -> Value:
    """Give a number as it is written in XML, or the text that is none."""
    return Decimal(text) if _NUMBER.fullmatch(text) else text


def day(text: str) -> date | str:
    """Give the date of an ISO date with or without time, or the text that is none."""
    return read_date(text[:10], "ymd") or text
