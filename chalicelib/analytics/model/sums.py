"""What an event adds to which sum, and what the sums say. Pure, exact, whole numbers only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Final

from chalicelib.analytics.events import ChangedTotals
from chalicelib.analytics.model.periods import Span
from chalicelib.expenses.events import (
    Posting,
    Total,
    TransactionChanged,
    TransactionRecorded,
    TransactionRemoved,
    TransactionsImported,
    TransactionsRevised,
)
from chalicelib.kernel.clock import Period
from chalicelib.kernel.values import dataclass

WHOLE: Final = 10_000
"""Shares are counted in basis points, so that they are whole numbers with an exact sum."""
TRANSFER: Final = "transfer"
"""The kind of the categories whose money stays with the user: neither income nor expense. Legs of a transfer,
which need no category, are kept under this name."""
UNCATEGORISED: Final = "Uncategorised"
"""What a person sees of what has no category."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a sum is kept: one month, currency, category and account; `TRANSFER` stands for no category."""

    month: str
    currency: str
    category_id: str | None
    account_id: str


@dataclass(frozen=True, slots=True)
class Sums:
    """Income and expense in minor units, both counted upwards, and how many transactions."""

    income: int = 0
    expense: int = 0
    count: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.income + other.income, self.expense + other.expense, self.count + other.count
        )

    def __neg__(self) -> Sums:
        return Sums(-self.income, -self.expense, -self.count)

    def __bool__(self) -> bool:
        return bool(self.income or self.expense or self.count)

    @property
    def net(self) -> int:
        """What came in less what went out, in minor units."""
        return self.income - self.expense


Deltas = Mapping[Cell, Sums]
NOTHING: Final = Sums()


# --- from events to additions


def of_postings(postings: Iterable[Posting]) -> Deltas:
    """Say what postings come to, as it is kept."""
    return _summed(map(_counted, postings))


def recorded(fact: TransactionRecorded) -> Deltas:
    """Say what a new transaction adds."""
    return of_postings(fact.postings)


def removed(fact: TransactionRemoved) -> Deltas:
    """Say what a removed transaction takes away."""
    return _summed(map(_taken_back, fact.postings))


def changed(fact: TransactionChanged) -> Deltas:
    """Say what a change moves: nothing when account, category, month and amount stayed as they were."""
    return _summed([*map(_taken_back, fact.before), *map(_counted, fact.after)])


def imported(fact: TransactionsImported) -> Deltas:
    """Say what a chunk of an import adds: its totals, which are already summed."""
    return _summed(map(_total, fact.totals))


def revised(fact: TransactionsRevised) -> Deltas:
    """Say what many changes together move: from their totals before to those after."""
    taken_back = ((cell, -sums) for cell, sums in map(_total, fact.before))
    return _summed([*taken_back, *map(_total, fact.after)])


def _total(total: Total) -> tuple[Cell, Sums]:
    category_id = TRANSFER if total.transfer else total.category_id
    cell = Cell(total.month, total.currency, category_id, total.account_id)
    return cell, Sums(total.income_minor, total.expense_minor, total.count)


def _counted(posting: Posting) -> tuple[Cell, Sums]:
    month = str(Period.of(posting.booked_on))
    category_id = TRANSFER if posting.transfer else posting.category_id
    cell = Cell(month, posting.currency, category_id, posting.account_id)
    amount = posting.counted_minor
    return cell, Sums(income=max(amount, 0), expense=max(-amount, 0), count=int(posting.counts))


def _taken_back(posting: Posting) -> tuple[Cell, Sums]:
    cell, sums = _counted(posting)
    return cell, -sums


def _summed(parts: Iterable[tuple[Cell, Sums]]) -> Deltas:
    found: dict[Cell, Sums] = {}
    for cell, sums in parts:
        found[cell] = found.get(cell, NOTHING) + sums
    return {cell: sums for cell, sums in found.items() if sums}


def touched(deltas: Deltas) -> tuple[ChangedTotals, ...]:
    """Name the months and currencies that moved, each with its categories, in a stable order."""
    found: dict[tuple[str, str], set[str | None]] = {}
    for cell in deltas:
        found.setdefault((cell.month, cell.currency), set()).add(cell.category_id)
    return tuple(
        ChangedTotals(
            month=month,
            currency=currency,
            categories=tuple(sorted(categories, key=lambda category: category or "")),
        )
        for (month, currency), categories in sorted(found.items())
    )


# --- from sums to answers


@dataclass(frozen=True, slots=True)
class Label:
    """What a person sees of a category; `kind` is `expense`, `income` or `transfer`."""

    name: str
    parent_id: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class CategorySpending:
    """One category's sums in a month; `share` is its part of the expense in basis points.

    `rolled_up` adds the sums of all categories under it. A category may have nothing but those.
    """

    category_id: str | None
    label: Label | None
    sums: Sums
    share: int
    rolled_up: Sums


