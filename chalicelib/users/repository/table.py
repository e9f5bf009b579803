"""The users table: who owns an address, users and their sessions; a module a subject beside this one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar, overload

from chalicelib.kernel.context import USER, Owner
from chalicelib.kernel.tables import TableSpec

T = TypeVar("T")
TABLE: Final = TableSpec("users", ledger=True)
TABLES: Final = (TABLE,)


def owner_of(user_id: str) -> Owner:
    """Give the owner of a user's personal data."""
    return Owner(USER, user_id)


def millis(at: datetime) -> int:
    """Write an instant as Unix milliseconds."""
    return int((at - _EPOCH) / _MILLI)


@overload
def instant(at: int) -> datetime: ...
@overload
def instant(at: int | None) -> datetime | None: ...
def instant(at: int | None) -> datetime | None:
    """Read Unix milliseconds."""
    return None if at is None else _EPOCH + at * _MILLI


def maybe(value: T) -> T | None:
    """PynamoDB types an attribute that may be absent as if it were always there."""
    return value


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLI: Final = timedelta(milliseconds=1)
