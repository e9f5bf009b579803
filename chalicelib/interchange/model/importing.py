"""An import from the asked-for upload to the last recorded row: what it is, and what may happen when.

What the ledger has done with a committed import is counted apart, in `Progress`, because it changes with
every chunk while the import itself stands still. `standing` puts the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import date, datetime, timedelta
from typing import Final, Literal

from chalicelib.expenses.commands import CHUNKS_PER_PAGE, ROWS_PER_CHUNK
from chalicelib.interchange.errors import (
    ImportNotReady,
    NothingToImport,
    UnfitAccounts,
)
from chalicelib.interchange.events import ImportState
from chalicelib.interchange.model.formats.types import Hints
from chalicelib.kernel.errors import FieldProblem
from chalicelib.kernel.values import dataclass

UPLOAD_LIFE: Final = timedelta(minutes=15)
"""How long an upload may begin."""
UPLOAD_GRACE: Final = timedelta(minutes=15)
"""How much later it may end: 50 MB take a while on a slow line."""
STEP_LIFE: Final = timedelta(hours=1)
"""A step that shows nothing for so long has failed five times and lies in the dead letters."""
ROWS_PER_PAGE: Final = ROWS_PER_CHUNK * CHUNKS_PER_PAGE
"""Rows of one sealed page."""
MAX_ACCOUNTS: Final = 80
"""Different accounts of one import, at most: that the file was imported is noted for each, with the commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why an import failed: a stable slug, and a sentence for its owner, which may quote the file."""

    slug: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """A flaw of a row or of the file as a whole (line 0); `column` names the field."""

    line: int
    column: str | None
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Which column of a table was taken for which field; indices count from 0."""

    field: str
    index: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What a statement says of its account, as keyed hashes; empty where it says nothing."""

    number: str = ""
    last4: str = ""
    name: str = ""

    def all(self) -> tuple[str, ...]:
        """Give those that there are."""
        return tuple(filter(None, (self.number, self.last4, self.name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Which account a statement is for: `number` is certain, the same last four digits or name are a guess."""

    account_id: str
    by: Literal["number", "last4", "name"]

    @property
    def is_certain(self) -> bool:
        """Tell whether it goes there without a word of its owner."""
        return self.by == "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The file as it was sent, sealed in pieces under a key of its own, which is as safe as what it is written in.

    `place` tells deliveries of the same upload apart, which may be at work side by side.
    """

    key: str
    place: str
    pieces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One account's part of the file. Balances are minor units of `currency`.

    `name` is what the file calls the account, or the sheet; `source` the file of a zip that it stands in.

    `balanced` says whether opening balance and rows give the closing balance, and `difference_minor` by how much
    that is more; None if the file does not state both or an amount could not be read. `marks` are what
    the account is recognised by next time, `suggestion` is which one it seems to be.
    """

    index: int
    kind: str
    last4: str
    currency: str
    period_start: date | None
    period_end: date | None
    rows: int
    importable: int
    opening_minor: int | None
    closing_minor: int | None
    balanced: bool | None
    name: str = ""
    source: str = ""
    difference_minor: int | None = None
    marks: Marks | None = None
    suggestion: Suggestion | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedProfile:
    """The profile by which a table was read: a saved one, or a built-in one of a bank or an app."""

    id: str
    name: str
    built_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was understood of a file. The rows lie in sealed pages under `prefix`.

    `by_code` counts the problems of rows.
    Of a table it keeps the `header`, cell by cell, and how many columns wide it is, from which a profile can be made.
    """

    format: str
    dialect: str
    encoding: str
    size: int
    sha256: str
    prefix: str
    rows: int
    importable: int
    columns: tuple[Column, ...]
    statements: tuple[Statement, ...]
    notes: tuple[Flaw, ...]
    problem_pages: tuple[int, ...]
    same_file: str | None
    profile: UsedProfile | None = None
    header: tuple[str, ...] = ()
    width: int = 0
    original: Original | None = None
    by_code: Mapping[str, int] = field(default_factory=dict)
    labels: int = 0
    """How many different categories the file names; `service/labelling.py` has them."""
    pairs: int = 0
    """How many transfers the file says both legs of."""

    @property
    def pages(self) -> int:
        """How many pages the rows fill."""
        return -(-self.rows // ROWS_PER_PAGE)

    @property
    def chunks(self) -> int:
        """How many orders the rows make."""
        return -(-self.rows // ROWS_PER_CHUNK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One file on its way into one or more accounts; `account_id` is the one it was started for, if any."""

    id: str
    account_id: str | None
    filename: str
    hints: Hints
    created_at: datetime
    updated_at: datetime
    state: ImportState
    version: int
    trouble: Trouble | None = None
    reading: Reading | None = None
    accounts: Mapping[str, str] | None = None
    labels: str = ""
    """Which blob says what the file's labels were committed as; empty where it has none."""
    choice: str = ""
    """A hash of what the commit said of labels."""

    @property
    def expires_at(self) -> datetime:
        """Until when the upload may begin."""
        return self.created_at + UPLOAD_LIFE

    def is_late(self, stored_at: datetime) -> bool:
        """Tell whether a file that was stored at an instant came too late."""
        return stored_at > self.expires_at + UPLOAD_GRACE

    def asks_the_same(self, *, account_id: str | None, filename: str, hints: Hints) -> bool:
        """Tell whether another request with this id would make the same import."""
        return (self.account_id, self.filename, self.hints) == (account_id, filename, hints)


