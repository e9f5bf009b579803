"""The only room of the currency service that knows DynamoDB."""

from __future__ import annotations

from chalicelib.currency.repository.table import TABLE, TABLES

__all__ = ["TABLE", "TABLES"]
