from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.model.categories import Category
from chalicelib.expenses.model.judging import Confusion, figures, filed, judged
from chalicelib.expenses.model.transactions import Filing, SetBy

TREE = {
    one.id: one
    for one in (
        Category("food", "Food", "expense"),
        Category("cafes", "Cafes", "expense", parent_id="food"),
        Category("rent", "Rent", "expense"),
        Category("pay", "Pay", "income"),
    )
}


def guess(category_id: str | None, sure: int = 80, by: SetBy = "learned") -> Filing:
    if category_id is None:
        return Filing(category_id=None, by="none")
    return Filing(category_id=category_id, by=by, confidence=sure)


def counted(*pairs: tuple[str | None, str | None]) -> Counter[str]:
    counts = Counter[str]()
    for said, right in pairs:
        counts.update(judged(guess(said), right))
    return counts


def test_the_figures_are_those_of_the_textbook() -> None:
    counts = counted(
        ("food", "food"), ("food", "food"), ("food", "cafes"), ("rent", "food"), (None, "rent")
    )

    made = figures(counts, TREE)

    assert (made.judged, made.guessed, made.right) == (5, 4, 2)
    assert (made.accuracy, made.branch_accuracy, made.null_accuracy) == (0.5, 0.75, 0.6)
    by_id = {one.category_id: one.rates for one in made.categories}
    assert (by_id["food"].precision, by_id["food"].recall) == (2 / 3, 2 / 3)
    assert (by_id["cafes"].precision, by_id["cafes"].recall, by_id["cafes"].f1) == (None, 0.0, 0.0)
    assert (by_id["rent"].precision, by_id["rent"].recall) == (0.0, 0.0)
    assert "pay" not in by_id
    assert made.macro.f1 == pytest.approx(2 / 9)
    assert made.calibration_error == pytest.approx(0.3)
    assert made.confusions[0] in {Confusion("food", "cafes", 1), Confusion("rent", "food", 1)}


def test_without_counts_every_rate_is_unknown() -> None:
    made = figures({}, TREE)

    assert made.accuracy is made.null_accuracy is made.coverage is made.calibration_error is None
    assert (made.macro.f1, made.categories, made.confusions) == (None, (), ())


def test_only_what_the_categoriser_said_is_judged() -> None:
    assert judged(Filing(category_id="food", by="rule", confidence=100), "rent") == {}
    assert judged(Filing(category_id="food", by="user"), "rent") == {}
    assert judged(guess(None), "rent") != {}


def test_coverage_counts_lines_that_no_rule_filed() -> None:
    filings = [guess("food"), guess("food", by="mcc"), guess(None), guess("food", by="rule")]
    user = Filing(category_id="food", by="user")

    made = figures(filed([*filings, user]), TREE)

    assert made.coverage == pytest.approx(2 / 3)
    assert made.filed == {"rule": 1, "learned": 1, "mcc": 1, "prior": 0, "none": 1}


def test_a_category_that_is_gone_counts_in_the_totals_alone() -> None:
    made = figures(counted(("gone", "food"), ("gone", "gone")), TREE)

    assert (made.guessed, made.right) == (2, 1)
    assert [one.category_id for one in made.categories] == ["food"]
    assert made.confusions == ()


PAIRS = st.lists(
    st.tuples(st.sampled_from([*TREE, None]), st.sampled_from([*TREE, None])), max_size=40
)


@given(PAIRS)
def test_a_full_month_still_counts_what_is_right(
    pairs: list[tuple[str | None, str | None]],
) -> None:
    full = Counter[str]()
    for said, right in pairs:
        full.update(judged(guess(said), right, known=()))

    plain, short = figures(counted(*pairs), TREE), figures(full, TREE)

    assert (short.judged, short.guessed) == (plain.judged, plain.guessed)
    assert (short.right, short.calibration_error) == (plain.right, plain.calibration_error)


@given(PAIRS)
def test_rates_are_shares_and_a_right_guess_is_under_its_branch(
    pairs: list[tuple[str | None, str | None]],
) -> None:
    made = figures(counted(*pairs), TREE)

    rates = (made.accuracy, made.branch_accuracy, made.null_accuracy, made.macro.f1)
    assert all(0 <= rate <= 1 for rate in rates if rate is not None)
    assert made.right <= made.right_branch <= made.guessed <= made.judged
    assert sum(one.count for one in made.steps) == made.guessed
