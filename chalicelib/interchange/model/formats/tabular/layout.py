"""Where the data of a table stand: header or none, columns, first row, and what goes beyond them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from chalicelib.interchange.model.formats.dates import is_date
from chalicelib.interchange.model.formats.own_tables import OwnTable
from chalicelib.interchange.model.formats.tabular.content import map_by_content, statement_rows
from chalicelib.interchange.model.formats.tabular.header import Header, find_header, map_columns
from chalicelib.interchange.model.formats.tabular.profiles import (
    GENERIC,
    Profile,
    find_profile,
    places,
)
from chalicelib.interchange.model.formats.tabular.reading import MAX_COLUMNS, Table, is_money
from chalicelib.interchange.model.formats.tabular.vocabulary import fold, meaning
from chalicelib.interchange.model.formats.types import ColumnMap, Notes, Unreadable
from chalicelib.kernel.currencies import EXPONENTS
from chalicelib.kernel.values import dataclass

_SAMPLE: Final = 500
_FEW: Final = 60
_ENOUGH: Final = 5
"""Amounts from which a profile may be doubted."""
_SINGLE_COLUMNS: Final = (
    "date", "amount", "money_out", "money_in", "direction", "currency", "balance", "provider_id",
    "account", "status", "fee", "kind", "mcc", "other_account", "original_amount", "original_currency",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read the rows from `first` on; cells beyond `width` are text if `extra_cells_are_text`.

    `kept` are the columns, and the names of their cells, that the profile wants to see beside the rows.
    """

    columns: ColumnMap
    first: int
    width: int
    profile: Profile
    by_header: bool
    extra_cells_are_text: bool
    currency: str | None
    kept: tuple[tuple[str, int], ...] = ()


def find_layout(table: Table, given: ColumnMap | None, notes: Notes) -> Layout:
    """Find the layout by the header's words, or by content, unless the user has given the columns."""
    if given is not None:
        return _by_hint(table, given)
    header = find_header(table.rows)
    if header is not None and (header.has_amount or header.profile is not GENERIC):
        header.profile.check()
        data = table.rows[header.at + 1 :]
        columns = map_columns(header, data[:_SAMPLE])
        if columns is not None:
            columns = replace(columns, header_line=table.lines[header.at])
            if not header.profile.kept:  # an app's columns are read by their places
                columns = _aligned(columns, data[:_FEW], notes)
            layout = _finish(table, columns, header.at + 1, header.profile, by_header=True)
            return _doubted(replace(layout, kept=_kept(header)), data, notes)
    return _by_content(table, header)


def layout_of(own: OwnTable, table: Table) -> Layout:
    """Give the layout of a table of ours, of which every column is known."""
    names, at = table.rows[own.header], own.at
    columns = ColumnMap(
        date=at["date"],
        amount=at["amount"],
        currency=at["currency"],
        payee=(at["payee"],),
        memo=(at["notes"],),
        account=at["account"],
        status=at["status"],
        header_line=table.lines[own.header],
        names=tuple(names),
    )
    profile = Profile(name="xpense", header=frozenset())
    return Layout(
        columns,
        own.header + 1,
        len(names),
        profile,
        by_header=True,
        extra_cells_are_text=False,
        currency=None,
    )


def _by_hint(table: Table, given: ColumnMap) -> Layout:
    if (given.amount, given.money_out, given.money_in) == (None, None, None):
        raise Unreadable("bad-columns", "A column for the amount must be named.")
    if not all(0 <= index < MAX_COLUMNS for index in _indices(given)):
        raise Unreadable("bad-columns", f"Columns are numbered from 0 to {MAX_COLUMNS - 1}.")
    line = given.header_line or 0
    first = next((at for at, start in enumerate(table.lines) if start > line), len(table.rows))
    names = tuple(cell.strip() for cell in table.rows[first - 1]) if line and first else ()
    columns = replace(given, names=names or given.names)
    profile = find_profile(tuple(map(fold, columns.names)))
    # What an app's rows mean together holds for the app's own columns only.
    profile = replace(profile, columns=(), settle=None, as_written=False, is_app=False)
    return _finish(table, columns, first, profile, by_header=True)


def _doubted(layout: Layout, data: Sequence[Sequence[str]], notes: Notes) -> Layout:
    """Take a card's amounts as written where most have a minus: then they cannot be purchases without a sign.

    Other banks may write the header of a card that does, and a wrong sign is the one mistake that nobody forgives.
    """
    profile, amount = layout.profile, layout.columns.amount
    if not (profile.country and profile.amounts_are_spent) or amount is None:
        return layout
    cells = [
        row[amount].strip() for row in data[:_SAMPLE] if len(row) > amount and is_money(row[amount])
    ]
    minus = sum(cell.startswith(("-", "(", "−")) for cell in cells)
    if len(cells) < _ENOUGH or minus * 10 < len(cells) * 7:
        return layout
    detail = (
        f"Most amounts have a minus: they are taken as written, unlike those of {profile.title}."
    )
    notes.add("unlike-profile", detail, column="amount")
    return replace(layout, profile=replace(profile, amounts_are_spent=False))


