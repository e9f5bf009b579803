"""Which transaction a receipt belongs to, and what may be decided without asking."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.model.receipts.draft import Draft, Read
from chalicelib.expenses.model.receipts.learning import (
    LEAST,
    MIN_SAMPLES,
    MOST,
    START,
    STEP,
    Habit,
    learned,
)
from chalicelib.expenses.model.receipts.matching import (
    MOST_PROPOSED,
    Candidate,
    Decision,
    decide,
    name_score,
)
from chalicelib.kernel.money import Money

DAY = date(2026, 11, 2)
RECEIPT = Draft(
    merchant=Read("Corner Bakery Ltd", 80),
    bought_on=Read(DAY, 90),
    total_minor=Read(1_568, 95),
    tax_minor=Read(250, 90),
    currency=Read("EUR", 95),
)


def paid(
    minor: int = -1_568, *, days: int = 1, payee: str = "CORNER BAKERY 0412", **more: object
) -> Candidate:
    currency = str(more.pop("currency", "EUR"))
    original = more.pop("original", None)
    assert original is None or isinstance(original, Money)
    return Candidate(
        id=str(more.pop("id", "a")),
        amount=Money(minor, currency),
        booked_on=DAY + timedelta(days=days),
        payee=payee,
        original=original,
    )


def decided(
    *candidates: Candidate, receipt: Draft = RECEIPT, auto: int = START, **rates: int
) -> Decision:
    return decide(receipt, candidates, rates=rates, auto=auto)


def test_the_very_amount_with_name_and_day_is_certain() -> None:
    found = decided(paid())

    assert found.certain is not None
    assert (found.certain.exact, found.certain.amount) == (True, 1_000)


@pytest.mark.parametrize(
    ("candidate", "receipt"),
    [
        (paid(payee="Hardware Store"), RECEIPT),
        (paid(payee=""), RECEIPT),
        (paid(days=8), RECEIPT),
        (paid(-1_570), RECEIPT),
        (paid(-1_318), RECEIPT),
        (paid(-1_818), RECEIPT),
        (paid(), replace(RECEIPT, total_minor=Read(1_568, 60))),
        (paid(), replace(RECEIPT, bought_on=None)),
        (paid(), replace(RECEIPT, merchant=None)),
    ],
    ids=[
        "name",
        "no name",
        "late",
        "rounded",
        "net",
        "with tax on top",
        "unsure",
        "no day",
        "no merchant",
    ],
)
def test_what_is_not_certain_is_proposed(candidate: Candidate, receipt: Draft) -> None:
    found = decided(candidate, receipt=receipt)

    assert found.certain is None
    assert [one.transaction_id for one in found.proposed] == ["a"]


@pytest.mark.parametrize(
    "candidate",
    [
        paid(1_568),
        paid(-1_200),
        paid(-3_000),
        paid(days=-3),
        paid(days=15),
        paid(-1_568, currency="USD"),
    ],
    ids=["income", "less", "more", "before", "much later", "another currency without a rate"],
)
def test_what_cannot_be_is_not_mentioned(candidate: Candidate) -> None:
    assert decided(candidate).proposed == ()


def test_two_equal_purchases_are_never_decided_without_asking() -> None:
    found = decided(paid(id="a"), paid(id="b"), paid(id="c", days=5))

    assert found.certain is None
    assert [one.transaction_id for one in found.proposed] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("minor", "fits"),
    [(-1_700, True), (-1_734, True), (-1_666, True), (-1_736, False), (-1_660, False)],
)
def test_another_currency_may_differ_by_two_percent_of_the_days_rate(
    minor: int, *, fits: bool
) -> None:
    found = decided(paid(minor, currency="USD"), USD=1_700)

    assert bool(found.proposed) is fits
    assert found.certain is None


def test_an_original_amount_is_as_good_as_the_booked_one() -> None:
    found = decided(paid(-1_699, currency="USD", original=Money(-1_568, "EUR")))

    assert found.certain is not None


def test_a_tip_is_proposed() -> None:
    assert decided(paid(-1_800)).proposed


@pytest.mark.parametrize(
    ("merchant", "payee", "least", "most"),
    [
        ("MUSTERMARKT GmbH", "MUSTERMARKT SAGT DANKE//HAMBURG/DE", 600, 1_000),
        ("Northwind Gear", "PAYPAL *NORTHWIND", 500, 1_000),
        ("Bakery", "Corner Bakery", 500, 1_000),
        ("Mustermarkt", "MUSTERMRKT 12", 750, 1_000),
        ("Corner Bakery", "Hardware Store", 0, 200),
        ("", "Corner Bakery", 0, 0),
    ],
)
def test_names_are_alike_as_people_see_them(
    merchant: str, payee: str, least: int, most: int
) -> None:
    assert least <= name_score(merchant, payee) <= most


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_names_have_a_score(one: str, other: str) -> None:
    assert 0 <= name_score(one, other) <= 1_000


@given(
    st.lists(
        st.tuples(st.integers(-3_000, 3_000), st.integers(-5, 20), st.sampled_from(("EUR", "USD"))),
        max_size=12,
    ),
    st.integers(LEAST, MOST),
)
def test_a_decision_is_never_against_its_own_rules(
    rows: list[tuple[int, int, str]], auto: int
) -> None:
    some = [
        paid(minor, days=days, currency=code, id=str(n))
        for n, (minor, days, code) in enumerate(rows)
    ]

    found = decided(*some, auto=auto, USD=1_700)

    assert len(found.proposed) <= MOST_PROPOSED
    scores = [one.score for one in found.proposed]
    assert scores == sorted(scores, reverse=True)
    if found.certain is not None:
        assert found.certain == found.proposed[0]
        assert found.certain.exact
        assert found.certain.score >= auto


# --- the threshold


@given(st.lists(st.tuples(st.integers(0, 1_000), st.booleans()), max_size=200))
def test_the_threshold_moves_in_small_steps_within_bounds(answers: list[tuple[int, bool]]) -> None:
    habit, since = Habit(), 0
    for score, right in answers:
        before, habit = habit, learned(habit, score, right=right)
        since += 1
        moved = abs(habit.auto - before.auto)
        assert LEAST <= habit.auto <= MOST
        assert moved <= STEP
        if moved:
            assert since >= MIN_SAMPLES
            since = 0


@given(st.lists(st.tuples(st.integers(0, 1_000), st.booleans()), max_size=60), st.integers(0, 59))
def test_one_more_wrong_answer_never_makes_it_bolder(
    answers: list[tuple[int, bool]], place: int
) -> None:
    def end(some: list[tuple[int, bool]]) -> int:
        habit = Habit()
        for score, right in some[:MIN_SAMPLES]:
            habit = learned(habit, score, right=right)
        return habit.auto

    worse = [(score, right and at != place) for at, (score, right) in enumerate(answers)]

    assert end(worse) >= end(answers)


def test_ten_right_proposals_just_below_make_it_bolder_and_a_wrong_one_above_more_careful() -> None:
    bold = Habit()
    for _ in range(MIN_SAMPLES):
        bold = learned(bold, START - 20, right=True)
    careful = learned(Habit(answers=MIN_SAMPLES - 1), START + 10, right=False)

    assert (bold.auto, careful.auto) == (START - STEP, START + STEP)
