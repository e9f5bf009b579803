"""Taking from a limit."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from chalicelib.kernel.errors import TooMany
from chalicelib.kernel.keys import provider
from chalicelib.security import repository
from chalicelib.security.model.limits import Allowance, Limit, Window


def take(limit: Limit, subject: str, *, now: datetime) -> Allowance:
    """Take one from a subject's limit; raise `TooMany`, or `Unavailable` when it cannot be counted.

    The subject may be a network address or say something about a person, so only its keyed hash is stored.
    """
    window = Window.of(limit, now)
    used = repository.count(limit, _hidden(limit.name, subject), window)
    if used is None:
        raise TooMany(retry_after=window.left(now))
    return Allowance(remaining=limit.quota - used, reset=window.left(now))


def _hidden(name: str, subject: str) -> str:
    key = provider().secret("limits")
    return hmac.new(key, f"{name}\x1f{subject}".encode(), hashlib.sha256).hexdigest()[:32]
