"""What services above may order: to put the rows of a parsed statement into the ledger.

The rows lie in sealed pages (`kernel.blobs`), one JSON list of rows a page; the order carries only names.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date
from typing import Any, ClassVar, Final, Literal

from chalicelib.kernel.events import Order
from chalicelib.kernel.values import dataclass
from chalicelib.users.commands import ErasePartMore, ExportPartMore

SPLIT_CHUNK: Final = 40
"""Transactions that one step of a split takes along at most: each is written on both sides."""
ROWS_PER_CHUNK: Final = 85
"""Rows of one order: with accounts, change log, inbox mark and messages they fit one transaction of 100."""
CHUNKS_PER_PAGE: Final = 6
"""Orders that share one page, which so has 510 rows."""
PAIRS_PER_PAGE: Final = 500
"""Transfers whose legs one blob names."""
PENDING: Final = "pending"
"""The kind of a row that the bank has not booked yet."""
TAGS_PER_ROW: Final = 20
"""Tags that a row carries, at most; each has up to `TAG_LENGTH` characters."""
TAG_LENGTH: Final = 50
PARTS_PER_ROW: Final = 50
"""Parts that a split row carries, at most, and two at least."""
LABEL_DEPTH: Final = 20
"""Names of a category's path, at most; each has up to `LABEL_LENGTH` characters."""
LABEL_LENGTH: Final = 100
PART_MEMO_LENGTH: Final = 200
_FIELDS: Final = 13

Label = tuple[str, ...]
"""What a file calls a category: its path, outermost name first; empty where it says none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRows(Order):
    """Record chunk `chunk` (from 0) of `chunks` of an import.

    `prefix` and the five-digit page number make the blob key; `accounts` says, by statement index as text,
    into which account its rows go. A statement without an account is left out. `labels` names the blob that says
    which category each label means, or is empty; `pairs` counts the transfers whose legs are to be joined
    (`JoinRows`) when all chunks are recorded.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRows(Order):
    """Make a transfer of every two rows that a file calls its legs, from pair `first` (from 0) on.

    All chunks of the import are recorded; what it tells at the end is told as chunk `chunks`, one more than
    there are of rows.
    """

    name: ClassVar[str] = "expenses.join_rows.v1"
    to: ClassVar[str] = "expenses"

    import_id: str
    prefix: str
    pairs: int
    first: int
    chunks: int
    accounts: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindMatches(Order):
    """Look for what the rows of a chunk belong to, which lie between two days; ordered by this service itself.

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
class RevertImport(Order):
    """Take back what chunk `chunk` of an import did; the ledger goes from the last chunk down to chunk 0 by itself.

    `prefix`, `chunks` and `accounts` are those of the `ImportRows` that recorded it. What was built on its
    transactions since is kept, or goes along (`edited`). `removed` and `restored` count what was done before
    of a chunk that takes several transactions. `asked_by` is the user on whose behalf the log says it is done.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPart:
    """A piece of a split row, in its currency; all pieces sum to its amount."""

    amount_minor: int
    label: Label = ()
    memo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowExtras:
    """What an app or a journal knows of a row beyond what a bank knows.

    `other_side` is the place, counted from 0 over the whole file, of the row that is the other leg of this
    transfer; `other_account` names the account there, as a hint only. `original_minor` was paid in
    `original_currency`, another one than the row's, and is signed like its amount. `own_id` is the id of the
    transaction in an export of ours.
    """

    label: Label = ()
    tags: tuple[str, ...] = ()
    parts: tuple[RowPart, ...] = ()
    other_side: int | None = None
    other_account: str = ""
    original_minor: int | None = None
    original_currency: str = ""
    own_id: str = ""

    def to_json(self) -> dict[str, Any]:
        """Write what there is under keys of a letter; amounts as text, like a row's."""
        parts = [[str(one.amount_minor), list(one.label), one.memo] for one in self.parts]
        original = [str(self.original_minor), self.original_currency]
        found: dict[str, Any] = {
            "l": list(self.label),
            "t": list(self.tags),
            "p": parts,
            "a": self.other_account,
            "o": [] if self.original_minor is None else original,
            "i": self.own_id,
        }
        place = {} if self.other_side is None else {"s": self.other_side}
        return {key: value for key, value in found.items() if value} | place

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> RowExtras:
        """Read what `to_json` wrote; raise TypeError or ValueError for anything else."""
        if not isinstance(raw, Mapping):
            raise TypeError("not what an app knows of a row")
        original, place = raw.get("o"), raw.get("s")
        return cls(
            label=tuple(raw.get("l", ())),
            tags=tuple(raw.get("t", ())),
            parts=tuple(
                RowPart(amount_minor=int(amount), label=tuple(label), memo=memo)
                for amount, label, memo in raw.get("p", ())
            ),
            other_side=None if place is None else int(place),
            other_account=raw.get("a", ""),
            original_minor=int(original[0]) if original else None,
            original_currency=original[1] if original else "",
            own_id=raw.get("i", ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """One row of a statement, as interchange understood it: money in minor units, negative leaves the user.

    `ordinal` tells equal rows of one file apart. `booked_on` and `amount_minor` may be missing only where
    the row is not `importable`. Texts that the bank did not give are empty. `extras` is None for what a
    bank wrote.
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
    extras: RowExtras | None = None

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
            None if self.extras is None else self.extras.to_json(),
        ]

    @classmethod
    def from_json(cls, raw: Sequence[Any]) -> ImportRow:
        """Read the first thirteen entries of what `to_json` wrote; raise TypeError or ValueError for anything else."""
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
            extras=None if raw[12] is None else RowExtras.from_json(raw[12]),
        )

    def identity(self) -> tuple[str, ...]:
        """Give what makes it the same row when it comes again, but for the ordinal among equal ones.

        The bank's own id with the amount (banks use an id twice), or else day, amount and text. What is
        pending is another row than the booked one that it becomes, or the booked one would be taken for
        known. Whoever counts ordinals counts them among rows of one statement with the same identity.
        A row of an export of ours is its transaction, whatever was changed about that since.
        """
        amount = str(self.amount_minor)
        standing = (PENDING,) if self.kind.casefold() == PENDING else ()
        if self.extras is not None and self.extras.own_id:
            return ("o", self.extras.own_id, *standing)
        if self.provider_id:
            return ("p", self.provider_id, amount, self.currency, *standing)
        day = self.booked_on.isoformat() if self.booked_on else ""
        return ("c", day, amount, self.currency, _plain(self.payee), _plain(self.memo), *standing)


def _plain(text: str) -> str:
    """Make alike what an export of the same row may write differently: width, case, spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def leg_of(row: ImportRow) -> list[Any]:
    """Name a leg of a transfer as it lies in a blob of pairs: statement, ordinal, identity; the sending one is first."""
    return [row.statement, row.ordinal, *row.identity()]


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
