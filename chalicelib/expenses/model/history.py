"""What the change log says about an object: who made which version of it of what, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from chalicelib.expenses.model.transactions import Transaction
from chalicelib.kernel.values import dataclass

State = Mapping[str, Any]
"""The logged fields of a version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """One object of a change: its states before and after it, None where it was not there.

    `previous` is the number of the change that made the version before, 0 where there was none.
    """

    kind: str
    id: str
    version: int
    before: State | None
    after: State | None
    previous: int = 0

    @property
    def op(self) -> Literal["create", "update", "delete"]:
        """What became of the object."""
        if self.after is None:
            return "delete"
        return "create" if self.before is None else "update"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the change log. `id` is its public name, `actor` its maker as the log writes it."""

    number: int
    id: str
    at: datetime
    actor: str
    touched: tuple[Touched, ...]

    def of(self, kind: str, identity: str) -> Touched | None:
        """Give what the change did to one object."""
        return next((one for one in self.touched if (one.kind, one.id) == (kind, identity)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionChange:
    """One change of a transaction: what it was and what it became, None where it was not there."""

    version: int
    change_id: str
    at: datetime
    actor: str
    before: Transaction | None
    after: Transaction | None
    previous: int

    @property
    def op(self) -> Literal["create", "update", "delete", "restore"]:
        """What became of it; it is created once, and later restored."""
        if self.after is None:
            return "delete"
        if self.before is not None:
            return "update"
        return "restore" if self.previous else "create"
