"""Realised gain and loss on held currency: lots first in first out, or one moving average.

What came in is a lot with its cost in the home currency; what goes out takes cost from lots, and the gain
is what it fetched less that cost. A part of a lot takes its share of the cost rounded half to even, the last
part what is left, so that the parts' costs sum to the lot's cost to the minor unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from datetime import date
from fractions import Fraction
from typing import Literal

from chalicelib.kernel.values import dataclass

Method = Literal["fifo", "average"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Held currency that came (`units` above zero) or went, in minor units; `worth` is home minor units, above zero.

    `at` is the movement's place in the caller's list.
    """

    at: int
    day: date
    units: int
    worth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a disposal took from one lot: when that lot came, how much of it, and its cost."""

    acquired: date | None
    units: int
    cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposal:
    """One movement out and its gain (below zero: a loss), explained lot by lot."""

    movement: Movement
    cost: int
    gain: int
    taken: tuple[Taken, ...]


@dataclass(slots=True)
class Lot:
    """What is left of a lot."""

    acquired: date | None
    units: int
    cost: int

    def take(self, units: int) -> Taken:
        """Take units out with their share of the cost; all of them take all of it."""
        cost = self.cost if units == self.units else round(Fraction(self.cost * units, self.units))
        self.units -= units
        self.cost -= cost
        return Taken(acquired=self.acquired, units=units, cost=cost)


class Short(ValueError):
    """More went out than was held: `at` is the movement's place in the caller's list."""

    def __init__(self, at: int) -> None:
        """Name the movement."""
        super().__init__("more went out than was held")
        self.at = at


@dataclass(slots=True)
class Holding:
    """One held currency: lots oldest first (a single one under `average`), and what was realised."""

    method: Method
    lots: list[Lot] = field(default_factory=list)
    disposals: list[Disposal] = field(default_factory=list)

    @property
    def units(self) -> int:
        """Minor units held."""
        return sum(lot.units for lot in self.lots)

    @property
    def cost(self) -> int:
        """Their cost in home minor units."""
        return sum(lot.cost for lot in self.lots)

    @property
    def gain(self) -> int:
        """All that was realised so far, in home minor units."""
        return sum(one.gain for one in self.disposals)

    def move(self, movement: Movement) -> None:
        """Take a movement in; raise `Short` where more goes out than is held."""
        if movement.units >= 0:
            self._acquire(movement)
        else:
            self._dispose(movement)

    def _acquire(self, movement: Movement) -> None:
        if self.method == "average" and self.lots:
            self.lots[0].units += movement.units
            self.lots[0].cost += movement.worth
        elif movement.units:
            day = movement.day if self.method == "fifo" else None
            self.lots.append(Lot(day, movement.units, movement.worth))

    def _dispose(self, movement: Movement) -> None:
        wanted = -movement.units
        if wanted > self.units:
            raise Short(movement.at)
        taken: list[Taken] = []
        while wanted:
            one = self.lots[0].take(min(wanted, self.lots[0].units))
            taken.append(one)
            wanted -= one.units
            if not self.lots[0].units:
                self.lots.pop(0)
        cost = sum(one.cost for one in taken)
        self.disposals.append(
            Disposal(movement=movement, cost=cost, gain=movement.worth - cost, taken=tuple(taken))
        )


def hold(movements: Sequence[Movement], method: Method) -> Holding:
    """Run movements of one currency by day, those of one day in the order given; raise `Short`."""
    holding = Holding(method)
    for movement in sorted(movements, key=lambda one: (one.day, one.at)):
        holding.move(movement)
    return holding
