"""An account: where money lies, and what it has come to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, Literal

from chalicelib.expenses.errors import AccountArchived, BalanceOutOfRange, WrongCurrency
from chalicelib.kernel.currencies import CRYPTO_EXPONENTS
from chalicelib.kernel.money import MAX_CRYPTO_MINOR, Money
from chalicelib.kernel.values import dataclass

AccountKind = Literal["cash", "bank", "card", "savings", "loan", "asset", "crypto"]
MAX_ACCOUNTS_OWNED: Final = 500
"""Accounts that one owner may have, deleted ones included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account in one currency; `balance_minor` is the opening balance plus all its transactions.

    `pending_minor` is the part of the balance that the bank has not booked yet.
    `entries` counts its live transactions. Each posting raises `version`, because the balance is part
    of what a reader sees. `made` is the hash of the request that created it, where a client made the id.
    """

    id: str
    version: int
    name: str
    kind: AccountKind
    currency: str
    opening_minor: int
    balance_minor: int
    entries: int
    archived: bool
    created_at: datetime
    updated_at: datetime
    made: bytes | None = None
    pending_minor: int = 0
    reconciliation_id: str | None = None
    """The newest reconciliation, finished or not."""
    reconciled_on: date | None = None
    """The day of the newest finished one."""
    opened_by: str | None = None
    """In a household's ledger the member whose account it is: who may take it along when they leave."""

    @property
    def bounded(self) -> bool:
        """Whether the balance could outgrow the 38 digits that the store holds: of coins only."""
        return self.currency in CRYPTO_EXPONENTS


def accept(account: Account, amount: Money, *, pointer: str = "/amount/currency") -> None:
    """Refuse what may not be booked here: `AccountArchived`, `WrongCurrency` (at `pointer`)."""
    if account.archived:
        raise AccountArchived
    if amount.currency != account.currency:
        raise WrongCurrency(pointer, account.currency)


def in_range(amount_minor: int) -> int:
    """Give a balance back, or raise `BalanceOutOfRange` for one that the store cannot hold exactly."""
    if abs(amount_minor) >= MAX_CRYPTO_MINOR:
        raise BalanceOutOfRange
    return amount_minor
