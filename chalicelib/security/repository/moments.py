"""Instants as the table keeps them: Unix milliseconds, whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLI: Final = timedelta(milliseconds=1)


def millis(at: datetime) -> int:
    """Write an instant."""
    return (at - _EPOCH) // _MILLI


def instant(at: int) -> datetime:
    """Read an instant."""
    return _EPOCH + at * _MILLI
