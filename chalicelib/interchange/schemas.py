"""What imports look like on the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field, PlainSerializer, StringConstraints

from chalicelib.expenses.commands import ImportRow
from chalicelib.interchange.events import ImportState
from chalicelib.interchange.model.examining import PageRow
from chalicelib.interchange.model.formats.text import ENCODINGS
from chalicelib.interchange.model.formats.types import ColumnMap, Hints
from chalicelib.interchange.model.importing import (
    Column,
    Flaw,
    Import,
    Progress,
    Reading,
    Statement,
    Trouble,
    standing,
)
from chalicelib.kernel import wire
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.money import Money
from chalicelib.kernel.wire import CurrencyCode, Id, MoneyWire, PageQuery, Wire

MAX_STATEMENTS: Final = 500

_ID: Final = "01936f5e-7c3a-7d8e-9b1f-2a4c6e8f0b1d"
_ACCOUNT: Final = "01936f5e-1111-7d8e-9b1f-2a4c6e8f0b1d"


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
Instant = Annotated[datetime, PlainSerializer(rfc3339, return_type=str)]
ColumnIndex = Annotated[int, Field(ge=0, le=499)]
ColumnIndices = Annotated[tuple[ColumnIndex, ...], Field(max_length=20)]
StatementIndex = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,2})$")]


class ColumnsIn(Wire):
    """Which column of a table holds what, counted from 0; replaces detection."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"date": 0, "amount": 4, "payee": [2], "memo": [3]}]}
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
    header_line: Annotated[int, Field(ge=1, le=1_000)] | None = None


class HintsIn(Wire):
    """What the user knows better than the file; each hint wins over detection."""

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

    def to_hints(self) -> Hints:
        """Give the parsers' form."""
        columns = ColumnMap(**self.columns.model_dump()) if self.columns is not None else None
        return Hints(**{**self.model_dump(), "columns": columns})


class StartImport(Wire):
    """Ask for the upload of one statement file, meant for an account."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"account_id": _ACCOUNT, "filename": "statement-2026-10.csv"}]
        }
    )

    id: Id | None = None
    account_id: Id
    filename: Filename
    hints: HintsIn = HintsIn()


class CommitImport(Wire):
    """Put the importable rows into the ledger.

    `accounts` goes from statement index to account, null leaves a statement out. It may be left out where the
    file has one statement: that one goes into the import's account.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{}, {"accounts": {"0": _ACCOUNT, "1": None}}]}
    )

    accounts: (
        Annotated[
            dict[StatementIndex, Id | None],
            Field(max_length=MAX_STATEMENTS, examples=[{"0": _ACCOUNT}]),
        ]
        | None
    ) = None


class RowsQuery(PageQuery):
    """How to page through an import's rows: all of them, or those with problems."""

    only: Literal["problems"] | None = None


# --- answers


class UploadOut(Wire):
    """A form: send `fields` and then the file, as multipart/form-data, to `url` before `expires_at`."""

    url: str
    fields: dict[str, str]
    expires_at: Instant


class FlawOut(Wire):
    """A flaw of a row, or of the file where `line` is 0; lines count from 1."""

    line: int
    column: str | None
    code: str
    detail: str

    @classmethod
    def of(cls, flaw: Flaw) -> FlawOut:
        """Write a flaw."""
        return cls(line=flaw.line, column=flaw.column, code=flaw.code, detail=flaw.detail)


class ColumnOut(Wire):
    """Which column was taken for which field."""

    field: str
    index: int
    name: str

    @classmethod
    def of(cls, column: Column) -> ColumnOut:
        """Write a column."""
        return cls(field=column.field, index=column.index, name=column.name)


class StatementOut(Wire):
    """One account's part of the file; `account_id` says where it was committed to."""

    index: int
    kind: str
    last4: str
    currency: str
    period_start: date | None
    period_end: date | None
    rows: int
    importable: int
    opening_balance: MoneyWire | None
    closing_balance: MoneyWire | None
    balanced: bool | None
    account_id: str | None

    @classmethod
    def of(cls, part: Statement, account_id: str | None) -> StatementOut:
        """Write a statement."""
        return cls(
            index=part.index,
            kind=part.kind,
            last4=part.last4,
            currency=part.currency,
            period_start=part.period_start,
            period_end=part.period_end,
            rows=part.rows,
            importable=part.importable,
            opening_balance=_money(part.opening_minor, part.currency),
            closing_balance=_money(part.closing_minor, part.currency),
            balanced=part.balanced,
            account_id=account_id,
        )


