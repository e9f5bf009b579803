"""OpenDocument sheets: the one part that holds them is XML with typed cells and counts of repeated ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from chalicelib.interchange.model.formats.types import Unreadable
from chalicelib.interchange.model.formats.workbooks.cells import Value
from chalicelib.interchange.model.formats.workbooks.grid import Grids
from chalicelib.interchange.model.formats.workbooks.markup import Attributes, Walk, bare
from chalicelib.interchange.model.formats.workbooks.package import unpacked
from chalicelib.interchange.model.formats.workbooks.rust import encrypted
from chalicelib.interchange.model.formats.workbooks.sheets import Sheet
from chalicelib.interchange.model.formats.workbooks.spreadsheetml import day, number

_MAX_TEXT: Final = 32_767
_CELLS: Final = frozenset({"table-cell", "covered-table-cell"})
_FRAMES: Final = frozenset({"table", "table-row", "style", "table-properties"})
_NUMBERS: Final = frozenset({"float", "currency", "percentage"})


def read_ods(data: bytes) -> Iterator[Sheet]:
    """Give the sheets of an OpenDocument file; refuse what is encrypted, damaged, or beyond all bounds."""
    parts = unpacked(data)
    if b"encryption-data" in parts.get("META-INF/manifest.xml", b""):
        raise encrypted()
    content = parts.get("content.xml")
    if content is None:
        raise Unreadable("damaged-workbook", "The workbook has no content.")
    walk = _Walk()
    walk.through(content)
    yield from walk.grids.sheets


class _Walk(Walk):
    """Follows tables, rows and cells."""

    def __init__(self) -> None:
        super().__init__()
        self.grids = Grids()
        self._name = ""
        self._hidden = False
        self._hiding: set[str] = set()
        self._style = ""
        self._cell: Attributes = {}
        self._lines: list[str] = []
        self._size = 0
        self._inside = 0

    def start(self, name: str, attributes: Attributes) -> None:
        """Begin a sheet, a row, a cell or a paragraph of it."""
        if name in _CELLS:
            self._cell, self._lines, self._size = bare(attributes), [], 0
        elif name == "p":
            self._inside += 1
            if self._lines:
                self._lines.append("\n")
        elif name == "annotation":
            self._inside -= 1_000  # a remark beside the cell is not what stands in it
        elif name in _FRAMES:
            self._frame(name, bare(attributes))

    def _frame(self, name: str, known: Attributes) -> None:
        if name == "table":
            self.grids.open()
            self._name = known.get("name", "")[:64]
            self._hidden = known.get("style-name", "") in self._hiding
        elif name == "table-row":
            self.grids.grid.next_row(times=_times(known.get("number-rows-repeated")))
        elif name == "style":
            self._style = known.get("name", "")
        elif known.get("display") == "false":
            self._hiding.add(self._style)

    def text(self, text: str) -> None:
        """Keep what stands in a cell."""
        if self._inside > 0 and self._size < _MAX_TEXT:
            self._lines.append(text)
            self._size += len(text)

    def end(self, name: str) -> None:
        """Keep a cell, a sheet."""
        if name in _CELLS:
            times = _times(self._cell.get("number-columns-repeated"))
            self.grids.grid.put(self._value(), times=times)
            self._cell = {}
        elif name == "p":
            self._inside -= 1
        elif name == "annotation":
            self._inside += 1_000
        elif name == "table":
            self.grids.close(self._name, hidden=self._hidden)

    def _value(self) -> Value:
        kind = self._cell.get("value-type", "")
        if kind in _NUMBERS:
            return number(self._cell.get("value", ""))
        if kind == "date":
            return day(self._cell.get("date-value", ""))
        if kind == "boolean":
            return self._cell.get("boolean-value") == "true"
        return "".join(self._lines)[:_MAX_TEXT]


def _times(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 8 else 1
