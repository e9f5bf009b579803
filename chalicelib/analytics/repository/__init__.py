"""The only room of analytics that knows DynamoDB, a module a subject."""

from __future__ import annotations

from chalicelib.analytics.repository.table import TABLE, TABLES

__all__ = ["TABLE", "TABLES"]
