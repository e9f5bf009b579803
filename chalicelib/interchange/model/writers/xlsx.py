"""An Excel workbook in constant memory: sheets of transactions, and a summary with charts in front.

XlsxWriter makes what a workbook needs around its large sheets: styles, names, relations, the summary and its
charts. The large sheets are streamed into the zip by us, which takes a fraction of the time (docs/performance.md).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, TYPE_CHECKING, Final, cast
from zipfile import ZIP_DEFLATED, ZipFile

from chalicelib.interchange.model.writers.sheets import (
    MOST_BYTES,
    MOST_ROWS,
    RowWriter,
    footer,
    header,
)
from chalicelib.interchange.model.writers.summary import Summary

if TYPE_CHECKING:
    from chalicelib.interchange.model.writers.types import Book, Line

_SHEET: Final = "xl/worksheets/sheet{}.xml"
_STYLE: Final = re.compile(rb'<c r="[A-Z]+1" s="(\d+)"')


class _Sink:
    """Takes what the zip writes; it cannot seek, so the zip goes straight through."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: what was written is taken by `taken`."""

    def taken(self) -> bytes:
        """Give what was written since."""
        data = b"".join(self._pieces)
        self._pieces.clear()
        return data


class XlsxWriter:
    """Writes a workbook."""

    def __init__(self, *, most_rows: int = MOST_ROWS) -> None:
        """Begin a zip; a sheet takes `most_rows` rows, and then the next one begins."""
        self._most_rows = most_rows
        self._sink = _Sink()
        self._zip = ZipFile(cast("IO[bytes]", self._sink), "w", ZIP_DEFLATED)
        self._sheet: IO[bytes] | None = None
        self._counts: list[int] = []
        self._size = 0
        self._head = b""
        self._rows: RowWriter | None = None
        self._summary: Summary | None = None

    @property
    def left_out(self) -> Mapping[str, int]:
        """Nothing is left out."""
        return {}

    def begin(self, book: Book) -> Iterator[bytes]:
        """Begin the first sheet of transactions."""
        from chalicelib.interchange.model.writers.workbook import DECIMALS, skeleton

        with ZipFile(io.BytesIO(skeleton(Summary(book), []))) as probe:
            # what XlsxWriter numbers the styles it is asked for first, so the rows can name them
            day, names, *amounts = map(int, _STYLE.findall(probe.read(_SHEET.format(1))))
        self._head = header(names).encode()
        self._rows = RowWriter(book, amounts=dict(zip(DECIMALS, amounts, strict=True)), day=day)
        self._summary = Summary(book)
        self._open()
        yield self._sink.taken()

    def lines(self, chunk: Iterable[Line]) -> Iterator[bytes]:
        """Write the rows of transactions."""
        if self._rows is None or self._summary is None:
            return
        for line in chunk:
            self._summary.count(line)
            self._put(self._rows.rows(line))
        yield self._sink.taken()

    def _put(self, rows: list[str]) -> None:
        if self._counts[-1] + len(rows) > self._most_rows or self._size > MOST_BYTES:
            self._close()
            self._open()
        data = "".join(rows).encode()
        self._counts[-1] += len(rows)
        self._size += len(data)
        if self._sheet is not None:
            self._sheet.write(data)

    def _open(self) -> None:
        # the summary is the first sheet of the workbook, and the last to be written
        name = _SHEET.format(len(self._counts) + 2)
        self._sheet = self._zip.open(name, "w")
        self._sheet.write(self._head)
        self._counts.append(0)
        self._size = 0

    def _close(self) -> None:
        if self._sheet is not None:
            self._sheet.write(footer(self._counts[-1]).encode())
            self._sheet.close()

    def end(self) -> Iterator[bytes]:
        """Write the summary, its charts and all that makes a workbook of the sheets."""
        from chalicelib.interchange.model.writers.workbook import skeleton

        if self._summary is None:
            return
        self._close()
        written = set(self._zip.namelist())
        with ZipFile(io.BytesIO(skeleton(self._summary, self._counts))) as made:
            for name in made.namelist():
                if name not in written:
                    self._zip.writestr(name, made.read(name), ZIP_DEFLATED)
        self._zip.close()
        yield self._sink.taken()
