"""Actual: a parent row with the total and a row for each part; a transfer's payee is the other account."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from typing import Final

from chalicelib.interchange.model.formats.tabular.apps.legs import (
    gather,
    join,
    note_incomplete,
    pair_transfers,
)
from chalicelib.interchange.model.formats.tabular.profiles import Entry, Export, Profile
from chalicelib.interchange.model.formats.types import Notes

_PARENT: Final = re.compile(r"\(SPLIT INTO ([0-9]{1,3})\)[ ]?(.*)", re.DOTALL)
_CHILD: Final = re.compile(r"\(SPLIT ([0-9]{1,3}) OF ([0-9]{1,3})\)[ ]?(.*)", re.DOTALL)
Parents = dict[object, deque[int]]


def settle(export: Export, notes: Notes) -> list[Entry]:
    """Join parents with their parts, and link rows whose payees are each other's account."""
    entries = _joined(export, notes)
    accounts = {entry.account for entry in entries}
    others = {
        at: entry.row.payee
        for at, entry in enumerate(entries)
        if entry.row.payee in accounts and entry.row.payee != entry.account
    }
    return pair_transfers(entries, others)


def _joined(export: Export, notes: Notes) -> list[Entry]:
    entries = export.entries
    accounts = {entry.account for entry in entries}
    groups, left = gather(entries, _place)
    note_incomplete(entries, left, notes)
    parents = _parents(entries)
    made: dict[int, list[Entry]] = {}
    gone: set[int] = set()
    for group in groups:
        pieces = [_without_mark(entries[at]) for at in group]
        parent = _parent_of(parents, entries[group[0]])
        moved = [piece for piece in pieces if piece.row.payee in accounts - {piece.account}]
        kept = [piece for piece in pieces if piece.row.payee not in accounts - {piece.account}]
        row = _without_mark(entries[parent]).row if parent is not None else None
        whole = [join(kept, payee=row.payee if row else "", memo=row.memo if row else "")]
        made[min(group)] = (whole if kept else []) + moved
        gone.update(group)
        if parent is not None:
            gone.add(parent)
    # Parts that are there speak for themselves; only a parent without any keeps its total.
    beside = {_family(entries[at]) for at in left}
    orphans = {at for key, queue in parents.items() if key not in beside for at in queue}
    gone.update(at for key, queue in parents.items() if key in beside for at in queue)
    return _in_order(export, made, gone, orphans)


def _in_order(
    export: Export, made: dict[int, list[Entry]], gone: set[int], orphans: set[int]
) -> list[Entry]:
    result: list[Entry] = []
    for at, entry in enumerate(export.entries):
        if at in made:
            result += made[at]
        elif at in orphans:
            result.append(_with_total(export, entry))
        elif at not in gone:
            result.append(entry)
    return result


def _with_total(export: Export, parent: Entry) -> Entry:
    """A parent whose parts are not in the file: it stands for itself, with its total."""
    bare = _without_mark(parent)
    total = export.number(parent, "total")
    return bare._replace(row=bare.row._replace(amount=total)) if total else bare


def _parents(entries: list[Entry]) -> Parents:
    found: Parents = defaultdict(deque)
    for at, entry in enumerate(entries):
        mark = _PARENT.match(entry.row.memo)
        if mark is not None:
            found[entry.account, entry.row.booked_on, int(mark[1])].append(at)
    return found


def _parent_of(parents: Parents, child: Entry) -> int | None:
    waiting = parents.get(_family(child))
    return waiting.popleft() if waiting else None


def _family(child: Entry) -> object:
    """What a part has in common with its parent: account, day, and the number of parts."""
    found = _CHILD.match(child.row.memo)
    return child.account, child.row.booked_on, int(found[2]) if found else 0


def _place(entry: Entry) -> tuple[object, int, int] | None:
    found = _CHILD.match(entry.row.memo)
    if found is None:
        return None
    return (entry.account, entry.row.booked_on), int(found[1]), int(found[2])


def _without_mark(entry: Entry) -> Entry:
    child, parent = _CHILD.match(entry.row.memo), _PARENT.match(entry.row.memo)
    rest = child[3] if child else parent[2] if parent else entry.row.memo
    return entry._replace(row=entry.row._replace(memo=rest.strip()))


PROFILES: Final = (
    Profile(
        name="actual",
        title="Actual",
        source="actualbudget/actual, loot-core export-to-csv (MIT)",
        header=frozenset({"account", "date", "payee", "notes", "category", "amount", "cleared"}),
        columns=(
            ("date", "date"),
            ("account", "account"),
            ("payee", "payee"),
            ("memo", "notes"),
            ("amount", "amount"),
            ("category", "category group"),
            ("category+", "category"),
        ),
        kept=(("total", "split amount"),),
        date_order="ymd",
        decimal=".",
        as_written=True,
        is_app=True,
        category_mark=": ",
        settle=settle,
    ),
)
