"""What sold shares had cost: lots bought before, matched as Beancount matches them ("How Inventories Work")."""

from __future__ import annotations

from dataclasses import field
from datetime import date
from decimal import Decimal
from typing import Final

from chalicelib.interchange.model.formats.amounts import ZERO
from chalicelib.interchange.model.formats.journals.beancount_amounts import Cost
from chalicelib.interchange.model.formats.journals.entries import Entry, Posting
from chalicelib.kernel.values import dataclass

_MOST_STEPS: Final = 2_000_000
"""Lots looked at in one file; what a further sale weighs stays unknown."""


_ORDERED: Final = frozenset({"FIFO", "LIFO", "HIFO"})


@dataclass(slots=True)
class _Lot:
    units: Decimal
    cost: Cost
    day: date


@dataclass(slots=True)
class Lots:
    """Collects postings that buy and sell lots, and works out what those weigh that do not say it."""

    default: str = "STRICT"
    methods: dict[str, str] = field(default_factory=dict)
    _found: list[tuple[Entry, Posting, Cost]] = field(default_factory=list)
    _steps: int = 0

    def add(self, entry: Entry, posting: Posting, cost: Cost) -> None:
        """Remember a posting that has a cost."""
        self._found.append((entry, posting, cost))

    def book(self) -> None:
        """Work out the unknown weights, in the order of days."""
        if all(posting.weight is not None for _, posting, _ in self._found):
            return
        held: dict[tuple[str, str], list[_Lot]] = {}
        order = sorted(self._found, key=lambda one: (one[0].day or date.max, one[0].line))
        for entry, posting, cost in order:
            units = posting.amount or ZERO
            lots = held.setdefault((posting.account, posting.commodity), [])
            if lots and (lots[0].units < 0) is not (units < 0):
                self._reduce(posting, cost, lots, units)
            elif cost.per_unit is not None:
                lots.append(_Lot(units, cost, cost.day or entry.day or date.max))

    def _reduce(self, posting: Posting, cost: Cost, lots: list[_Lot], units: Decimal) -> None:
        self._steps += len(lots)
        if self._steps > _MOST_STEPS:
            return
        matching = [lot for lot in lots if _matches(lot, cost)]
        method = self.methods.get(posting.account, self.default)
        if posting.weight is None or method in _ORDERED:
            matching = _chosen(matching, method, units)
        weight, left = ZERO, -units
        for lot in matching:
            taken = min(abs(left), abs(lot.units)).copy_sign(left)
            weight -= taken * (lot.cost.per_unit or ZERO)
            lot.units -= taken
            left -= taken
            if not left:
                break
        if posting.weight is None and not left and matching:
            posting.weight, posting.weight_in = weight, matching[0].cost.currency
        lots[:] = [lot for lot in lots if lot.units]


def _chosen(matching: list[_Lot], method: str, units: Decimal) -> list[_Lot]:
    """Give the lots in the order in which they are sold; none where that is not clear."""
    if method == "LIFO":
        return sorted(matching, key=lambda lot: lot.day, reverse=True)
    if method == "FIFO":
        return sorted(matching, key=lambda lot: lot.day)
    if method == "HIFO":
        return sorted(matching, key=lambda lot: lot.cost.per_unit or ZERO, reverse=True)
    if len(matching) == 1 or sum((lot.units for lot in matching), ZERO) == -units:
        return matching
    if method == "STRICT_WITH_SIZE":
        return [lot for lot in matching if lot.units == -units][:1]
    return []


def _matches(lot: _Lot, cost: Cost) -> bool:
    if cost.per_unit is not None and (cost.per_unit, cost.currency) != (
        lot.cost.per_unit,
        lot.cost.currency,
    ):
        return False
    if cost.day is not None and cost.day != lot.day:
        return False
    return not cost.label or cost.label == lot.cost.label
