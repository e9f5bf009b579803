"""The list of common passwords, as sorted hashes: it can be asked, and hardly be read.

`data/common_passwords.bin` holds the first five bytes of the SHA-256 of each, in order; two different
texts share them once in about thirty-six million tries. Made by `python -m tools.common_passwords`.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from functools import cache
from pathlib import Path
from typing import Final

PREFIX_BYTES: Final = 5
FILE: Final = Path(__file__).resolve().parent.parent / "data" / "common_passwords.bin"


@cache
def _hashes() -> bytes:
    return FILE.read_bytes()


def prefix(folded: str) -> bytes:
    """Hash a case-folded password as the file does."""
    return hashlib.sha256(folded.encode()).digest()[:PREFIX_BYTES]


def count() -> int:
    """Say how many passwords the list holds."""
    return len(_hashes()) // PREFIX_BYTES


def is_common(folded: str) -> bool:
    """Tell whether a case-folded text is on the list."""
    data, wanted = _hashes(), prefix(folded)
    index = bisect_left(
        range(count()), wanted, key=lambda at: data[at * PREFIX_BYTES : (at + 1) * PREFIX_BYTES]
    )
    return data[index * PREFIX_BYTES : (index + 1) * PREFIX_BYTES] == wanted
