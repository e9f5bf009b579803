"""What a decider says about two rows, and what its evidence is worth."""

from __future__ import annotations

from typing import Final, Literal

from chalicelib.kernel.values import dataclass

Kind = Literal["duplicate", "pending", "planned", "transfer", "refund"]
CERTAIN: Final = 20
"""Decibans from which a match is made without asking: 99 percent."""
PROPOSED: Final = 12
"""Decibans from which a match is proposed: 94 percent."""
CLEAR: Final = 6
"""Decibans by which the best of several possible matches must lead in order to be certain."""
FULL: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Two rows that belong together: `first` is the newcomer, the leg that leaves, or the refund."""

    kind: Kind
    first: str
    second: str
    points: int
    reason: str
    certain: bool
    amount: int = 0
    """Of a refund: how much of the purchase it gives back, in minor units."""

    @property
    def confidence(self) -> int:
        """How sure that is, in percent; what is not certain is never 99."""
        sure = round(100 / (1 + 10 ** (-self.points / 10)))
        return sure if self.certain else min(sure, 98)


@dataclass(frozen=True, slots=True)
class Edge:
    """A possible match: two rows, what speaks for it, and why."""

    first: str
    second: str
    points: int
    reason: str
    kind: Kind
    twin: object = None
    """Edges between rows that nobody can tell apart have the same; which of them is taken does not matter."""


def pair_key(first: str, second: str) -> frozenset[str]:
    """Give what names a pair whichever way round; rejections are remembered by it."""
    return frozenset((first, second))