def too_late() -> Trouble:
    """The file did not come while the upload was open."""
    minutes = UPLOAD_LIFE // timedelta(minutes=1)
    detail = f"No file was uploaded within the {minutes} minutes that the upload was open."
    return Trouble(slug="upload-expired", detail=detail)


def is_open(one: Import) -> bool:
    """Tell whether the file may still be read: a second delivery finds it so until the first is done."""
    return one.state in {"waiting", "parsing"}


def at_reading(one: Import, at: datetime) -> Import:
    """The file has come and is being read."""
    return replace(one, state="parsing", version=one.version + 1, updated_at=at)


def when_read(one: Import, found: Reading | Trouble, at: datetime) -> Import:
    """The file was read, or could not be."""
    after = replace(one, version=one.version + 1, updated_at=at)
    if isinstance(found, Trouble):
        return replace(after, state="failed", trouble=found)
    return replace(after, state="ready", reading=found)


def read_rows(one: Import) -> Reading:
    """Give what was read; raise `ImportNotReady` while there is nothing to show."""
    if one.reading is None:
        raise ImportNotReady
    return one.reading


def when_ordered(
    one: Import, accounts: Mapping[str, str], at: datetime, *, labels: str = "", choice: str = ""
) -> Import:
    """The ledger has the order; `accounts` goes from statement index to account."""
    return replace(
        one,
        state="committing",
        version=one.version + 1,
        updated_at=at,
        accounts=dict(accounts),
        labels=labels,
        choice=choice,
    )


def recognised(
    one: Import, reading: Reading, wanted: Mapping[str, str | None] | None
) -> dict[str, str]:
    """Say where statements go that their owner does not mention: the import's own account for the only one.

    Else into the account that the same number went to before.
    """
    filled = [part for part in reading.statements if part.rows]
    if not wanted and len(filled) == 1 and one.account_id is not None:
        return {str(filled[0].index): one.account_id}
    return {
        str(part.index): part.suggestion.account_id
        for part in filled
        if part.suggestion is not None
        and part.suggestion.is_certain
        and str(part.index) not in (wanted or {})
    }


def settle_accounts(
    reading: Reading, wanted: Mapping[str, str | None] | None, known: Mapping[str, str]
) -> dict[str, str]:
    """Say which statement goes into which account: by the owner's word, else where it is `known` to go.

    Raises `UnfitAccounts` with a pointer for each statement that is unknown or not settled, or when there
    are more accounts than one import carries; `NothingToImport` when no importable row is left.
    """
    filled = {str(part.index): part for part in reading.statements if part.rows}
    given: dict[str, str | None] = {**known, **(wanted or {})}
    there = {str(part.index) for part in reading.statements}
    wrong = [FieldProblem(f"/accounts/{key}", "no such statement") for key in given.keys() - there]
    wrong += [
        FieldProblem(f"/accounts/{key}", "name an account, or null to leave the statement out")
        for key in filled.keys() - given.keys()
    ]
    settled = {key: account for key, account in given.items() if account and key in filled}
    if len(set(settled.values())) > MAX_ACCOUNTS:
        wrong.append(FieldProblem("/accounts", f"at most {MAX_ACCOUNTS} accounts an import"))
    if wrong:
        raise UnfitAccounts(*sorted(wrong, key=lambda problem: problem.pointer)[:50])
    if not any(filled[key].importable for key in settled):
        raise NothingToImport
    return settled


def check_currencies(
    reading: Reading, settled: Mapping[str, str], currencies: Mapping[str, str]
) -> None:
    """Refuse with `UnfitAccounts` where a statement's currency is not its account's."""
    parts = {str(part.index): part for part in reading.statements}
    wrong = [
        FieldProblem(
            f"/accounts/{key}",
            f"the statement is in {parts[key].currency}, the account in {currencies[account]}",
        )
        for key, account in sorted(settled.items())
        if parts[key].currency != currencies[account]
    ]
    if wrong:
        raise UnfitAccounts(*wrong)
