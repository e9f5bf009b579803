"""Personal API tokens: a person's own scripts, with some scopes, for some time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from chalicelib.kernel.values import dataclass

MOST: Final = 20
"""Tokens of one user at a time."""
LONGEST: Final = timedelta(days=365)
DEFAULT_DAYS: Final = 90
USE_NOTED: Final = timedelta(hours=1)
"""The time of the last use is written at most this often."""
_SHOWN_HEAD: Final = 9
_SHOWN_TAIL: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A token, of which only a SHA-256 is kept; `name` is sealed."""

    id: str
    user_id: str
    hash: bytes
    hint: str
    """Enough of the token to recognise it by, and far too little to guess it."""
    name: bytes
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None

    def stands(self, now: datetime) -> bool:
        """Tell whether the token still counts."""
        return now < self.expires_at

    def use_is_due(self, now: datetime) -> bool:
        """Tell whether this use is to be written down."""
        return self.used_at is None or now - self.used_at >= USE_NOTED


def hint_of(token: str) -> str:
    """Give the beginning and the last four characters: all tokens of a user begin alike."""
    return f"{token[:_SHOWN_HEAD]}…{token[-_SHOWN_TAIL:]}"
