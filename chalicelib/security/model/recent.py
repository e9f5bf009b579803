"""A small cache with an end: what it holds is forgotten after a while, so a revoked key dies everywhere."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """The most recently used values, each for a bounded time, safe to share between threads."""

    def __init__(self, *, most: int, seconds: int) -> None:
        """Hold at most `most` values, each for at most `seconds` after it was put."""
        self._most = most
        self._seconds = seconds
        self._held: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K, at: float) -> V | None:
        """Give the value unless it is absent or too old; `at` is a monotonic time in seconds."""
        with self._lock:
            found = self._held.get(key)
            if found is None:
                return None
            if not 0 <= at - found[0] < self._seconds:
                del self._held[key]
                return None
            self._held.move_to_end(key)
            return found[1]

    def put(self, key: K, value: V, at: float) -> None:
        """Hold a value from `at` on, and let the least recently used one go when there are too many."""
        with self._lock:
            self._held[key] = (at, value)
            self._held.move_to_end(key)
            while len(self._held) > self._most:
                self._held.popitem(last=False)

    def drop(self, key: K) -> None:
        """Forget one value."""
        with self._lock:
            self._held.pop(key, None)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held.clear()

    def __len__(self) -> int:
        """Count what is held, old values included."""
        return len(self._held)
