"""Sums beside the rows: by month, by category and by account, in a bounded number of cells."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import field
from typing import Final, NamedTuple

from chalicelib.interchange.model.writers.postings import RECEIVED, SENT, Posting, postings
from chalicelib.interchange.model.writers.types import Book, Line
from chalicelib.kernel.values import dataclass

MOST_CELLS: Final = 20_000
"""Sums of a month and a category; what is beyond that goes to one category, `OTHER`."""
OTHER: Final = "(other)"
UNFILED: Final = "(no category)"


class Cell(NamedTuple):
    """Whose sum it is: a month (`2026-11`), the outermost category's name, a currency."""

    month: str
    category: str
    currency: str


@dataclass(slots=True)
class Flow:
    """What came and went, both counted upwards, and of how many rows."""

    came: int = 0
    went: int = 0
    rows: int = 0

    def add(self, minor: int) -> None:
        """Count a row."""
        self.rows += 1
        if minor > 0:
            self.came += minor
        else:
            self.went -= minor

    @property
    def net(self) -> int:
        """What stayed."""
        return self.came - self.went


@dataclass(slots=True)
class Summary:
    """The sums of an export. Planned transactions count nowhere, transfers on accounts only."""

    book: Book
    cells: defaultdict[Cell, int] = field(default_factory=lambda: defaultdict(int))
    months: defaultdict[tuple[str, str], Flow] = field(default_factory=lambda: defaultdict(Flow))
    categories: defaultdict[tuple[str, str], Flow] = field(
        default_factory=lambda: defaultdict(Flow)
    )
    accounts: defaultdict[str, Flow] = field(default_factory=lambda: defaultdict(Flow))
    currencies: Counter[str] = field(default_factory=Counter)

    def count(self, line: Line) -> None:
        """Add a transaction to the sums."""
        if line.status == "planned":
            return
        for one in postings(line):
            self.accounts[one.account_id].add(one.amount_minor)
            if one.part not in {SENT, RECEIVED}:
                self._file(one)

    def _file(self, one: Posting) -> None:
        month = one.booked_on.isoformat()[:7]
        category = self.book.category_by_id.get(one.category_id or "")
        full = " > ".join(category.path) if category else UNFILED
        outer = category.path[0] if category else UNFILED
        self.currencies[one.currency] += 1
        self._flow(self.months, (month, one.currency)).add(one.amount_minor)
        self._flow(self.categories, (full, one.currency)).add(one.amount_minor)
        cell = Cell(month, outer, one.currency)
        if cell not in self.cells and len(self.cells) >= MOST_CELLS:
            cell = Cell(OTHER, OTHER, one.currency)
        self.cells[cell] += one.amount_minor

    def _flow(self, flows: defaultdict[tuple[str, str], Flow], key: tuple[str, str]) -> Flow:
        if key not in flows and len(flows) >= MOST_CELLS:
            key = (OTHER, key[1])
        return flows[key]

    @property
    def currency(self) -> str:
        """The currency of most rows: charts can show but one. Nothing where there are no rows."""
        return self.currencies.most_common(1)[0][0] if self.currencies else ""

    def largest(self, most: int) -> list[str]:
        """Name the outermost categories on which most was spent, in the main currency."""
        spent: Counter[str] = Counter()
        for cell, minor in self.cells.items():
            if cell.currency == self.currency and cell.category != OTHER:
                spent[cell.category] -= minor
        return [name for name, minor in spent.most_common(most) if minor > 0]

    def in_months(self, categories: Iterable[str], most: int) -> list[tuple[str, list[int]]]:
        """Give what was spent by month and category in the main currency, for the last months."""
        named = list(categories)
        months = sorted(month for month, currency in self.months if currency == self.currency)
        return [
            (
                month,
                [-self.cells.get(Cell(month, name, self.currency), 0) for name in named],
            )
            for month in months[-most:]
            if month != OTHER
        ]
