"""What services above may order: to put the rows of a parsed statement into the ledger.

The rows lie in sealed pages (`kernel.blobs`), one JSON list of rows a page; the order carries only names.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final, Literal

from chalicelib.kernel.events import Order
from chalicelib.users.commands import ErasePartMore, ExportPartMore

SPLIT_CHUNK: Final = 40
"""Transactions that one step of a split takes along at most: each is written on both sides."""
ROWS_PER_CHUNK: Final = 85
"""Rows of one order: with accounts, change log, inbox mark and messages they fit one transaction of 100."""
CHUNKS_PER_PAGE: Final = 6
"""Orders that share one page, which so has 510 rows."""
MAX_ACCOUNTS: Final = 8
"""Different accounts among the rows of one order, at most: each costs an item of the transaction."""
PENDING: Final = "pending"
"""The kind of a row that the bank has not booked yet."""
_FIELDS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRows(Order):
    """Record chunk `chunk` (from 0) of `chunks` of an import.

    `prefix` and the five-digit page number make the blob key; `accounts` says, by statement index as text,
    into which account its rows go. A statement without an account is left out.
    """

    name: ClassVar[str] = "expenses.import_rows.v1"
    to: ClassVar[str] = "expenses"

    import_id: str
    prefix: str
    chunk: int
    chunks: int
    accounts: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindMatches(Order):
    """Look for what the rows of a chunk belong to, which lie between two days; ordered by this service itself."""

    name: ClassVar[str] = "expenses.find_matches.v1"
    to: ClassVar[str] = "expenses"

    import_id: str
    first: str
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """One row of a statement, as interchange understood it: money in minor units, negative leaves the user.

    `ordinal` tells equal rows of one file apart. `booked_on` and `amount_minor` may be missing only where
    the row is not `importable`. Texts that the bank did not give are empty.
    """

    statement: int
    line: int
    booked_on: date | None
    amount_minor: int | None
    currency: str
    payee: str
    memo: str
    provider_id: str
    kind: str
    mcc: str
    ordinal: int
    importable: bool

    def to_json(self) -> list[Any]:
        """Write the compact list that lies in a page; the page's writer may append entries of its own."""
        return [
            self.statement,
            self.line,
            self.booked_on.isoformat() if self.booked_on else None,
            # as text: JSON readers elsewhere would turn 38 digits into a float
            None if self.amount_minor is None else str(self.amount_minor),
            self.currency,
            self.payee,
            self.memo,
            self.provider_id,
            self.kind,
            self.mcc,
            self.ordinal,
            int(self.importable),
        ]

    @classmethod
    def from_json(cls, raw: Sequence[Any]) -> ImportRow:
        """Read the first twelve entries of what `to_json` wrote; raise ValueError for anything else."""
        if len(raw) < _FIELDS:
            raise ValueError("not a row of an import")
        return cls(
            statement=int(raw[0]),
            line=int(raw[1]),
            booked_on=date.fromisoformat(raw[2]) if raw[2] else None,
            amount_minor=None if raw[3] is None else int(raw[3]),
            currency=raw[4],
            payee=raw[5],
            memo=raw[6],
            provider_id=raw[7],
            kind=raw[8],
            mcc=raw[9],
            ordinal=int(raw[10]),
            importable=bool(raw[11]),
        )

    def identity(self) -> tuple[str, ...]:
        """Give what makes it the same row when it comes again, but for the ordinal among equal ones.

        The bank's own id with the amount (banks use an id twice), or else day, amount and text. What is
        pending is another row than the booked one that it becomes, or the booked one would be taken for
        known. Whoever counts ordinals counts them among rows of one statement with the same identity.
        """
        amount = str(self.amount_minor)
        standing = (PENDING,) if self.kind.casefold() == PENDING else ()
        if self.provider_id:
            return ("p", self.provider_id, amount, self.currency, *standing)
        day = self.booked_on.isoformat() if self.booked_on else ""
        return ("c", day, amount, self.currency, _plain(self.payee), _plain(self.memo), *standing)


def _plain(text: str) -> str:
    """Make alike what an export of the same row may write differently: width, case, spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def page_key(prefix: str, page: int) -> str:
    """Give the blob key of a page, counted from 0."""
    return f"{prefix}{page:05d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseMore(ErasePartMore):
    """The next step of erasing a user's part; ordered by this service itself."""

    name: ClassVar[str] = "expenses.erase_more.v1"
    to: ClassVar[str] = "expenses"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportMore(ExportPartMore):
    """The next step of exporting a user's part; ordered by this service itself."""

    name: ClassVar[str] = "expenses.export_more.v1"
    to: ClassVar[str] = "expenses"


@dataclass(frozen=True, slots=True, kw_only=True)
class DropAttachments(Order):
    """Delete the attachments of a transaction that was deleted; ordered by this service itself."""

    name: ClassVar[str] = "expenses.drop_attachments.v1"
    to: ClassVar[str] = "expenses"

    transaction_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropFiles(Order):
    """Delete files that nothing leads to any more; ordered by this service itself."""

    name: ClassVar[str] = "expenses.drop_files.v1"
    to: ClassVar[str] = "expenses"

    file_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """One account of a split: `new_id` in the personal ledger, or the slug of why it stays.

    `archived` is what the account was before a move closed it to new transactions.
    """

    account_id: str
    new_id: str | None
    archived: bool
    transactions: int
    problem: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitMore(Order):
    """The next step of taking accounts of a household along; ordered by this service itself.

    `after` is the id of the last transaction that was looked at, or nothing at the beginning of a round.
    """

    name: ClassVar[str] = "expenses.split_more.v1"
    to: ClassVar[str] = "expenses"

    split_id: str
    household_id: str
    mode: Literal["move", "copy"]
    takings: tuple[Taking, ...]
    after: str
    ending: bool
    step: int
    round: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunMore(Order):
    """The next step of a run, counted from 0; ordered by this service itself."""

    name: ClassVar[str] = "expenses.run_more.v1"
    to: ClassVar[str] = "expenses"

    run_id: str
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SortMovements(Order):
    """Take movements that had no room in their transaction to the months they belong to; ordered by this service."""

    name: ClassVar[str] = "expenses.sort_movements.v1"
    to: ClassVar[str] = "expenses"
