"""A look into a zipped workbook before calamine opens it: sizes, the grid of each sheet, shared texts.

Everything is measured on the bytes that calamine will read. A package that two readers of zip files could
understand differently is written anew first, so that nothing lies in it that was not looked at.

The look is cheap for what all writers write (one search over the XML of a sheet), and thorough for the
rest: expat walks a sheet whose cells are written in another way, or lie further out.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from chalicelib.interchange.model.formats.types import MAX_CONTAINER, MAX_ROWS, Unreadable
from chalicelib.interchange.model.formats.workbooks.markup import GridWalk, LengthWalk, NameWalk

MAX_PARTS: Final = 2_000
MAX_UNPACKED: Final = 64 * 1024 * 1024
"""Bytes of all parts together, unpacked."""
MAX_GRID: Final = 2_000_000
"""Cells of the grid from A1 to the furthest filled cell of a sheet: calamine keeps 32 bytes for each."""
MAX_TEXTS: Final = 48 * 1024 * 1024
"""Bytes of shared texts, counted as often as they are shown."""
_MAX_SHARED: Final = 1_000_000
_MAX_RATIO: Final = 300
_SMALL: Final = 4 * 1024 * 1024
_CHUNK: Final = 64 * 1024
_ENTRY: Final = b"PK\x01\x02"
_LOCAL: Final = 30
"""Bytes of the header before each member."""
_END: Final = struct.Struct("<4s4H2LH")
_CELL: Final = rb"<(?:[^\s<>/:]+:)?c(?=[\s/>])"
_REST: Final = rb"(?: (?!r=)[\w:]+=\"[^\"<>=]*\")* ?/?>"
_NARROW: Final = re.compile(_CELL + rb"(?! r=\"[A-T][1-9][0-9]{0,4}\"" + _REST + rb")")
_LONG: Final = re.compile(
    _CELL
    + rb"(?! r=\"[A-F][1-9][0-9]{0,4}\""
    + _REST
    + rb")(?! r=\"[A-F][12][0-9]{5}\""
    + _REST
    + rb")"
)
_CELLS: Final = b"sheetData"
"""In every part that may be read as a sheet, whatever its root is called."""
_BOOK: Final = re.compile(rb"<(?:[^\s<>/:]+:)?sheets[\s>/]")
_OTHERS: Final = ("content.xml", "workbook.bin")
"""Parts by which calamine would read the package as another format."""


def checked(data: bytes) -> bytes:
    """Give a package that is safe to open, mostly the same bytes; refuse any other.

    Refuses what is too large, packed too densely, encrypted, damaged, has a document type, or whose sheets would
    need more memory than a workbook of this size may.
    """
    parts = unpacked(data)
    strings = [part for part in parts.values() if b"<si" in part or b":si" in part]
    if any(name.lower().endswith(_OTHERS) for name in parts):
        detail = "Binary workbooks (.xlsb) and mixed packages are not read: save it as .xlsx."
        raise Unreadable("unsupported-format", detail)
    for part in parts.values():
        if _CELLS in part:
            _check_sheet(part, strings)
    for part in strings:
        _check_strings(part)
    _check_names(parts)
    return data if _is_plain(data) and all(parts.values()) else _written_anew(parts)


def unpacked(data: bytes) -> dict[str, bytes]:
    """Unpack all parts of a package, measuring while unpacking; refuse what is beyond all bounds."""
    check_container(data)
    parts: dict[str, bytes] = {}
    left = MAX_UNPACKED
    with refusing_damage(), zipfile.ZipFile(io.BytesIO(data)) as package:
        for info in package.infolist():
            if info.is_dir():
                continue
            if info.filename in parts:
                raise Unreadable("damaged-workbook", "The workbook holds one part twice.")
            part = read_member(data, info, left)
            left -= len(part)
            if _is_markup(part) and b"\0" in part:
                part = b""  # UTF-16, as in parts beside the sheets; no sheet is written so
            elif _is_markup(part) and (b"<!DOCTYPE" in part or b"<!ENTITY" in part):
                raise Unreadable(
                    "too-complex", "The workbook has a document type, which none needs."
                )
            parts[info.filename] = part
    return parts


def check_container(data: bytes) -> None:
    """Refuse a zip file that is too large, or lists more members than any workbook has."""
    if len(data) > MAX_CONTAINER:
        detail = (
            f"The file has {len(data)} bytes; {MAX_CONTAINER} are allowed for workbooks and zips."
        )
        raise Unreadable("too-large", detail)
    if data.count(_ENTRY) > MAX_PARTS:
        raise Unreadable("too-complex", f"The zip lists more than {MAX_PARTS} files.")


def read_member(data: bytes, info: zipfile.ZipInfo, left: int) -> bytes:
    """Unpack one member, at most `left` bytes of it; refuse one that is not what the zip says of it.

    Not by the zip module, which stops at the size that is claimed: another reader would go on, and see what was
    not looked at.
    """
    if info.flag_bits & 0x1:
        detail = "The zip is protected by a password: save it without one."
        raise Unreadable("encrypted", detail)
    packed = _packed(data, info)
    pieces: list[bytes] = []
    size = 0
    for piece in _inflated(packed) if info.compress_type == zipfile.ZIP_DEFLATED else (packed,):
        size += len(piece)
        if size > left:
            raise Unreadable("too-complex", f"Unpacked, it has more than {MAX_UNPACKED} bytes.")
        if size > _SMALL and size > _MAX_RATIO * max(len(packed), 1):
            raise Unreadable("too-complex", "It is packed more densely than any statement.")
        pieces.append(piece)
    part = b"".join(pieces)
    if size != info.file_size or zlib.crc32(part) != info.CRC:
        raise _damaged()
    return part


def claimed_size(data: bytes) -> int:
    """Give the bytes that a zip says to have unpacked; `read_member` holds it to that."""
    with refusing_damage(), zipfile.ZipFile(io.BytesIO(data)) as package:
        return sum(info.file_size for info in package.infolist())


def _packed(data: bytes, info: zipfile.ZipInfo) -> bytes:
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise Unreadable("damaged-workbook", "The zip is packed in a way that is not read.")
    at = info.header_offset
    if data[at : at + 4] != b"PK\x03\x04" or at + _LOCAL > len(data):
        raise _damaged()
    start = at + _LOCAL + sum(struct.unpack_from("<HH", data, at + 26))
    packed = data[start : start + info.compress_size]
    if len(packed) != info.compress_size:
        raise _damaged()
    return packed


def _inflated(packed: bytes) -> Iterator[bytes]:
    """Unpack piece by piece; refuse what ends too early, or is followed by something else."""
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    for at in range(0, len(packed), _CHUNK):
        if unpacking.eof:
            raise _damaged()
        rest = packed[at : at + _CHUNK]
        while rest and not unpacking.eof:
            yield unpacking.decompress(rest, _CHUNK)
            rest = unpacking.unconsumed_tail
    while not unpacking.eof and (piece := unpacking.decompress(b"", _CHUNK)):
        yield piece
    if not unpacking.eof or unpacking.unused_data:
        raise _damaged()


def _damaged() -> Unreadable:
    return Unreadable("damaged-workbook", "The zip is damaged and cannot be unpacked.")


@contextmanager
def refusing_damage() -> Iterator[None]:
    """Turn what the zip module says of damaged files into a refusal."""
    try:
        yield
    except (
        zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError,
        struct.error, OverflowError, LookupError,
    ) as error:  # fmt: skip
        raise _damaged() from error


def _is_markup(part: bytes) -> bool:
    head = part[:_CHUNK].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")
    return head[:1] == b"<"


def _is_plain(data: bytes) -> bool:
    """Whether all readers of zip files find the same end record, and by it the same directory."""
    at = len(data) - _END.size
    if at < 20 or data[at - 20 : at - 16] == b"PK\x06\x07":
        return False
    mark, disk, first, here, total, size, start, comment = _END.unpack_from(data, at)
    return (
        mark == b"PK\x05\x06"
        and disk == first == comment == 0
        and here == total == data.count(_ENTRY, start)
        and start + size == at
        and data[start : start + 4] == _ENTRY
    )


def _written_anew(parts: dict[str, bytes]) -> bytes:
    anew = io.BytesIO()
    with zipfile.ZipFile(anew, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, part in parts.items():
            package.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED, 1)
    return anew.getvalue()


def _check_sheet(xml: bytes, strings: list[bytes]) -> None:
    """Refuse a sheet whose grid or texts would need too much memory."""
    likely = (_LONG, _NARROW) if b'r="100000"' in xml else (_NARROW, _LONG)
    if any(pattern.search(xml) is None for pattern in likely):
        # Cells are written as all writers write them: then `t="s"` is written so, too.
        shown = xml.count(b't="s"')
        longest = max((max(map(len, part.split(b"si>"))) for part in strings), default=0)
        if shown * longest <= MAX_TEXTS:
            return
    walk = GridWalk()
    walk.through(xml)
    if walk.rows > 2 * MAX_ROWS:
        raise Unreadable("too-many-rows", f"A sheet has more than {2 * MAX_ROWS} rows.")
    if walk.rows * walk.columns > MAX_GRID:
        detail = f"A sheet spans {walk.rows} rows and {walk.columns} columns: too many cells."
        raise Unreadable("too-complex", detail)
    lengths: list[int] = []
    for part in strings if walk.shown else ():
        measured = LengthWalk()
        measured.through(part)
        lengths += measured.lengths
    shown = sum(times * lengths[at] for at, times in walk.shown.items() if at < len(lengths))
    if shown > MAX_TEXTS:
        raise Unreadable("too-complex", "Long texts are repeated in too many cells.")


def _check_strings(xml: bytes) -> None:
    if xml.count(b"<si") + xml.count(b":si") > _MAX_SHARED:
        raise Unreadable("too-complex", f"The workbook has more than {_MAX_SHARED} shared texts.")


def _check_names(parts: dict[str, bytes]) -> None:
    """Refuse a workbook that shows one part as several sheets: each would be read again."""
    sheets = {_base(name) for name, part in parts.items() if _CELLS in part}
    for name, part in parts.items():
        if name.lower().endswith(".rels"):
            # Pictures and pages of the web may be linked as often as one likes.
            linked = map(_base, _named(part, "Relationship", "Target"))
            targets = [target for target in linked if target in sheets]
        elif b"sheets" in part and _BOOK.search(part):
            targets = _named(part, "sheet", "id")
        else:
            continue
        if len(set(targets)) < len(targets):
            raise Unreadable("damaged-workbook", "The workbook shows one part as several sheets.")


def _base(path: str) -> str:
    return path.lower().replace("\\", "/").rpartition("/")[2]


def _named(xml: bytes, element: str, attribute: str) -> list[str]:
    walk = NameWalk(element, attribute)
    walk.through(xml)
    return walk.found
