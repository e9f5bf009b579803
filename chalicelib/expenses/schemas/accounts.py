"""Accounts on the wire."""

from __future__ import annotations

from datetime import date
from typing import Final, Self

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from chalicelib.expenses.model.accounts import Account, AccountKind
from chalicelib.expenses.schemas.common import EXAMPLE_ID, EXAMPLE_TIME, Instant, absent
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.money import wire_amount
from chalicelib.kernel.wire import CurrencyCode, Id, MoneyIn, MoneyWire, Name, Wire

_CREATE: Final[JsonDict] = {
    "name": "Everyday account",
    "kind": "bank",
    "currency": "EUR",
    "opening_balance": {"amount": "250.00", "currency": "EUR"},
}


class CreateAccount(Wire):
    """A new account; without an opening balance it begins at zero."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CREATE]})

    id: Id | None = None
    name: Name
    kind: AccountKind
    currency: CurrencyCode
    opening_balance: MoneyIn | None = None


class PatchAccount(Wire):
    """What changes about an account. The currency stays for life."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Holidays"}]})

    name: Name = Field(default_factory=absent)
    kind: AccountKind = Field(default_factory=absent)
    opening_balance: MoneyIn = Field(default_factory=absent)
    archived: bool = Field(default_factory=absent)


class AccountOut(Wire):
    """An account; `balance` is the opening balance plus its transactions, of which `entries` are there.

    `booked_balance` is without what is pending at the bank, `reconciled_on` the day of the last statement that it
    was compared with.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_CREATE,
                    "id": EXAMPLE_ID,
                    "version": 3,
                    "balance": {"amount": "181.70", "currency": "EUR"},
                    "booked_balance": {"amount": "190.00", "currency": "EUR"},
                    "entries": 2,
                    "reconciled_on": "2026-10-31",
                    "archived": False,
                    "created_at": EXAMPLE_TIME,
                    "updated_at": EXAMPLE_TIME,
                }
            ]
        }
    )

    id: Id
    version: int
    name: str
    kind: AccountKind
    currency: CurrencyCode
    opening_balance: MoneyWire
    balance: MoneyWire
    booked_balance: MoneyWire
    entries: int
    reconciled_on: date | None
    archived: bool
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, account: Account) -> Self:
        """Write an account."""
        return cls(
            id=account.id,
            version=account.version,
            name=account.name,
            kind=account.kind,
            currency=account.currency,
            opening_balance=_money(account.opening_minor, account.currency),
            balance=_money(account.balance_minor, account.currency),
            booked_balance=_money(account.balance_minor - account.pending_minor, account.currency),
            entries=account.entries,
            reconciled_on=account.reconciled_on,
            archived=account.archived,
            created_at=rfc3339(account.created_at),
            updated_at=rfc3339(account.updated_at),
        )


def _money(minor: int, currency: str) -> MoneyWire:
    return MoneyWire(amount=wire_amount(minor, currency), currency=currency)
