"""A plan: what a preview has shown, so that carrying it out does exactly that, or is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.kernel.values import dataclass

MOST_EDITED: Final = 1_000
"""Transactions of one bulk edit."""
TOGETHER: Final = 50
"""So many are changed in one transaction, all or none; more of them in steps."""
KEPT: Final = timedelta(hours=1)
"""How long what was shown can be carried out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which transactions, each in the version that was shown. `spec` is what is to be done, as JSON text.

    `at` is where the preview goes on, empty once everything was shown; `run_id` what carries it out.
    """

    id: str
    version: int
    spec: str
    rows: tuple[tuple[str, int], ...]
    created_at: datetime
    at: str = ""
    matched: int = 0
    run_id: str | None = None

    def shown(self, rows: tuple[tuple[str, int], ...], *, matched: int, at: str) -> Plan:
        """Give the plan after another page."""
        return replace(
            self,
            version=self.version + 1,
            rows=(*self.rows, *rows),
            matched=self.matched + matched,
            at=at,
        )
