"""One use per row: the matches that are worth most together, not those that came first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from chalicelib.expenses.model.pairing.proposals import CLEAR, Edge

_LARGEST: Final = 24
"""Rows on a side of one tangle that are solved exactly; a larger one is solved from its best match on."""


def assign(edges: Iterable[Edge]) -> list[Edge]:
    """Choose edges that share no row, with the largest sum of points; worthless ones are never taken."""
    chosen: list[Edge] = []
    for tangle in _tangles([edge for edge in edges if edge.points > 0]):
        lefts = {edge.first for edge in tangle}
        rights = {edge.second for edge in tangle}
        small = max(len(lefts), len(rights)) <= _LARGEST
        chosen += _exactly(tangle) if small else _best_first(tangle)
    return chosen


def clear(chosen: Sequence[Edge], edges: Iterable[Edge]) -> set[tuple[str, str]]:
    """Name the chosen edges that no other possible match comes near.

    A rival counts unless the row that it would take is explained much better by its own match, or the
    rows cannot be told apart anyhow.
    """
    best = {("<", edge.first): edge for edge in chosen}
    best |= {(">", edge.second): edge for edge in chosen}
    unclear: set[tuple[str, str]] = set()
    for edge in edges:
        mine, theirs = best.get(("<", edge.first)), best.get((">", edge.second))
        for one, other in ((mine, theirs), (theirs, mine)):
            if one is None or one is edge or (edge.twin is not None and edge.twin == one.twin):
                continue
            explained = other is not None and other.points >= edge.points + CLEAR
            if not explained and edge.points > one.points - CLEAR:
                unclear.add((one.first, one.second))
    return {(edge.first, edge.second) for edge in chosen} - unclear


def _tangles(edges: Sequence[Edge]) -> list[list[Edge]]:
    """Part edges into groups that share no row."""
    above: dict[str, str] = {}

    def root(node: str) -> str:
        while above.setdefault(node, node) != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    for edge in edges:
        above[root("<" + edge.first)] = root(">" + edge.second)
    groups: dict[str, list[Edge]] = {}
    for edge in edges:
        groups.setdefault(root("<" + edge.first), []).append(edge)
    return list(groups.values())


def _best_first(edges: Sequence[Edge]) -> list[Edge]:
    used: set[str] = set()
    chosen = []
    for edge in sorted(edges, key=lambda edge: (-edge.points, edge.first, edge.second)):
        ends = {"<" + edge.first, ">" + edge.second}
        if not used & ends:
            used |= ends
            chosen.append(edge)
    return chosen


def _exactly(edges: Sequence[Edge]) -> list[Edge]:
    """Solve a small tangle by augmenting along cheapest paths (the Hungarian method)."""
    if len(edges) == 1:
        return list(edges)
    lefts = sorted({edge.first for edge in edges})
    rights = sorted({edge.second for edge in edges})
    best: dict[tuple[str, str], Edge] = {}
    for edge in edges:
        known = best.get((edge.first, edge.second))
        if known is None or known.points < edge.points:
            best[edge.first, edge.second] = edge
    size = max(len(lefts), len(rights))
    costs = [[0] * size for _ in range(size)]
    for row, left in enumerate(lefts):
        for column, right in enumerate(rights):
            if (found := best.get((left, right))) is not None:
                costs[row][column] = -found.points
    return _named(_cheapest(costs), lefts, rights, best)


def _named(
    places: Mapping[int, int],
    lefts: Sequence[str],
    rights: Sequence[str],
    best: Mapping[tuple[str, str], Edge],
) -> list[Edge]:
    return [
        best[lefts[row], rights[column]]
        for column, row in sorted(places.items())
        if row < len(lefts) and column < len(rights) and (lefts[row], rights[column]) in best
    ]


def _cheapest(costs: Sequence[Sequence[int]]) -> dict[int, int]:
    """Give for each column of a square table the row that it gets, at the least total cost."""
    size = len(costs)
    by_row, by_column = [0] * (size + 1), [0] * (size + 1)
    taken = [0] * (
        size + 1
    )  # the row (from 1) of each column (from 1); column 0 is where a row waits
    for row in range(1, size + 1):
        taken[0] = row
        came = _augment(costs, by_row, by_column, taken)
        column = came.pop()
        while column:
            taken[column] = taken[came[column]]
            column = came[column]
    return {column - 1: taken[column] - 1 for column in range(1, size + 1)}


def _augment(
    costs: Sequence[Sequence[int]], by_row: list[int], by_column: list[int], taken: list[int]
) -> list[int]:
    """Find the cheapest way to a free column: the columns it came from, and last the free one."""
    size = len(costs)
    least = [1 << 60] * (size + 1)
    came, seen = [0] * (size + 1), [False] * (size + 1)
    column = 0
    while taken[column]:
        seen[column] = True
        row = taken[column]
        step, nearest = 1 << 60, 0
        for other in range(1, size + 1):
            if seen[other]:
                continue
            cost = costs[row - 1][other - 1] - by_row[row] - by_column[other]
            if cost < least[other]:
                least[other], came[other] = cost, column
            if least[other] < step:
                step, nearest = least[other], other
        for other in range(size + 1):
            if seen[other]:
                by_row[taken[other]] += step
                by_column[other] -= step
            else:
                least[other] -= step
        column = nearest
    return [*came, column]
