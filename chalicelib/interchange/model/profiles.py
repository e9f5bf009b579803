"""Layouts that people save for the files of their bank, beside those that are built in.

A saved one wins over detection and over what is built in, where its header fits; what a person says for one file
wins over all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from chalicelib.interchange.errors import UnfitProfile
from chalicelib.interchange.model.formats.types import ColumnMap, Hints, SavedProfile
from chalicelib.interchange.model.importing import Column, Import, Reading
from chalicelib.kernel.errors import FieldProblem
from chalicelib.kernel.values import dataclass

MAX_PROFILES: Final = 100
"""Profiles that one owner may save."""
MAX_HEADER: Final = 256
"""Cells of a header."""
MAX_CELL: Final = 200
"""Characters of a header's cell."""
SEVERAL: Final = frozenset({"payee", "memo", "category", "tags"})
"""Fields that several columns may hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which files a profile is for: those with this very header, or those without one and of so many columns.

    Files without a header look much alike, so `account_id` must say for which account they are meant; a profile
    with a header may be kept to one account too.
    """

    header: tuple[str, ...] = ()
    columns: int | None = None
    account_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One saved layout. `made` proves that a client repeats its own creation."""

    id: str
    version: int
    name: str
    match: Match
    hints: Hints
    created_at: datetime
    updated_at: datetime
    made: bytes | None = None

    def as_saved(self, *, is_named: bool = False) -> SavedProfile:
        """Give the readers' form."""
        return SavedProfile(
            id=self.id,
            hints=self.hints,
            header=self.match.header,
            columns=self.match.columns,
            is_named=is_named,
        )


def check(match: Match, hints: Hints) -> None:
    """Refuse with `UnfitProfile` what would fit every file, or names columns without one for the amount."""
    wrong = []
    if not any(cell.strip() for cell in match.header) and match.columns is None:
        wrong.append(FieldProblem("/match", "name the header, or the number of columns"))
    if match.header and match.columns is not None:
        wrong.append(FieldProblem("/match/columns", "is only for files without a header"))
    if match.columns is not None and match.account_id is None:
        detail = "is needed where there is no header: such files look alike"
        wrong.append(FieldProblem("/match/account_id", detail))
    columns = hints.columns
    if columns is not None and (columns.amount, columns.money_out, columns.money_in) == (
        None,
        None,
        None,
    ):
        wrong.append(FieldProblem("/hints/columns", "a column for the amount must be named"))
    if wrong:
        raise UnfitProfile(*wrong)


def from_import(one: Import, reading: Reading, base: Hints | None) -> tuple[Match, Hints]:
    """Give what an import was told as a profile for the next file like it; refuse what was no table.

    `base` are the hints of the profile that it was read by, if any. Without one the columns are those that were
    found, so that the next file is read the same. What is recognised by itself, such as another app's export, keeps
    its own columns unless the user named others.
    """
    if not reading.header and not reading.width:
        raise UnfitProfile(FieldProblem("/from_import", "the file of the import was no table"))
    hints = one.hints if base is None else one.hints.over(base)
    columns = hints.columns
    if columns is None and reading.profile is None:
        columns = column_map(reading.columns)
    if columns is not None:
        columns = replace(columns, names=(), header_line=None)
    match = Match(header=reading.header)
    if not reading.header:
        match = Match(columns=reading.width, account_id=one.account_id)
    return match, replace(hints, columns=columns, profile="", profiles=())


def column_map(columns: Sequence[Column]) -> ColumnMap | None:
    """Give the readers' form of the columns that an import shows; None where there is no date among them."""
    found: dict[str, Any] = {}
    for column in columns:
        if column.field in SEVERAL:
            found[column.field] = (*found.get(column.field, ()), column.index)
        else:
            found[column.field] = column.index
    return ColumnMap(**found) if "date" in found else None


def for_account(profiles: Sequence[Profile], account_id: str | None) -> tuple[SavedProfile, ...]:
    """Give those that may hold for a file meant for an account: its own first, then the latest."""
    fitting = [
        one
        for one in profiles
        if (
            one.match.header if one.match.account_id is None else one.match.account_id == account_id
        )
    ]
    fitting.sort(key=lambda one: (one.match.account_id is not None, one.updated_at), reverse=True)
    return tuple(one.as_saved() for one in fitting[:MAX_PROFILES])
