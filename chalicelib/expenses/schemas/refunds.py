"""Refunds in requests; in answers they are transactions with links."""

from __future__ import annotations

from typing import Self

from pydantic import ConfigDict, Field, model_validator

from chalicelib.expenses.schemas.common import (
    EXAMPLE_ACCOUNT,
    EXAMPLE_ID,
    Day,
    Notes,
    Payee,
    Tags,
)
from chalicelib.kernel.wire import Id, MoneyIn, Wire


class NewRefund(Wire):
    """Money that came back and is not in the ledger yet; it counts upwards. The payee is the purchase's if left out."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "account_id": EXAMPLE_ACCOUNT,
                    "amount": {"amount": "20.00", "currency": "EUR"},
                    "booked_on": "2026-11-09",
                }
            ]
        }
    )

    id: Id | None = None
    account_id: Id
    amount: MoneyIn
    booked_on: Day
    payee: Payee | None = None
    notes: Notes = ""
    tags: Tags = Field(default_factory=list)


class CreateRefund(Wire):
    """What came back for a purchase, or for one part: a transaction that is there (`refund_id`), or a `new` one.

    `amount` is how much of the purchase came back, in its currency; without it all that the refund has left.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"refund_id": EXAMPLE_ID, "amount": {"amount": "20.00", "currency": "EUR"}},
                {
                    "new": {
                        "account_id": EXAMPLE_ACCOUNT,
                        "amount": {"amount": "20.00", "currency": "EUR"},
                        "booked_on": "2026-11-09",
                    }
                },
            ]
        }
    )

    refund_id: Id | None = None
    new: NewRefund | None = None
    part_id: Id | None = None
    amount: MoneyIn | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.refund_id is None) == (self.new is None):
            raise ValueError("give either refund_id or new")
        return self
