"""A query that somebody keeps under a name."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chalicelib.kernel.values import dataclass

MAX_SEARCHES: Final = 100
"""Kept queries of one owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A kept query, as it was written. `made` as with accounts."""

    id: str
    version: int
    name: str
    query: str
    created_at: datetime
    updated_at: datetime
    made: bytes | None = None