@dataclass(frozen=True, slots=True)
class CurrencySpending:
    """One currency's sums in a month: the categories add up to `sums` exactly; transfers stand apart."""

    currency: str
    sums: Sums
    transfers: Sums
    categories: tuple[CategorySpending, ...]


@dataclass(slots=True)
class _Book:
    """The sums of one currency while they are being collected."""

    by_category: dict[str | None, Sums] = field(default_factory=dict)

    def add(self, category_id: str | None, sums: Sums) -> None:
        self.by_category[category_id] = self.by_category.get(category_id, NOTHING) + sums


def spending(
    cells: Iterable[tuple[Cell, Sums]], labels: Mapping[str, Label]
) -> tuple[CurrencySpending, ...]:
    """Sum a month by currency and category: currencies by code, categories by expense, largest first."""
    books: dict[str, _Book] = {}
    for cell, sums in cells:
        books.setdefault(cell.currency, _Book()).add(cell.category_id, sums)
    return tuple(_currency(code, book, labels) for code, book in sorted(books.items()))


def _currency(code: str, book: _Book, labels: Mapping[str, Label]) -> CurrencySpending:
    own: dict[str | None, Sums] = {}
    transfers = NOTHING
    for category_id, sums in book.by_category.items():
        if is_transfer(category_id, labels):
            transfers += sums
        elif sums:
            own[category_id] = sums
    rolled_up = _rolled_up(own, labels)
    alone = {category_id: own.get(category_id, NOTHING) for category_id in rolled_up}
    order = sorted(alone, key=lambda key: (-alone[key].expense, -alone[key].income, key or ""))
    parts = shares([alone[category_id].expense for category_id in order])
    return CurrencySpending(
        code,
        sum(own.values(), NOTHING),
        transfers,
        tuple(
            CategorySpending(
                category_id,
                labels.get(category_id or ""),
                alone[category_id],
                part,
                rolled_up[category_id],
            )
            for category_id, part in zip(order, parts, strict=True)
        ),
    )


def _rolled_up(
    own: Mapping[str | None, Sums], labels: Mapping[str, Label]
) -> dict[str | None, Sums]:
    """Add each category's sums to all that it stands under as well."""
    found = dict(own)
    for category_id, sums in own.items():
        for above in _above(category_id, labels):
            found[above] = found.get(above, NOTHING) + sums
    return found


def _above(category_id: str | None, labels: Mapping[str, Label]) -> list[str]:
    """Give the categories above, nearest first; a circle, which nothing should make, ends the walk."""
    found: list[str] = []
    label = labels.get(category_id or "")
    while label is not None:
        above = label.parent_id
        if above is None or above in found:
            break
        label = labels.get(above)
        if label is not None:
            found.append(above)
    return found


def is_transfer(category_id: str | None, labels: Mapping[str, Label]) -> bool:
    """Tell whether a category holds transfers between the user's own accounts."""
    label = labels.get(category_id or "")
    return category_id == TRANSFER or (label is not None and label.kind == TRANSFER)


def shares(amounts: list[int]) -> list[int]:
    """Give each amount's part of the whole in basis points, which sum to 10,000 exactly.

    Method of largest remainders (Hamilton), ties to the earlier one. What is negative, because events came
    in another order than they happened, counts as nothing; without any amount all parts are 0.
    """
    weights = [max(amount, 0) for amount in amounts]
    total = sum(weights)
    if total == 0:
        return [0] * len(weights)
    parts = [divmod(weight * WHOLE, total) for weight in weights]
    left = WHOLE - sum(whole for whole, _ in parts)
    order = sorted(range(len(parts)), key=lambda index: (-parts[index][1], index))
    lucky = set(order[:left])
    return [whole + (index in lucky) for index, (whole, _) in enumerate(parts)]


@dataclass(frozen=True, slots=True)
class Trend:
    """One currency's sums a month, every month of the span present, oldest first."""

    currency: str
    months: tuple[tuple[str, Sums], ...]


def trends(
    cells: Iterable[tuple[Cell, Sums]], labels: Mapping[str, Label], span: Span
) -> tuple[Trend, ...]:
    """Sum each month by currency, transfers between the user's own accounts left out."""
    found: dict[str, dict[str, Sums]] = {}
    for cell, sums in cells:
        if not is_transfer(cell.category_id, labels):
            months = found.setdefault(cell.currency, {})
            months[cell.month] = months.get(cell.month, NOTHING) + sums
    return tuple(
        Trend(
            currency,
            tuple((str(month), months.get(str(month), NOTHING)) for month in span),
        )
        for currency, months in sorted(found.items())
        if any(months.values())
    )
