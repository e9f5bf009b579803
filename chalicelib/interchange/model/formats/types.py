"""What a parsed statement is: plain values, and flaws as values beside the rows they concern."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Final, Literal, NamedTuple, cast

from chalicelib.kernel.values import dataclass

MAX_BYTES: Final = 50 * 1024 * 1024
"""Bytes of one upload (decision 25)."""
MAX_CONTAINER: Final = 10 * 1024 * 1024
"""Bytes of one zip or workbook, packed (decision 25)."""
MAX_ROWS: Final = 200_000
"""Rows of one file, good and bad together."""
MAX_NOTES: Final = 200
"""Notes of one file; the last one says how many more there were."""
MAX_TEXT: Final = 1_000
"""Characters kept of a payee or memo; what is longer is cut, with a note."""
MAX_SHARED: Final = 20_000
"""Different texts of a file after which no more are looked for equal ones."""
MAX_STATEMENTS: Final = 500
"""Statements of one file."""

DateOrder = Literal["dmy", "mdy", "ymd"]
DecimalMark = Literal[".", ","]


class Unreadable(Exception):
    """The file as a whole is refused: `reason` is a stable slug, `detail` a sentence for its owner."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Problem:
    """A flaw: of a row, which then cannot be imported, or of the file as a note.

    `line` counts from 1, 0 for the whole file; `column` names the field (`date`, `amount`, ...).
    """

    line: int
    column: str | None
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One piece of a split row: `category` is a path, outermost name first, empty where none is said.

    `elsewhere` is the `share` of the row on another account that it is part of; `own_id` its id in an export of ours.
    """

    amount: Decimal
    category: tuple[str, ...] = ()
    memo: str = ""
    elsewhere: str = ""
    own_id: str = ""


class RefundOf(NamedTuple):
    """On a refund: how much of a purchase of the file, by its `own_id`, came back, for how much of the refund.

    Both count upwards, each in the currency of its own row. `part` is the `own_id` of a part of the purchase.
    """

    own_id: str
    amount: Decimal
    covered: Decimal
    part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFacts:
    """What only our own files say of a row.

    On the row that a transfer leaves, `fee` is how much of the amount, counted upwards, did not leave for the other
    account. Rows with the same `split` are one transaction over several accounts, of which the one without a `share`
    names all parts. `refunds` are what the row came back for.
    """

    fee: Decimal | None = None
    fee_category: tuple[str, ...] = ()
    reconciled: bool = False
    split: str = ""
    share: str = ""
    refunds: tuple[RefundOf, ...] = ()


NO_FACTS: Final = OwnFacts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What other apps and journals know of a transaction beyond what a bank knows.

    `category` is a path, outermost name first. `parts` sum up to the row's amount, but for those that lie elsewhere.
    `transfer` is the same
    text in the two rows of the file that are one transfer, and in no other; `other_account` names the
    account on its other side, where the file says it. `original_amount`, signed like the row's, is what
    was paid in `original_currency` before the bank converted it. `own_id` is the id of the transaction
    in an export of ours, and `own` what else such a file says; files of others share one that says nothing.
    """

    category: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    transfer: str = ""
    other_account: str = ""
    original_amount: Decimal | None = None
    original_currency: str | None = None
    own_id: str = ""
    own: OwnFacts = NO_FACTS


class Row(NamedTuple):
    """One transaction as the file states it; importable if `problems` is empty.

    A named tuple instead of a frozen dataclass, as measured: a file of 100,000 rows builds 100,000
    of these, and a frozen dataclass of eleven fields costs six times as much each.
    """

    line: int
    booked_on: date | None
    amount: Decimal | None
    currency: str | None
    payee: str
    memo: str
    provider_id: str | None
    kind: str
    mcc: str | None
    balance: Decimal | None
    problems: tuple[Problem, ...]
    extras: Extras | None = None


make_row = cast("Callable[[tuple[object, ...]], Row]", partial(tuple.__new__, Row))
"""Build a row from all its fields in order, `extras` too: `Row._make` without its check of their number."""


@dataclass(frozen=True, slots=True)
class AccountHint:
    """What the file says about the account: `kind` is bank, card, investment, or empty if unsaid.

    `name` is what its owner calls it, in files of other apps.
    """

    kind: str = ""
    number: str = ""
    bank_id: str = ""
    account_type: str = ""
    name: str = ""

    @property
    def last4(self) -> str:
        """The last four characters, enough to recognise the account without showing it."""
        return self.number[-4:]


