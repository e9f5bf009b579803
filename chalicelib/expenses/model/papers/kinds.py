"""What may be attached, in one table: types, name endings and sizes; and what bytes really are.

A type is known by its first bytes alone. Name and declared type are only held against it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal, get_args

from chalicelib.kernel.regex import regex
from chalicelib.kernel.values import dataclass

PaperType = Literal["image/jpeg", "image/png", "image/webp", "application/pdf", "text/plain"]
TYPES: Final[tuple[PaperType, ...]] = get_args(PaperType)
MAX_BYTES: Final = 10_000_000
"""Of one file (decision 25)."""
MAX_TEXT_BYTES: Final = 1_000_000
MAX_SIDE: Final = 30_000
MAX_PIXELS: Final = 120_000_000
"""A picture that claims more would only hurt who opens it; telephones make 108 million at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One permitted type: the ending of files that we name, others that people use, and the largest size."""

    ending: str
    also: frozenset[str] = frozenset()
    most: int = MAX_BYTES


KINDS: Final[Mapping[PaperType, Kind]] = {
    "image/jpeg": Kind(ending="jpg", also=frozenset({"jpeg", "jpe", "jfif"})),
    "image/png": Kind(ending="png"),
    "image/webp": Kind(ending="webp"),
    "application/pdf": Kind(ending="pdf"),
    "text/plain": Kind(ending="txt", also=frozenset({"text", "eml", "log"}), most=MAX_TEXT_BYTES),
}
_ENDING: Final = regex(r"\.([A-Za-z][A-Za-z0-9]{0,9})$")
_MARKUP: Final = regex(
    rb"\s*<(?:\?xml|!doctype|!--|html|svg|script|head|body|iframe)", re.IGNORECASE
)
_SIGNATURES: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (8, b"WEBP", "image/webp"),
    (0, b"%PDF-", "application/pdf"),
    # only for saying what was sent; none of these is permitted
    (0, b"GIF8", "image/gif"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (4, b"ftyp", "image/heic or a film"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"MZ", "a program"),
    (0, b"\x7fELF", "a program"),
)


class Unfit(Exception):
    """A file that is not taken: `reason` is a slug, `detail` a sentence without anything of the file in it."""

    def __init__(self, reason: str, detail: str) -> None:
        """Say why."""
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


def ending_fits(name: str, type: PaperType) -> bool:
    """Tell whether a name's ending, where it has one, is of the type."""
    found = _ENDING.search(name)
    kind = KINDS[type]
    return found is None or found[1].lower() in {kind.ending, *kind.also}


def type_of(data: bytes) -> PaperType:
    """Know a file by its bytes; raise `Unfit` for what is not permitted."""
    if not data:
        raise Unfit("empty", "The file is empty.")
    for offset, signature, type in _SIGNATURES:
        if data.startswith(signature, offset) and (offset != 8 or data.startswith(b"RIFF")):
            if type in TYPES:
                return type
            raise Unfit("type-not-taken", f"The file is {type}, which cannot be attached.")
    if _MARKUP.match(data[:1_000]):
        raise Unfit(
            "type-not-taken", "The file is markup (HTML, SVG or XML), which cannot be attached."
        )
    if b"\x00" in data[:1_000] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unfit("type-not-taken", "The file is of no type that can be attached.")
    return "text/plain"


def check_pixels(width: int, height: int) -> None:
    """Refuse a picture without area, or that claims more than anybody photographs."""
    if width < 1 or height < 1:
        raise Unfit("unreadable", "The picture has no size.")
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        detail = f"A picture may have {MAX_PIXELS:,} pixels, and {MAX_SIDE:,} on a side."
        raise Unfit("too-many-pixels", detail)
