"""What days, names and amounts say, in decibans; every decider asks the same questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from chalicelib.expenses.model.pairing.candidate import Candidate, Days
from chalicelib.expenses.model.pairing.names import GENERIC_WORDS, alike

_HABIT: Final = 21
"""Days around a row in which the same amount at the same place makes a habit."""


def by_distance(distance: int, scale: Sequence[int]) -> int | None:
    """Read what so many days between two rows say; further than the scale goes is out of the question."""
    return scale[distance] if 0 <= distance < len(scale) else None


def of_names(first: Candidate, second: Candidate, *, same: int, close: int, unlike: int) -> int:
    """Say what the names are worth; a row that names nobody says nothing."""
    percent = alike(first.texts.key, second.texts.key)
    if percent is None:
        return 0
    if percent >= 90:
        return same
    if percent >= 60:
        return close
    shared = first.texts.words & second.texts.words
    if any(len(word) > 4 for word in shared):
        return close // 2
    named = first.texts.key in GENERIC_WORDS or second.texts.key in GENERIC_WORDS
    return 0 if named else unlike


def names_agree(first: Candidate, second: Candidate) -> bool:
    """Tell whether two rows name the same house, perhaps cut off."""
    percent = alike(first.texts.key, second.texts.key)
    return percent is not None and percent >= 60


def of_references(first: Candidate, second: Candidate) -> int:
    """Say what a shared order or booking number is worth."""
    return 20 if first.texts.references & second.texts.references else 0


class Amounts:
    """How often an amount comes along in an account: a rare one says much, a habit nothing."""

    def __init__(self, rows: Iterable[Candidate]) -> None:
        """Count amounts by account and day."""
        self._days = Days(((row.account_id, row.currency, row.amount), row) for row in rows)
        self._known: dict[tuple[str, str, int, int], int] = {}

    def rarity(self, row: Candidate) -> int:
        """Say in decibans what it means that another row has this one's amount; worked out once a day."""
        place = (row.account_id, row.currency, row.amount, row.day)
        if place not in self._known:
            self._known[place] = self._rarity(row)
        return self._known[place]

    def _rarity(self, row: Candidate) -> int:
        group = (row.account_id, row.currency, row.amount)
        near = self._days.within(group, row.day - _HABIT, row.day + _HABIT)
        days = {one.day for one in near if abs(one.day - row.day) > 4}
        if len(days) > 1:
            return -8
        if days:
            return -3
        return 6 if row.amount % 100 else 2
