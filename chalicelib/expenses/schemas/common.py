"""Pieces that several shapes of the ledger share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import AfterValidator, Field, StringConstraints

from chalicelib.expenses.model.listing import Listing
from chalicelib.expenses.model.tags import MAX_TAG, MAX_TAGS
from chalicelib.expenses.model.transactions import MAX_NOTES, MAX_PAYEE
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.money import Money
from chalicelib.kernel.wire import MoneyWire, PageOut

T = TypeVar("T")
W = TypeVar("W")
EXAMPLE_ID: Final = "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f"
EXAMPLE_ACCOUNT: Final = "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e40"
EXAMPLE_CATEGORY: Final = "0190b5a8-7c3e-8b1a-9d55-0a6f0c1d2e41"
EXAMPLE_TIME: Final = "2026-11-02T09:30:00.000Z"


def printable(text: str) -> str:
    """Refuse control characters, but for those that break lines."""
    if any(ord(char) < 32 and char not in "\n\t" for char in text):
        msg = "control characters are not allowed"
        raise ValueError(msg)
    return text


Payee = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=MAX_PAYEE),
    AfterValidator(printable),
]
"""The other side of a transaction."""
Notes = Annotated[str, StringConstraints(max_length=MAX_NOTES), AfterValidator(printable)]
"""What the user wants to remember about a transaction."""
Instant = Annotated[
    str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-02T09:30:00.000Z"])
]
"""An instant, RFC 3339 in UTC."""


_OLDEST: Final = date(1900, 1, 1)


def _of_our_time(day: date) -> date:
    if day < _OLDEST:
        msg = f"{_OLDEST.isoformat()} at the earliest"
        raise ValueError(msg)
    return day


Day = Annotated[date, Field(strict=False), AfterValidator(_of_our_time)]
"""A calendar day in the user's time zone."""


Tag = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TAG),
    AfterValidator(printable),
]
Tags = Annotated[list[Tag], Field(max_length=MAX_TAGS)]
"""Tags as a person writes them: spelled in another case, it is the same tag."""
Settable = Literal["planned", "pending", "posted"]
"""A planned one moves no balance yet. Reconciled is what a reconciliation makes of it, and no request."""


@lru_cache(maxsize=512)
def written(instant: datetime) -> str:
    """Write an instant; the rows of a list often share theirs."""
    return rfc3339(instant)


def absent() -> Any:  # noqa: ANN401 - stands for a field that a patch does not name
    """Give the default of a patch's field: it may be left out, but not be null."""
    return None


def given(patch: Any, name: str, old: T) -> T:  # noqa: ANN401 - any patch model
    """Give what a patch says about a field, or the old value where it says nothing."""
    if name in patch.model_fields_set:
        new: T = getattr(patch, name)
        return new
    return old


def money_of(wire: MoneyWire | None) -> Money | None:
    """Read an amount that may be left out."""
    return wire.to_money() if wire else None


def page(listing: Listing[T], write: Callable[[T], W]) -> PageOut[W]:
    """Write a page of a list."""
    return PageOut.model_construct(
        items=[write(one) for one in listing.items], next_cursor=listing.next_cursor
    )
