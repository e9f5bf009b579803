"""Refunds: money that came back for a purchase, and how much of the purchase that undoes.

Both sides keep the link, so each alone says what it counts for: a purchase counts less where it was made, and
of the refund only what no purchase explains is income.
"""

from __future__ import annotations

from typing import Final

from chalicelib.kernel.values import dataclass

MAX_REFUNDS: Final = 20
"""Refunds of one purchase, and purchases that one refund is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundLink:
    """Kept by the refund: `amount_minor` of the purchase came back, for which `covered_minor` of this was paid.

    The two differ only where the purchase was in another `currency` than the refund. Both count upwards.
    """

    transaction_id: str
    amount_minor: int
    currency: str
    covered_minor: int
    part_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded:
    """Kept by the purchase, or for one part of it: how much came back, in its own currency, counted upwards."""

    refund_id: str
    amount_minor: int
    part_id: str | None = None
