"""Days that statements cover: any statements, in any order."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.interchange.model.coverage import MOST_MONTHS, Coverage, Span, coverage

DAYS = st.dates(date(2019, 1, 1), date(2026, 12, 31))
DAY = timedelta(days=1)


def span(first: date, last: date, **more: Any) -> Span:
    given_: dict[str, Any] = {
        "import_id": "i",
        "statement": 0,
        "currency": "EUR",
        "opening_minor": None,
        "closing_minor": None,
        "difference_minor": None,
        **more,
    }
    return Span(first=first, last=last, **given_)


@st.composite
def spans(draw: st.DrawFn) -> list[Span]:
    pairs = draw(st.lists(st.tuples(DAYS, st.integers(0, 120)), max_size=12))
    return [span(day, day + DAY * length) for day, length in pairs]


def days_of(found: list[Span]) -> set[date]:
    return {
        one.first + DAY * step for one in found for step in range((one.last - one.first).days + 1)
    }


def states(found: Coverage) -> dict[str, str]:
    return {one.month: one.covered for one in found.months}


@given(spans())
def test_gaps_and_months_are_what_counting_days_gives(made: list[Span]) -> None:
    found = coverage(made)
    covered = days_of(made)
    if not covered:
        assert (found.months, found.gaps) == ((), ())
        return
    first, last = min(covered), max(covered)
    missing = {first + DAY * step for step in range((last - first).days + 1)} - covered
    assert missing == {
        low + DAY * step for low, high in found.gaps for step in range((high - low).days + 1)
    }
    for month, share in states(found).items():
        begin = date.fromisoformat(f"{month}-01")
        whole = {begin + DAY * step for step in range(31)}
        whole = {day for day in whole if day.month == begin.month}
        expected = "full" if whole <= covered else "part" if whole & covered else "none"
        assert share == expected, month
    assert next(iter(states(found))) == first.isoformat()[:7]
    assert list(states(found))[-1] == last.isoformat()[:7]


@given(st.permutations(range(4)))
def test_the_order_of_imports_does_not_matter(order: list[int]) -> None:
    made = [span(date(2026, 1 + number, 1), date(2026, 1 + number, 20)) for number in range(4)]

    assert coverage([made[place] for place in order]) == coverage(made)


def test_days_between_are_covered_where_nothing_moved() -> None:
    first = span(date(2026, 1, 2), date(2026, 1, 28), closing_minor=500)
    same = span(date(2026, 2, 3), date(2026, 2, 27), opening_minor=500, closing_minor=0)
    other = span(date(2026, 3, 2), date(2026, 3, 31), opening_minor=7)

    found = coverage([first, same, other])

    assert found.gaps == ((date(2026, 2, 28), date(2026, 3, 1)),)
    assert [one.jump_minor for one in found.statements] == [None, 0, 7]
    assert states(found) == {"2026-01": "part", "2026-02": "part", "2026-03": "part"}


def test_statements_that_overlap_have_no_jump() -> None:
    first = span(date(2026, 1, 1), date(2026, 1, 31), closing_minor=500)
    second = span(date(2026, 1, 15), date(2026, 2, 15), opening_minor=100)

    found = coverage([first, second])

    assert [one.jump_minor for one in found.statements] == [None, None]
    assert found.gaps == ()


def test_a_statement_of_centuries_has_a_bounded_answer() -> None:
    found = coverage([span(date(1, 1, 1), date(9999, 12, 31))])

    assert len(found.months) == MOST_MONTHS
    assert states(found)["9999-12"] == "full"
    early = coverage([span(date(1, 1, 1), date(1, 2, 1))])
    assert states(early) == {"0001-01": "full", "0001-02": "part"}
