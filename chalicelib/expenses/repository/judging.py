"""What was counted of the categoriser's guesses, as one item a month that grows by additions.

Counts of a single new transaction lie in the item of its account's month instead, which grows anyway.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from chalicelib.expenses.model.judging import MOST_NAMES
from chalicelib.expenses.model.transactions import Transaction
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.movements import MOVEMENT, Movements
from chalicelib.expenses.repository.table import key
from chalicelib.kernel.context import Context
from chalicelib.kernel.tables import Raw, Table

JUDGED: Final = "JDG#"
_MOST_MONTHS: Final = 600
_NOTED: Final = "j"
_MOST_NOTED: Final = 20_000
"""Months of all accounts that are looked through: 40 accounts of 40 years."""
_KEYS: Final = frozenset({"pk", "sk"})


def this_month(ctx: Context) -> str:
    """Name the item that counts now, by the day of the judgement."""
    return ctx.now.date().isoformat()[:7]


def add(ctx: Context, counts: Mapping[str, int], month: str | None = None) -> None:
    """Add to the counts of a month, this one if none is named, in the context's unit of work."""
    if counts:
        ctx.commit.add(key(ctx.owner, JUDGED, month or this_month(ctx)), counts)


def note(ctx: Context, one: Transaction, counts: Mapping[str, int]) -> None:
    """Add counts of one new transaction, beside what it moved if it moved anything."""
    named = {f"{_NOTED}{this_month(ctx)}_{name}": count for name, count in counts.items()}
    if counts and not Movements(ctx).note(one.account_id, one.booked_on, named):
        add(ctx, counts)


def full_names(item: Raw | None) -> frozenset[str] | None:
    """Give the names that a month counts under when it may get no more of them, else None."""
    if item is None or len(item) < MOST_NAMES:
        return None
    return frozenset(item) - _KEYS


def read(ctx: Context) -> dict[str, Counter[str]]:
    """Give the counts of each month."""
    items = Table(table.TABLE).query_all(
        str(ctx.owner), JUDGED, JUDGED + table.LAST, most=_MOST_MONTHS
    )
    found: dict[str, Counter[str]] = {}
    for item in items:
        counts = found.setdefault(item["sk"]["S"].removeprefix(JUDGED), Counter())
        counts.update({name: table.number(item, name) for name in item if name not in _KEYS})
    for item in _noted(ctx):
        for name in item:
            if name.startswith(_NOTED):
                month, _, counted = name.removeprefix(_NOTED).partition("_")
                found.setdefault(month, Counter())[counted] += table.number(item, name)
    return found


def _noted(ctx: Context) -> Iterator[Raw]:
    return Table(table.TABLE).query_all(
        str(ctx.owner), MOVEMENT, MOVEMENT + table.LAST, most=_MOST_NOTED
    )
