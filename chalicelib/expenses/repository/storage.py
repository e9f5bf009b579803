"""How much an owner keeps: one item with number and bytes of the files, moved in the transaction that moves a file."""

from __future__ import annotations

from typing import Final

from chalicelib.expenses.model.storage import Kept
from chalicelib.expenses.repository import table
from chalicelib.kernel.context import Context
from chalicelib.kernel.tables import Key, Row, Table, WholeNumber

STORAGE: Final = "STO#"
"""The item's sort key: an owner has one."""


class StorageRow(Row):
    """What the files of an owner come to; both numbers grow and shrink by commutative additions."""

    files = WholeNumber()
    bytes = WholeNumber()


class Storage:
    """The storage of a context's owner; writes join the context's unit of work."""

    def __init__(self, ctx: Context) -> None:
        """Bind to a context."""
        self._ctx = ctx

    def kept(self) -> Kept:
        """Say what is kept, with what this unit of work has already taken or given back."""
        item = Table(table.TABLE).get(self._key) or {}
        added = self._ctx.commit.added(self._key)
        numbers = {
            name: (table.number(item, name) if name in item else 0) + added.get(name, 0)
            for name in ("files", "bytes")
        }
        return Kept(**numbers)

    def take(self, size: int) -> None:
        """Count one more file of so many bytes."""
        self._ctx.commit.add(self._key, {"files": 1, "bytes": size})

    def give_back(self, size: int) -> None:
        """Count one file less."""
        self._ctx.commit.add(self._key, {"files": -1, "bytes": -size})

    @property
    def _key(self) -> Key:
        return (str(self._ctx.owner), STORAGE)
