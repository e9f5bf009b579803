"""Scopes: what a token may do, by service."""

from __future__ import annotations

from typing import Final

_SERVICES: Final = (
    "users",
    "security",
    "expenses",
    "payments",
    "currency",
    "budgets",
    "analytics",
    "sync",
    "interchange",
    "notifications",
    "dashboard",
)

ALL: Final = frozenset(f"{service}:{right}" for service in _SERVICES for right in ("read", "write"))
"""What a user who signed in may do: everything with what is theirs."""
