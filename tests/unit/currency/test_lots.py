"""Gains on held currency: what was sold, which lot it came from, and that no cost gets lost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.currency.model.lots import Method, Movement, Short, hold

DAY = date(2026, 1, 1)


def moves(*pairs: tuple[int, int]) -> list[Movement]:
    """Units and worth, one a day."""
    return [
        Movement(at=at, day=DAY + timedelta(days=at), units=units, worth=worth)
        for at, (units, worth) in enumerate(pairs)
    ]


BOUGHT_TWICE_SOLD_ONCE = ((100, 1_000), (100, 1_200), (-150, 2_100))


@pytest.mark.parametrize(
    ("method", "cost", "gain", "left"),
    [
        # first lot whole (1,000) and half of the second (600)
        ("fifo", 1_600, 500, (50, 600)),
        # 2,200 for 200 is 11 each: 150 cost 1,650
        ("average", 1_650, 450, (50, 550)),
    ],
)
def test_a_sale_takes_its_cost_from_the_lots(
    method: Method, cost: int, gain: int, left: tuple[int, int]
) -> None:
    holding = hold(moves(*BOUGHT_TWICE_SOLD_ONCE), method)

    (sale,) = holding.disposals
    assert (sale.cost, sale.gain) == (cost, gain)
    assert (holding.units, holding.cost) == left


def test_first_in_first_out_names_the_lots() -> None:
    (sale,) = hold(moves(*BOUGHT_TWICE_SOLD_ONCE), "fifo").disposals

    assert [(one.acquired, one.units, one.cost) for one in sale.taken] == [
        (DAY, 100, 1_000),
        (DAY + timedelta(days=1), 50, 600),
    ]


def test_a_loss_is_below_zero() -> None:
    assert hold(moves((100, 1_000), (-100, 900)), "fifo").gain == -100


def test_more_than_was_held_cannot_go_out() -> None:
    with pytest.raises(Short) as refused:
        hold(moves((100, 1_000), (-60, 700), (-41, 500)), "average")

    assert refused.value.at == 2


def test_the_day_counts_and_not_the_place_in_the_list() -> None:
    late, early = (
        Movement(at=0, day=DAY + timedelta(days=1), units=-5, worth=9),
        Movement(at=1, day=DAY, units=5, worth=7),
    )

    assert hold([late, early], "fifo").gain == 2


LIVES = st.lists(
    st.tuples(st.integers(1, 10**9), st.integers(0, 10**9), st.integers(0, 100)),
    min_size=1,
    max_size=30,
)


@given(LIVES, st.sampled_from(["fifo", "average"]))
def test_no_minor_unit_of_cost_is_lost_or_made(
    lives: list[tuple[int, int, int]], method: Method
) -> None:
    """Each step buys, and then sells some percent of what is held."""
    held, pairs = 0, []
    for units, worth, percent in lives:
        pairs.append((units, worth))
        held += units
        out = held * percent // 100
        if out:
            pairs.append((-out, worth))
            held -= out
    holding = hold(moves(*pairs), method)

    paid = sum(worth for units, worth in pairs if units > 0)
    fetched = sum(worth for units, worth in pairs if units < 0)
    assert holding.units == held
    assert paid == holding.cost + sum(one.cost for one in holding.disposals)
    assert holding.gain == fetched - (paid - holding.cost)
    for sale in holding.disposals:
        assert sum(one.units for one in sale.taken) == -sale.movement.units
        assert sum(one.cost for one in sale.taken) == sale.cost
    assert all(lot.units > 0 and lot.cost >= 0 for lot in holding.lots)


@given(LIVES)
def test_when_all_is_sold_both_methods_agree(lives: list[tuple[int, int, int]]) -> None:
    pairs = [(units, worth) for units, worth, _ in lives]
    pairs.append((-sum(units for units, _ in pairs), 10**9))

    assert hold(moves(*pairs), "fifo").gain == hold(moves(*pairs), "average").gain
