"""Days of journals, which begin as early as the ledger's own."""

from __future__ import annotations

from datetime import date
from typing import Final

_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2199


def make_day(year: int, month: int, day: int) -> date | None:
    """Give the day if there is one, in the years that people keep books of."""
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if _FIRST_YEAR <= year <= _LAST_YEAR else None
