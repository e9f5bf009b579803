"""What imports look like in answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, Literal

from pydantic import ConfigDict

from chalicelib.expenses.commands import RowExtras
from chalicelib.interchange.events import ImportState
from chalicelib.interchange.model.following import Progress, Reversal, standing
from chalicelib.interchange.model.importing import (
    Column,
    Flaw,
    Import,
    Reading,
    Statement,
    Suggestion,
    Trouble,
    UsedProfile,
)
from chalicelib.interchange.model.labels import Meant, Named, label_text
from chalicelib.interchange.schemas.examples import IMPORT, LABEL
from chalicelib.kernel import wire
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.money import Money
from chalicelib.kernel.wire import Instant, MoneyWire, TroubleOut, UploadOut, Wire

_NOTHING_MORE: Final = RowExtras()


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


class SuggestionOut(Wire):
    """Which account a statement seems to be of: `certain` by its number; else by its last four digits, or its name.

    What is certain needs no word at the commit.
    """

    account_id: str
    certain: bool
    by: Literal["number", "last4", "name"]

    @classmethod
    def of(cls, one: Suggestion) -> SuggestionOut:
        """Write a suggestion."""
        return cls(account_id=one.account_id, certain=one.is_certain, by=one.by)


class StatementOut(Wire):
    """One account's part of the file; `account_id` says where it was committed to.

    `name` is what the file calls the account, or the sheet; `source` the file of a zip that it stands in.
    `difference` is by how much the closing balance is more than the opening one with the rows. When the import was
    done, the books came to `ledger_balance` on the last day, without what is pending; the closing balance is
    `ledger_difference` more.
    """

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
    name: str
    source: str
    difference: MoneyWire | None
    ledger_balance: MoneyWire | None
    ledger_difference: MoneyWire | None
    suggestion: SuggestionOut | None
    account_id: str | None

    @classmethod
    def of(cls, part: Statement, account_id: str | None, ledger: int | None) -> StatementOut:
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
            opening_balance=money_of(part.opening_minor, part.currency),
            closing_balance=money_of(part.closing_minor, part.currency),
            balanced=part.balanced,
            name=part.name,
            source=part.source,
            difference=money_of(part.difference_minor, part.currency),
            ledger_balance=money_of(ledger, part.currency),
            ledger_difference=money_of(_less(part.closing_minor, ledger), part.currency),
            suggestion=SuggestionOut.of(part.suggestion) if part.suggestion else None,
            account_id=account_id,
        )


class UsedProfileOut(Wire):
    """The profile by which a table was read."""

    id: str
    name: str
    built_in: bool

    @classmethod
    def of(cls, used: UsedProfile) -> UsedProfileOut:
        """Write which profile was used."""
        return cls(id=used.id, name=used.name, built_in=used.built_in)


class CountsOut(Wire):
    """How many rows the file has, how many can be imported, how many have problems, and which (`by_code`).

    A row may have several.
    """

    rows: int
    importable: int
    problems: int
    by_code: dict[str, int]


class ResultOut(Wire):
    """What a committed import did: new transactions, and rows that were there already."""

    recorded: int
    duplicates: int


class KeptRowOut(Wire):
    """A row of the file whose transaction stays, and what was built on it; `index` counts from 0."""

    index: int
    reason: str


class ReversalOut(Wire):
    """How far an import was taken back: transactions that left, and older ones that are what they were before.

    `kept` counts rows that stay, by reason (`edited`, `split`, `linked`, `attached`, `reconciled`); `kept_rows`
    names the first 200 of them.
    """

    edited: Literal["keep", "revert"]
    removed: int
    restored: int
    kept: dict[str, int]
    kept_rows: list[KeptRowOut]

    @classmethod
    def of(cls, one: Reversal) -> ReversalOut:
        """Write it."""
        return cls(
            edited=one.edited,
            removed=one.removed,
            restored=one.restored,
            kept=dict(sorted(one.kept.items())),
            kept_rows=[KeptRowOut(index=at, reason=why) for at, why in one.kept_rows],
        )


class ImportOut(Wire):
    """An import as a job: `progress` counts rows.

    `result` is there once it was committed, `revert` once it is being taken back. Of the duplicates, `matched` were not
    known by their ids but found to be transactions that are there: pending, planned, written down, or of another source.
    What was understood of the file stands from `format` on; it is null or empty until the file was read.
    `same_file` is the import that committed the same content into the same account before. `labels` counts the
    categories that the file names (`GET .../labels`), `transfers` those of which it has both rows.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [IMPORT]})

    id: str
    version: int
    account_id: str | None
    filename: str
    state: ImportState
    progress: wire.Progress
    result: ResultOut | None
    matched: int | None
    revert: ReversalOut | None
    problem: TroubleOut | None
    upload: UploadOut | None
    created_at: Instant
    updated_at: Instant
    format: str | None
    dialect: str | None
    profile: UsedProfileOut | None
    encoding: str | None
    size: int | None
    sha256: str | None
    file_kept: bool
    counts: CountsOut | None
    columns: list[ColumnOut]
    statements: list[StatementOut]
    notes: list[FlawOut]
    same_file: str | None
    labels: int
    transfers: int

    @classmethod
    def of(
        cls, one: Import, progress: Progress | None, at: datetime, upload: UploadOut | None = None
    ) -> ImportOut:
        """Write an import as it stands at an instant."""
        now = standing(one, progress, at)
        read = one.reading
        ended = progress is not None and now.state != "committing"
        undone = progress.reversal if progress is not None else None
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
            matched=progress.matched if progress is not None and ended else None,
            revert=ReversalOut.of(undone) if undone is not None else None,
            problem=_problem(now.trouble),
            upload=upload,
            created_at=rfc3339(one.created_at),
            updated_at=rfc3339(one.updated_at),
            format=read.format if read else None,
            dialect=read.dialect if read else None,
            profile=UsedProfileOut.of(read.profile) if read and read.profile else None,
            encoding=read.encoding if read else None,
            size=read.size if read else None,
            sha256=read.sha256 if read else None,
            file_kept=read is not None and read.original is not None,
            counts=_counts(read),
            columns=[ColumnOut.of(column) for column in read.columns] if read else [],
            statements=_statements(one, progress),
            notes=[FlawOut.of(note) for note in read.notes] if read else [],
            same_file=read.same_file if read else None,
            labels=read.labels if read else 0,
            transfers=read.pairs if read else 0,
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
    return CountsOut(
        rows=read.rows,
        importable=read.importable,
        problems=bad,
        by_code=dict(sorted(read.by_code.items())),
    )


