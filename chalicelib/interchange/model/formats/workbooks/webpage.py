"""Tables in a web page, which many banks call `.xls`: every table is a sheet, its texts are its cells.

The page is cut at its tags by one pattern, from left to right; nothing in it is run or fetched.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from chalicelib.interchange.model.formats.text import decode
from chalicelib.interchange.model.formats.types import Hints, Unreadable
from chalicelib.interchange.model.formats.workbooks.grid import Grids
from chalicelib.interchange.model.formats.workbooks.sheets import Sheet
from chalicelib.interchange.model.formats.workbooks.spreadsheetml import check_size

_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,19})([^<>]*+)>|<!--|<!\[")
_SPAN: Final = re.compile(r"colspan\s*+=\s*+[\"']?([0-9]{1,3})", re.IGNORECASE)
_CHARSET: Final = re.compile(rb"charset\s*+=\s*+[\"']?([A-Za-z0-9-]{2,20})", re.IGNORECASE)
_SILENT: Final = frozenset({"script", "style", "head", "title"})
_BREAKS: Final = frozenset({"br", "p", "div", "li"})
_MAX_TEXT: Final = 32_767


def read_webpage(data: bytes, hints: Hints) -> Iterator[Sheet]:
    """Give the tables of a page; refuse one without any."""
    check_size(data)
    found = _CHARSET.search(data[:4096])
    declared = found[1].decode("ascii") if found else None
    page = _Page(decode(data, hint=hints.encoding, declared=declared).text)
    page.read()
    if not page.grids.sheets:
        raise Unreadable("not-a-statement", "The web page holds no table.")
    yield from page.grids.sheets


class _Page:
    """Goes from tag to tag; of tables within tables the inner ones are read."""

    def __init__(self, text: str) -> None:
        self.grids = Grids()
        self._text = text
        self._cell: list[str] | None = None
        self._span = 1
        self._filled = False

    def read(self) -> None:
        """Read the page."""
        at = 0
        while (found := _TAG.search(self._text, at)) is not None:
            self._say(self._text[at : found.start()])
            at = found.end()
            name = (found[2] or "").lower()
            if not name:
                at = self._after("-->" if found[0] == "<!--" else ">", at)
            elif found[1]:
                self._close(name)
            else:
                self._open(name, found[3])
                if name in _SILENT:
                    at = self._after(f"</{name}", at)
        self._say(self._text[at:])
        self._end_table()

    def _after(self, mark: str, at: int) -> int:
        found = self._text.find(mark, at)
        return len(self._text) if found < 0 else found + len(mark)

    def _say(self, text: str) -> None:
        if self._cell is not None and text:
            self._cell.append(text)

    def _open(self, name: str, attributes: str) -> None:
        if name == "table":
            self._end_table()
        elif name == "tr":
            self._end_cell()
            self.grids.grid.next_row()
            self._filled = True
        elif name in {"td", "th"}:
            self._end_cell()
            span = _SPAN.search(attributes)
            self._span = max(1, int(span[1])) if span else 1
            self._cell = []
        elif name in _BREAKS:
            self._say(" ")

    def _close(self, name: str) -> None:
        if name in {"td", "th", "tr"}:
            self._end_cell()
        elif name == "table":
            self._end_table()
        elif name in _BREAKS:
            self._say(" ")

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        text = html.unescape("".join(self._cell)[:_MAX_TEXT])
        self._cell = None
        self.grids.grid.put(" ".join(text.split()))
        self.grids.grid.put("", times=self._span - 1)
        self._filled = True

    def _end_table(self) -> None:
        self._end_cell()
        if self._filled:
            self.grids.close(f"Table {len(self.grids.sheets) + 1}")
        self._filled = False
