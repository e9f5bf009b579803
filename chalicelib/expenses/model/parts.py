"""Parts of a split transaction: one purchase over several categories, or over several accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from chalicelib.kernel.money import Money

MAX_PARTS: Final = 50
"""Parts of one transaction: more lines than a receipt of a family has, and each may touch an account."""
MAX_PART_NOTES: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a transaction's amount; without an account of its own it lies on the transaction's."""

    id: str
    category_id: str | None
    amount: Money
    account_id: str | None = None
    notes: str = ""


def rescaled(parts: Sequence[Part], amount: Money) -> tuple[Part, ...]:
    """Let parts follow a new total: the difference is shared by the size of each, exact to the minor unit."""
    if not parts:
        return ()
    more = amount.amount_minor - sum(part.amount.amount_minor for part in parts)
    weights = [abs(part.amount.amount_minor) for part in parts]
    if not any(weights):
        weights[0] = 1
    shares = Money(more, amount.currency).allocate(weights)
    return tuple(
        replace(part, amount=Money(part.amount.amount_minor + share.amount_minor, amount.currency))
        for part, share in zip(parts, shares, strict=True)
    )
