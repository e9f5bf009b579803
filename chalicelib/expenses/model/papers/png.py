"""PNG without its stories: the chunks that make the picture, and nothing else.

Source: W3C, "Portable Network Graphics (PNG) Specification, third edition". Kept are the critical chunks and
those of colour; texts, times, EXIF, animation, private chunks and whatever lies behind the end go.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from chalicelib.expenses.model.papers.exif import UPRIGHT, only_orientation, orientation
from chalicelib.expenses.model.papers.kinds import Unfit, check_pixels

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_KEPT: Final = frozenset(
    (
        b"IHDR",
        b"PLTE",
        b"IDAT",
        b"tRNS",
        b"gAMA",
        b"cHRM",
        b"sRGB",
        b"iCCP",
        b"sBIT",
        b"bKGD",
        b"pHYs",
        b"cICP",
    )
)
_MOST_CHUNKS: Final = 20_000
"""Encoders write chunks of 8 KB and more: 10 MB are 1,300."""


def cleaned(data: bytes) -> bytes:
    """Give the picture alone, pixel for pixel; raise `Unfit` for what is none or is cut off."""
    chunks = list(_chunks(data))
    _header(chunks)
    kept = [(name, body) for name, body in chunks if name in _KEPT]
    coded = next((place for place, (name, _) in enumerate(kept) if name == b"IDAT"), None)
    if coded is None:
        raise Unfit("unreadable", "The file has no picture in it.")
    upright = next((orientation(body) for name, body in chunks if name == b"eXIf"), UPRIGHT)
    if upright != UPRIGHT:
        kept.insert(coded, (b"eXIf", only_orientation(upright)))
    return b"".join(
        (_SIGNATURE, *(_chunk(name, body) for name, body in kept), _chunk(b"IEND", b""))
    )


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Read the chunks before the last; each must be whole and say its own sum."""
    at = len(_SIGNATURE)
    for _ in range(_MOST_CHUNKS):
        if at + 12 > len(data):
            raise Unfit("cut-off", "The picture is cut off.")
        size, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + size
        if end > len(data):
            raise Unfit("cut-off", "The picture is cut off.")
        body = data[at + 8 : end - 4]
        if zlib.crc32(name + body) != int.from_bytes(data[end - 4 : end], "big"):
            raise Unfit("unreadable", "The picture is broken.")
        if name == b"IEND":
            return
        yield name, body
        at = end
    raise Unfit("unreadable", "The picture has more chunks than pictures have.")


def _header(chunks: list[tuple[bytes, bytes]]) -> None:
    """Refuse anything but one header at the beginning, of a picture of a possible size."""
    headers = [place for place, (name, _) in enumerate(chunks) if name == b"IHDR"]
    if headers != [0] or len(chunks[0][1]) != 13:
        raise Unfit("unreadable", "The picture is broken.")
    width, height = struct.unpack_from(">II", chunks[0][1])
    check_pixels(width, height)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
