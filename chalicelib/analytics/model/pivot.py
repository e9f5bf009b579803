"""A question of one's own to the kept sums: filtered, grouped by a few of their sides, never across currencies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias

from chalicelib.analytics.model.flows import topmost
from chalicelib.analytics.model.sums import NOTHING, TRANSFER, Cell, Label, Sums, is_transfer
from chalicelib.kernel.values import dataclass

Side = Literal["month", "quarter", "year", "category", "top_category", "account", "kind"]
Kind = Literal["expense", "income", "transfer", "none"]
"""A category's kind; `none` for what has no category, or one that is gone."""
Key: TypeAlias = tuple[str | None, ...]
MOST_ROWS: Final = 2_000
UNFILED: Final = "none"
"""Stands among wanted categories for what has none."""
_SPENDING: Final[frozenset[Kind]] = frozenset({"expense", "income", "none"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which sums, by what all the fields ask for that are set: accounts, categories (with all under them), kinds.

    Without kinds transfers between the user's own accounts are left out.
    """

    group_by: tuple[Side, ...]
    accounts: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    currencies: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    """The sums of one currency and one value of each side, in the order in which they were asked for."""

    currency: str
    key: Key
    sums: Sums


@dataclass(frozen=True, slots=True)
class Pivot:
    """Rows, and by currency what they add up to exactly."""

    rows: tuple[Row, ...]
    totals: tuple[tuple[str, Sums], ...]


def pivot(cells: Iterable[tuple[Cell, Sums]], labels: Mapping[str, Label], wanted: Wanted) -> Pivot:
    """Group the sums that are wanted: by currency, then by the values of the sides, nothing last."""
    found: dict[tuple[str, Key], Sums] = {}
    totals: dict[str, Sums] = {}
    for cell, sums in cells:
        if _is_wanted(cell, labels, wanted):
            key = tuple(_value(side, cell, labels) for side in wanted.group_by)
            place = (cell.currency, key)
            found[place] = found.get(place, NOTHING) + sums
            totals[cell.currency] = totals.get(cell.currency, NOTHING) + sums
    rows = [Row(currency, key, sums) for (currency, key), sums in found.items() if sums]
    rows.sort(key=lambda row: (row.currency, [(one is None, one or "") for one in row.key]))
    return Pivot(tuple(rows), tuple((code, sums) for code, sums in sorted(totals.items()) if sums))


def kind_of(category_id: str | None, labels: Mapping[str, Label]) -> Kind:
    """Give the kind of a category; legs of transfers, which have none, are of kind `transfer`."""
    if is_transfer(category_id, labels):
        return "transfer"
    label = labels.get(category_id or "")
    if label is None:
        return "none"
    return "income" if label.kind == "income" else "expense"


def _is_wanted(cell: Cell, labels: Mapping[str, Label], wanted: Wanted) -> bool:
    return (
        kind_of(cell.category_id, labels) in (wanted.kinds or _SPENDING)
        and (not wanted.accounts or cell.account_id in wanted.accounts)
        and (not wanted.currencies or cell.currency in wanted.currencies)
        and (not wanted.categories or _is_under(cell.category_id, labels, wanted.categories))
    )


def _is_under(category_id: str | None, labels: Mapping[str, Label], wanted: frozenset[str]) -> bool:
    """Tell whether a category is a wanted one or stands under one."""
    if category_id is None:
        return UNFILED in wanted
    at: str | None = category_id
    for _ in range(len(labels) + 1):
        if at in wanted:
            return True
        label = labels.get(at or "")
        at = label.parent_id if label is not None else None
        if at is None:
            return False
    return False


def _value(side: Side, cell: Cell, labels: Mapping[str, Label]) -> str | None:
    if side == "month":
        return cell.month
    if side == "quarter":
        return f"{cell.month[:4]}-Q{(int(cell.month[5:]) + 2) // 3}"
    if side == "year":
        return cell.month[:4]
    if side == "account":
        return cell.account_id
    if side == "kind":
        return kind_of(cell.category_id, labels)
    if cell.category_id == TRANSFER:
        return None
    return topmost(cell.category_id, labels) if side == "top_category" else cell.category_id
