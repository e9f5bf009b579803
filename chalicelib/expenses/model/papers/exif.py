"""The one thing of EXIF that is kept: which way up a picture is.

Source: EXIF 2.32 (CIPA DC-008), 4.6: a TIFF structure; tag 274 of the first directory is the orientation.
"""

from __future__ import annotations

import struct
from typing import Final

UPRIGHT: Final = 1
_ORIENTATION: Final = 274
_SHORT: Final = 3
_MOST_ENTRIES: Final = 1_000


def orientation(tiff: bytes) -> int:
    """Read the orientation, 1 to 8; whatever is missing or broken counts as upright."""
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return UPRIGHT
    (start,) = struct.unpack_from(order + "I", tiff, 4)
    if start + 2 > len(tiff):
        return UPRIGHT
    (count,) = struct.unpack_from(order + "H", tiff, start)
    for place in range(min(count, _MOST_ENTRIES)):
        at = start + 2 + 12 * place
        if at + 12 > len(tiff):
            return UPRIGHT
        tag, kind, values, value = struct.unpack_from(order + "HHIH", tiff, at)
        if tag == _ORIENTATION:
            fits = kind == _SHORT and values == 1 and 1 <= value <= 8
            return int(value) if fits else UPRIGHT
    return UPRIGHT


def only_orientation(value: int) -> bytes:
    """Write the smallest TIFF structure that says which way up."""
    entry = struct.pack(">HHIHH", _ORIENTATION, _SHORT, 1, value, 0)
    return b"MM\x00*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
