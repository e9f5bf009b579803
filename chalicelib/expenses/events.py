"""What the ledger tells. Messages carry ids, days and sums, never payees or notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from chalicelib.kernel.events import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """The part of a transaction that sums are made of; a negative amount leaves the user."""

    account_id: str
    category_id: str | None
    amount_minor: int
    currency: str
    booked_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What one chunk of an import adds to a month: both sums are positive, in minor units."""

    account_id: str
    category_id: str | None
    month: str
    currency: str
    income_minor: int
    expense_minor: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionRecorded(Fact):
    """A transaction was entered by hand."""

    name: ClassVar[str] = "expenses.transaction_recorded.v1"

    transaction_id: str
    posting: Posting
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionChanged(Fact):
    """Account, category, amount or day of a transaction changed; other edits are in the change log alone."""

    name: ClassVar[str] = "expenses.transaction_changed.v1"

    transaction_id: str
    before: Posting
    after: Posting


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionRemoved(Fact):
    """A transaction was deleted; `posting` is what it was."""

    name: ClassVar[str] = "expenses.transaction_removed.v1"

    transaction_id: str
    posting: Posting


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionsImported(Fact):
    """A chunk of an import was recorded: sums instead of rows; `change` is its change number, 0 for none."""

    name: ClassVar[str] = "expenses.transactions_imported.v1"

    import_id: str
    chunk: int
    chunks: int
    recorded: int
    duplicates: int
    totals: tuple[Total, ...]
    change: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportStopped(Fact):
    """A chunk could not be recorded and no later one will be: `reason` is a refusal's slug."""

    name: ClassVar[str] = "expenses.import_stopped.v1"

    import_id: str
    chunk: int
    reason: str
