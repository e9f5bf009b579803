"""Exports whose meaning no cell shows: known by their header words, each with its reason."""

from __future__ import annotations

from typing import Final

from chalicelib.interchange.model.formats.tabular.vocabulary import fold
from chalicelib.interchange.model.formats.types import DateOrder
from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """An export that is recognised when every word of `header` stands in its header row."""

    name: str
    header: frozenset[str]
    date_order: DateOrder | None = None
    amounts_are_spent: bool = False
    fee_is_separate: bool = False


_GENERIC: Final = Profile("table", frozenset())
PROFILES: Final = (
    # Amount is before the fee; the balance falls by both.
    Profile(
        "revolut",
        frozenset({"type", "product", "started date", "completed date", "amount", "fee", "state"}),
        fee_is_separate=True,
    ),
    # Order histories list prices: what was ordered was paid.
    Profile("orders", frozenset({"order id", "order date", "item total"}), amounts_are_spent=True),
    Profile("orders", frozenset({"order id", "order url", "total"}), amounts_are_spent=True),
    # A service for the United States only.
    Profile(
        "mint",
        frozenset({"original description", "transaction type", "account name", "labels"}),
        date_order="mdy",
    ),
)


def find_profile(names: tuple[str, ...]) -> Profile:
    """Give the profile of a header row, the plain table if none fits."""
    words = {fold(name) for name in names}
    return next((known for known in PROFILES if known.header <= words), _GENERIC)
