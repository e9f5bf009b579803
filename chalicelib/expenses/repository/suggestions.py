"""Suggestions that a person did not want: their ids, so that they are not made again."""

from __future__ import annotations

from typing import Final

from pynamodb.attributes import UnicodeAttribute

from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.table import key
from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.tables import Row, Table, WholeNumber

DISMISSED: Final = "RDS#"
_MOST: Final = 1_000
"""Dismissed ones that are heeded; far more than anybody is suggested."""


class DismissedRow(Row):
    """A suggestion that was dismissed."""

    layout = WholeNumber()
    dismissed_at = UnicodeAttribute()


class Suggestions:
    """The dismissed suggestions of a context's owner."""

    def __init__(self, ctx: Context) -> None:
        """Bind to a context."""
        self._ctx = ctx

    def dismissed(self) -> frozenset[str]:
        """Give the ids of what was dismissed."""
        items = Table(table.TABLE).query_all(
            str(self._ctx.owner), DISMISSED, DISMISSED + table.LAST, most=_MOST, consistent=True
        )
        return frozenset(item["sk"]["S"].removeprefix(DISMISSED) for item in items)

    def dismiss(self, suggestion_id: str) -> None:
        """Remember in the unit of work that one is not wanted."""
        where = key(self._ctx.owner, DISMISSED, suggestion_id)
        row = DismissedRow(*where, layout=table.LAYOUT, dismissed_at=rfc3339(self._ctx.now))
        self._ctx.commit.put(row, expect=None)
        self._ctx.commit.record(Change(kind="suggestion", id=suggestion_id, version=1))

    def recall(self, suggestion_id: str) -> None:
        """Let one be suggested again."""
        self._ctx.commit.delete(key(self._ctx.owner, DISMISSED, suggestion_id))
        gone = Change(kind="suggestion", id=suggestion_id, version=2, op="delete")
        self._ctx.commit.record(gone)
