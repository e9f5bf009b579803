"""Recovery codes: ten, of 128 bits each, so that a keyed hash is all that needs to be kept.

Written in Crockford's base32 (no i, l, o, u), in groups, and read however people write them.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import datetime
from typing import Final

from chalicelib.kernel.values import dataclass

COUNT: Final = 10
CODE_BYTES: Final = 16
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH: Final = 26
_GROUP: Final = 5
_ALIKE: Final = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None, " ": None})
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodes:
    """The hashes of the codes that are left."""

    user_id: str
    hashes: tuple[bytes, ...]
    created_at: datetime
    version: int


def write_code(secret: bytes) -> str:
    """Write 16 random bytes as a code of five groups."""
    number = int.from_bytes(secret, "big")
    digits = "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
    groups = [digits[at : at + _GROUP] for at in range(0, _LENGTH - _GROUP - 1, _GROUP)]
    return "-".join([*groups, digits[_LENGTH - _GROUP - 1 :]])


def read_code(text: str) -> bytes | None:
    """Read a code as people type it, or None for what cannot be one."""
    if len(text) > _LONGEST or not text.isascii():
        return None
    digits = text.strip().lower().translate(_ALIKE)
    if len(digits) != _LENGTH or any(digit not in _ALPHABET for digit in digits):
        return None
    number = 0
    for digit in digits:
        number = number << 5 | _ALPHABET.index(digit)
    return number.to_bytes(CODE_BYTES, "big") if number < 1 << 128 else None


def hash_of(key: bytes, user_id: str, secret: bytes) -> bytes:
    """Hash a code for one user under a key of the stage (HMAC-SHA-256)."""
    return hmac.new(key, user_id.encode() + b"\x1f" + secret, hashlib.sha256).digest()


def without(codes: RecoveryCodes, digest: bytes) -> RecoveryCodes | None:
    """Give the codes without the one that was used, or None when it is not among them."""
    left = tuple(one for one in codes.hashes if not hmac.compare_digest(one, digest))
    if len(left) == len(codes.hashes):
        return None
    return replace(codes, hashes=left, version=codes.version + 1)