@dataclass(frozen=True, slots=True)
class ParsedStatement:
    """The rows of one account, with the balances and the period that the file claims for it.

    `source` names the file of a zip that it stands in.
    """

    account: AccountHint
    currency: str | None
    opening_balance: Decimal | None
    closing_balance: Decimal | None
    period_start: date | None
    period_end: date | None
    rows: tuple[Row, ...]
    source: str = ""


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Which column of a table holds what; indices count from 0, None where there is no such column.

    Either `amount` or `money_out` and `money_in` are set. Given as a hint it replaces detection;
    `header_line` is then the line of the header (rows start after it), None if there is none.
    `category` goes from the outermost name to the innermost; `original_amount` is what was paid in
    `original_currency` before the bank converted it.
    """

    date: int
    amount: int | None = None
    money_out: int | None = None
    money_in: int | None = None
    direction: int | None = None
    currency: int | None = None
    balance: int | None = None
    payee: tuple[int, ...] = ()
    memo: tuple[int, ...] = ()
    provider_id: int | None = None
    account: int | None = None
    status: int | None = None
    fee: int | None = None
    kind: int | None = None
    mcc: int | None = None
    category: tuple[int, ...] = ()
    tags: tuple[int, ...] = ()
    other_account: int | None = None
    original_amount: int | None = None
    original_currency: int | None = None
    header_line: int | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hints:
    """What the user knows better than the file; a hint wins over detection.

    `currency` fills in only where the file does not say it. `round_to_currency` accepts amounts with
    more decimals than the currency has, rounded half-even. `skip_head` and `skip_foot` are lines of a
    table that are left out at its top and bottom. `person` is who the user is in a file that shares
    costs among several. `profiles` are the layouts that the user has saved, the best first, and `profile` the id
    of the one that was named for this file.
    """

    date_order: DateOrder | None = None
    decimal: DecimalMark | None = None
    delimiter: str | None = None
    encoding: str | None = None
    columns: ColumnMap | None = None
    currency: str | None = None
    invert_sign: bool = False
    round_to_currency: bool = False
    skip_head: int = 0
    skip_foot: int = 0
    person: str = ""
    profile: str = ""
    profiles: tuple[SavedProfile, ...] = ()

    def over(self, base: Hints) -> Hints:
        """Give these hints with those of a profile wherever they say nothing themselves."""
        nothing = Hints()
        said = {
            name: getattr(base, name)
            for name in Hints.__dataclass_fields__
            if name not in {"profile", "profiles"} and getattr(self, name) == getattr(nothing, name)
        }
        return replace(self, **said)


@dataclass(frozen=True, slots=True)
class SavedProfile:
    """A layout that the user has saved: `hints` hold for every file that it fits.

    It fits a table with this very `header`, cell by cell, or, where that is empty, without any header and of so
    many `columns`. One that `is_named` was chosen for the file, so it holds whether it fits or not.
    """

    id: str
    hints: Hints
    header: tuple[str, ...] = ()
    columns: int | None = None
    is_named: bool = False


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """Everything read from one file; `notes` tell what was assumed or left out, and on which line.

    `profile` is the id of the profile that was used, a saved or a built-in one; empty if none was. `width` is the
    number of columns of a table, 0 for what is no table.
    """

    format: str
    dialect: str
    encoding: str
    statements: tuple[ParsedStatement, ...]
    columns: ColumnMap | None = None
    notes: tuple[Problem, ...] = ()
    profile: str = ""
    width: int = 0

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of all statements, in the order of the file's statements."""
        return tuple(row for statement in self.statements for row in statement.rows)


class SharedTexts:
    """Keeps one copy of equal texts of a file: people go to the same shops. Bounded."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def share(self, texts: list[str]) -> list[str]:
        """Give equal texts, the same object for equal ones as long as there are not too many."""
        if len(self._known) > MAX_SHARED:
            return texts
        return list(map(self._known.setdefault, texts, texts))


class Notes:
    """Collects the notes of one file, bounded, in the order of discovery."""

    __slots__ = ("_kept", "_more")

    def __init__(self) -> None:
        self._kept: list[Problem] = []
        self._more = 0

    def add(self, code: str, detail: str, *, line: int = 0, column: str | None = None) -> None:
        """Keep the note, or count it when there are enough of them."""
        if len(self._kept) < MAX_NOTES:
            self._kept.append(Problem(line, column, code, detail))
        else:
            self._more += 1

    def all(self) -> tuple[Problem, ...]:
        """Give the notes, with one at the end for those that were only counted."""
        if not self._more:
            return tuple(self._kept)
        last = Problem(0, None, "more-notes", f"{self._more} further notes are not shown")
        return (*self._kept, last)


def quoted(text: str) -> str:
    """Show a short piece of the file in a message, safely: printable and at most 32 characters."""
    shown = text[:33]
    if not shown.isprintable():
        shown = "".join(char if char.isprintable() else "?" for char in shown)
    return f"“{shown[:32]}…”" if len(shown) > 32 else f"“{shown}”"
