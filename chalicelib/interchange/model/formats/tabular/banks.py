"""Banks whose exports leave something open."""

from __future__ import annotations

from typing import Final

from chalicelib.interchange.model.formats.tabular.profiles import Profile

BANKS: Final[tuple[Profile, ...]] = (
    # Order histories list prices: what was ordered was paid.
    Profile(
        name="orders",
        header=frozenset({"order id", "order date", "item total"}),
        amounts_are_spent=True,
    ),
    Profile(
        name="orders", header=frozenset({"order id", "order url", "total"}), amounts_are_spent=True
    ),
)
