"""Rounding by name, once, from an exact number to minor units: of one amount, and of lines that must add up."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import floor
from typing import Final, Literal

Rounding = Literal["half-even", "half-up"]
HALF: Final = Fraction(1, 2)


def rounded(value: Fraction, rounding: Rounding) -> int:
    """Round to a whole number: halves to the even one (IEEE 754), or away from zero (EC 1103/97, Article 5)."""
    if rounding == "half-even":
        return round(value)
    whole = floor(abs(value) + HALF)
    return -whole if value < 0 else whole


def apportioned(values: Sequence[Fraction], rounding: Rounding) -> list[int]:
    """Round each so that together they are the rounded exact sum: method of largest remainders (Hamilton).

    Each is cut down to the next lower whole number; what is left goes one each to the largest remainders,
    ties to the earlier. No part moves by a whole unit.
    """
    wholes = [floor(value) for value in values]
    left = rounded(sum(values, Fraction(0)), rounding) - sum(wholes)
    order = sorted(range(len(values)), key=lambda at: (wholes[at] - values[at], at))
    for at in order[:left]:
        wholes[at] += 1
    return wholes
