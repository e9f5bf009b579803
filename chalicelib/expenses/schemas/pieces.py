"""What a transaction may be made of, on the wire: parts, legs, links of refunds, the rate it was converted with."""

from __future__ import annotations

from datetime import date
from typing import Final

from pydantic import ConfigDict
from pydantic.config import JsonDict

from chalicelib.expenses.model.parts import Part
from chalicelib.expenses.model.refunds import Refunded, RefundLink
from chalicelib.expenses.model.transactions import UsedRate
from chalicelib.expenses.model.transfers import Transfer
from chalicelib.expenses.schemas.common import EXAMPLE_ACCOUNT, EXAMPLE_CATEGORY, EXAMPLE_ID
from chalicelib.kernel.money import Money
from chalicelib.kernel.wire import Id, MoneyWire, Wire

EXAMPLE_RATE: Final[JsonDict] = {"rate": "0.9107", "day": "2026-11-02", "source": "ecb"}
EXAMPLE_PART: Final[JsonDict] = {
    "id": EXAMPLE_ID,
    "account_id": None,
    "category_id": EXAMPLE_CATEGORY,
    "amount": {"amount": "-20.00", "currency": "EUR"},
    "notes": "candles",
}
EXAMPLE_TRANSFER: Final[JsonDict] = {
    "to_account_id": EXAMPLE_ACCOUNT,
    "received": {"amount": "250.00", "currency": "EUR"},
    "received_on": "2026-11-03",
    "fee": {"amount": "1.50", "currency": "EUR"},
    "fee_category_id": EXAMPLE_CATEGORY,
}
_BACK: Final[JsonDict] = {"part_id": None, "amount": {"amount": "20.00", "currency": "EUR"}}
EXAMPLE_REFUND: Final[JsonDict] = {"transaction_id": EXAMPLE_ID, **_BACK}
EXAMPLE_REFUNDED: Final[JsonDict] = {"refund_id": EXAMPLE_ID, **_BACK}


def wired(money: Money) -> MoneyWire:
    """Write an amount that comes from the store, without validating it again: lists are long."""
    return MoneyWire.written(amount=money.amount, currency=money.currency)


class UsedRateOut(Wire):
    """What an amount was converted with: the number, its day, and who published it."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_RATE]})

    rate: str
    day: date
    source: str

    @classmethod
    def of(cls, used: UsedRate) -> UsedRateOut:
        """Write a used rate."""
        return cls.model_construct(rate=used.rate, day=used.day, source=used.source)


class SplitPartOut(Wire):
    """A part of a split transaction; its `account_id` is null where it lies on the transaction's."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_PART]})

    id: Id
    account_id: Id | None
    category_id: Id | None
    amount: MoneyWire
    notes: str

    @classmethod
    def of(cls, part: Part) -> SplitPartOut:
        """Write a part."""
        return cls.model_construct(
            id=part.id,
            account_id=part.account_id,
            category_id=part.category_id,
            amount=wired(part.amount),
            notes=part.notes,
        )


class TransferOut(Wire):
    """The receiving leg and the fee, which both count upwards; the sending leg is the transaction itself."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_TRANSFER]})

    to_account_id: Id
    received: MoneyWire
    received_on: date
    fee: MoneyWire | None
    fee_category_id: Id | None

    @classmethod
    def of(cls, transfer: Transfer, sent_on: date) -> TransferOut:
        """Write what lies beside the sending leg."""
        return cls.model_construct(
            to_account_id=transfer.to_account_id,
            received=wired(transfer.received),
            received_on=transfer.received_on or sent_on,
            fee=wired(transfer.fee) if transfer.fee else None,
            fee_category_id=transfer.fee_category_id,
        )


class RefundLinkOut(Wire):
    """Which purchase, or part of it, a refund is for, and how much of it came back, in the purchase's currency."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_REFUND]})

    transaction_id: Id
    part_id: Id | None
    amount: MoneyWire

    @classmethod
    def of(cls, link: RefundLink) -> RefundLinkOut:
        """Write a link."""
        return cls.model_construct(
            transaction_id=link.transaction_id,
            part_id=link.part_id,
            amount=wired(Money(link.amount_minor, link.currency)),
        )


class RefundedOut(Wire):
    """A refund of this purchase, or of one part, and how much of it came back."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_REFUNDED]})

    refund_id: Id
    part_id: Id | None
    amount: MoneyWire

    @classmethod
    def of(cls, one: Refunded, currency: str) -> RefundedOut:
        """Write a link."""
        return cls.model_construct(
            refund_id=one.refund_id,
            part_id=one.part_id,
            amount=wired(Money(one.amount_minor, currency)),
        )
