"""The only room of the currency service that knows DynamoDB."""

from __future__ import annotations

from chalicelib.currency.repository.own import Month, find_quotes, get_month, save_month
from chalicelib.currency.repository.rates import find_days, find_newest, get_days, save_days
from chalicelib.currency.repository.table import TABLE, TABLES

__all__ = [
    "TABLE",
    "TABLES",
    "Month",
    "find_days",
    "find_newest",
    "find_quotes",
    "get_days",
    "get_month",
    "save_days",
    "save_month",
]
