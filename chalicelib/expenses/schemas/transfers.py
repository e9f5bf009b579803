"""Transfers in requests; in answers they are transactions of the kind `transfer`."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from chalicelib.expenses.schemas.common import (
    EXAMPLE_ACCOUNT,
    EXAMPLE_CATEGORY,
    EXAMPLE_ID,
    Day,
    Notes,
    Payee,
    Settable,
    Tags,
    absent,
)
from chalicelib.kernel.wire import Id, MoneyIn, Wire


class CreateTransfer(Wire):
    """Money from one account of the owner to another. All amounts count upwards.

    One of `sent` and `received` is enough: in one currency they are equal, in two the other one is converted at
    the day's rate. The `fee` leaves the first account too, and counts as expense in its category.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "from_account_id": EXAMPLE_ACCOUNT,
                    "to_account_id": EXAMPLE_ID,
                    "sent": {"amount": "250.00", "currency": "EUR"},
                    "booked_on": "2026-11-02",
                    "received_on": "2026-11-03",
                    "fee": {"amount": "1.50", "currency": "EUR"},
                    "fee_category_id": EXAMPLE_CATEGORY,
                }
            ]
        }
    )

    id: Id | None = None
    from_account_id: Id
    to_account_id: Id
    sent: MoneyIn | None = None
    received: MoneyIn | None = None
    booked_on: Day
    received_on: Day | None = None
    fee: MoneyIn | None = None
    fee_category_id: Id | None = None
    payee: Payee = ""
    notes: Notes = ""
    tags: Tags = Field(default_factory=list)
    status: Settable = "posted"


class PatchTransfer(Wire):
    """What changes about the receiving leg and the fee; a null fee takes it away."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"received": {"amount": "240.00", "currency": "EUR"}}]}
    )

    to_account_id: Id = Field(default_factory=absent)
    received: MoneyIn = Field(default_factory=absent)
    received_on: Day | None = Field(default_factory=absent)
    fee: MoneyIn | None = Field(default_factory=absent)
    fee_category_id: Id | None = Field(default_factory=absent)
