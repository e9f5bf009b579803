"""The best matches together: against trying everything, and in bounded time."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.model.pairing.assignment import assign, clear
from chalicelib.expenses.model.pairing.proposals import Edge


def edge(first: int, second: int, points: int, twin: object = None) -> Edge:
    return Edge(f"l{first}", f"r{second}", points, "why", "transfer", twin)


def best_sum(table: list[list[int]]) -> int:
    size = max(len(table), len(table[0]) if table else 0)
    square = [[max(0, one) for one in line] + [0] * (size - len(line)) for line in table]
    square += [[0] * size for _ in range(size - len(square))]
    return max(
        (sum(square[at][to] for at, to in enumerate(order)) for order in permutations(range(size))),
        default=0,
    )


@given(
    st.integers(1, 5).flatmap(
        lambda wide: st.lists(
            st.lists(st.integers(-9, 40), min_size=wide, max_size=wide), min_size=1, max_size=5
        )
    )
)
def test_no_other_choice_is_worth_more(table: list[list[int]]) -> None:
    edges = [edge(at, to, one) for at, line in enumerate(table) for to, one in enumerate(line)]

    chosen = assign(edges)

    assert len({one.first for one in chosen}) == len({one.second for one in chosen}) == len(chosen)
    assert sum(one.points for one in chosen) == best_sum(table)


def test_the_first_does_not_take_what_another_needs() -> None:
    edges = [edge(1, 1, 20), edge(1, 2, 18), edge(2, 1, 19)]

    assert {(one.first, one.second) for one in assign(edges)} == {("l1", "r2"), ("l2", "r1")}


def test_a_match_with_a_near_rival_is_not_clear() -> None:
    edges = [edge(1, 1, 22), edge(1, 2, 20), edge(3, 3, 22)]

    assert clear(assign(edges), edges) == {("l3", "r3")}


def test_a_rival_with_a_much_better_match_of_its_own_does_not_count() -> None:
    edges = [edge(1, 1, 22), edge(1, 2, 20), edge(2, 2, 40)]

    assert clear(assign(edges), edges) == {("l1", "r1"), ("l2", "r2")}


def test_rows_that_nobody_can_tell_apart_are_no_rivals() -> None:
    edges = [edge(1, 1, 22, "twin"), edge(1, 2, 22, "twin")]

    assert len(clear(assign(edges), edges)) == 1


def test_a_tangle_of_hundreds_of_rows_is_solved_from_its_best_match_on() -> None:
    edges = [edge(at, to, 1 + (at * to) % 50) for at in range(150) for to in range(150)]

    assert len(assign(edges)) == 150
