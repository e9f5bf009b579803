"""What holding other currencies has gained or lost: the question and the answer."""

from __future__ import annotations

from datetime import date

from chalicelib.currency.model.book import Path
from chalicelib.currency.model.lots import Holding
from chalicelib.kernel.money import Money
from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Money that came, went, or was exchanged (both; a transfer between accounts of two currencies), above zero.

    `worth` is what it was worth in the home currency, where the caller knows better than the day's rate.
    """

    day: date
    into: Money | None
    out: Money | None
    worth: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One held currency: what was realised, what is left, and what that is worth on the day asked for."""

    currency: str
    holding: Holding
    market: int | None
    rates: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """All positions, and for each exchange the way by which it was valued (None where it named its worth)."""

    positions: tuple[Position, ...]
    valued: tuple[Path | None, ...]
