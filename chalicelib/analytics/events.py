"""What analytics tells."""

from __future__ import annotations

from typing import ClassVar

from chalicelib.kernel.events import Fact
from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedTotals:
    """A month (`YYYY-MM`) and currency whose sums moved, and in which categories (None: no category)."""

    month: str
    currency: str
    categories: tuple[str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalsChanged(Fact):
    """Sums moved: one fact a transaction, because a sparse chunk of an import touches up to 85 months."""

    name: ClassVar[str] = "analytics.totals_changed.v1"
    heard: ClassVar[bool] = False

    totals: tuple[ChangedTotals, ...]
