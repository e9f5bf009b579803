"""The threshold over which a receipt is attached without asking: it learns from what its owner confirms.

It starts at 900 of 1,000, moves by at most 30 at a time, only after ten answers since the last move, and stays between
800 and 980. One wrong proposal above it raises it; only ten right ones in a row just below it lower it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from chalicelib.kernel.values import dataclass

START: Final = 900
LEAST: Final = 800
MOST: Final = 980
STEP: Final = 30
MIN_SAMPLES: Final = 10
_BAND: Final = 100
"""How far below the threshold answers speak for lowering it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """The threshold, and what was answered since it moved last: right and wrong ones above, and just below."""

    auto: int = START
    answers: int = 0
    wrong_above: int = 0
    right_below: int = 0
    wrong_below: int = 0


def learned(habit: Habit, score: int, *, right: bool) -> Habit:
    """Give the habit after an answer about a proposal of this score."""
    above = score >= habit.auto
    near = not above and score >= habit.auto - _BAND
    after = replace(
        habit,
        answers=habit.answers + 1,
        wrong_above=habit.wrong_above + (above and not right),
        right_below=habit.right_below + (near and right),
        wrong_below=habit.wrong_below + (near and not right),
    )
    if after.answers < MIN_SAMPLES:
        return after
    if after.wrong_above:
        return Habit(auto=min(MOST, after.auto + STEP))
    if after.right_below >= MIN_SAMPLES and not after.wrong_below:
        return Habit(auto=max(LEAST, after.auto - STEP))
    return Habit(auto=after.auto) if after.wrong_below else after
