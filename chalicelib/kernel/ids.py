"""Ids: lower-case UUID text. Version 7 for what we make, version 8 for what is derived from content."""

from __future__ import annotations

import hashlib
import os
import threading
import time
import uuid
from datetime import datetime
from typing import Final

_VERSION_SHIFT: Final = 76
_VARIANT_SHIFT: Final = 62
_COUNTER_BITS: Final = 12
_MAX_COUNTER: Final = (1 << _COUNTER_BITS) - 1


class _Sequence:
    """Keeps ids of one process increasing, also within a millisecond (RFC 9562, 6.2, method 1)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0
        self._counter = 0

    def next(self) -> tuple[int, int]:
        with self._lock:
            now = time.time_ns() // 1_000_000
            if now > self._last:
                self._last, self._counter = now, int.from_bytes(os.urandom(1), "big")
            elif self._counter < _MAX_COUNTER:
                self._counter += 1
            else:
                self._last, self._counter = self._last + 1, 0
            return self._last, self._counter


_SEQUENCE: Final = _Sequence()


def new_id() -> str:
    """Make a UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then a counter, then random bits."""
    return _version_7(*_SEQUENCE.next())


def dated_id(at: datetime) -> str:
    """Make a UUIDv7 of an instant, for what is told to have been made then; random after its milliseconds."""
    return _version_7(int(at.timestamp() * 1_000), int.from_bytes(os.urandom(2), "big") >> 4)


def _version_7(millis: int, rand_a: int) -> str:
    rand_b = int.from_bytes(os.urandom(8), "big") >> 2
    value = (millis << 80) | (7 << _VERSION_SHIFT) | (rand_a << 64) | (2 << _VARIANT_SHIFT) | rand_b
    return str(uuid.UUID(int=value))


def derived_id(*parts: str | bytes) -> str:
    """Derive a UUIDv8 from parts by SHA-256: the same parts always give the same id.

    Parts are length-prefixed, so that ("ab", "c") and ("a", "bc") differ.
    """
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        digest.update(len(raw).to_bytes(8, "big"))
        digest.update(raw)
    value = int.from_bytes(digest.digest()[:16], "big")
    value &= ~(0xF << _VERSION_SHIFT) & ~(3 << _VARIANT_SHIFT)
    return str(uuid.UUID(int=value | (8 << _VERSION_SHIFT) | (2 << _VARIANT_SHIFT)))


def is_id(text: str) -> bool:
    """Tell whether the text is a lower-case, hyphenated UUID of RFC 9562."""
    try:
        value = uuid.UUID(text)
    except ValueError:
        return False
    return str(value) == text and value.variant == uuid.RFC_4122
