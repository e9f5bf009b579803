"""The currency table: public rates by day, and users' own rates; a module a subject beside this one."""

from __future__ import annotations

from typing import Final

from chalicelib.kernel.tables import TableSpec

TABLE: Final = TableSpec("currency", ledger=True)
TABLES: Final = (TABLE,)
