"""The only room of the ledger that knows DynamoDB."""

from __future__ import annotations

from chalicelib.expenses.repository.table import TABLE, TABLES

__all__ = ["TABLE", "TABLES"]
