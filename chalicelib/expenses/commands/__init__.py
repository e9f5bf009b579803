"""What services above may order: to put the rows of a parsed statement into the ledger.

The rows lie in sealed pages (`kernel.blobs`), one JSON list of rows a page; the order carries only names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import Any, ClassVar, Final, Literal

from chalicelib.expenses.commands.rows import (
    LABEL_DEPTH,
    LABEL_LENGTH,
    PART_MEMO_LENGTH,
    PARTS_PER_ROW,
    PENDING,
    TAG_LENGTH,
    TAGS_PER_ROW,
    Came,
    Fee,
    ImportRow,
    Label,
    Pair,
    RowExtras,
    RowPart,
    leg_of,
)
from chalicelib.kernel.events import Order
from chalicelib.kernel.values import dataclass
from chalicelib.users.commands import ErasePartMore, ExportPartMore

__all__ = [
    "CHUNKS_PER_LOOK",
    "CHUNKS_PER_PAGE",
    "LABEL_DEPTH",
    "LABEL_LENGTH",
    "PAIRS_PER_PAGE",
    "PARTS_PER_ROW",
    "PART_MEMO_LENGTH",
    "PENDING",
    "ROWS_PER_CHUNK",
    "SPLIT_CHUNK",
    "TAGS_PER_ROW",
    "TAG_LENGTH",
    "ApplyFeed",
    "Came",
    "DropAttachments",
    "DropCategories",
    "DropFiles",
    "EraseMore",
    "ExportMore",
    "Fee",
    "FeedRow",
    "FindMatches",
    "ImportRow",
    "ImportRows",
    "JoinRows",
    "Label",
    "Pair",
    "RevertImport",
    "RowExtras",
    "RowPart",
    "RunMore",
    "SortMovements",
    "SplitMore",
    "Taking",
    "labels_key",
    "leg_of",
    "page_key",
    "pairs_key",
]

SPLIT_CHUNK: Final = 40
"""Transactions that one step of a split takes along at most: each is written on both sides."""
ROWS_PER_CHUNK: Final = 85
"""Rows of one order: with accounts, change log, inbox mark and messages they fit one transaction of 100."""
CHUNKS_PER_PAGE: Final = 6
"""Orders that share one page, which so has 510 rows."""
CHUNKS_PER_LOOK: Final = 4
"""Chunks after which the ledger looks for what their rows belong to: a look costs the same for one chunk."""
PAIRS_PER_PAGE: Final = 500
"""Pairs of rows that one blob names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindMatches(Order):
    """Look for what the rows of an import belong to, which lie between two days; ordered by this service itself.

    `legs` are those of its rows of which the import itself makes transfers.
    """

    name: ClassVar[str] = "expenses.find_matches.v1"
    to: ClassVar[str] = "expenses"

    import_id: str
    first: str
    last: str
    filed: dict[str, int] = field(default_factory=dict)
    """Who filed the rows, to be counted in `month`: the chunk's own transaction may have no room for it."""
    month: str = ""
    legs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRows(Order):
    """Record chunk `chunk` (from 0) of `chunks` of an import.

    `prefix` and the five-digit page number make the blob key; `accounts` says, by statement index as text,
    into which account its rows go. A statement without an account is left out. `labels` names the blob that says
    which category each label means, or is empty; `pairs` counts the pairs of rows that are to be joined
    (`JoinRows`) when all chunks are recorded. `look` is what is still to be looked for of chunks before.
    """

    name: ClassVar[str] = "expenses.import_rows.v1"
    to: ClassVar[str] = "expenses"

    import_id: str
    prefix: str
    chunk: int
    chunks: int
    accounts: dict[str, str]
    labels: str = ""
    pairs: int = 0
    look: FindMatches | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRows(Order):
    """Join every two rows that a file calls the legs of a transfer, or refund and purchase, from pair `first` (from 0) on.

    All chunks of the import are recorded; what it tells at the end is told as chunk `chunks`, one more than
    there are of rows. `labels` is as in `ImportRows`.
    """

    name: ClassVar[str] = "expenses.join_rows.v1"
    to: ClassVar[str] = "expenses"

    import_id: str
    prefix: str
    pairs: int
    first: int
    chunks: int
    accounts: dict[str, str]
    labels: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DropCategories(Order):
    """Delete the categories that an import made, if nobody changed or uses them; ordered by this service itself.

    Transactions are looked through from the one behind `after` on; `unused` are the categories that none of those
    before had, and `since` is the owner's change number at the first step. `passes` counts the beginnings.
    """

    name: ClassVar[str] = "expenses.drop_categories.v1"
    to: ClassVar[str] = "expenses"

    import_id: str
    asked_by: str
    after: str = ""
    unused: tuple[str, ...] = ()
    since: int = 0
    passes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RevertImport(Order):
    """Take back what chunk `chunk` of an import did; the ledger goes from the last chunk down to chunk 0 by itself.

    `prefix`, `chunks` and `accounts` are those of the `ImportRows` that recorded it. What was built on its
    transactions since is kept, or goes along (`edited`). `removed` and `restored` count what was done before
    of a chunk that takes several transactions. `asked_by` is the user on whose behalf the log says it is done.
    Where the file had `labels`, the categories that were made for them go at the end, if nobody uses them.
    """

    name: ClassVar[str] = "expenses.revert_import.v1"
    to: ClassVar[str] = "expenses"

    import_id: str
    prefix: str
    chunk: int
    chunks: int
    accounts: dict[str, str]
    edited: Literal["keep", "revert"] = "keep"
    asked_by: str = ""
    removed: int = 0
    restored: int = 0
    labels: str = ""


def page_key(prefix: str, page: int) -> str:
    """Give the blob key of a page, counted from 0."""
    return f"{prefix}{page:05d}"


def labels_key(prefix: str, name: str) -> str:
    """Give the blob key of what labels mean: a list of paths, each with the id of a category."""
    return f"{prefix}labels-{name}"


def pairs_key(prefix: str, page: int) -> str:
    """Give the blob key of a page of pairs, counted from 0."""
    return f"{prefix}pairs-{page:05d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyFeed(Order):
    """Make the ledger say what a bank says, from `place` in page `page` on; each step orders the next.

    `feed_id` names the source for all its runs, `run_id` this one. Pages 0 to `pages` - 1 hold rows
    (`FeedRow`) that are there and stand as they are now; the blob `gone`, where it is named, lists ids that the
    bank took back, as pairs of account index and id. `accounts` says by index as text which account is meant.
    `done` of `total` rows and ids were worked through before, and the counts and `kept` say what came of them.
    """

    name: ClassVar[str] = "expenses.apply_feed.v1"
    to: ClassVar[str] = "expenses"

    feed_id: str
    run_id: str
    prefix: str
    pages: int
    gone: str
    accounts: dict[str, str]
    total: int
    page: int = 0
    place: int = 0
    done: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """A row of a feed, whose id the bank uses once; `settles` is the id of the pending row that it was before."""

    row: ImportRow
    settles: str = ""

    def to_json(self) -> list[Any]:
        """Write what lies in a page."""
        return [self.row.to_json(), self.settles]

    @classmethod
    def from_json(cls, raw: Sequence[Any]) -> FeedRow:
        """Read what `to_json` wrote; raise ValueError for anything else."""
        if len(raw) != 2:
            raise ValueError("not a row of a feed")
        return cls(row=ImportRow.from_json(raw[0]), settles=str(raw[1]))


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
