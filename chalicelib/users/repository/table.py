"""The users table: who owns an address, users and their sessions; a module a subject beside this one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar, overload

from chalicelib.kernel.owners import USER, Owner
from chalicelib.kernel.tables import Index, TableSpec

T = TypeVar("T")
BY_STATE: Final = Index("by_state", "listed", "pk")
PARTS: Final = 8
"""Parts of the index by state."""
TABLE: Final = TableSpec("users", ledger=True, indexes=(BY_STATE,))
TABLES: Final = (TABLE,)


def owner_of(user_id: str) -> Owner:
    """Give the owner of a user's personal data."""
    return Owner(USER, user_id)


def listed_in(state: str, part: int) -> str:
    """Give the index partition of a part of the users in a state."""
    return f"{state}#{part}"


def part_of(user_id: str) -> int:
    """Give the part of the index in which a user stands: by the last, random digits of the id."""
    return int(user_id[-2:], 16) % PARTS


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
