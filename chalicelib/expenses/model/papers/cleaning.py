"""From what was uploaded to what is kept: checked by its bytes, freed of metadata, hashed.

No picture is decoded here, so nothing that a picture claims about itself can cost memory or time: every step
is linear in the file. Pixels stay as they are.
"""

from __future__ import annotations

import hashlib
from typing import Final

from chalicelib.expenses.model.papers import jpeg, png, webp
from chalicelib.expenses.model.papers.kinds import KINDS, PaperType, Unfit, type_of
from chalicelib.kernel.values import dataclass

_TAIL: Final = 2_048


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A file that may be kept: `sha256` (hex) is of these bytes."""

    type: PaperType
    data: bytes
    sha256: str

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return len(self.data)


def clean(data: bytes, declared: PaperType) -> Paper:
    """Check a file against what was said of it and take its metadata away; raise `Unfit`."""
    found = type_of(data)
    if found != declared:
        raise Unfit("another-type", f"The file was announced as {declared} and is {found}.")
    if len(data) > KINDS[found].most:
        raise Unfit("too-large", f"A file of this type may have {KINDS[found].most:,} bytes.")
    kept = _cleaned(data, found)
    return Paper(type=found, data=kept, sha256=hashlib.sha256(kept).hexdigest())


def _cleaned(data: bytes, type: PaperType) -> bytes:
    match type:
        case "image/jpeg":
            return jpeg.cleaned(data)
        case "image/png":
            return png.cleaned(data)
        case "image/webp":
            return webp.cleaned(data)
        case "application/pdf":
            return _document(data)
        case "text/plain":
            return text_of(data).encode()


def _document(data: bytes) -> bytes:
    """Cut what lies behind a document's end; its own texts about itself stay, they are part of it."""
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise Unfit("cut-off", "The document is cut off.")
    if b"startxref" not in data[max(0, end - _TAIL) : end]:
        raise Unfit("unreadable", "The document is broken.")
    return data[: end + len(b"%%EOF")] + b"\n"


def text_of(data: bytes) -> str:
    """Read plain text: UTF-8, or UTF-16 with its mark; line ends become alike. Raise `Unfit` for anything else."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unfit("unreadable", "The text is not UTF-8.") from error
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    if any(char < " " and char not in "\n\t" for char in set(text)):
        raise Unfit("type-not-taken", "The file is of no type that can be attached.")
    if not text.strip():
        raise Unfit("empty", "The file is empty.")
    return text
