"""A sheet that is put together cell by cell, with a bound on all of them together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from chalicelib.interchange.model.formats.tabular.reading import MAX_COLUMNS
from chalicelib.interchange.model.formats.types import MAX_ROWS, Unreadable
from chalicelib.interchange.model.formats.workbooks.cells import Value, Values
from chalicelib.interchange.model.formats.workbooks.sheets import MAX_SHEETS, Sheet

MAX_CELLS: Final = 2_000_000
"""Cells of all sheets, empty ones between filled ones too."""


class Grids:
    """The sheets of a workbook while it is read."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []
        self.grid = Grid(self)
        self.cells = 0

    def open(self) -> None:
        """Begin a sheet."""
        self.grid = Grid(self)

    def close(self, name: str, *, hidden: bool = False) -> None:
        """Keep the sheet."""
        if len(self.sheets) <= MAX_SHEETS:
            self.sheets.append(Sheet(name, self.grid.finished(), hidden))
        self.open()


class Grid:
    """The rows of one sheet, filled from left to right and from top to bottom."""

    def __init__(self, grids: Grids) -> None:
        self._grids = grids
        self._rows: list[list[Value]] = []
        self._row: list[Value] = []
        self._times = 0
        self._width = 0

    def next_row(self, *, at: int | None = None, times: int = 1) -> None:
        """Begin a row, the one at a place (from 1), or else the next; it may stand several times."""
        self.end_row()
        self._times = times
        if at is not None and at > len(self._rows) + 1:
            self._spend(at - len(self._rows) - 1)
            if at > 2 * MAX_ROWS:
                raise Unreadable("too-many-rows", f"A sheet has more than {2 * MAX_ROWS} rows.")
            self._rows += ([] for _ in range(at - len(self._rows) - 1))

    def end_row(self) -> None:
        """Keep the row, if it holds anything; empty ones count once something follows."""
        row, times = self._row, self._times or len(self._row[:1])
        self._row, self._times = [], 0
        while row and row[-1] == "":
            row.pop()
        if len(self._rows) + times > 2 * MAX_ROWS:
            if not row:
                return  # the empty rest of a sheet
            raise Unreadable("too-many-rows", f"A sheet has more than {2 * MAX_ROWS} rows.")
        self._spend(times * (1 + len(row)))
        self._rows += [row] * times
        self._width = max(self._width, len(row))

    def put(self, value: Value, *, at: int | None = None, times: int = 1) -> None:
        """Write the next cell, or the one at a place (from 1), and the same into those after it."""
        if at is not None and at > len(self._row) + 1:
            self._row += [""] * (min(at, MAX_COLUMNS + 1) - len(self._row) - 1)
        room = MAX_COLUMNS - len(self._row)
        if times > room:
            if value != "":
                detail = f"A row has more than {MAX_COLUMNS} columns."
                raise Unreadable("too-many-columns", detail)
            times = max(room, 0)
        self._row += [value] * times

    def _spend(self, cells: int) -> None:
        self._grids.cells += cells
        if self._grids.cells > MAX_CELLS:
            raise Unreadable("too-complex", f"The sheets hold more than {MAX_CELLS} cells.")

    def finished(self) -> Callable[[], Iterable[Values]]:
        """End the sheet, and give a reader of its rows, filled up to equal width."""
        self.end_row()
        rows = self._rows
        while rows and not rows[-1]:
            rows.pop()
        width = max(self._width, 1)
        if len(rows) * width > 2 * MAX_CELLS:
            raise Unreadable("too-complex", "A sheet spans too many cells.")
        return lambda: ([*row, *[""] * (width - len(row))] for row in rows)
