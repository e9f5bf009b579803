"""What the ledger tells. Messages carry ids, days and sums, never payees or notes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import AliasChoices, BeforeValidator, Field

from chalicelib.kernel.events import Fact
from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A piece of a transaction: what balances and sums are made of; a negative amount leaves the user.

    The balance of its account moves by `amount_minor`. In sums a leg of a `transfer` is neither income nor
    expense, and of anything else only `counted_minor` is: what a refund undoes of a purchase counts on neither.
    """

    account_id: str
    category_id: str | None
    amount_minor: int
    currency: str
    booked_on: date
    netted_minor: int = 0
    transfer: bool = False

    @property
    def counted_minor(self) -> int:
        """What it adds to sums: less than moved, where a refund belongs to a purchase."""
        return self.amount_minor - self.netted_minor

    @property
    def counts(self) -> bool:
        """Tell whether it is one of the entries of its category: a refund that a purchase explains is none."""
        return self.counted_minor != 0 or self.amount_minor <= 0


def _several(value: object) -> object:
    """Read what was told when a transaction had one posting."""
    return value if isinstance(value, (list, tuple)) else (value,)


Postings = Annotated[tuple[Posting, ...], BeforeValidator(_several)]
"""All of a transaction: none while it is planned, one as a rule, more when it is split or a transfer."""
_Told = Annotated[Postings, Field(validation_alias=AliasChoices("postings", "posting"))]


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
    transfer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionRecorded(Fact):
    """A transaction was entered, by hand or by a job; `source` says by which."""

    name: ClassVar[str] = "expenses.transaction_recorded.v1"

    transaction_id: str
    postings: _Told
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionChanged(Fact):
    """What counts of a transaction changed; other edits are in the change log alone."""

    name: ClassVar[str] = "expenses.transaction_changed.v1"

    transaction_id: str
    before: Postings
    after: Postings


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionRemoved(Fact):
    """A transaction was deleted; `postings` are what it was."""

    name: ClassVar[str] = "expenses.transaction_removed.v1"

    transaction_id: str
    postings: _Told


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionsRevised(Fact):
    """Many transactions were changed, removed or brought back together: their totals before and after.

    `job_id` is the run or the change that did it, `change` the number of the change, for who needs more than totals.
    """

    name: ClassVar[str] = "expenses.transactions_revised.v1"

    job_id: str
    before: tuple[Total, ...]
    after: tuple[Total, ...]
    change: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionsImported(Fact):
    """A chunk of an import was recorded: sums instead of rows; `change` is its change number, 0 for none.

    Of the `duplicates`, `matched` were no known ids but found to be transactions that are there.
    """

    name: ClassVar[str] = "expenses.transactions_imported.v1"

    import_id: str
    chunk: int
    chunks: int
    recorded: int
    duplicates: int
    totals: tuple[Total, ...]
    change: int
    matched: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportStopped(Fact):
    """A chunk could not be recorded and no later one will be: `reason` is a refusal's slug."""

    name: ClassVar[str] = "expenses.import_stopped.v1"

    import_id: str
    chunk: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRow:
    """A row of an import that its revert left as it is: `place` in the file, counted from 0, and why."""

    place: int
    reason: Literal["edited", "split", "linked", "attached", "reconciled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReverted(Fact):
    """A chunk of an import was taken back: transactions that left, older ones that are as before, rows that stay."""

    name: ClassVar[str] = "expenses.import_reverted.v1"

    import_id: str
    chunk: int
    chunks: int
    removed: int
    restored: int
    kept: tuple[KeptRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevertStopped(Fact):
    """A chunk could not be taken back and no other one will be: `reason` is a refusal's slug."""

    name: ClassVar[str] = "expenses.revert_stopped.v1"

    import_id: str
    chunk: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedApplied(Fact):
    """A step of a feed was worked through: `done` of `total` by now, and the counts are of all steps so far.

    `kept` are transactions that the bank took back or changed and that stay as they are, because somebody built
    on them: the first fifty.
    """

    name: ClassVar[str] = "expenses.feed_applied.v1"

    feed_id: str
    run_id: str
    done: int
    total: int
    added: int
    changed: int
    removed: int
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStopped(Fact):
    """A feed could not be worked through and no later step of this run will be: `reason` is a refusal's slug."""

    name: ClassVar[str] = "expenses.feed_stopped.v1"

    feed_id: str
    run_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentChecked(Fact):
    """The file of an attachment was checked: it is `ready`, or `refused`."""

    name: ClassVar[str] = "expenses.attachment_checked.v1"

    transaction_id: str
    attachment_id: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRead(Fact):
    """An uploaded receipt was read: it is `ready`, `failed`, or `attached` to its transaction already."""

    name: ClassVar[str] = "expenses.receipt_read.v1"

    receipt_id: str
    state: str
    transaction_id: str | None
