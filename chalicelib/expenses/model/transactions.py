"""A transaction: one movement of money on one account, and who said what about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, Literal

from chalicelib.expenses.errors import FutureTransaction
from chalicelib.expenses.events import Posting
from chalicelib.kernel.money import Money

Source = Literal["manual", "import"]
Status = Literal["posted"]
SetBy = Literal["user", "rule", "learned", "mcc", "prior", "none"]
"""Who set a category. What a user set, nothing automatic may change."""
AHEAD: Final = timedelta(days=366)
"""A booking day further ahead is a slip of the pen."""
MAX_PAYEE: Final = 200
MAX_NOTES: Final = 1_000
"""Characters. Fifty edits with both texts before and after must fit one change-log entry of 400 KB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """Under which category a transaction stands, who put it there, and how sure that is in percent."""

    category_id: str | None
    by: SetBy
    confidence: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One booked movement; a negative amount leaves the user.

    `payee_id` names its normalised payee. `bank_payee` is what the statement said, where a rule or the
    user made another `payee` of it. `made` is the hash of the request that created it, where a client
    made the id.
    """

    id: str
    version: int
    account_id: str
    amount: Money
    booked_on: date
    payee: str
    payee_id: str
    notes: str
    filing: Filing
    source: Source
    created_at: datetime
    updated_at: datetime
    bank_payee: str = ""
    import_id: str | None = None
    status: Status = "posted"
    made: bytes | None = None

    @property
    def kind(self) -> Literal["expense", "income"]:
        """What the sign says; zero counts as an expense of nothing."""
        return "income" if self.amount.amount_minor > 0 else "expense"

    @property
    def posting(self) -> Posting:
        """The part that sums are made of."""
        return Posting(
            account_id=self.account_id,
            category_id=self.filing.category_id,
            amount_minor=self.amount.amount_minor,
            currency=self.amount.currency,
            booked_on=self.booked_on,
        )


def check_day(booked_on: date, today: date) -> None:
    """Refuse a day too far ahead: `FutureTransaction`."""
    if booked_on > today + AHEAD:
        raise FutureTransaction((today + AHEAD).isoformat())


def next_version(before: Transaction, after: Transaction, at: datetime) -> Transaction:
    """Give an edited transaction its number and time, or the very same object when nothing changed."""
    if after == before:
        return before
    return replace(after, version=before.version + 1, updated_at=at)