def _less(closing: int | None, ledger: int | None) -> int | None:
    return None if closing is None or ledger is None else closing - ledger


def _statements(one: Import, progress: Progress | None) -> list[StatementOut]:
    accounts = one.accounts or {}
    ledger = progress.ledger if progress is not None else {}
    parts = one.reading.statements if one.reading else ()
    return [
        StatementOut.of(part, accounts.get(str(part.index)), ledger.get(str(part.index)))
        for part in parts
    ]


class LabelOut(Wire):
    """A category as the file names it, and what it means here; `incoming` counts rows that bring money in.

    `outcome` says whether it is a category of yours (`match`), one that is made with the commit (`new`), or none
    because one of that path is archived (`archived`). Once it is committed it is `match` with what it became, or
    `none`.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [LABEL]})

    label: str
    path: list[str]
    rows: int
    incoming: int
    outcome: Literal["match", "new", "archived", "none"]
    category_id: str | None

    @classmethod
    def would_be(cls, meant: Meant) -> LabelOut:
        """Write a label before the commit."""
        return cls._of(meant.named, meant.outcome, meant.category_id)

    @classmethod
    def became(cls, named: Named, category_id: str | None) -> LabelOut:
        """Write a label after the commit."""
        return cls._of(named, "match" if category_id else "none", category_id)

    @classmethod
    def _of(
        cls,
        named: Named,
        outcome: Literal["match", "new", "archived", "none"],
        category_id: str | None,
    ) -> LabelOut:
        return cls(
            label=label_text(named.path) or "",
            path=list(named.path),
            rows=named.rows,
            incoming=named.incoming,
            outcome=outcome,
            category_id=category_id,
        )


def money_of(minor: int | None, currency: str) -> MoneyWire | None:
    """Write an amount that may be missing."""
    return MoneyWire.of(Money(minor, currency)) if minor is not None else None
