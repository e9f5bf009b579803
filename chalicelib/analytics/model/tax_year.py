"""A tax year by tax category: which category of the ledger counts as what, and what that comes to.

Shipped categories count as what their names say, a category of the user's own as the nearest one above it that counts, and the
question may say otherwise of any. What counts as nothing is told apart, so nothing is lost. It is arithmetic on what moved, not
advice: a salary in a ledger is what arrived, after tax.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final, Literal, TypeAlias

from chalicelib.analytics.model.sums import NOTHING, Cell, Label, Sums, is_transfer
from chalicelib.kernel.clock import Period
from chalicelib.kernel.values import dataclass

SHIPPED: Final[Mapping[str, str]] = {
    "salary": "employment",
    "benefits": "pension",
    "investments": "interest",
    "other-income": "other-income",
    "medical": "medical",
    "education": "education",
    "giving": "charity",
    "taxes": "income-tax-paid",
}
"""Slugs of shipped categories whose names say what they are for a tax form."""
COUNTS_NOT: Final = "none"
"""What a question says of a category that counts as nothing, whatever stands above it."""
Side = Literal["income", "deduction", "paid"]
Source = Literal["shipped", "asked"]
_DEEPEST: Final = 64
Line: TypeAlias = tuple[str | None, str, date, Sums]
"""Category, currency, the day at whose rate it is converted, and the sums."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a category counts as, and who says so."""

    tax_category: str
    by: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one category of the ledger comes to in a tax category, in minor units of the answer's currency."""

    category_id: str
    by: Source
    minor: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxSum:
    """One tax category: counted upwards on its own side, so what came back lowers a deduction."""

    tax_category: str
    side: Side
    label: str
    parts: tuple[Part, ...]

    @property
    def minor(self) -> int:
        """The sum of its parts."""
        return sum(one.minor for one in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxYearSums:
    """A tax year: what counts, what does not, and which months of which currencies had no rate and are left out."""

    sums: tuple[TaxSum, ...]
    other_income: int
    other_expense: int
    missing: tuple[tuple[str, str], ...]

    def side(self, side: Side) -> int:
        """Sum a side up."""
        return sum(one.minor for one in self.sums if one.side == side)


def counted_as(
    category_id: str | None, labels: Mapping[str, Label], rules: Mapping[str, Counted]
) -> Counted | None:
    """Say what a category counts as: by a rule of its own, or of the nearest category above it."""
    at = category_id
    for _ in range(_DEEPEST):
        if at is None:
            return None
        if at in rules:
            return rules[at]
        label = labels.get(at)
        at = label.parent_id if label is not None else None
    return None


def lines_of(
    cells: Iterable[tuple[Cell, Sums]], labels: Mapping[str, Label], last: date
) -> list[Line]:
    """Sum cells up by category, currency and month, without transfers; converted at the month's last day, or `last`."""
    found: dict[tuple[str | None, str, date], Sums] = {}
    for cell, sums in cells:
        if not is_transfer(cell.category_id, labels):
            day = min(Period.parse(cell.month).last(), last)
            place = (cell.category_id, cell.currency, day)
            found[place] = found.get(place, NOTHING) + sums
    return [(*place, sums) for place, sums in found.items() if sums]


def summed(
    lines: Sequence[Line],
    worths: Sequence[tuple[int | None, int | None]],
    labels: Mapping[str, Label],
    rules: Mapping[str, Counted],
    categories: Mapping[str, tuple[Side, str]],
) -> TaxYearSums:
    """Sum a year up: `worths` are income and expense of each line in one currency, None without a rate.

    `categories` are the tax categories in the order of tax forms, with side and label.
    """
    parts: dict[tuple[str, str], tuple[Source, int, int]] = {}
    other = [0, 0]
    missing: set[tuple[str, str]] = set()
    for (category_id, currency, day, sums), (income, expense) in zip(lines, worths, strict=True):
        counted = counted_as(category_id, labels, rules)
        if income is None or expense is None:
            missing.add((currency, day.isoformat()[:7]))
        elif counted is None or category_id is None or counted.tax_category == COUNTS_NOT:
            other[0] += income
            other[1] += expense
        else:
            side = categories[counted.tax_category][0]
            minor = income - expense if side == "income" else expense - income
            place = (counted.tax_category, category_id)
            by, so_far, count = parts.get(place, (counted.by, 0, 0))
            parts[place] = (by, so_far + minor, count + sums.count)
    return TaxYearSums(
        sums=tuple(
            TaxSum(tax_category=name, side=side, label=label, parts=_parts(name, parts))
            for name, (side, label) in categories.items()
            if any(one == name for one, _ in parts)
        ),
        other_income=other[0],
        other_expense=other[1],
        missing=tuple(sorted(missing)),
    )


def _parts(name: str, found: Mapping[tuple[str, str], tuple[Source, int, int]]) -> tuple[Part, ...]:
    mine = [
        Part(category_id=category_id, by=by, minor=minor, count=count)
        for (tax_category, category_id), (by, minor, count) in found.items()
        if tax_category == name
    ]
    return tuple(sorted(mine, key=lambda one: (-one.minor, one.category_id)))
