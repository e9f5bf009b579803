"""One CSV file from bytes to statements: decode, split, find the columns, weigh the evidence, build."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from chalicelib.interchange.model.formats.amounts import (
    Style,
    find_marks,
    find_style,
    fits_no_thousandths,
)
from chalicelib.interchange.model.formats.dates import DateReader, find_order
from chalicelib.interchange.model.formats.own_tables import find_own, read_own
from chalicelib.interchange.model.formats.tabular.accounts import by_account, by_name
from chalicelib.interchange.model.formats.tabular.balance import Chain, follow
from chalicelib.interchange.model.formats.tabular.layout import Layout, find_layout, layout_of
from chalicelib.interchange.model.formats.tabular.profiles import Entry, Export
from chalicelib.interchange.model.formats.tabular.reading import Table, read_table
from chalicelib.interchange.model.formats.tabular.rows import RowBuilder, Settings
from chalicelib.interchange.model.formats.tabular.saved import (
    dressed,
    fitting,
    trimmed,
    with_profile,
)
from chalicelib.interchange.model.formats.tabular.signs import Direction, find_direction, signed
from chalicelib.interchange.model.formats.tabular.texts import tidied
from chalicelib.interchange.model.formats.tabular.vocabulary import fold
from chalicelib.interchange.model.formats.text import decode
from chalicelib.interchange.model.formats.types import (
    DateOrder,
    DecimalMark,
    Hints,
    Notes,
    ParsedFile,
    ParsedStatement,
    Problem,
    Row,
)
from chalicelib.kernel.values import dataclass

_MAX_BROKEN_STEPS: Final = 20
_ENGLISH: Final = ("date", "posted", "created", "booked", "time", "completed")


def parse_csv(data: bytes, hints: Hints) -> ParsedFile:
    """Read a table of transactions; refuse a file that is none, or whose columns cannot be told."""
    notes = Notes()
    hints = dressed(data, hints)
    decoded = decode(data, hint=hints.encoding)
    if decoded.damaged:
        notes.add("damaged-text", f"{decoded.damaged} characters could not be decoded.")
    elif decoded.guessed:
        notes.add("encoding-guessed", f"The text is taken to be {decoded.encoding}.")
    encoding, text = decoded.encoding, decoded.text
    del decoded
    table = read_table(text, hints.delimiter)
    del text  # of a large file only the cells are kept
    found = understand(table, hints, notes, is_text=True)
    return ParsedFile(
        format="csv",
        dialect=found.layout.profile.name,
        encoding=encoding,
        statements=found.statements,
        columns=found.layout.columns,
        notes=notes.all(),
        profile=found.profile,
        width=found.layout.width,
    )


@dataclass(frozen=True, slots=True)
class Understood:
    """A table whose columns are known, and what stands in it by account; `profile` is the id of the one used."""

    layout: Layout
    statements: tuple[ParsedStatement, ...]
    profile: str = ""


def understand(table: Table, hints: Hints, notes: Notes, *, is_text: bool = False) -> Understood:
    """Read the transactions of a table of cells, wherever the cells come from; its rows are emptied.

    A saved profile that fits gives what the hints leave open; its decimal mark only where the cells are text.
    Refuses with `Unreadable` a table that is no statement, or whose columns cannot be told.
    """
    own = find_own(table.rows) if hints.columns is None else None
    if own is not None:
        statements = read_own(own, table.rows, table.lines, notes)
        return Understood(layout_of(own, table), statements)
    fit = fitting(table, hints, notes)
    if fit is not None:
        hints = with_profile(hints, fit, is_text=is_text)
    table = trimmed(table, hints)
    layout = find_layout(table, hints.columns, notes)
    used = fit.profile.id if fit is not None else layout.profile.id
    return Understood(layout, _statements(table, layout, hints, notes), used)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What the whole file says before a single row is read: cells, number style, currency."""

    layout: Layout
    data: Sequence[Sequence[str]]
    amounts: Sequence[str]
    style: Style
    currency: str | None
    mixed: bool


