"""From parsed rows to rows that can be ordered: exact minor units, the right currency, an ordinal.

Nothing is dropped: a row that cannot be imported keeps its place, with the reasons appended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any, Final, NamedTuple

from chalicelib.expenses.commands import PENDING, ImportRow, Label
from chalicelib.interchange.model.belonging import Belonging, Tie
from chalicelib.interchange.model.extras import Reader, labels_of, with_tie
from chalicelib.interchange.model.formats.types import (
    ColumnMap,
    ParsedFile,
    ParsedStatement,
    Problem,
    Row,
)
from chalicelib.interchange.model.importing import ROWS_PER_PAGE, Column, Flaw, Statement
from chalicelib.interchange.model.labels import MAX_LABELS, Named, named_of
from chalicelib.kernel.money import Money, MoneyError
from chalicelib.kernel.values import dataclass

MAX_NOTES: Final = 50
"""Notes kept with an import; the parser itself keeps more."""
_OWN: Final = 13
"""Entries of `ImportRow.to_json`; ours, the problems, comes after them."""
_NAME: Final = 64
Identity = tuple[int | str, ...]


class PageRow(NamedTuple):
    """One row of a page: what the ledger will see, and why it may not be importable."""

    row: ImportRow
    problems: tuple[Flaw, ...]

    def to_json(self) -> list[Any]:
        """Write the ledger's entries with the problems as one entry more."""
        return [*self.row.to_json(), [[one.column, one.code, one.detail] for one in self.problems]]

    @classmethod
    def from_json(cls, raw: Sequence[Any]) -> PageRow:
        """Read what `to_json` wrote."""
        row = ImportRow.from_json(raw)
        flaws = (
            Flaw(line=row.line, column=column, code=code, detail=detail)
            for column, code, detail in raw[_OWN]
        )
        return cls(row, tuple(flaws))


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A file's rows in their order, with what was counted on the way.

    `labels` are the categories that it names, those of the most rows first. `pairs` are the rows that belong
    together by what it says.
    """

    rows: tuple[PageRow, ...]
    statements: tuple[Statement, ...]
    columns: tuple[Column, ...]
    notes: tuple[Flaw, ...]
    importable: int
    problem_pages: tuple[int, ...]
    labels: tuple[Named, ...]
    pairs: tuple[Tie, ...]


def examine(parsed: ParsedFile, *, account_currency: str) -> Examined:
    """Judge every row of a file.

    A file with one statement is meant for the import's account, so its rows must be in that account's
    currency; of several statements each has a currency of its own, which the commit compares.
    """
    alone = sum(1 for part in parsed.statements if part.rows) <= 1
    seen: Counter[Identity] = Counter()
    reader = Reader()
    labels: Counter[tuple[Label, bool]] = Counter()
    rows: list[PageRow] = []
    statements = []
    for index, part in enumerate(parsed.statements):
        stated = stated_currency(part) or account_currency
        wanted = account_currency if alone else stated
        judged = [_numbered(_judge(row, index, stated, wanted, reader), seen) for row in part.rows]
        for place, row in enumerate(part.rows, len(rows)):
            if row.extras is not None:
                one = judged[place - len(rows)].row
                reader.belonging.take(row.extras, one, place)
                labels.update(labels_of(one))
        statements.append(_summary(part, index, stated, judged))
        rows += judged
    named = named_of(labels, own=reader.own)
    if len(named) > MAX_LABELS:
        named = reader.cut(named)
    pairs = _tied(rows, reader.belonging)
    bad = {place // ROWS_PER_PAGE for place, one in enumerate(rows) if not one.row.importable}
    return Examined(
        rows=tuple(rows),
        statements=tuple(statements),
        columns=_columns(parsed.columns),
        notes=_notes(parsed.notes, reader.notes),
        importable=sum(part.importable for part in statements),
        problem_pages=tuple(sorted(bad)),
        labels=tuple(named),
        pairs=pairs,
    )


def _tied(rows: list[PageRow], belonging: Belonging) -> tuple[Tie, ...]:
    """Let rows that belong together say so, and give those that the ledger is to join."""
    for place, extras in belonging.splits():
        rows[place] = rows[place]._replace(row=replace(rows[place].row, extras=extras))
    ties = [*belonging.transfers(), *belonging.refunds([one.row for one in rows])]
    for tie in ties:
        for place in (tie.first, tie.second):
            rows[place] = rows[place]._replace(row=with_tie(rows[place].row, tie, place))
    return tuple(ties)


def stated_currency(part: ParsedStatement) -> str | None:
    """The currency that the file states for a statement, or the one that all its rows state."""
    named = {row.currency for row in part.rows if row.currency}
    return part.currency or (named.pop() if len(named) == 1 else None)


def _judge(row: Row, index: int, default: str, wanted: str, reader: Reader) -> PageRow:
    stated = row.currency or default
    problems = [_flaw(one) for one in row.problems]
    amount: Money | None = None
    if row.amount is not None:
        try:
            amount = Money.from_decimal(row.amount, stated)
        except MoneyError as error:
            problems.append(_new(row, "amount", "amount-unfit", f"{error}."))
    if stated != wanted:
        said = f"The row is in {stated}, the account in {wanted}."
        problems.append(_new(row, "currency", "other-currency", said))
    if not problems and (row.booked_on is None or amount is None):
        problems.append(_new(row, None, "incomplete", "The row lacks a day or an amount."))
    judged = ImportRow(
        statement=index,
        line=row.line,
        booked_on=row.booked_on,
        amount_minor=amount.amount_minor if amount is not None else None,
        currency=stated,
        payee=row.payee,
        memo=row.memo,
        provider_id=row.provider_id or "",
        kind=row.kind,
        mcc=row.mcc or "",
        ordinal=0,
        importable=not problems,
        extras=reader.read(row, row.extras, amount)
        if row.extras is not None and amount is not None
        else None,
    )
    return PageRow(judged, tuple(problems))


def _numbered(one: PageRow, seen: Counter[Identity]) -> PageRow:
    """Count equal rows, so that two coffees on one day are two and the same file twice is one."""
    row = one.row
    if not row.importable:
        return one
    key: Identity = (row.statement, *row.identity())
    ordinal = seen[key]
    seen[key] += 1
    return one if not ordinal else PageRow(replace(row, ordinal=ordinal), one.problems)


def _summary(
    part: ParsedStatement, index: int, currency: str, judged: Sequence[PageRow]
) -> Statement:
    days = [one.row.booked_on for one in judged if one.row.booked_on is not None]
    opening = _minor(part.opening_balance, currency)
    closing = _minor(part.closing_balance, currency)
    difference = _difference(opening, closing, judged)
    return Statement(
        index=index,
        kind=part.account.kind,
        last4=part.account.last4,
        currency=currency,
        period_start=part.period_start or min(days, default=None),
        period_end=part.period_end or max(days, default=None),
        rows=len(judged),
        importable=sum(one.row.importable for one in judged),
        opening_minor=opening,
        closing_minor=closing,
        name=part.account.name[:_NAME],
        source=part.source,
        balanced=None if difference is None else difference == 0,
        difference_minor=difference,
    )


def _difference(opening: int | None, closing: int | None, judged: Sequence[PageRow]) -> int | None:
    amounts = [one.row.amount_minor for one in judged if one.row.kind != PENDING]
    if opening is None or closing is None or None in amounts:
        return None
    return closing - opening - sum(amount for amount in amounts if amount is not None)


def _minor(balance: Decimal | None, currency: str) -> int | None:
    if balance is None:
        return None
    try:
        return Money.from_decimal(balance, currency).amount_minor
    except MoneyError:
        return None  # a balance that we cannot say exactly is not said


def _columns(found: ColumnMap | None) -> tuple[Column, ...]:
    if found is None:
        return ()
    columns = []
    for one in fields(found):
        value = getattr(found, one.name)
        if one.name in {"names", "header_line"} or value is None:
            continue
        for index in value if isinstance(value, tuple) else (value,):
            name = found.names[index] if index < len(found.names) else ""
            columns.append(Column(field=one.name, index=index, name=name[:100]))
    return tuple(columns)


def _notes(notes: Sequence[Problem], left_out: Sequence[Flaw]) -> tuple[Flaw, ...]:
    kept = tuple(_flaw(one) for one in notes[: MAX_NOTES - len(left_out)])
    more = len(notes) - len(kept)
    if not more:
        return (*kept, *left_out)
    detail = f"{more} further notes are not shown."
    return (*kept, *left_out, Flaw(line=0, column=None, code="more-notes", detail=detail))


def _flaw(problem: Problem) -> Flaw:
    return Flaw(
        line=problem.line, column=problem.column, code=problem.code, detail=problem.detail[:300]
    )


def _new(row: Row, column: str | None, code: str, detail: str) -> Flaw:
    return Flaw(line=row.line, column=column, code=code, detail=detail)
