"""The records of an old workbook (BIFF): how far its cells reach, and how much text they show.

Only records that make calamine keep something are looked at. What a sheet claims as its dimensions is taken
out, because memory for all of it would be set aside before the first cell is read.
"""

from __future__ import annotations

import struct
from collections import Counter
from typing import Final

from chalicelib.interchange.model.formats.types import Unreadable
from chalicelib.interchange.model.formats.workbooks.package import MAX_GRID, MAX_TEXTS
from chalicelib.interchange.model.formats.workbooks.rust import damaged, encrypted

_MAX_SHEETS: Final = 256
_HEAD: Final = struct.Struct("<HH")
_PLACE: Final = struct.Struct("<HH")
_BOF, _EOF, _BOUND_SHEET, _PASSWORD, _DIMENSIONS = 0x0809, 0x000A, 0x0085, 0x002F, 0x0200
_STRINGS, _CONTINUE, _SHARED_TEXT, _NUMBERS = 0x00FC, 0x003C, 0x00FD, 0x00BD
_CELLS: Final = frozenset(
    {0x0203, 0x0003, 0x027E, 0x007E, 0x0204, 0x0004, 0x0205, 0x0005, 0x0006, 0x0206, 0x0406, 0x00D6, 0x0002,
     0x0201, _SHARED_TEXT, _NUMBERS}
)  # fmt: skip
_UNKNOWN: Final = 0x7FFE
"""A number that no record has: readers pass over it."""


def harmless(stream: bytes) -> bytes:
    """Give the stream without its claimed dimensions; refuse what is encrypted, looped or too large."""
    walk = _Walk(stream)
    walk.through()
    walk.check()
    return bytes(walk.stream)


class _Walk:
    """One pass over all records."""

    def __init__(self, stream: bytes) -> None:
        self.stream = bytearray(stream)
        self._sheets: set[int] = set()
        self._open: list[int] | None = None
        self._grids = [0]
        self._shown: Counter[int] = Counter()
        self._strings: list[bytes] = []
        self._before = self._begun = 0

    def through(self) -> None:
        """Walk to the end, or to where no further record fits: what follows is never read."""
        at, end = 0, len(self.stream)
        while at + 4 <= end:
            kind, size = _HEAD.unpack_from(self.stream, at)
            self._take(kind, at, min(size, end - at - 4))
            if kind != _CONTINUE:
                self._before = kind
            at += 4 + size

    def _take(self, kind: int, at: int, size: int) -> None:
        if kind in _CELLS and size >= 4:
            self._cell(kind, at + 4, size)
        elif kind == _BOF and at in self._sheets:
            self._begin()
        elif kind == _EOF:
            self._close()
        else:
            self._take_other(kind, at, size)

    def _take_other(self, kind: int, at: int, size: int) -> None:
        if kind == _BOUND_SHEET and size >= 4:
            self._bind(struct.unpack_from("<L", self.stream, at + 4)[0], at)
        elif kind == _DIMENSIONS:
            struct.pack_into("<H", self.stream, at, _UNKNOWN)
        elif kind == _PASSWORD:
            raise encrypted()
        elif kind == _STRINGS or (kind == _CONTINUE and self._before == _STRINGS):
            self._strings.append(bytes(self.stream[at + 4 : at + 4 + size]))

    def _bind(self, place: int, at: int) -> None:
        """Take note of where a sheet begins: further on, and each in a place of its own."""
        if place <= at or place in self._sheets or len(self._sheets) >= _MAX_SHEETS:
            raise damaged()
        self._sheets.add(place)

    def _begin(self) -> None:
        if self._open is not None:
            raise damaged()
        self._open = [0, 0]
        self._begun += 1

    def _close(self) -> None:
        if self._open is not None:
            self._grids.append(self._open[0] * self._open[1])
        self._open = None

    def _cell(self, kind: int, at: int, size: int) -> None:
        row, column = _PLACE.unpack_from(self.stream, at)
        if kind == _NUMBERS and size >= 6:
            column = max(column, struct.unpack_from("<H", self.stream, at + size - 2)[0])
        elif kind == _SHARED_TEXT and size >= 10:
            self._shown[struct.unpack_from("<L", self.stream, at + 6)[0]] += 1
        if self._open is not None:
            self._open = [max(self._open[0], row + 1), max(self._open[1], column + 1)]

    def check(self) -> None:
        """Refuse what would need too much memory."""
        self._close()
        if self._begun < len(self._sheets):
            raise damaged()  # a sheet begins within a record
        if sum(self._grids) > MAX_GRID:
            raise Unreadable("too-complex", "The sheets span too many cells.")
        size = sum(map(len, self._strings))
        if min(size, 3 * 0xFFFF) * self._shown.total() <= MAX_TEXTS:
            return
        lengths = _lengths(self._strings)
        shown = sum(times * lengths[at] for at, times in self._shown.items() if at < len(lengths))
        if shown > MAX_TEXTS:
            raise Unreadable("too-complex", "Long texts are repeated in too many cells.")


def _lengths(strings: list[bytes]) -> list[int]:
    """Give the bytes of each shared text; one may go on in the next record, after a byte that says its width."""
    reader = _Strings(strings)
    lengths = []
    try:
        reader.skip(8)
        while not reader.done:
            lengths.append(reader.string())
    except (IndexError, struct.error) as error:
        raise damaged() from error
    return lengths


class _Strings:
    """Reads over the border of records."""

    def __init__(self, records: list[bytes]) -> None:
        self._records = records
        self._at = self._place = 0

    @property
    def done(self) -> bool:
        """Whether all records were read."""
        while self._at < len(self._records) and self._place >= len(self._records[self._at]):
            self._at, self._place = self._at + 1, 0
        return self._at >= len(self._records)

    def skip(self, count: int) -> None:
        """Pass over some bytes."""
        while count > 0 and not self.done:
            step = min(count, len(self._records[self._at]) - self._place)
            self._place += step
            count -= step

    def _number(self, size: int) -> int:
        if self.done:
            raise IndexError
        record, place = self._records[self._at], self._place
        self._place += size
        return int.from_bytes(record[place : place + size], "little")

    def string(self) -> int:
        """Pass over one text, and give its length in bytes."""
        count, flags = self._number(2), self._number(1)
        runs = self._number(2) if flags & 8 else 0
        extra = self._number(4) if flags & 4 else 0
        left = count
        while left > 0 and not self.done:
            width = 2 if flags & 1 else 1
            step = min(left, (len(self._records[self._at]) - self._place) // width)
            self._place += step * width
            left -= step
            if left > 0:
                self._at, self._place = self._at + 1, 0
                flags = self._number(1)
        self.skip(4 * runs + extra)
        return 3 * count