class CountsOut(Wire):
    """How many rows the file has, how many can be imported, how many have problems."""

    rows: int
    importable: int
    problems: int


class ResultOut(Wire):
    """What a committed import did: new transactions, and rows that were there already."""

    recorded: int
    duplicates: int


class TroubleOut(Wire):
    """Why an import failed."""

    slug: str
    detail: str


class ImportOut(Wire):
    """An import as a job: `progress` counts rows, `result` is there once it was committed.

    What was understood of the file stands from `format` on; it is null or empty until the file was read.
    `same_file` is the import that committed the same content into the same account before.
    """

    id: str
    version: int
    account_id: str
    filename: str
    state: ImportState
    progress: wire.Progress
    result: ResultOut | None
    problem: TroubleOut | None
    upload: UploadOut | None
    created_at: Instant
    updated_at: Instant
    format: str | None
    dialect: str | None
    encoding: str | None
    size: int | None
    sha256: str | None
    counts: CountsOut | None
    columns: list[ColumnOut]
    statements: list[StatementOut]
    notes: list[FlawOut]
    same_file: str | None

    @classmethod
    def of(
        cls, one: Import, progress: Progress | None, at: datetime, upload: UploadOut | None = None
    ) -> ImportOut:
        """Write an import as it stands at an instant."""
        now = standing(one, progress, at)
        read = one.reading
        ended = progress is not None and now.state != "committing"
        return cls(
            id=one.id,
            version=now.version,
            account_id=one.account_id,
            filename=one.filename,
            state=now.state,
            progress=wire.Progress(
                done=progress.rows_done if progress else 0, total=read.rows if read else 0
            ),
            result=_result(progress) if ended else None,
            problem=_problem(now.trouble),
            upload=upload,
            created_at=one.created_at,
            updated_at=one.updated_at,
            format=read.format if read else None,
            dialect=read.dialect if read else None,
            encoding=read.encoding if read else None,
            size=read.size if read else None,
            sha256=read.sha256 if read else None,
            counts=_counts(read),
            columns=[ColumnOut.of(column) for column in read.columns] if read else [],
            statements=_statements(one),
            notes=[FlawOut.of(note) for note in read.notes] if read else [],
            same_file=read.same_file if read else None,
        )


def _result(progress: Progress | None) -> ResultOut | None:
    if progress is None:
        return None
    return ResultOut(recorded=progress.recorded, duplicates=progress.duplicates)


def _problem(trouble: Trouble | None) -> TroubleOut | None:
    return TroubleOut(slug=trouble.slug, detail=trouble.detail) if trouble else None


def _counts(read: Reading | None) -> CountsOut | None:
    if read is None:
        return None
    bad = read.rows - read.importable
    return CountsOut(rows=read.rows, importable=read.importable, problems=bad)


def _statements(one: Import) -> list[StatementOut]:
    accounts = one.accounts or {}
    parts = one.reading.statements if one.reading else ()
    return [StatementOut.of(part, accounts.get(str(part.index))) for part in parts]


class RowOut(Wire):
    """A row of the file as it was understood; `index` counts from 0 over the whole file."""

    index: int
    line: int
    statement: int
    booked_on: date | None
    amount: MoneyWire | None
    payee: str
    memo: str
    provider_id: str
    kind: str
    importable: bool
    problems: list[FlawOut]

    @classmethod
    def of(cls, index: int, page_row: PageRow) -> RowOut:
        """Write a row."""
        row: ImportRow = page_row.row
        return cls(
            index=index,
            line=row.line,
            statement=row.statement,
            booked_on=row.booked_on,
            amount=_money(row.amount_minor, row.currency),
            payee=row.payee,
            memo=row.memo,
            provider_id=row.provider_id,
            kind=row.kind,
            importable=row.importable,
            problems=[FlawOut.of(flaw) for flaw in page_row.problems],
        )


def _money(minor: int | None, currency: str) -> MoneyWire | None:
    return MoneyWire.of(Money(minor, currency)) if minor is not None else None
