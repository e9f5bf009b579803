"""YNAB: the register of all accounts. Splits are rows marked in the memo, transfers are payees."""

from __future__ import annotations

import re
from typing import Final

from chalicelib.interchange.model.formats.tabular.apps.legs import (
    gather,
    join,
    note_incomplete,
    pair_transfers,
)
from chalicelib.interchange.model.formats.tabular.profiles import Entry, Export, Profile
from chalicelib.interchange.model.formats.types import Notes

_TRANSFER: Final = re.compile(r"Transfer ?: ?(.+)", re.IGNORECASE)
_PIECE: Final = re.compile(
    r"\(?Split \(?([0-9]{1,3})/([0-9]{1,3})\)[ ]?(.*)", re.IGNORECASE | re.DOTALL
)
_INCOME: Final = frozenset(
    {"ready to assign", "to be budgeted", "available this month", "available next month"}
)
"""Where YNAB puts all income: what it is to be spent on, not what it came from."""


def settle(export: Export, notes: Notes) -> list[Entry]:
    """Join the pieces of splits to one row, and link the two sides of transfers."""
    entries = _joined(export.entries, notes)
    others = {
        at: found[1].strip()
        for at, entry in enumerate(entries)
        if (found := _TRANSFER.fullmatch(entry.row.payee))
    }
    return pair_transfers(entries, others)


def _joined(entries: list[Entry], notes: Notes) -> list[Entry]:
    groups, left = gather(entries, _place)
    note_incomplete(entries, left, notes)
    made: dict[int, list[Entry]] = {}
    gone: set[int] = set()
    for group in groups:
        pieces = [_without_mark(entries[at]) for at in group]
        # A piece that is a transfer is a row of its own: its other side is one.
        moved = [piece for piece in pieces if _TRANSFER.fullmatch(piece.row.payee)]
        kept = [piece for piece in pieces if not _TRANSFER.fullmatch(piece.row.payee)]
        made[min(group)] = ([join(kept)] if kept else []) + moved
        gone.update(group)
    result: list[Entry] = []
    for at, entry in enumerate(entries):
        if at in made:
            result += made[at]
        elif at not in gone:
            result.append(entry)
    return result


def _place(entry: Entry) -> tuple[object, int, int] | None:
    found = _PIECE.match(entry.row.memo)
    if found is None:
        return None
    return (entry.account, entry.row.booked_on), int(found[1]), int(found[2])


def _without_mark(entry: Entry) -> Entry:
    found = _PIECE.match(entry.row.memo)
    return entry._replace(row=entry.row._replace(memo=found[3].strip())) if found else entry


_COLUMNS: Final = (
    ("date", "date"),
    ("account", "account"),
    ("payee", "payee"),
    ("memo", "memo"),
    ("money_out", "outflow"),
    ("money_in", "inflow"),
    ("tags", "flag"),
)
PROFILES: Final = (
    Profile(
        name="ynab",
        title="YNAB register",
        source="support.ynab.com, How to Export Plan Data; ActualBudget import-ynab5 (MIT)",
        header=frozenset({"account", "payee", "category group", "category", "outflow", "inflow"}),
        columns=(*_COLUMNS, ("category", "category group"), ("category+", "category")),
        is_app=True,
        tag_marks="",
        no_category=_INCOME,
        settle=settle,
    ),
    Profile(
        name="ynab4",
        title="YNAB 4 register",
        source="bank2ynab and ynab4-exporter documentation (MIT)",
        header=frozenset(
            {"account", "payee", "master category", "sub category", "outflow", "inflow"}
        ),
        columns=(*_COLUMNS, ("category", "master category"), ("category+", "sub category")),
        is_app=True,
        tag_marks="",
        no_category=_INCOME,
        settle=settle,
    ),
    Profile(
        name="ynab-plan",
        header=frozenset({"month", "category group", "category", "activity", "available"}),
        refusal="This is YNAB's plan, which has no transactions. The other file of the export, "
        "Register.csv, has them.",
    ),
    Profile(
        name="ynab4-budget",
        header=frozenset({"month", "category", "budgeted", "outflows", "category balance"}),
        refusal="This is YNAB's budget, which has no transactions. The other file of the export, "
        "the register, has them.",
    ),
)
