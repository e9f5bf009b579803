"""From the sheets of a workbook to one parsed file: which of them hold transactions, and of which account.

A sheet that holds no table of transactions is left out with a note; a hidden one is read only where no
other sheet has any. Sheets under the same header are one statement if they name the same account, or
none and are called like pages or months; otherwise each is a statement of its own, under its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from chalicelib.interchange.model.formats.dates import MONTHS
from chalicelib.interchange.model.formats.tabular import Table, understand
from chalicelib.interchange.model.formats.tabular.vocabulary import fold
from chalicelib.interchange.model.formats.types import (
    MAX_ROWS,
    MAX_STATEMENTS,
    AccountHint,
    ColumnMap,
    Hints,
    Notes,
    ParsedFile,
    ParsedStatement,
    Unreadable,
    quoted,
)
from chalicelib.interchange.model.formats.workbooks.cells import Values, as_texts
from chalicelib.kernel.values import dataclass

MAX_SHEETS: Final = 100
"""Sheets of a workbook that are looked at."""
MAX_CELLS: Final = 4_000_000
"""Cells of all sheets of a workbook, empty ones between filled ones too."""
_PAGE_WORDS: Final = re.compile(
    r"sheet|page|tab|table|part|blatt|tabelle|seite|teil|feuil|feuille|hoja|pagina|foglio|blad|arkusz|list|"
    r"lap|statement|transactions|umsatze|activity|export|data|[0-9]+|[ivx]+|[hq][1-4]?"
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: `read` gives the values of its rows, of equal width, from the first row and column on."""

    name: str
    read: Callable[[], Iterable[Values]]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """What stands in one sheet."""

    sheet: str
    names: tuple[str, ...]
    dialect: str
    columns: ColumnMap
    statements: tuple[ParsedStatement, ...]
    profile: str
    width: int


def combine(kind: str, sheets: Iterable[Sheet], hints: Hints, notes: Notes) -> ParsedFile:
    """Read the sheets of a workbook; refuse one in which no sheet holds transactions."""
    walk = _Walk(hints, notes)
    hidden = []
    for at, sheet in enumerate(sheets):
        if at == MAX_SHEETS:
            notes.add("sheet-left-out", f"Only the first {MAX_SHEETS} sheets were looked at.")
            break
        if sheet.hidden:
            hidden.append(sheet)
        else:
            walk.take(sheet)
    for sheet in hidden:
        if walk.found:
            walk.leave_out(sheet, "it is hidden")
        else:
            walk.take(sheet)
    if not walk.found:
        raise walk.refusal()
    walk.write_notes()
    first = walk.found[0]
    return ParsedFile(
        format=kind,
        dialect=first.dialect,
        encoding="",
        statements=_together(walk.found),
        columns=first.columns,
        notes=notes.all(),
        profile=first.profile,
        width=first.width,
    )


