"""The categoriser's bars on real payments: `python -m benchmarks.categoriser_accuracy` prints the whole table."""

from __future__ import annotations

import os
from typing import Any

import pytest

from benchmarks import categoriser_accuracy as council

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(
        not council.COUNCIL.exists(), reason="../shared/data/categorisation is not here"
    ),
]
FULL = bool(os.environ.get("XPENSE_FULL"))


@pytest.fixture(scope="module")
def payments() -> council.Payments:
    """Payments of an eighth of the cards, chosen by hash; with XPENSE_FULL=1 of all."""
    return council.payments(100 if FULL else 12)


@pytest.fixture(scope="module")
def rows(payments: council.Payments) -> dict[str, council.Row]:
    """Each way to guess, by name."""
    return {row.name: row for row in council.rows(payments)}


def test_real_payments_are_guessed_better_than_by_look_ups(
    rows: dict[str, council.Row], record_property: Any
) -> None:
    ours, look_up = rows["ours, filed"], rows["merchant and card look-up"]
    for score in (ours.frozen, ours.online, rows["ours, corrected"].online):
        assert score.accuracy > 0.68
        assert score.unseen_accuracy > 0.33
        assert score.calibration_error < 0.05
    assert ours.frozen.accuracy > look_up.frozen.accuracy + 0.03
    assert ours.online.accuracy > look_up.online.accuracy + 0.02
    record_property(
        "figure",
        f"categoriser, {'all cards' if FULL else 'an eighth of the cards'}: right "
        f"{ours.frozen.accuracy:.3f}, never seen {ours.frozen.unseen_accuracy:.3f}, calibration error "
        f"{ours.frozen.calibration_error:.3f}; merchant and card {look_up.frozen.accuracy:.3f}",
    )


def test_the_surer_a_guess_the_more_often_it_is_right(rows: dict[str, council.Row]) -> None:
    curve = list(rows["ours, filed"].frozen.curve((0.0, 0.5, 0.7, 0.9)))

    assert [right for _, _, right in curve] == sorted(right for _, _, right in curve)
    assert curve[-1][2] > 0.93
    assert curve[1][1] > 0.6


def test_ten_thousand_lines_are_scored_in_a_second(
    payments: council.Payments, record_property: Any
) -> None:
    """A third of the bar every day, because other work may share the core; with XPENSE_FULL=1 all of it."""
    scoring, _ = council.speed(payments)

    assert scoring > (10_000 if FULL else 3_000)
    record_property("figure", f"categoriser: {scoring:,.0f} lines scored a CPU second")
