"""Two legs of one's own money: what leaves an account and what arrives in another.

Same currency to the cent or less a fee; other currencies within a tolerance of the day's rate. Legs are
joined so that all of them together fit best, each leg once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Final

from chalicelib.expenses.model.pairing.assignment import assign, clear
from chalicelib.expenses.model.pairing.candidate import Candidate, Days
from chalicelib.expenses.model.pairing.evidence import by_distance
from chalicelib.expenses.model.pairing.names import EARNING_WORDS, REFUND_WORDS, TRANSFER_WORDS
from chalicelib.expenses.model.pairing.proposals import CERTAIN, PROPOSED, Edge, Proposal, pair_key

Convert = Callable[[int, str, str, int], int | None]
"""Minor units, from, to, day: what that is worth at the day's rate, or None where there is no rate."""
BEFORE: Final = 2
"""Days that an arrival may be booked before its departure."""
AFTER: Final = 5
_FEE: Final = 2
"""Percent that may be missing of a transfer in one currency."""
_MOST_FEE: Final = 5_000
_SPREAD: Final = 5
"""Percent that a bank's rate may differ from the day's rate."""
_OWN_LEAST: Final = 3
"""Legs with a counterpart that make a name one's own."""
_DAYS: Final = (-2, 1, 7, 6, 4, 2, 0, -3)


def join(
    rows: Sequence[Candidate],
    *,
    convert: Convert,
    names: Mapping[str, frozenset[str]],
    rejected: Collection[frozenset[str]] = (),
) -> list[Proposal]:
    """Propose pairs of legs; `names` has the words of each account's own name."""
    legs = [row for row in rows if row.amount and row.status not in {"planned", "pending"}]
    scene = _Scene(legs, convert, names)
    edges = [
        edge
        for row in legs
        if row.amount < 0
        for edge in scene.edges(row)
        if pair_key(edge.first, edge.second) not in rejected
    ]
    chosen = assign(edges)
    plain = clear(chosen, edges)
    return [
        Proposal(
            kind="transfer",
            first=edge.first,
            second=edge.second,
            points=edge.points,
            reason=edge.reason,
            certain=edge.points >= CERTAIN and (edge.first, edge.second) in plain,
        )
        for edge in chosen
        if edge.points >= PROPOSED
    ]


class _Scene:
    """The legs of one look, and the names under which their owner appears."""

    def __init__(
        self, legs: Sequence[Candidate], convert: Convert, names: Mapping[str, frozenset[str]]
    ) -> None:
        self._arriving = Days((row.currency, row) for row in legs if row.amount > 0)
        self._currencies = sorted({row.currency for row in legs})
        self._convert = convert
        self._names = names
        self._own = self._own_names(legs)

    def edges(self, leaving: Candidate) -> Iterator[Edge]:
        """Give the possible pairs of a leaving leg that something speaks for."""
        for other, worth, reason in self._pairs(leaving):
            day = by_distance(other.day - leaving.day + BEFORE, _DAYS)
            if day is None:
                continue
            points = worth + day + self._of_texts(leaving, other)
            if points > 0:
                twin = (leaving.content, other.content)
                yield Edge(leaving.id, other.id, points, reason, "transfer", twin)

    def _pairs(self, leaving: Candidate) -> Iterator[tuple[Candidate, int, str]]:
        for currency in self._currencies:
            near = self._arriving.within(currency, leaving.day - BEFORE, leaving.day + AFTER)
            for other in near:
                if other.account_id != leaving.account_id:
                    found = _of_amounts(leaving, other, self._convert)
                    if found is not None:
                        yield other, *found

    def _own_names(self, legs: Sequence[Candidate]) -> frozenset[str]:
        """Find the names that stand on legs of one's own: most of their rows have a counterpart."""
        paired: dict[str, set[str]] = {}
        for row in legs:
            if row.amount < 0:
                for other, _, _ in self._pairs(row):
                    for leg in (row, other):
                        paired.setdefault(leg.texts.key, set()).add(leg.id)
        often = {key: len(ids) for key, ids in paired.items() if len(ids) >= _OWN_LEAST}
        if not often:
            return frozenset()
        seen = Counter(row.texts.key for row in legs if row.texts.key)
        return frozenset(key for key, count in often.items() if 5 * count >= 4 * seen[key])

    def _of_texts(self, leaving: Candidate, other: Candidate) -> int:
        """Say what the words on both legs say; a shop or an employer is nobody's own account."""
        signs = [self._own_sign(leaving, other), self._own_sign(other, leaving)]
        points = sum(signs) if any(sign > 0 for sign in signs) else -10 + min(signs)
        if other.texts.words & EARNING_WORDS:
            points -= 10
        if other.texts.words & REFUND_WORDS:
            points -= 6
        return points + (14 if leaving.texts.references & other.texts.references else 0)

    def _own_sign(self, row: Candidate, there: Candidate) -> int:
        points = 0
        if row.texts.words & TRANSFER_WORDS or row.filed_as == "transfer":
            points += 7
        if row.texts.words & self._names.get(there.account_id, frozenset()):
            points += 6
        if row.texts.key in self._own:
            points += 7
        return points - (12 if row.filed_as in {"expense", "income"} else 0)


def _of_amounts(leaving: Candidate, other: Candidate, convert: Convert) -> tuple[int, str] | None:
    sent, came = -leaving.amount, other.amount
    if leaving.currency == other.currency:
        if sent == came:
            return 9 if sent % 100 else 3, "same-amount"
        fee = sent - came
        if 0 < fee <= _MOST_FEE and 100 * fee <= _FEE * sent:
            return -4, "less-a-fee"
        return None
    for original, same in ((leaving.original, other), (other.original, leaving)):
        if original is not None and original == (abs(same.amount), same.currency):
            return 10, "original-amount"
    worth = convert(sent, leaving.currency, other.currency, leaving.day)
    if worth is None or 100 * abs(worth - came) > _SPREAD * worth:
        return None
    return (4 if 100 * abs(worth - came) <= 2 * worth else 1), "day-rate"
