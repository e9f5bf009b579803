"""Layouts that a user has saved: which of them fits a file, and what it then says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from chalicelib.interchange.model.formats.dates import is_date
from chalicelib.interchange.model.formats.tabular.reading import Table, read_table
from chalicelib.interchange.model.formats.tabular.vocabulary import fold
from chalicelib.interchange.model.formats.text import decode
from chalicelib.interchange.model.formats.types import Hints, Notes, SavedProfile, Unreadable
from chalicelib.kernel.values import dataclass

MAX_PROFILES: Final = 100
"""Saved profiles that one file is compared with."""
_HEAD: Final = 64 * 1024
_ROWS: Final = 100


@dataclass(frozen=True, slots=True)
class Fit:
    """A saved profile that holds for a table; `header_line` is the line of its header there, if it has any."""

    profile: SavedProfile
    header_line: int | None
    is_certain: bool = True


def fitting(table: Table, hints: Hints, notes: Notes) -> Fit | None:
    """Give the first saved profile that fits the table; one that was named holds even if it does not fit."""
    profiles = hints.profiles[:MAX_PROFILES]
    if not profiles:
        return None
    folded = [_folded(row) for row in table.rows[:_ROWS]]
    for profile in profiles:
        if profile.header:
            wanted = _folded(profile.header)
            if wanted in folded:
                return Fit(profile, table.lines[folded.index(wanted)])
        elif profile.is_named or _has_width(table.rows[:_ROWS], profile.columns):
            columns = profile.hints.columns
            return Fit(profile, columns.header_line if columns is not None else None)
        if profile.is_named:
            detail = "The header is another one than the profile's: its columns were not used."
            notes.add("profile-unfit", detail)
            return Fit(profile, None, is_certain=False)
    return None


def _folded(cells: Sequence[str]) -> tuple[str, ...]:
    """A header as it is compared: its words, without the empty cells that some write at the end."""
    words = [fold(cell) for cell in cells]
    while words and not words[-1]:
        words.pop()
    return tuple(words)


def _has_width(rows: Sequence[Sequence[str]], width: int | None) -> bool:
    """Whether a table starts with transactions at once and most of its rows have so many columns."""
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    if not width or not filled or not any(map(is_date, filled[0])):
        return False
    usual, times = Counter(map(len, filled)).most_common(1)[0]
    return usual == width and times * 2 > len(filled)


def with_profile(hints: Hints, fit: Fit, *, is_text: bool) -> Hints:
    """Let the profile say what the user's own hints leave open."""
    saved = fit.profile.hints
    if not is_text:
        saved = replace(saved, decimal=None)
    if saved.columns is not None:
        columns = replace(saved.columns, header_line=fit.header_line)
        saved = replace(saved, columns=columns if fit.is_certain else None)
    return replace(hints.over(saved), profiles=())


def trimmed(table: Table, hints: Hints) -> Table:
    """Leave out the lines at top and bottom that the hints say are no part of the table."""
    if not hints.skip_head and not hints.skip_foot:
        return table
    first = next(
        (at for at, line in enumerate(table.lines) if line > hints.skip_head), len(table.rows)
    )
    rows = table.rows[first:]
    while rows and not any(rows[-1]):
        rows.pop()
    rows = rows[: max(0, len(rows) - hints.skip_foot)]
    return Table(rows, table.lines[first : first + len(rows)], table.broken)


def dressed(data: bytes, hints: Hints) -> Hints:
    """Give the hints with the encoding and delimiter of the profile that fits the head of a text file.

    Others are told by the cells; these two must be known before there are any.
    """
    profiles = hints.profiles[:MAX_PROFILES]
    tables: dict[tuple[str | None, str | None], Table | None] = {}
    for profile in profiles:
        saved = profile.hints
        key = (hints.encoding or saved.encoding, hints.delimiter or saved.delimiter)
        if key == (hints.encoding, hints.delimiter):
            continue
        if key not in tables:
            tables[key] = _head(data, *key)
        table = tables[key]
        alone = replace(hints, profiles=(profile,))
        if table is not None and fitting(table, alone, Notes()) is not None:
            return replace(hints, encoding=key[0], delimiter=key[1])
    return hints


def _head(data: bytes, encoding: str | None, delimiter: str | None) -> Table | None:
    """Split the first lines of a file; None where they are no text in this encoding."""
    try:
        return read_table(decode(_cut(data), hint=encoding).text, delimiter)
    except Unreadable:
        return None


def _cut(data: bytes) -> bytes:
    """The first 64 KB up to the end of a line, so that no character is cut in two."""
    if len(data) <= _HEAD:
        return data
    head = data[:_HEAD]
    return head[: head.rfind(b"\n") + 1 or _HEAD] if 0 not in head else head
