"""Roll-up rows: one per owner, month, currency and category, with three numbers an account.

`pk=U#<owner>`, `sk=RUP#2026-11#EUR#<category id or none>`; attributes `i#<account>` (income), `e#<account>`
(expense), `n#<account>` (count). Why rows and not one map a month: docs/adr/0004-roll-up-rows.md. `seen` has
the marks of the messages of which this row was the first (docs/adr/0025).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from chalicelib.analytics.errors import TooMuchToSum
from chalicelib.analytics.model.sums import Cell, Deltas, Sums
from chalicelib.analytics.repository.table import TABLE
from chalicelib.kernel.commit import Commit
from chalicelib.kernel.inbox import SEEN
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Key, Raw, Table

MOST_ROWS: Final = 10_000
"""Rows that one answer reads at most: 24 months of 400 categories and currencies, about 2 MB."""
_NO_CATEGORY: Final = "none"
_INCOME: Final = "i#"
_EXPENSE: Final = "e#"
_COUNT: Final = "n#"
_PREFIX: Final = 2
_KEYS: Final = frozenset({"pk", "sk", SEEN})


def add(commit: Commit, deltas: Deltas) -> None:
    """Add to the sums; additions commute, so the order of events does not matter. The first row keeps the mark."""
    for cell, sums in deltas.items():
        named = {
            _INCOME + cell.account_id: sums.income,
            _EXPENSE + cell.account_id: sums.expense,
            _COUNT + cell.account_id: sums.count,
        }
        commit.add(
            _key(commit.owner, cell), {name: number for name, number in named.items() if number}
        )
    commit.mark_in(min(_key(commit.owner, cell) for cell in deltas))


def find(
    owner: Owner, since: str, until: str, *, currency: str | None = None
) -> Iterator[tuple[Cell, Sums]]:
    """Read the sums of the months from `since` to `until`; raise `TooMuchToSum` beyond the bound."""
    low, high = f"RUP#{since}#", f"RUP#{until}$"
    if currency is not None and since == until:
        low, high = f"RUP#{since}#{currency}#", f"RUP#{since}#{currency}$"
    for number, raw in enumerate(Table(TABLE).query_all(str(owner), low, high, most=MOST_ROWS + 1)):
        if number == MOST_ROWS:
            raise TooMuchToSum
        yield from (
            found for found in _cells(raw) if currency is None or found[0].currency == currency
        )


def _key(owner: Owner, cell: Cell) -> Key:
    return (str(owner), f"RUP#{cell.month}#{cell.currency}#{cell.category_id or _NO_CATEGORY}")


def _cells(raw: Raw) -> Iterator[tuple[Cell, Sums]]:
    """Read a row by hand: its attributes are named by the accounts, which no model class can list."""
    _, month, currency, category = raw["sk"]["S"].split("#")
    category_id = None if category == _NO_CATEGORY else category
    for account in {name[_PREFIX:] for name in raw if name not in _KEYS}:
        sums = Sums(
            _number(raw.get(_INCOME + account)),
            _number(raw.get(_EXPENSE + account)),
            _number(raw.get(_COUNT + account)),
        )
        if sums:
            yield Cell(month, currency, category_id, account), sums


def _number(value: Mapping[str, str] | None) -> int:
    if value is None:
        return 0
    try:
        return int(value["N"])
    except ValueError:  # an engine may write 10 as 1E+1
        return int(Decimal(value["N"]))
