"""What a receipt was read as. Each field stands with how sure the reading is, in percent; what was not found is None."""

from __future__ import annotations

from datetime import date
from typing import Final, Generic, TypeVar

from chalicelib.kernel.values import dataclass

T = TypeVar("T")
MOST_LINES: Final = 100
MAX_MERCHANT: Final = 100
MAX_LINE: Final = 120
"""Characters of a line's text that are kept."""


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """A value and how sure it is, 0 to 100."""

    value: T
    confidence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """One bought thing: what it cost altogether, in minor units; a discount is negative."""

    text: str
    amount_minor: int
    confidence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A receipt as it was read; amounts are in minor units of `currency`, as they stand on the paper.

    `adds_up` says whether the lines, with tax where it comes on top, are the total: nothing raises the confidence of
    all of them more.
    """

    merchant: Read[str] | None = None
    bought_on: Read[date] | None = None
    total_minor: Read[int] | None = None
    tax_minor: Read[int] | None = None
    currency: Read[str] | None = None
    lines: tuple[DraftLine, ...] = ()
    adds_up: bool = False
