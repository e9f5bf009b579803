"""Money that comes back: from which earlier purchase, whole, in part, or several times for one purchase."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from chalicelib.expenses.model.pairing.assignment import assign, clear
from chalicelib.expenses.model.pairing.candidate import Candidate, Days
from chalicelib.expenses.model.pairing.evidence import of_references
from chalicelib.expenses.model.pairing.names import EARNING_WORDS, REFUND_WORDS, alike
from chalicelib.expenses.model.pairing.proposals import CERTAIN, PROPOSED, Edge, Proposal, pair_key

BACK: Final = 120
"""Days that a purchase may lie before its refund."""
_MOST_CHOICES: Final = 40
_DOUBTFUL: Final = 9
"""Decibans at most where several purchases might be meant and no number says which."""


def link(
    rows: Sequence[Candidate],
    *,
    given_back: Mapping[str, int],
    rejected: Collection[frozenset[str]] = (),
) -> list[Proposal]:
    """Propose for each refund its purchase; `given_back` has what purchases already got back, in minor units."""
    booked = [row for row in rows if row.status not in {"planned", "pending"}]
    coming = [row for row in booked if row.amount > 0 and row.texts.key and not _is_earned(row)]
    left = {row.id: -row.amount - given_back.get(row.id, 0) for row in booked if row.amount < 0}
    able = [row for row in _in_question(booked, coming, left) if row.texts.key]
    bought = Days((group, row) for row in able for group in _groups(row))
    edges = [
        edge
        for row in coming
        for edge in _edges(row, bought, left)
        if pair_key(edge.first, edge.second) not in rejected
    ]
    amounts = {row.id: row.amount for row in coming}
    return _whole(edges, amounts, left)


def _in_question(
    rows: Sequence[Candidate], coming: Sequence[Candidate], left: Mapping[str, int]
) -> Iterator[Candidate]:
    """Give the purchases that any of the refunds might be for by amount and day, before a text is read."""
    asked: dict[str, tuple[int, int, int]] = {}
    for row in coming:
        amount, first, last = asked.get(row.currency, (row.amount, row.day, row.day))
        asked[row.currency] = (min(amount, row.amount), min(first, row.day), max(last, row.day))
    for row in rows:
        if row.amount < 0 and row.currency in asked:
            amount, first, last = asked[row.currency]
            if left[row.id] >= amount and first - BACK <= row.day <= last:
                yield row


def _is_earned(row: Candidate) -> bool:
    """A salary or a bonus comes from people one also buys from."""
    return row.filed_as == "income" or bool(row.texts.words & EARNING_WORDS)


def _groups(row: Candidate) -> list[tuple[str, str]]:
    """Give where a purchase of the same shop stands: by how its name begins, or by an order number."""
    return [(row.currency, one) for one in (row.texts.key[:3], *row.texts.references)]


def _same_shop(row: Candidate, one: Candidate) -> bool:
    names = (alike(row.texts.key, one.texts.key) or 0) >= 80
    return names or bool(row.texts.references & one.texts.references)


def _edges(row: Candidate, bought: Days, left: Mapping[str, int]) -> Iterator[Edge]:
    near = {
        one.id: one
        for group in _groups(row)
        for one in bought.within(group, row.day - BACK, row.day)
        if left[one.id] >= row.amount and _same_shop(row, one)
    }
    choices = sorted(near.values(), key=lambda one: (one.day, one.id))[-_MOST_CHOICES:]
    whole = sum(left[one.id] == row.amount for one in choices)
    for one in choices:
        exact = left[one.id] == row.amount
        points = _points(row, one, exact=exact)
        rivals = whole if exact else len(choices)
        if rivals > 1 and not row.texts.references & one.texts.references:
            points = min(points, _DOUBTFUL)
        if points > 0:
            reason = "whole" if exact else "part"
            yield Edge(row.id, one.id, points, reason, "refund", (row.content, one.content))


def _points(row: Candidate, one: Candidate, *, exact: bool) -> int:
    points = 10 if row.texts.words & REFUND_WORDS else 2
    points += 3 * sum(leg.filed_as == "expense" for leg in (row, one))
    points += 3 if row.account_id == one.account_id else -6
    points += _of_day(row.day - one.day) + of_references(row, one)
    if not exact:
        return points + 3
    return points + (11 if row.amount % 100 else 3)  # friends pay round sums back


def _of_day(distance: int) -> int:
    if distance <= 30:
        return 3
    return 0 if distance <= 60 else -3


def _whole(
    edges: Sequence[Edge], amounts: Mapping[str, int], left: dict[str, int]
) -> list[Proposal]:
    """Take whole refunds first, so that they fit best together, then parts while something is left."""
    exact = [edge for edge in edges if edge.reason == "whole"]
    chosen = assign(exact)
    plain = clear(chosen, edges)
    found = []
    done: set[str] = set()
    parts = sorted(
        (edge for edge in edges if edge.reason == "part"),
        key=lambda edge: (-edge.points, edge.first, edge.second),
    )
    for edge in [*chosen, *parts]:
        amount = amounts[edge.first]
        if edge.points < PROPOSED or edge.first in done or left[edge.second] < amount:
            continue
        done.add(edge.first)
        left[edge.second] -= amount
        is_clear = (edge.first, edge.second) in plain or _leads(edge, edges)
        found.append(
            Proposal(
                kind="refund",
                first=edge.first,
                second=edge.second,
                points=edge.points,
                reason=edge.reason,
                certain=edge.points >= CERTAIN and is_clear,
                amount=amount,
            )
        )
    return found


def _leads(edge: Edge, edges: Sequence[Edge]) -> bool:
    """Tell whether a part has no other purchase that it might be of."""
    return all(
        one.second == edge.second or one.points <= edge.points - 6
        for one in edges
        if one.first == edge.first
    )
