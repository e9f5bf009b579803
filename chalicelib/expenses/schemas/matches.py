"""Proposed matches on the wire."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from chalicelib.expenses.model.pairing.matches import Match, State
from chalicelib.expenses.model.pairing.proposals import Kind
from chalicelib.expenses.model.transactions import Transaction
from chalicelib.expenses.schemas.common import EXAMPLE_ID, EXAMPLE_TIME, Instant, written
from chalicelib.expenses.schemas.pieces import wired
from chalicelib.expenses.schemas.transactions import TransactionOut
from chalicelib.kernel.money import Money
from chalicelib.kernel.wire import Id, MoneyWire, PageQuery, Wire

_OTHER_ID: Final = "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e42"
_OUT: Final[JsonDict] = {
    "id": EXAMPLE_ID,
    "version": 1,
    "kind": "transfer",
    "state": "open",
    "confidence": 98,
    "reason": "day-rate",
    "first_id": EXAMPLE_ID,
    "second_id": _OTHER_ID,
    "first": None,
    "second": None,
    "amount": None,
    "created_at": EXAMPLE_TIME,
    "updated_at": EXAMPLE_TIME,
}
Reason = Annotated[
    str,
    Field(
        description=(
            "Why: same-bank-id, ids-changed, ids-differ, same-day, near-day (duplicate); same-amount, tip, "
            "preauthorisation, currency, still-pending (pending); planned-amount, planned-payee, entered-by-hand (planned); "
            "same-amount, less-a-fee, day-rate, original-amount (transfer); whole, part (refund)."
        )
    ),
]


class MatchQuery(PageQuery):
    """Which open matches."""

    kind: Literal["duplicate", "pending", "planned", "transfer", "refund"] | None = None


class MatchOut(Wire):
    """Two transactions that may belong together, with the reason and how sure that is in percent.

    `first` is the newcomer, the leg that leaves, or the refund; `amount` is what a refund gives back. A
    transaction is null when it is gone, as one of two is that became one.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_OUT]})

    id: Id
    version: int
    kind: Kind
    state: State
    confidence: Annotated[int, Field(ge=0, le=100)]
    reason: Reason
    first_id: Id
    second_id: Id
    first: TransactionOut | None
    second: TransactionOut | None
    amount: MoneyWire | None
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, match: Match, first: Transaction | None, second: Transaction | None) -> MatchOut:
        """Write a match with its transactions; what comes from the store is not validated again."""
        amount = None
        if match.kind == "refund" and first is not None:
            amount = wired(Money(match.amount_minor, first.amount.currency))
        return cls.model_construct(
            id=match.id,
            version=match.version,
            kind=match.kind,
            state=match.state,
            confidence=match.confidence,
            reason=match.reason,
            first_id=match.first,
            second_id=match.second,
            first=TransactionOut.of(first) if first else None,
            second=TransactionOut.of(second) if second else None,
            amount=amount,
            created_at=written(match.created_at),
            updated_at=written(match.updated_at),
        )