def _weigh(table: Table, layout: Layout, hints: Hints, notes: Notes) -> _Evidence:
    columns = layout.columns
    data = table.rows[layout.first :]
    amounts = _cells(data, columns.amount, columns.money_out, columns.money_in)
    marks = find_marks(amounts)
    mixed = marks.mixed and columns.currency is None
    currency = None if mixed else layout.currency or marks.currency or hints.currency
    style = Style(hints.decimal) if hints.decimal else find_style(amounts)
    if style.ambiguous and columns.balance is not None:
        style = find_style([*amounts, *_cells(data, columns.balance)])
    if style.ambiguous and layout.profile.decimal:
        style = Style(layout.profile.decimal)
    if style.ambiguous and not (currency and fits_no_thousandths(currency)):
        detail = "Nothing shows whether 1,234 is a thousand or a decimal: it is read as a thousand."
        notes.add("ambiguous-decimals", detail, column="amount")
    return _Evidence(layout, data, amounts, style, currency, mixed)


def _statements(
    table: Table, layout: Layout, hints: Hints, notes: Notes
) -> tuple[ParsedStatement, ...]:
    columns = layout.columns
    evidence = _weigh(table, layout, hints, notes)
    mark = evidence.style.decimal
    dates = DateReader(_date_order(evidence, hints, notes))
    dated = [row for row in evidence.data if len(row) > columns.date and dates[row[columns.date]]]
    direction = _direction(layout, dated or evidence.data, mark, notes)
    settings = Settings(
        layout=layout,
        dates=dates,
        amounts=direction.read,
        mark=mark,
        currency=evidence.currency,
        invert=hints.invert_sign,
        rounding=hints.round_to_currency,
        unique_ids=_are_unique(dated, columns.provider_id),
        mixed_currencies=evidence.mixed,
    )
    del dated, evidence
    builder = RowBuilder(settings, notes)
    builder.add_all(table.rows, table.lines, table.broken)
    if layout.profile.settle is not None or layout.profile.is_app:
        return _of_app(builder, settings, hints, notes)
    known = direction.known or hints.invert_sign or layout.profile.amounts_are_spent
    rows = builder.rows if known else _without_direction(builder.rows, layout, notes)
    if direction.only_by_sign and not hints.invert_sign:
        _note_mostly_positive(builder, notes)
    chain = follow(rows) if columns.balance is not None else None
    if chain is not None:
        _note_balance(chain, notes)
    _note_missing(rows, builder, notes)
    return by_account(rows, builder.accounts, chain)


def _direction(
    layout: Layout, rows: Sequence[Sequence[str]], mark: DecimalMark, notes: Notes
) -> Direction:
    amount = layout.columns.amount
    if layout.profile.as_written and amount is not None:
        return Direction(signed(amount, mark), known=True)
    return find_direction(layout.columns, rows, mark, notes, named=layout.by_header)


def _of_app(
    builder: RowBuilder, settings: Settings, hints: Hints, notes: Notes
) -> tuple[ParsedStatement, ...]:
    """Settle what the rows of another app's export mean together, then give each account its statement."""
    layout, rows = settings.layout, builder.rows
    accounts = builder.accounts or [""] * len(rows)
    kept = builder.kept or [()] * len(rows)
    entries = list(map(Entry, rows, accounts, kept))
    profile = layout.profile
    if profile.settle is not None:
        fields = tuple(name for name, _ in layout.kept)
        names = tuple(layout.columns.names[at] for _, at in layout.kept)
        export = Export(entries, fields, names, settings.mark, hints)
        settled = profile.settle(export, notes)
        export.check_room(settled)
        entries = [entry._replace(row=tidied(entry.row)) for entry in settled]
    _note_missing(entries, builder, notes)
    return by_name(entries, by_currency=profile.by_currency, notes=notes)