class _Walk:
    """Takes sheet after sheet; `found` are those that hold transactions."""

    def __init__(self, hints: Hints, notes: Notes) -> None:
        self.found: list[_Found] = []
        self._hints = hints
        self._notes = notes
        self._own: list[tuple[str, Notes]] = []
        self._refused: list[tuple[str, Unreadable]] = []
        self._rows = self._cells = 0

    def take(self, sheet: Sheet) -> None:
        """Read a sheet, or remember why it is no statement; an empty one is passed over."""
        texts = as_texts(sheet.read, self._hints.decimal)
        self._cells += len(texts.rows) * len(texts.rows[0]) if texts.rows else 0
        if self._cells > MAX_CELLS:
            raise Unreadable("too-complex", f"The sheets span more than {MAX_CELLS} cells.")
        if not any(map(any, texts.rows)):
            return
        own = Notes()
        table = Table(texts.rows, range(1, len(texts.rows) + 1), frozenset())
        try:
            found = understand(table, self._hints, own)
        except Unreadable as refused:
            if refused.reason in {"too-many-rows", "bad-columns"}:
                raise
            self._refused.append((sheet.name, refused))
            return
        if texts.unclear:
            detail = "Amounts that are text could be thousands or have three decimals."
            own.add("ambiguous-decimals", detail, column="amount")
        if texts.mixed_dates:
            detail = "Some dates are typed, others are text: days and months may be swapped."
            own.add("mixed-dates", detail, column="date")
        self._own.append((sheet.name, own))
        layout = found.layout
        self.found.append(
            _Found(
                sheet.name,
                layout.columns.names,
                layout.profile.name,
                layout.columns,
                found.statements,
                found.profile,
                layout.width,
            )
        )
        self._rows += sum(len(statement.rows) for statement in found.statements)
        if self._rows > MAX_ROWS:
            raise Unreadable("too-many-rows", f"The workbook has more than {MAX_ROWS} rows.")

    def leave_out(self, sheet: Sheet, reason: str) -> None:
        """Note a sheet that was not read."""
        self._notes.add("sheet-left-out", f"Sheet {quoted(sheet.name)} was left out: {reason}.")

    def refusal(self) -> Unreadable:
        """Say why nothing was found: what is wrong with the only sheet, or with the first of several."""
        if not self._refused:
            return Unreadable("empty-file", "No sheet of the workbook holds anything.")
        name, first = self._refused[0]
        if len(self._refused) == 1:
            return first
        detail = f"No sheet holds transactions. Sheet {quoted(name)}: {first.detail}"
        return Unreadable(first.reason, detail)

    def write_notes(self) -> None:
        """Put the notes of all sheets together; where there are several sheets each names its own."""
        several = len(self._own) > 1
        for name, own in self._own:
            for note in own.all():
                detail = f"Sheet {quoted(name)}: {note.detail}" if several else note.detail
                self._notes.add(note.code, detail, line=note.line, column=note.column)
        for name, refused in self._refused:
            detail = f"Sheet {quoted(name)} was left out: {refused.detail}"
            self._notes.add("sheet-left-out", detail)


def _together(found: list[_Found]) -> tuple[ParsedStatement, ...]:
    """Make one statement of sheets that go on with each other."""
    kept: dict[object, tuple[str, ParsedStatement]] = {}
    for at, one in enumerate(found):
        page = _is_page(one.sheet) and len(one.statements) == 1
        for part, statement in enumerate(one.statements):
            account = statement.account
            goes_on = bool(account.number or account.name) or page
            key = (one.names or at, account, statement.currency) if goes_on else (at, part)
            known = kept.get(key)
            kept[key] = (
                (known[0], _joined(known[1], statement)) if known else (one.sheet, statement)
            )
    if len(kept) > MAX_STATEMENTS:
        detail = f"More than {MAX_STATEMENTS} statements in a workbook."
        raise Unreadable("too-many-statements", detail)
    if len(kept) == 1:
        return tuple(statement for _, statement in kept.values())
    return tuple(
        replace(statement, account=_named(statement.account, sheet))
        for sheet, statement in kept.values()
    )


def _named(account: AccountHint, sheet: str) -> AccountHint:
    """Let an account that has no name be called like its sheet."""
    return account if account.name else replace(account, name=sheet.strip()[:64])


def _joined(first: ParsedStatement, second: ParsedStatement) -> ParsedStatement:
    """Put two statements of an account together; balances are kept where they follow on each other."""
    opening = closing = None
    if first.closing_balance is not None and first.closing_balance == second.opening_balance:
        opening, closing = first.opening_balance, second.closing_balance
    elif second.closing_balance is not None and second.closing_balance == first.opening_balance:
        opening, closing = second.opening_balance, first.closing_balance
    return replace(
        first, opening_balance=opening, closing_balance=closing, rows=(*first.rows, *second.rows)
    )


def _is_page(name: str) -> bool:
    """Whether a sheet is called like one of several of the same kind: Sheet2, 2024-01, March."""
    words = re.findall(r"[a-z]+|[0-9]+", fold(name))
    return all(word in MONTHS or _PAGE_WORDS.fullmatch(word) for word in words)
