"""Analytics' table."""

from __future__ import annotations

from typing import Final

from chalicelib.kernel.tables import TableSpec

TABLE: Final = TableSpec("analytics", ledger=False)
TABLES: Final = (TABLE,)
LAYOUT: Final = 1
"""Version of the items' layout, kept in those that have one."""
