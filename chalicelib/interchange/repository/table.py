"""Interchange's table, its index, and the keys of its items."""

from __future__ import annotations

from typing import Final

from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Index, Key, TableSpec

BY_CREATION: Final = Index("by_creation", "pk", "by_creation")
"""Imports by `<created_at>#<id>`, other jobs with a letter before it: a client's own id says nothing about time."""
TABLE: Final = TableSpec("interchange", ledger=True, indexes=(BY_CREATION,))
TABLES: Final = (TABLE,)
LAYOUT: Final = 1
"""Version of the items' layout, kept in each of them."""


def key_of(owner: Owner, prefix: str, identity: str) -> Key:
    """Give the key of an owner's item: `prefix` tells what it is."""
    return (str(owner), prefix + identity)
