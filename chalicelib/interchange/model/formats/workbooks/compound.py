"""The compound file, the container of old office documents: one stream out of it, and into a new one.

Only what is needed: header, sector allocation, directory. Every chain is followed with its steps counted, so
that no loop is walked twice (Microsoft's MS-CFB describes the format).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from chalicelib.interchange.model.formats.types import Unreadable

_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER: Final = struct.Struct("<8s16x5H6x9L")
_FREE: Final = 0xFFFFFFFF
_END: Final = 0xFFFFFFFE
_FAT_MARK: Final = 0xFFFFFFFD
_FIRST_FAT: Final = 76
_IN_HEADER: Final = 109
_ENTRY: Final = 128
_MAX_ENTRIES: Final = 10_000
_SECTOR: Final = 512
_STREAM, _ROOT = 2, 5


class _Container:
    """A container whose sectors can be followed."""

    def __init__(self, data: bytes) -> None:
        if len(data) < _SECTOR or data[:8] != _MAGIC:
            raise _damaged()
        fields = _HEADER.unpack_from(data, 0)
        shift, small_shift = fields[4], fields[5]
        if shift not in {9, 12} or small_shift != 6:
            raise _damaged()
        self._data = data
        self._size = 1 << shift
        self._directory, self._limit = fields[8], fields[10]
        self._most = len(data) // self._size + 1
        self._fat = self._allocation(first=fields[13])
        self._small_fat = _numbers(self._chain(fields[11]))
        self._small = b""

    def streams(self, names: Sequence[str]) -> dict[str, bytes]:
        """Give the streams of some names, wherever in the tree they lie; of equal names the first."""
        directory = self._chain(self._directory)
        found: dict[str, bytes] = {}
        for at in range(0, min(len(directory), _ENTRY * _MAX_ENTRIES) - _ENTRY + 1, _ENTRY):
            entry = directory[at : at + _ENTRY]
            length = struct.unpack_from("<H", entry, 64)[0]
            kind = entry[66]
            start, size = struct.unpack_from("<LL", entry, 116)
            name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            if kind == _ROOT and not self._small:
                self._small = self._chain(start)
            elif kind == _STREAM and name in names and name not in found:
                found[name] = self._stream(start, size)
        return found

    def _allocation(self, first: int) -> list[int]:
        sectors = list(struct.unpack_from(f"<{_IN_HEADER}L", self._data, _FIRST_FAT))
        seen = set()
        while first < _FAT_MARK and first not in seen:
            seen.add(first)
            numbers = _numbers(self._sector(first))
            if not numbers:
                break
            sectors += numbers[:-1]
            first = numbers[-1]
        fat: list[int] = []
        for sector in dict.fromkeys(sectors):
            if sector < _FAT_MARK and len(fat) < 2 * self._most:
                fat += _numbers(self._sector(sector))
        return fat

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        return self._data[start : start + self._size]

    def _chain(self, first: int) -> bytes:
        pieces = []
        sector = first
        while sector < _FAT_MARK:
            piece = self._sector(sector)
            pieces.append(piece)
            if not piece or sector >= len(self._fat) or len(pieces) > self._most:
                raise _damaged()
            sector = self._fat[sector]
        return b"".join(pieces)

    def _stream(self, first: int, size: int) -> bytes:
        if size >= self._limit:
            return self._chain(first)[:size]
        pieces = []
        sector = first
        while sector < _FAT_MARK:
            piece = self._small[sector * 64 : sector * 64 + 64]
            pieces.append(piece)
            if not piece or sector >= len(self._small_fat) or len(pieces) * 64 > size + 64:
                raise _damaged()
            sector = self._small_fat[sector]
        return b"".join(pieces)[:size]


def streams(data: bytes, names: Sequence[str]) -> dict[str, bytes]:
    """Take some streams out of a container; refuse one whose chains do not come to an end."""
    return _Container(data).streams(names)


def pack(name: str, stream: bytes) -> bytes:
    """Make a container with a single stream in it."""
    stream += bytes(
        max(0, 4096 - len(stream))
    )  # shorter ones would have to lie among small sectors
    body = stream + bytes(-len(stream) % _SECTOR)
    used = len(body) // _SECTOR
    per_sector = _SECTOR // 4
    tables = 1
    while tables * per_sector < used + tables + 1:
        tables += 1
    extra = max(0, -(-(tables - _IN_HEADER) // (per_sector - 1)))
    while tables * per_sector < used + tables + 1 + extra:
        tables += 1
    directory = used
    first_table = used + 1
    first_extra = first_table + tables
    fat = [*range(1, used), _END, _END, *[_FAT_MARK] * tables, *[_FAT_MARK - 1] * extra]
    fat += [_FREE] * (tables * per_sector - len(fat))
    places = list(range(first_table, first_table + tables))
    header = _HEADER.pack(
        _MAGIC, 0x3E, 3, 0xFFFE, 9, 6, 0, tables, directory, 0, 4096, _END, 0,
        first_extra if extra else _END, extra,
    )  # fmt: skip
    in_header = places[:_IN_HEADER] + [_FREE] * (_IN_HEADER - len(places[:_IN_HEADER]))
    entries = _entry("Root Entry", _ROOT, child=1, start=_END, size=0)
    entries += _entry(name, _STREAM, child=_FREE, start=0, size=len(stream))
    entries += bytes(_SECTOR - len(entries))
    return b"".join(
        (
            header,
            _words(in_header),
            body,
            entries,
            _words(fat),
            _extra(places[_IN_HEADER:], first_extra),
        )
    )


def _extra(places: list[int], first: int) -> bytes:
    """Write the sectors that list further tables."""
    written = b""
    step = _SECTOR // 4 - 1
    for at in range(0, len(places), step):
        some = places[at : at + step]
        following = first + at // step + 1 if at + step < len(places) else _END
        written += _words([*some, *[_FREE] * (step - len(some)), following])
    return written


def _entry(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBLLL16xL8x8xLQ", text, len(text), kind, 1, _FREE, _FREE, child, 0, start, size
    )


def _numbers(sector: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(sector) // 4}L", sector[: len(sector) // 4 * 4]))


def _words(numbers: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(numbers)}L", *numbers)


def _damaged() -> Unreadable:
    return Unreadable("damaged-workbook", "The workbook is damaged: its parts cannot be found.")
