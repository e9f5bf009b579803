"""WebP without its stories: the chunks that make the picture, and nothing else.

Source: RFC 9649, section 2. Kept are the image, its transparency and its colour profile. EXIF, XMP, unknown
chunks and whatever lies behind the end go; a film is not taken.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from chalicelib.expenses.model.papers.exif import UPRIGHT, only_orientation, orientation
from chalicelib.expenses.model.papers.kinds import Unfit, check_pixels

_HEAD: Final = 12
_MOST_CHUNKS: Final = 1_000
_EXTENDED: Final = b"VP8X"
_IMAGES: Final = (b"VP8 ", b"VP8L")
_ORDER: Final = (_EXTENDED, b"ICCP", b"ALPH", *_IMAGES)
_FILM, _XMP, _EXIF = 0x02, 0x04, 0x08


def cleaned(data: bytes) -> bytes:
    """Give the picture alone, pixel for pixel; raise `Unfit` for what is none, is cut off or moves."""
    found: dict[bytes, bytes] = {}
    for name, body in _chunks(data):
        if name in {b"ANIM", b"ANMF"}:
            raise Unfit("type-not-taken", "The picture moves; only still ones can be attached.")
        found.setdefault(name, body)
    image = next((name for name in _IMAGES if name in found), None)
    if image is None:
        raise Unfit("unreadable", "The file has no picture in it.")
    _check_size(image, found[image])
    if _EXTENDED not in found:
        return _file([(image, found[image])])
    upright = orientation(found.get(b"EXIF", b"").removeprefix(b"Exif\x00\x00"))
    kept = [(_EXTENDED, _extended(found[_EXTENDED], upright))]
    kept += [(name, found[name]) for name in (b"ICCP", b"ALPH", image) if name in found]
    if upright != UPRIGHT:
        kept.append((b"EXIF", only_orientation(upright)))
    return _file(kept)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise Unfit("cut-off", "The picture is cut off.")
    at = _HEAD
    for _ in range(_MOST_CHUNKS):
        if at + 8 > end:
            return
        name, size = struct.unpack_from("<4sI", data, at)
        if at + 8 + size > end:
            raise Unfit("cut-off", "The picture is cut off.")
        yield name, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    raise Unfit("unreadable", "The picture has more chunks than pictures have.")


def _extended(body: bytes, upright: int) -> bytes:
    if len(body) != 10:
        raise Unfit("unreadable", "The picture is broken.")
    if body[0] & _FILM:
        raise Unfit("type-not-taken", "The picture moves; only still ones can be attached.")
    check_pixels(1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little"))
    flags = body[0] & ~(_XMP | _EXIF) | (_EXIF if upright != UPRIGHT else 0)
    return bytes((flags,)) + body[1:]


def _check_size(name: bytes, body: bytes) -> None:
    if name == b"VP8L" and len(body) >= 5 and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        check_pixels(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    elif name == b"VP8 " and body[3:6] == b"\x9d\x01\x2a" and len(body) >= 10:
        width, height = struct.unpack_from("<HH", body, 6)
        check_pixels(width & 0x3FFF, height & 0x3FFF)
    else:
        raise Unfit("unreadable", "The picture is broken.")


def _file(chunks: list[tuple[bytes, bytes]]) -> bytes:
    body = b"".join(
        name + struct.pack("<I", len(data)) + data + b"\x00" * (len(data) % 2)
        for name, data in chunks
    )
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body
