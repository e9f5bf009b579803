"""A transfer: money that goes from one account of the owner to another, as one object with two legs."""

from __future__ import annotations

from datetime import date

from chalicelib.kernel.money import Money
from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """The receiving leg, and what the sending bank took; both amounts count upwards.

    The sending leg is the transaction itself: its account and its negative amount, the fee not in it.
    `received_on` is the day of arrival where that is another one.
    """

    to_account_id: str
    received: Money
    received_on: date | None = None
    fee: Money | None = None
    fee_category_id: str | None = None
