"""Balances of an account by day, on the wire."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from chalicelib.expenses.model.movements import Balance, Every
from chalicelib.expenses.schemas.common import Day
from chalicelib.kernel.money import wire_amount
from chalicelib.kernel.wire import CurrencyCode, Id, MoneyWire, Wire

_BALANCE: Final[JsonDict] = {
    "on": "2026-11-02",
    "balance": {"amount": "181.70", "currency": "EUR"},
    "booked_balance": {"amount": "190.00", "currency": "EUR"},
    "reconciled_balance": {"amount": "250.00", "currency": "EUR"},
}


class BalancesQuery(Wire):
    """Which days: one without `from`, today (in UTC) without `to`; each of them or each month's last one."""

    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")
    every: Every = "day"


class BalanceOut(Wire):
    """An account at the end of a day: with what is pending, without it, and what was compared with the bank."""

    model_config = ConfigDict(json_schema_extra={"examples": [_BALANCE]})

    on: date
    balance: MoneyWire
    booked_balance: MoneyWire
    reconciled_balance: MoneyWire

    @classmethod
    def of(cls, one: Balance, currency: str) -> Self:
        """Write a balance."""
        return cls(
            on=one.on,
            balance=_money(one.amount_minor, currency),
            booked_balance=_money(one.booked_minor, currency),
            reconciled_balance=_money(one.reconciled_minor, currency),
        )


class BalancesOut(Wire):
    """The balances of an account, oldest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "account_id": "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e40",
                    "currency": "EUR",
                    "items": [_BALANCE],
                }
            ]
        }
    )

    account_id: Id
    currency: CurrencyCode
    items: Annotated[list[BalanceOut], Field(min_length=1)]

    @classmethod
    def of(cls, account_id: str, currency: str, found: tuple[Balance, ...]) -> Self:
        """Write balances."""
        items = [BalanceOut.of(one, currency) for one in found]
        return cls(account_id=account_id, currency=currency, items=items)


def _money(minor: int, currency: str) -> MoneyWire:
    return MoneyWire(amount=wire_amount(minor, currency), currency=currency)
