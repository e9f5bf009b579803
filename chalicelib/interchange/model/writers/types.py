"""An export as a stream: accounts and categories once, then transactions oldest first, in constant memory.

Money is in whole minor units of the currency beside it, and a negative amount leaves the user, as everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cached_property
from typing import IO, Literal, NamedTuple, Protocol

from chalicelib.kernel.values import dataclass

AccountKind = Literal["cash", "bank", "card", "savings", "loan", "asset", "crypto"]
CategoryKind = Literal["expense", "income", "transfer"]
Status = Literal["planned", "pending", "posted", "reconciled"]
Kind = Literal["expense", "income", "transfer"]
Spool = Callable[[], IO[bytes]]
"""Gives a file for what must be set aside: formats that group by account cannot write a stream as it comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """An account. `balance_minor` is what it stands at now, `pending_minor` the part that is not booked yet.

    `number` is what is known of the bank's number, mostly nothing. `closed` ones take no more transactions.
    `entries` counts its live transactions.
    """

    id: str
    name: str
    kind: AccountKind
    currency: str
    opening_minor: int = 0
    balance_minor: int = 0
    pending_minor: int = 0
    opened_on: date | None = None
    closed: bool = False
    entries: int = 0
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryLine:
    """A category; `path` has its names, outermost first, its own last."""

    id: str
    path: tuple[str, ...]
    kind: CategoryKind


class PartLine(NamedTuple):
    """A piece of a split transaction, in its currency; without an account it lies on the transaction's."""

    id: str
    amount_minor: int
    category_id: str | None = None
    notes: str = ""
    account_id: str | None = None


class TransferLine(NamedTuple):
    """The other leg of a transfer. What left is the line's own amount, the fee not in it.

    `amount_minor` arrives in `currency`, more than nothing, on `received_on` or else the line's day. `fee_minor`
    counts upwards, in the line's currency, and leaves the line's account too.
    """

    account_id: str
    amount_minor: int
    currency: str
    received_on: date | None = None
    fee_minor: int = 0
    fee_category_id: str | None = None


class RefundLine(NamedTuple):
    """Kept by a refund: `amount_minor` of a purchase came back, for which `covered_minor` of this was paid."""

    transaction_id: str
    amount_minor: int
    currency: str
    covered_minor: int
    part_id: str | None = None


class Line(NamedTuple):
    """A transaction, all texts opened. The parts of a split one sum to its amount.

    An account that is not in the book is one that the reader may not see. `planned` ones move no money yet.
    `original_minor` is signed like the amount. What stands behind `original_currency` only a lossless format keeps.
    """

    id: str
    account_id: str
    booked_on: date
    amount_minor: int
    currency: str
    payee: str = ""
    notes: str = ""
    category_id: str | None = None
    tags: tuple[str, ...] = ()
    parts: tuple[PartLine, ...] = ()
    status: Status = "posted"
    kind: Kind = "expense"
    transfer: TransferLine | None = None
    original_minor: int | None = None
    original_currency: str | None = None
    bank_payee: str = ""
    source: str = "manual"
    filed_by: str = "none"
    refunds: tuple[RefundLine, ...] = ()
    import_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Book:
    """What stands before the lines. `complete` says that no filter leaves a transaction of its accounts out.

    `first` and `last` are the days that were asked for. `others` are accounts that were not asked for and that a
    transaction may also lie on: they are named, and nothing else is told of them.
    """

    accounts: tuple[AccountLine, ...]
    categories: tuple[CategoryLine, ...]
    made_at: datetime
    others: tuple[AccountLine, ...] = ()
    first: date | None = None
    last: date | None = None
    complete: bool = True

    @property
    def named(self) -> tuple[AccountLine, ...]:
        """All accounts that have a name here."""
        return (*self.accounts, *self.others)

    @cached_property
    def account_by_id(self) -> dict[str, AccountLine]:
        """The accounts by their ids."""
        return {one.id: one for one in self.accounts}

    @cached_property
    def category_by_id(self) -> dict[str, CategoryLine]:
        """The categories by their ids."""
        return {one.id: one for one in self.categories}


class Writer(Protocol):
    """Writes one export: `begin` once, `lines` any number of times, `end` once; bytes come as they are ready.

    A writer belongs to one export and is not used again. It never fails on what a user may have written: texts
    are made safe for the format. Memory does not grow with the number of lines.
    """

    @property
    def left_out(self) -> Mapping[str, int]:
        """How many transactions (or legs of them) the format could not carry, by reason: `planned`, `currency`, ..."""
        ...

    def begin(self, book: Book) -> Iterator[bytes]:
        """Write what stands before all transactions."""
        ...

    def lines(self, chunk: Iterable[Line]) -> Iterator[bytes]:
        """Write transactions, of which the oldest come first over all chunks."""
        ...

    def end(self) -> Iterator[bytes]:
        """Write what is left, and what stands behind all transactions."""
        ...
