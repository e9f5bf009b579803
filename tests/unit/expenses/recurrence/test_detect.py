"""What is a series and what is chance, on made-up histories and on a bank's books."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import islice
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import recurring as bank
from chalicelib.expenses.model.recurrence.days import occurrences
from chalicelib.expenses.model.recurrence.detect import MAX_HITS, MAX_SERIES, Series, detect
from chalicelib.expenses.model.recurrence.fit import Hit
from chalicelib.expenses.model.recurrence.rule import Recurrence
from chalicelib.expenses.model.recurrence.text import read_rrule

TODAY: Final = date(2026, 11, 28)


def paid(
    rule: str,
    *,
    start: str = "2025-11-01",
    amount: int = 1_000,
    drift: float = 0,
    seed: int = 1,
    **how: Any,
) -> list[Hit]:
    """Payments by a rule until today, some of them moved or left out."""
    rng = random.Random(seed)
    missing = how.pop("missing", 0.0)
    late = how.pop("late", 0)
    recurrence = read_rrule(rule, start=date.fromisoformat(start), **how)
    hits = []
    for one in occurrences(recurrence, last=TODAY):
        if rng.random() < missing:
            continue
        day = one.booked_on + timedelta(days=rng.randint(-late, late))
        hits.append(
            Hit(f"{seed}-{one.day}", day, round(amount * rng.uniform(1 - drift, 1 + drift)))
        )
    return hits


def noise(count: int, *, seed: int = 3, low: int = 500, high: int = 9_000) -> list[Hit]:
    """A shop where somebody buys now and then."""
    rng = random.Random(seed)
    return [
        Hit(f"n{seed}-{n}", TODAY - timedelta(days=rng.randrange(390)), rng.randint(low, high))
        for n in range(count)
    ]


def found(hits: Sequence[Hit]) -> list[Series]:
    return detect(hits, today=TODAY)


@pytest.mark.parametrize(
    ("period", "hits"),
    [
        ("monthly", paid("FREQ=MONTHLY;BYMONTHDAY=5")),
        ("monthly", paid("FREQ=MONTHLY;BYMONTHDAY=-1")),
        ("monthly", paid("FREQ=MONTHLY;BYMONTHDAY=1", weekend="next")),
        ("monthly", paid("FREQ=MONTHLY;BYMONTHDAY=15", weekend="previous")),
        ("monthly", paid("FREQ=MONTHLY;BYMONTHDAY=5", late=2)),
        ("monthly", paid("FREQ=MONTHLY;BYDAY=-1FR")),
        ("monthly", paid("FREQ=MONTHLY;BYMONTHDAY=12", drift=0.2)),
        ("monthly", paid("FREQ=MONTHLY;BYMONTHDAY=12", drift=0.15, missing=0.25)),
        ("monthly", paid("FREQ=MONTHLY;BYMONTHDAY=20", start="2026-09-01")),
        ("weekly", paid("FREQ=WEEKLY;BYDAY=TU", start="2026-08-01")),
        ("weekly", paid("FREQ=WEEKLY;BYDAY=SA", start="2026-06-01", drift=0.1, missing=0.2)),
        ("two_weekly", paid("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", start="2026-05-01")),
        ("four_weekly", paid("FREQ=WEEKLY;INTERVAL=4;BYDAY=MO", start="2025-11-03")),
        ("quarterly", paid("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=15")),
        ("yearly", paid("FREQ=YEARLY", start="2025-11-10")),
        ("yearly", paid("FREQ=YEARLY", start="2023-12-31", late=2)),
    ],
)
def test_a_period_is_found(period: str, hits: list[Hit]) -> None:
    series = found(hits)
    assert [one.fit.period.name for one in series] == [period]
    assert len(series[0].hits) >= 0.9 * len(hits)
    assert 0.5 <= series[0].score <= 1


@pytest.mark.parametrize(
    "hits",
    [
        [],
        [Hit("a", TODAY, 100)],
        noise(12),
        noise(60),
        noise(60, low=995, high=1_000),
        paid("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", start="2026-08-01", amount=350),  # the coffee
        paid("FREQ=MONTHLY;BYMONTHDAY=5", start="2025-01-01")[:8],  # ended in summer
        [Hit("a", date(2026, 10, 3), 100), Hit("b", date(2026, 11, 3), 900)],
    ],
    ids=["nothing", "once", "rare", "often", "alike", "coffee", "ended", "two unlike"],
)
def test_chance_is_no_series(hits: list[Hit]) -> None:
    assert found(hits) == []


def test_two_policies_at_one_insurer_are_two_series() -> None:
    one = paid("FREQ=MONTHLY;BYMONTHDAY=5", amount=2_000)
    two = paid("FREQ=MONTHLY;BYMONTHDAY=20", amount=7_000, drift=0.1, seed=2)
    series = found(one + two)
    assert {frozenset(hit.id for hit in each.hits) for each in series} == {
        frozenset(hit.id for hit in one),
        frozenset(hit.id for hit in two),
    }


def test_a_membership_is_found_among_purchases_at_the_same_shop() -> None:
    membership = paid("FREQ=MONTHLY;BYMONTHDAY=8", amount=899)
    series = found(membership + noise(60))
    assert [hit.amount_minor for one in series for hit in one.hits] == [899] * len(membership)


def test_skipped_months_and_drift_lower_the_score_and_no_more() -> None:
    steady = found(paid("FREQ=MONTHLY;BYMONTHDAY=5", start="2026-06-01"))[0]
    drifting = found(paid("FREQ=MONTHLY;BYMONTHDAY=5", start="2026-06-01", drift=0.2))[0]
    gappy = found(paid("FREQ=MONTHLY;BYMONTHDAY=5", start="2026-06-01", missing=0.3))[0]
    assert steady.score > drifting.score > 0.5
    assert steady.score > gappy.score > 0.5
    assert gappy.fit.missed > 0


@pytest.mark.parametrize(
    ("rule", "weekend", "expected", "coming"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=5", "keep", "FREQ=MONTHLY;BYMONTHDAY=5", "2026-12-05"),
        ("FREQ=MONTHLY;BYMONTHDAY=1", "next", "FREQ=MONTHLY;BYMONTHDAY=1", "2026-12-01"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "keep", "FREQ=MONTHLY;BYMONTHDAY=-1", "2026-11-30"),
        (
            "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=15",
            "keep",
            "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=15",
            "2027-02-15",
        ),
        ("FREQ=WEEKLY;BYDAY=TU", "keep", "FREQ=WEEKLY", "2026-12-01"),
        ("FREQ=YEARLY", "keep", "FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=1", "2027-11-01"),
    ],
)
def test_a_series_goes_on_by_a_rule_from_its_next_day(
    rule: str, weekend: Any, expected: str, coming: str
) -> None:
    [series] = found(paid(rule, start="2025-11-01", weekend=weekend))
    assert series.rule.start == date.fromisoformat(coming)
    assert (series.rule.weekend, series.rule.count, series.rule.until) == (weekend, None, None)
    wanted = read_rrule(expected, start=series.rule.start, weekend=weekend)
    assert list(islice(occurrences(series.rule), 9)) == list(islice(occurrences(wanted), 9))
    assert next(occurrences(series.rule)).booked_on >= TODAY


def test_what_to_expect_is_the_middle_of_the_last_three() -> None:
    days = [date(2026, month, 5) for month in range(4, 12)]
    amounts = [1_000, 1_000, 1_000, 1_000, 1_000, 1_200, 1_150, 1_250]
    hits = [Hit(str(day), day, amount) for day, amount in zip(days, amounts, strict=True)]
    assert [one.amount_minor for one in found(hits)] == [1_200]


@given(st.lists(st.tuples(st.dates(date(2025, 1, 1), TODAY), st.integers(0, 10**15)), max_size=60))
def test_any_history_gives_disjoint_series_with_scores_in_range(
    history: list[tuple[date, int]],
) -> None:
    hits = [Hit(str(place), day, amount) for place, (day, amount) in enumerate(history)]
    series = found(hits)
    used = [hit.id for one in series for hit in one.hits]
    assert len(used) == len(set(used))
    assert set(used) <= {hit.id for hit in hits}
    assert len(series) <= MAX_SERIES
    for one in series:
        assert 0.5 <= one.score <= 1
        assert isinstance(one.rule, Recurrence)
        assert len(one.hits) >= 2
    assert found(list(reversed(hits))) == series


def test_a_very_long_history_is_bounded() -> None:
    hits = noise(3 * MAX_HITS)
    assert found(hits) == found(sorted(hits, key=lambda hit: (hit.day, hit.id))[-MAX_HITS:])


@pytest.mark.corpus
@pytest.mark.skipif(not bank.BERKA.exists(), reason="../shared/data/berka is not here")
def test_standing_orders_of_a_bank_are_found(record_property: Any) -> None:
    """A slice of `python -m benchmarks.recurring`; the bars lie a little below the whole table."""
    lines = {(one.reading, one.detector): one for one in bank.table(most_accounts=260)}
    plain = lines["payee unknown", "ours"]
    moved = lines["payee unknown, with drift", "ours"]
    assert plain.precision >= 0.93
    assert plain.recall >= 0.97
    assert moved.precision >= 0.9
    assert moved.firm_recall >= 0.85
    for theirs in ("Sure", "MoneyMatter"):
        assert plain.recall > lines["payee unknown", theirs].recall
        other = lines["payee unknown, with drift", theirs]
        assert moved.firm_recall > other.firm_recall
        assert moved.precision > other.precision
    record_property(
        "figure",
        f"standing orders, a slice: precision {plain.precision:.3f}, recall {plain.recall:.3f}; "
        f"with drift {moved.precision:.3f}, {moved.firm_recall:.3f}",
    )