def _kept(header: Header) -> tuple[tuple[str, int], ...]:
    kept = header.profile.kept
    if kept and kept[0][0] == "*":
        return tuple((name, at) for at, name in enumerate(header.names))
    return tuple(places(kept, header.words).items())


def _by_content(table: Table, header: Header | None) -> Layout:
    if header is not None and len(header.columns("holding")) >= 2:
        raise Unreadable("not-a-statement", "The table lists holdings, not transactions.")
    found = statement_rows(table.rows[:_SAMPLE])
    if not found:
        if header is not None and header.best("date") is not None:
            raise Unreadable("no-amount-column", "The table has no column of amounts.")
        raise Unreadable("not-a-statement", "No row of the file holds a date and an amount.")
    columns = map_by_content([table.rows[at] for at in found])
    return _finish(table, columns, found[0], GENERIC, by_header=False)


def _finish(
    table: Table, columns: ColumnMap, first: int, profile: Profile, *, by_header: bool
) -> Layout:
    data = [row for row in table.rows[first : first + _SAMPLE] if row]
    usual = Counter(map(len, data)).most_common(1)[0][0] if data else 0
    width = max(len(columns.names) or usual, 1 + max(_indices(columns)))
    beyond = [row for row in data if any(cell.strip() for cell in row[width:])]
    return Layout(
        columns=columns,
        first=first,
        width=width,
        profile=profile,
        by_header=by_header,
        # Some banks write further texts into further cells; a stray delimiter is another thing.
        extra_cells_are_text=len(beyond) * 2 > len(data) and _ends_in_text(columns),
        currency=_stated_currency(table, columns, first),
    )


def _indices(columns: ColumnMap) -> list[int]:
    single = (getattr(columns, name) for name in _SINGLE_COLUMNS)
    several = (*columns.payee, *columns.memo, *columns.category, *columns.tags)
    return [index for index in (*single, *several) if index is not None]


def _ends_in_text(columns: ColumnMap) -> bool:
    last = len(columns.names) - 1
    return last in columns.memo or last in columns.payee


def _stated_currency(table: Table, columns: ColumnMap, first: int) -> str | None:
    """The currency in the amount's header, or the only code that stands alone above the table."""
    for index in (columns.amount, columns.money_out, columns.money_in):
        if index is not None and index < len(columns.names):
            known = meaning(columns.names[index])
            if known is not None and known.currency:
                return known.currency
    above = {cell.strip(" :") for row in table.rows[: min(first, 50)] for cell in row}
    codes = {cell for cell in above if cell in EXPONENTS}
    return codes.pop() if len(codes) == 1 else None


def _aligned(columns: ColumnMap, data: Sequence[Sequence[str]], notes: Notes) -> ColumnMap:
    """Move the columns where the rows are wider or narrower than their header, if that makes sense.

    One bank writes city and country as two columns in the header and as one in the rows.
    """
    rows = [row for row in data if len(row) > columns.date and is_date(row[columns.date])]
    amount = columns.amount
    if not rows or amount is None or sum(_fits(row, amount) for row in rows) * 2 > len(rows):
        return columns
    shift = Counter(map(len, rows)).most_common(1)[0][0] - len(columns.names)
    moved = amount + shift
    if shift == 0 or moved <= columns.date or not all(_fits(row, moved) for row in rows):
        return columns
    notes.add("shifted-columns", f"The rows have {shift:+d} columns against their header.")
    return _shifted(columns, shift)


def _fits(row: Sequence[str], index: int) -> bool:
    return 0 <= index < len(row) and is_money(row[index])


def _shifted(columns: ColumnMap, shift: int) -> ColumnMap:
    def moved(index: int | None) -> int | None:
        return None if index is None or index + shift <= columns.date else index + shift

    def texts(indices: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(index + shift for index in indices if index + shift > columns.date)

    single: dict[str, Any] = {
        name: moved(getattr(columns, name)) for name in _SINGLE_COLUMNS if name != "date"
    }
    fixed, after = columns.names[: columns.date + 1], columns.names[columns.date + 1 :]
    return replace(
        columns,
        payee=texts(columns.payee),
        memo=texts(columns.memo),
        category=texts(columns.category),
        tags=texts(columns.tags),
        names=(*fixed, *[""] * shift, *after[max(0, -shift) :]),
        **single,
    )
