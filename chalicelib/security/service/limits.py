"""Taking from a limit, and keeping what a request found, for its answer."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Final

from chalicelib.kernel.errors import TooMany
from chalicelib.kernel.keys import provider
from chalicelib.security import repository
from chalicelib.security.model.limits import Allowance, Counted, Limit, Window

_FOUND: Final[ContextVar[dict[str, Counted] | None]] = ContextVar("found", default=None)


@contextmanager
def counting() -> Iterator[dict[str, Counted]]:
    """Collect by name what exact limits the code in this block takes from, refused or not."""
    found: dict[str, Counted] = {}
    token = _FOUND.set(found)
    try:
        yield found
    finally:
        _FOUND.reset(token)


def note(counted: Counted) -> None:
    """Keep what was found of a limit, where somebody collects it; the last word of a name counts."""
    found = _FOUND.get()
    if found is not None:
        found[counted.name] = counted


def take(limit: Limit, subject: str, *, now: datetime) -> Allowance:
    """Take one from a subject's limit; raise `TooMany`, or `Unavailable` when it cannot be counted.

    The subject may be a network address or say something about a person, so only its keyed hash is stored.
    """
    window = Window.of(limit, now)
    used = repository.count(limit, _hidden(limit.name, subject), window)
    left = Allowance(remaining=0 if used is None else limit.quota - used, reset=window.left(now))
    if limit.told:
        note(Counted(limit.name, limit.quota, limit.window, left))
    if used is None:
        raise TooMany(retry_after=left.reset)
    return left


def _hidden(name: str, subject: str) -> str:
    key = provider().secret("limits")
    return hmac.new(key, f"{name}\x1f{subject}".encode(), hashlib.sha256).hexdigest()[:32]
