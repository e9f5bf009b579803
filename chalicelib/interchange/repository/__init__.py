"""The only room of interchange that knows DynamoDB, a module a subject."""

from __future__ import annotations

from chalicelib.interchange.repository.table import TABLE, TABLES

__all__ = ["TABLE", "TABLES"]
