"""What stands out: the rule as stated, and how often it takes nothing for something."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.analytics.model.anomalies import (
    EVIDENCE,
    Paid,
    judge,
    of_categories,
    of_payments,
    ranked,
)
from chalicelib.analytics.model.periods import span
from chalicelib.analytics.model.sums import TRANSFER, Cell, Sums
from chalicelib.kernel.clock import Period

MONTHS: Final = [str(one) for one in span(Period(2026, 11), 25)]


def paid(
    identity: str, minor: int, on: date, *, payee: str = "p", category: str | None = None
) -> Paid:
    return Paid(
        id=identity,
        on=on,
        minor=minor,
        currency="EUR",
        account_id="a",
        categories=frozenset({category}),
        payee_id=payee,
    )


def test_an_answer_spells_out_its_rule() -> None:
    before = [100, 110, 90, 105, 95, 100]

    assert (
        judge(160, before) is None
    )  # median 100, spread 15 of the floor, 4 of them above: the limit
    why = judge(161, before)

    assert why is not None
    assert (why.usual, why.spread, why.highest, why.limit, why.compared) == (100, 15, 110, 160, 6)
    assert why.score == pytest.approx(61 / 15)


def test_what_was_as_high_before_does_not_stand_out() -> None:
    assert judge(500, [100] * 11 + [450]) is None
    assert judge(600, [100] * 11 + [450]) is not None


def test_too_few_say_nothing() -> None:
    assert judge(10**9, [100] * 5) is None
    assert judge(10**9, [0] * 20) is None


@given(st.lists(st.integers(0, 10**38), max_size=40), st.integers(0, 10**38))
def test_any_amounts_are_judged(before: list[int], minor: int) -> None:
    why = judge(minor, before)

    if why is not None:
        assert minor > why.limit >= why.highest
        assert why.compared >= 6


Maker = Callable[[random.Random, int], Sequence[int]]


def lognormal(sigma: float) -> Maker:
    return lambda rng, count: [round(50_000 * rng.lognormvariate(0, sigma)) for _ in range(count)]


def now_and_then(rng: random.Random, count: int) -> Sequence[int]:
    return [
        0 if rng.random() < 0.4 else round(20_000 * rng.lognormvariate(0, 0.5))
        for _ in range(count)
    ]


def growing(rng: random.Random, count: int) -> Sequence[int]:
    return [round(30_000 * 1.02**at * rng.lognormvariate(0, 0.15)) for at in range(count)]


def many_purchases(rng: random.Random, count: int) -> Sequence[int]:
    return [
        sum(
            round(3_000 * rng.lognormvariate(0, 0.6)) for _ in range(max(0, round(rng.gauss(8, 3))))
        )
        for _ in range(count)
    ]


@pytest.mark.parametrize(
    ("make", "name", "false", "found"),
    [
        (lognormal(0.1), "varies by a tenth", 0.001, 0.99),
        (lognormal(0.25), "varies by a quarter", 0.006, 0.85),
        (lognormal(0.5), "varies by half", 0.025, 0.35),
        (growing, "grows by 2 % a month", 0.010, 0.95),
        (many_purchases, "many purchases", 0.010, 0.45),
        (now_and_then, "now and then", 0.015, 0.10),
    ],
)
def test_how_often_nothing_is_taken_for_something(
    make: Maker,
    name: str,
    false: float,
    found: float,
    record_property: Callable[[str, object], None],
) -> None:
    rng = random.Random(1)
    alarms = trebled = 0
    for _ in range(2_000):
        *before, last = make(rng, rng.randrange(7, 26))
        alarms += judge(last, before) is not None
        trebled += judge(3 * last, before) is not None

    said = f"spending that {name}: false alarms {alarms / 20:.2f} %, a trebled month found {trebled / 20:.0f} %"
    record_property("figure", said)
    assert alarms / 2_000 <= false
    assert trebled / 2_000 >= found


def test_a_categorys_month_stands_out_with_its_largest_payments() -> None:
    cells = [
        (Cell(month, "EUR", "food", "a"), Sums(0, 40_000 + at % 3 * 1_000, 9))
        for at, month in enumerate(MONTHS[5:-1])
    ]
    cells += [
        (Cell("2026-11", "EUR", "food", "a"), Sums(500, 60_000, 9)),
        (Cell("2026-11", "EUR", "food", "b"), Sums(0, 45_000, 1)),
        (Cell("2026-11", "EUR", TRANSFER, "b"), Sums(0, 10**9, 1)),
    ]
    payments = [paid(f"{at}", 1_000 * at, date(2026, 11, 2), category="food") for at in range(1, 9)]
    payments += [
        paid("other", 10**6, date(2026, 11, 2), category="fun"),
        paid("old", 10**6, date(2026, 10, 2), category="food"),
    ]

    (one,) = of_categories(cells, {}, MONTHS, payments)

    assert (one.kind, one.category_id, one.minor, one.why.compared) == (
        "category",
        "food",
        105_000,
        19,
    )
    assert one.evidence == ("8", "7", "6", "5", "4")
    assert len(one.evidence) == EVIDENCE


def test_a_payment_stands_out_among_those_to_its_payee() -> None:
    days = [date(2026, 11, 20) - timedelta(weeks=weeks) for weeks in range(12)]
    payments = [paid(str(day), 5_000, day) for day in days[1:]]
    payments += [
        paid("large", 25_000, days[0]),
        paid("once", 10**6, days[0], payee="q"),
    ]

    (one,) = of_payments(payments, "2026-11")

    assert (one.kind, one.minor, one.evidence, one.why.usual) == (
        "payment",
        25_000,
        ("large",),
        5_000,
    )
    assert of_payments(payments, "2026-10") == []


def test_what_stands_out_most_comes_first_and_keeps_its_id() -> None:
    def found(extra: int) -> list[str]:
        before = [
            (Cell(month, "EUR", name, "a"), Sums(0, 100, 1))
            for month in MONTHS[:-1]
            for name in ("food", "fun")
        ]
        now = [
            (Cell("2026-11", "EUR", "food", "a"), Sums(0, 500 + extra, 1)),
            (Cell("2026-11", "EUR", "fun", "a"), Sums(0, 900, 1)),
        ]
        return [one.id for one in ranked(of_categories([*before, *now], {}, MONTHS, []))]

    assert found(0) == found(1)
    assert found(0) == list(reversed(found(1_000)))