def _note_missing(rows: Sequence[object], builder: RowBuilder, notes: Notes) -> None:
    if not rows:
        notes.add("no-rows", "The table has no rows.")
    if None in builder.currencies:
        notes.add("no-currency", "The file does not say its currency.", column="currency")


def _cells(rows: Sequence[Sequence[str]], *columns: int | None) -> list[str]:
    return [
        row[column] for column in columns if column is not None for row in rows if len(row) > column
    ]


def _date_order(evidence: _Evidence, hints: Hints, notes: Notes) -> DateOrder:
    layout = evidence.layout
    order = hints.date_order or layout.profile.date_order
    if order is not None:
        return order
    dollars = any("$" in cell for cell in evidence.amounts[:1000])
    found = find_order(
        _cells(evidence.data, layout.columns.date),
        american=lambda: _is_american(evidence),
        default="mdy" if dollars else "dmy",
    )
    if found.ambiguous:
        shown = "day before month" if found.order == "dmy" else "month before day"
        detail = f"Nothing shows the order of day and month; they are read {shown}."
        notes.add("ambiguous-dates", detail, column="date")
    return found.order


def _is_american(evidence: _Evidence) -> bool | None:
    """What the file says about its country: True for month before day, None for nothing."""
    columns, currency = evidence.layout.columns, evidence.currency
    said = {cell.strip().upper() for cell in _cells(evidence.data, columns.currency)}
    codes = {code for code in said if len(code) == 3} or ({currency} if currency else set())
    if codes == {"USD"}:
        return True
    # Canada writes both ways; a comma before the decimals is written nowhere in the United States.
    if evidence.style.decimal == "," or (codes and not codes & {"USD", "CAD"}):
        return False
    header = fold(columns.names[columns.date]) if columns.names else ""
    return False if header and not any(word in header for word in _ENGLISH) else None


def _are_unique(rows: Sequence[Sequence[str]], column: int | None) -> bool:
    """Whether a column of ids holds no id twice; otherwise it identifies something else."""
    if column is None:
        return False
    ids = [row[column] for row in rows if len(row) > column and row[column].strip()]
    return len(ids) == len(set(ids))


def _note_balance(chain: Chain, notes: Notes) -> None:
    if chain.proven:
        for line in chain.broken_lines[:_MAX_BROKEN_STEPS]:
            notes.add(
                "balance-mismatch", "The balance does not follow from this amount.", line=line
            )
    elif chain.steps >= 3:
        notes.add(
            "balance-mismatch",
            f"{len(chain.broken_lines)} of {chain.steps} steps of the balance do not follow from the amounts.",
            column="balance",
        )


def _note_mostly_positive(builder: RowBuilder, notes: Notes) -> None:
    """Point out what may be a card's statement, which writes purchases without a sign."""
    amounts, positive = builder.amounts, builder.positive
    if amounts >= 5 and positive * 10 >= amounts * 7:
        detail = f"{positive} of {amounts} amounts are positive: for a card, invert the sign."
        notes.add("mostly-positive-amounts", detail, column="amount")


def _without_direction(rows: list[Row], layout: Layout, notes: Notes) -> list[Row]:
    """Treat amounts that are all positive: taken as written if the column is called an amount."""
    if not rows:
        return rows
    if layout.by_header:
        detail = "All amounts are positive: if they were spent, invert the sign."
        notes.add("only-positive-amounts", detail, column="amount")
        return rows
    notes.add("direction-unknown", "Nothing shows which amounts were spent.", column="amount")
    return [_undirected(row) for row in rows]


def _undirected(row: Row) -> Row:
    if row.amount is None:
        return row
    detail = f"Was {abs(row.amount)} spent or received? The file does not say."
    problem = Problem(row.line, "amount", "no-direction", detail)
    return row._replace(amount=None, problems=(*row.problems, problem))
