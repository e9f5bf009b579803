"""Imports that are being taken back, or were: a chunk of theirs that comes late records nothing any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.table import LAYOUT, key
from chalicelib.kernel.context import Context
from chalicelib.kernel.tables import Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace

CLOSED: Final = "IMC#"
_KEPT: Final = timedelta(days=30)
"""Longer than a queue keeps a message, its dead letters included."""


class ClosedImportRow(Row):
    """That nothing of an import is recorded any more."""

    layout = WholeNumber()
    ttl = WholeNumber()


def close(ctx: Context, import_id: str) -> None:
    """Let no chunk of an import be recorded any more."""
    row = ClosedImportRow(
        *key(ctx.owner, CLOSED, import_id),
        layout=LAYOUT,
        ttl=int((ctx.now + _KEPT).timestamp()),
    )
    ctx.commit.put(row, expect=None)


def is_closed(ctx: Context, import_id: str) -> bool:
    """Tell whether an import is closed."""
    return Table(table.TABLE).get(key(ctx.owner, CLOSED, import_id)) is not None


def require_open(ctx: Context, import_id: str) -> None:
    """Let the unit of work be written only if the import is not closed by then; else it is done again."""
    ctx.commit.require_absent(key(ctx.owner, CLOSED, import_id), refusal=LostRace())
