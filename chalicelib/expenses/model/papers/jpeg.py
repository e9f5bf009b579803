"""JPEG without its stories: the segments that make the picture, and nothing else.

Source: ITU T.81, annex B. Kept are tables, frames and scans as they are, JFIF without its thumbnail, the colour
profile, and Adobe's colour transform, without which CMYK would turn. All other application segments (EXIF,
XMP, IPTC, maker notes, further pictures) and comments go, and so does whatever lies behind the end.
"""

from __future__ import annotations

import re
from dataclasses import field
from typing import Final

from chalicelib.expenses.model.papers.exif import UPRIGHT, only_orientation, orientation
from chalicelib.expenses.model.papers.kinds import Unfit, check_pixels
from chalicelib.kernel.values import dataclass

_END: Final = 0xD9
_SCAN: Final = 0xDA
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_TABLES: Final = frozenset({0xC4, 0xCC, 0xDB, 0xDC, 0xDD})
_STORIES: Final = frozenset((*range(0xE0, 0xFF), 0x01))
"""Application segments, reserved ones and comments."""
_MOST_SCANS: Final = 100
"""A progressive picture has about ten; each more costs who decodes it the whole picture again."""
_MOST_SEGMENTS: Final = 5_000
_NEXT: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""The next marker behind coded data: not a stuffed zero, a restart or a fill byte."""
_JFIF: Final = b"JFIF\x00"
_EXIF: Final = b"Exif\x00\x00"
_ICC: Final = b"ICC_PROFILE\x00"
_ADOBE: Final = b"Adobe"


@dataclass(slots=True)
class _Walk:
    kept: list[bytes] = field(default_factory=list)
    upright: int = UPRIGHT
    framed: bool = False
    scans: int = 0


def cleaned(data: bytes) -> bytes:
    """Give the picture alone, pixel for pixel; raise `Unfit` for what is none or is cut off."""
    walk = _Walk()
    at, segments = 2, 0
    while True:
        at, marker = _marker(data, at)
        if marker == _END:
            break
        segments += 1
        if segments > _MOST_SEGMENTS:
            raise Unfit("unreadable", "The picture has more segments than pictures have.")
        body, at = _segment(data, at)
        _take(walk, marker, body)
        if marker == _SCAN:
            end = _coded(data, at)
            walk.kept.append(data[at:end])
            at = end
    if not walk.framed or not walk.scans:
        raise Unfit("unreadable", "The file has no picture in it.")
    return b"".join((b"\xff\xd8", *_turned(walk.upright), *walk.kept, b"\xff\xd9"))


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """Read a marker, which fill bytes may precede; give the place behind it."""
    start = at
    while data[at : at + 2] == b"\xff\xff":
        at += 1
        if at - start > 1_000:
            raise Unfit("unreadable", "The picture is broken.")
    if at + 2 > len(data):
        raise Unfit("cut-off", "The picture is cut off.")
    if data[at] != 0xFF:
        raise Unfit("unreadable", "The picture is broken.")
    return at + 2, data[at + 1]


def _segment(data: bytes, at: int) -> tuple[bytes, int]:
    size = int.from_bytes(data[at : at + 2], "big")
    if at + 2 > len(data) or at + size > len(data):
        raise Unfit("cut-off", "The picture is cut off.")
    if size < 2:
        raise Unfit("unreadable", "The picture is broken.")
    return data[at + 2 : at + size], at + size


def _coded(data: bytes, at: int) -> int:
    found = _NEXT.search(data, at)
    if found is None:
        raise Unfit("cut-off", "The picture is cut off.")
    return found.start()


def _take(walk: _Walk, marker: int, body: bytes) -> None:
    """Keep a segment, trim it, or let it go."""
    if marker in _FRAMES:
        _frame(walk, body)
    elif marker == _SCAN:
        walk.scans += 1
        if walk.scans > _MOST_SCANS:
            raise Unfit("unreadable", "The picture has more scans than pictures have.")
    elif marker in _STORIES:
        if marker == 0xE1 and body.startswith(_EXIF):
            walk.upright = orientation(body[len(_EXIF) :])
        body = _told(marker, body)
        if not body:
            return
    elif marker not in _TABLES:
        raise Unfit("unreadable", "The picture is broken.")
    walk.kept.append(bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body)


def _told(marker: int, body: bytes) -> bytes:
    """Give what stays of an application's segment: most often nothing."""
    if marker == 0xE0 and body.startswith(_JFIF) and len(body) >= 14:
        return body[:12] + b"\x00\x00"  # no thumbnail
    return body if _is_colour(marker, body) else b""


def _is_colour(marker: int, body: bytes) -> bool:
    return (marker == 0xE2 and body.startswith(_ICC)) or (
        marker == 0xEE and body.startswith(_ADOBE) and len(body) == 12
    )


def _frame(walk: _Walk, body: bytes) -> None:
    if walk.framed or len(body) < 6:
        raise Unfit("unreadable", "The picture is broken.")
    walk.framed = True
    check_pixels(int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big"))


def _turned(upright: int) -> tuple[bytes, ...]:
    if upright == UPRIGHT:
        return ()
    body = _EXIF + only_orientation(upright)
    return (b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body,)
