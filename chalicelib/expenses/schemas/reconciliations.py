"""Reconciliations on the wire."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from chalicelib.expenses.model.reconciliations import MAX_LEFT_OUT, Comparison, State
from chalicelib.expenses.schemas.common import (
    EXAMPLE_ACCOUNT,
    EXAMPLE_ID,
    EXAMPLE_TIME,
    Day,
    Instant,
)
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.money import wire_amount
from chalicelib.kernel.wire import Id, MoneyIn, MoneyWire, Wire

_CREATE: Final[JsonDict] = {
    "day": "2026-10-31",
    "closing_balance": {"amount": "181.70", "currency": "EUR"},
    "opening_balance": {"amount": "250.00", "currency": "EUR"},
    "from": "2026-10-01",
    "left_out": [EXAMPLE_ID],
}
_OUT: Final[JsonDict] = {
    **_CREATE,
    "id": "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e50",
    "version": 1,
    "account_id": EXAMPLE_ACCOUNT,
    "state": "open",
    "booked_balance": {"amount": "180.70", "currency": "EUR"},
    "difference": {"amount": "1.00", "currency": "EUR"},
    "opening_difference": {"amount": "0.00", "currency": "EUR"},
    "unreconciled": 12,
    "locked": 0,
    "adjustments": [],
    "created_at": EXAMPLE_TIME,
    "updated_at": EXAMPLE_TIME,
}


class OpenReconciliation(Wire):
    """A statement: its last day and the balance that it shows there, perhaps its first day and balance as well.

    `left_out` are posted transactions up to that day which are not on it yet.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_CREATE]})

    id: Id | None = None
    day: Day
    closing_balance: MoneyIn
    opening_balance: MoneyIn | None = None
    first: Day | None = Field(default=None, alias="from")
    left_out: Annotated[list[Id], Field(max_length=MAX_LEFT_OUT)] = Field(default_factory=list)


class FinishReconciliation(Wire):
    """How to finish: `adjust` books what is left as a transaction of its own."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"adjust": True}]})

    adjust: bool = False


class ReconciliationOut(Wire):
    """A statement and how it stands: `difference` is its balance less `booked_balance`, that of the books.

    Until it is finished the books are what is posted up to the day, less what was left out; then what is locked.
    `unreconciled` counts posted transactions up to the day that are not locked: while it is open, those that will be.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_OUT]}, populate_by_name=True)

    id: Id
    version: int
    account_id: Id
    state: State
    day: date
    closing_balance: MoneyWire
    booked_balance: MoneyWire
    difference: MoneyWire
    first: date | None = Field(alias="from")
    opening_balance: MoneyWire | None
    opening_difference: MoneyWire | None
    left_out: list[Id]
    unreconciled: int
    locked: int
    adjustments: list[Id]
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, found: Comparison) -> Self:
        """Write a reconciliation with how it stands."""
        one, code = found.reconciliation, found.currency
        return cls(
            id=one.id,
            version=one.version,
            account_id=one.account_id,
            state=one.state,
            day=one.day,
            closing_balance=_money(one.closing_minor, code),
            booked_balance=_money(found.booked_minor, code),
            difference=_money(found.difference_minor, code),
            first=one.first,
            opening_balance=_perhaps(one.opening_minor, code),
            opening_difference=_perhaps(found.opening_difference_minor, code),
            left_out=list(one.left_out),
            unreconciled=found.unreconciled,
            locked=one.locked,
            adjustments=list(one.adjustments),
            created_at=rfc3339(one.created_at),
            updated_at=rfc3339(one.updated_at),
        )


def _money(minor: int, currency: str) -> MoneyWire:
    return MoneyWire(amount=wire_amount(minor, currency), currency=currency)


def _perhaps(minor: int | None, currency: str) -> MoneyWire | None:
    return None if minor is None else _money(minor, currency)
