"""What the kinds of objects have in common when a change of them is undone."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.expenses.model.history import Entry, Touched
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.lookup import Found
from chalicelib.expenses.service.ledger import Together
from chalicelib.kernel.context import Context
from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True)
class Scene:
    """A change that is to be undone, and what there is now of its objects."""

    ctx: Context
    entry: Entry
    found: Found

    def version_of(self, touched: Touched) -> int:
        """Give the version of an object or its tombstone, 0 where nothing is there."""
        item = self.found.raw(touched.kind, touched.id)
        return table.number(item, "version") if item else 0


@dataclass(frozen=True, slots=True)
class Plan:
    """How an object gets back: nothing is written before every object of the change has its plan or reason."""

    touched: Touched
    do: Callable[[Together | None], None]
    """Gets what collects bookings, where several are told together."""
    linked: bool = False
    """Whether it makes or breaks a link with another object of the change."""
