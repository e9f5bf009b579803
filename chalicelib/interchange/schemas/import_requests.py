"""What a client asks of imports."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from chalicelib.interchange.model.formats.text import ENCODINGS
from chalicelib.interchange.model.formats.types import MAX_STATEMENTS, ColumnMap, Hints
from chalicelib.interchange.model.labels import MAX_LABELS
from chalicelib.interchange.schemas.examples import ACCOUNT, CATEGORY
from chalicelib.kernel.wire import CurrencyCode, Id, PageQuery, Wire


def _one_line(text: str) -> str:
    if not text.isprintable():
        msg = "control characters are not allowed"
        raise ValueError(msg)
    return text


def _an_encoding(text: str) -> str:
    if text not in ENCODINGS:
        msg = f"one of {', '.join(sorted(ENCODINGS))}"
        raise ValueError(msg)
    return text


Filename = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=255),
    AfterValidator(_one_line),
]
ColumnIndex = Annotated[int, Field(ge=0, le=499)]
ColumnIndices = Annotated[tuple[ColumnIndex, ...], Field(max_length=20)]
FewColumns = Annotated[tuple[ColumnIndex, ...], Field(max_length=5)]
SkippedLines = Annotated[int, Field(ge=0, le=1_000)]
PersonName = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=100), AfterValidator(_one_line)
]
NEW: Final = "new"
LabelText = Annotated[str, StringConstraints(min_length=1, max_length=2_100)]
"""A label as the import shows it: its path joined by colons."""
StatementIndex = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,2})$")]


class ColumnsIn(Wire):
    """Which column of a table holds what, counted from 0; replaces detection.

    Notes are a `memo`; `category` names its columns from the outermost category inwards.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"date": 0, "amount": 4, "payee": [2], "memo": [3], "category": [5]}]
        }
    )

    date: ColumnIndex
    amount: ColumnIndex | None = None
    money_out: ColumnIndex | None = None
    money_in: ColumnIndex | None = None
    direction: ColumnIndex | None = None
    currency: ColumnIndex | None = None
    balance: ColumnIndex | None = None
    payee: ColumnIndices = ()
    memo: ColumnIndices = ()
    provider_id: ColumnIndex | None = None
    account: ColumnIndex | None = None
    status: ColumnIndex | None = None
    fee: ColumnIndex | None = None
    kind: ColumnIndex | None = None
    mcc: ColumnIndex | None = None
    category: FewColumns = ()
    tags: FewColumns = ()
    other_account: ColumnIndex | None = None
    original_amount: ColumnIndex | None = None
    original_currency: ColumnIndex | None = None
    header_line: Annotated[int, Field(ge=1, le=1_000)] | None = None


class HintsIn(Wire):
    """What the user knows better than the file; each hint wins over detection and over profiles.

    `skip_head` and `skip_foot` are lines of a table that are no part of it. `person` is who the user is in a file
    that shares costs among several.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"date_order": "dmy", "decimal": ","}]}
    )

    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    decimal: Literal[".", ","] | None = None
    delimiter: Literal[",", ";", "\t", "|", ":", "^", "~", " "] | None = None
    encoding: Annotated[str, AfterValidator(_an_encoding)] | None = Field(
        default=None, examples=["cp1252"]
    )
    columns: ColumnsIn | None = None
    currency: CurrencyCode | None = None
    invert_sign: bool = False
    round_to_currency: bool = False
    skip_head: SkippedLines = 0
    skip_foot: SkippedLines = 0
    person: PersonName = ""

    def to_hints(self) -> Hints:
        """Give the parsers' form."""
        columns = ColumnMap(**self.columns.model_dump()) if self.columns is not None else None
        return Hints(**{**self.model_dump(), "columns": columns})


class StartImport(Wire):
    """Ask for the upload of one statement file, meant for an account or for those that it is recognised to be of.

    `profile_id` names the profile by which it is read, a saved or a built-in one; otherwise the one that fits.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"account_id": ACCOUNT, "filename": "statement-2026-10.csv"}]
        }
    )

    id: Id | None = None
    account_id: Id | None = None
    filename: Filename
    hints: HintsIn = HintsIn()
    profile_id: Id | None = None

    def to_hints(self) -> Hints:
        """Give the parsers' form, with the profile that is named."""
        return replace(self.hints.to_hints(), profile=self.profile_id or "")


class CommitImport(Wire):
    """Put the importable rows into the ledger.

    `accounts` goes from statement index to account, null leaves a statement out. What it does not mention goes where
    statements of the same account number went before. It may be left out where the file has one statement and the
    import an account.

    Where the file names categories, each is used as `GET .../labels` shows it. `categories` says what some of them
    are instead: a category's id, `new` for one of this very path, null to leave the rows to rules and guesses. With
    `new_categories` false nothing is made but what `categories` asks for.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {},
                {
                    "accounts": {"0": ACCOUNT, "1": None},
                    "categories": {"Everyday:Food": CATEGORY, "Fun": "new", "Other": None},
                },
            ]
        }
    )

    accounts: (
        Annotated[
            dict[StatementIndex, Id | None],
            Field(max_length=MAX_STATEMENTS, examples=[{"0": ACCOUNT}]),
        ]
        | None
    ) = None
    categories: (
        Annotated[
            dict[LabelText, Literal["new"] | Id | None],
            Field(max_length=MAX_LABELS, examples=[{"Fun": "new"}]),
        ]
        | None
    ) = None
    new_categories: bool = True


class RevertIn(Wire):
    """Take back what an import did.

    `edited` says what becomes of transactions that somebody built on since, by editing, splitting, linking or
    attaching: they stay and are reported (`keep`), or go along (`revert`). What is reconciled always stays.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{}, {"edited": "revert"}]})

    edited: Literal["keep", "revert"] = "keep"


class RowsQuery(PageQuery):
    """How to page through an import's rows: all of them, or those with problems."""

    only: Literal["problems"] | None = None
