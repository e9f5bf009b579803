"""What formulas compute with: text, exact numbers, money of the transaction's currency, days, truth."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from chalicelib.kernel.values import dataclass

Kind = Literal["text", "number", "money", "day", "truth"]
MAX_RESULT: Final = 2_000
"""Characters that a text may have at any step."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Money in major units of the transaction's currency, not yet rounded: that is done once, at the end."""

    value: Decimal


Value: TypeAlias = str | Decimal | Amount | date | bool


class ExpressionFailed(ValueError):
    """A formula has no value for this transaction; the message holds nothing of it."""
