"""Recurrences against another RRULE engine, and against slow oracles for what that engine does not do."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice, takewhile
from typing import Any, Final

import pytest
from dateutil import rrule as other

from chalicelib.expenses.model.recurrence.days import (
    Occurrence,
    business_day,
    days,
    ends_on,
    next_day,
    occurrences,
)
from chalicelib.expenses.model.recurrence.rule import (
    LAST_DAY,
    MAX_COUNT,
    WEEKDAYS,
    NthWeekday,
    Recurrence,
    Weekend,
    recurrence_problems,
)
from chalicelib.expenses.model.recurrence.text import read_rrule, write_rrule

FULL: Final = bool(os.environ.get("XPENSE_FULL"))
CASES: Final = 10_000 if FULL else 500
SLOW_CASES: Final = 2_000 if FULL else 100
LOOKED_AT: Final = 60
_MIDNIGHT: Final = datetime.min.time()
_FREQUENCIES: Final = ("daily", "weekly", "monthly", "yearly")


def some(rng: random.Random, values: Any, most: int) -> tuple[int, ...]:
    return tuple(sorted(set(rng.sample(list(values), rng.randint(1, most)))))


def weekdays(rng: random.Random, most_nth: int) -> tuple[NthWeekday, ...]:
    # with a number or all without: mixed, the other engine intersects them where the RFC unites
    counted = most_nth and rng.random() < 0.7
    numbers = [*range(1, most_nth + 1), *range(-most_nth, 0)] if counted else [0]
    found = {NthWeekday(rng.randrange(7), rng.choice(numbers)) for _ in range(rng.randint(1, 3))}
    return tuple(sorted(found))


def random_rule(rng: random.Random, frequency: str = "", **fixed: Any) -> Recurrence:
    """Any rule that is accepted, each part of it rare enough that all mixtures come up."""
    frequency = frequency or rng.choice(_FREQUENCIES)
    start = date(1995, 1, 1) + timedelta(days=rng.randrange(40 * 365))
    given: dict[str, Any] = {
        "frequency": frequency,
        "start": start,
        "interval": rng.choice((1, 1, 1, 2, 3, 4, 6, 13)),
    }
    if rng.random() < 0.25:
        given["by_month"] = some(rng, range(1, 13), 4)
    if frequency in {"monthly", "yearly"} and rng.random() < 0.4:
        given["by_month_day"] = some(rng, [*range(1, 32), *range(-31, 0), -1, -1], 3)
    if rng.random() < 0.4:
        within_month = frequency == "monthly" or "by_month" in given
        most = 0 if frequency in {"daily", "weekly"} or "by_month_day" in given else 5
        if most and not within_month:
            most = 53
        given["by_day"] = weekdays(rng, most)
    if rng.random() < 0.3:
        given["count"] = rng.randint(1, 90)
    elif rng.random() < 0.3:
        given["until"] = start + timedelta(days=rng.randrange(4_000))
    if rng.random() < 0.2:
        given["week_start"] = rng.randrange(7)
    return Recurrence(**{**given, **fixed})


def in_the_other_engine(rule: Recurrence, horizon: date) -> list[date]:
    def weekday(day: NthWeekday) -> Any:
        one = other.weekday(day.weekday)
        return one(day.nth) if day.nth else one

    def engine(**end: Any) -> Iterator[datetime]:
        made: Iterator[datetime] = iter(
            other.rrule(
                _FREQUENCIES[::-1].index(rule.frequency),
                dtstart=datetime.combine(rule.start, _MIDNIGHT),
                interval=rule.interval,
                wkst=rule.week_start,
                bymonth=rule.by_month or None,
                bymonthday=rule.by_month_day or None,
                byweekday=[weekday(day) for day in rule.by_day] or None,
                **end,
            )
        )
        return made

    end = datetime.combine(min(horizon, rule.until or horizon), _MIDNIGHT)
    found = list(islice(engine(until=end), LOOKED_AT))
    if rule.count is not None and found:
        # a rule that never comes ("the 30th of February") would walk to the end of time here
        counted = engine(count=rule.count)
        found = list(islice(takewhile(lambda one: one <= end, counted), LOOKED_AT))
    return [one.date() for one in found]


def test_random_recurrences_equal_those_of_another_engine(record_property: Any) -> None:
    rng = random.Random(28)
    looked_at = 0
    for _ in range(CASES):
        rule = random_rule(rng, short_months="skip")
        assert recurrence_problems(rule) == (), rule
        horizon = rule.start + timedelta(days=366 * 16)
        ours = list(islice(days(rule, last=horizon), LOOKED_AT))
        assert ours == in_the_other_engine(rule, horizon), rule
        looked_at += len(ours)
    figure = f"recurrences equal to dateutil's: {CASES:,} of {CASES:,} ({looked_at:,} days)"
    record_property("figure", figure)


# ------------------------------------------------------------------------------- the slow oracles


def slow_month_days(rule: Recurrence, last_looked_at: date) -> list[date]:
    """Look at every day of the calendar and ask whether the rule means it, with short months clamped."""
    found: list[date] = []
    months = 12 if rule.frequency == "yearly" else 1
    day = rule.start
    while day <= min(last_looked_at, rule.until or LAST_DAY):
        months_on = 12 * (day.year - rule.start.year) + day.month - rule.start.month
        periods = day.year - rule.start.year if months == 12 else months_on
        wanted_months = rule.by_month or (
            (rule.start.month,) if months == 12 and not rule.by_month_day else tuple(range(1, 13))
        )
        if periods % rule.interval == 0 and day.month in wanted_months and _meant(rule, day):
            found.append(day)
        day += timedelta(days=1)
    return found[: rule.count] if rule.count else found


def _meant(rule: Recurrence, day: date) -> bool:
    length = ((day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day
    for number in rule.by_month_day or (rule.start.day,):
        if number > 0 and day.day == min(number, length):
            return True
        if number < 0 and day.day == max(length + 1 + number, 1):
            return True
    return False


def test_short_months_clamp_as_a_walk_over_every_day_says() -> None:
    rng = random.Random(31)
    for _ in range(SLOW_CASES):
        rule = random_rule(
            rng,
            frequency=rng.choice(("monthly", "yearly")),
            by_day=(),
            short_months="clamp",
            by_month_day=some(rng, [29, 30, 31, -31, -30, 28, 1, 15], 2)
            if rng.random() < 0.6
            else (),
            start=date(1999, rng.randint(1, 12), rng.randint(1, 28)) + timedelta(days=3),
        )
        horizon = rule.start + timedelta(days=366 * 6)
        assert list(days(rule, last=horizon)) == slow_month_days(rule, horizon), rule


@pytest.mark.parametrize("weekend", ["keep", "previous", "next", "skip"])
def test_a_weekend_moves_as_a_walk_to_the_next_open_day_says(weekend: Weekend) -> None:
    rng = random.Random(5)
    step = timedelta(days=-1 if weekend == "previous" else 1)
    for _ in range(SLOW_CASES // 2):
        rule = random_rule(rng, weekend=weekend, interval=1)
        first = rule.start + timedelta(days=rng.randrange(500))
        last = first + timedelta(days=200)
        expected = []
        for day in days(rule, last=last + timedelta(days=9)):
            moved = day
            while weekend in {"previous", "next"} and moved.isoweekday() > 5:
                moved += step
            closed = weekend == "skip" and day.isoweekday() > 5
            if not closed and first <= moved <= last:
                expected.append(Occurrence(day, moved))
        assert list(occurrences(rule, first=first, last=last)) == expected, rule


def test_going_on_from_any_day_gives_the_tail_of_the_whole_walk() -> None:
    rng = random.Random(7)
    for _ in range(SLOW_CASES * 3):
        rule = random_rule(rng)
        first = rule.start + timedelta(days=rng.randrange(-300, 3_000))
        horizon = first + timedelta(days=900)
        whole = list(days(rule, last=horizon))
        assert list(days(rule, first=first, last=horizon)) == [d for d in whole if d >= first]
        assert next_day(rule, first) == next((d for d in days(rule) if d > first), None)


def test_a_far_day_is_found_without_walking_there(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    class Counting(date):
        @classmethod
        def fromordinal(cls, n: int, /) -> Any:
            made.append(n)
            return date.fromordinal(n)

    monkeypatch.setattr("chalicelib.expenses.model.recurrence.days.date", Counting)
    for frequency in ("daily", "weekly"):
        rule = Recurrence(frequency=frequency, start=date(1970, 1, 1))
        assert next_day(rule, date(2190, 6, 1)) is not None
    assert len(made) <= 3


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        # the 31st in short months: the last day, and in no month twice
        ("FREQ=MONTHLY", "2026-01-31", "2026-01-31 2026-02-28 2026-03-31 2026-04-30"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=30,31",
            "2026-01-01",
            "2026-01-30 2026-01-31 2026-02-28 2026-03-30",
        ),
        (
            "FREQ=MONTHLY;SKIP=OMIT;RSCALE=GREGORIAN",
            "2026-01-31",
            "2026-01-31 2026-03-31 2026-05-31",
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-15", "2026-01-31 2026-02-28 2026-03-31"),
        # the leap day's birthday
        ("FREQ=YEARLY", "2024-02-29", "2024-02-29 2025-02-28 2026-02-28 2027-02-28 2028-02-29"),
        # a quarter, from the 31st
        ("FREQ=MONTHLY;INTERVAL=3", "2026-08-31", "2026-08-31 2026-11-30 2027-02-28 2027-05-31"),
        ("FREQ=MONTHLY;BYDAY=1MO", "2026-11-01", "2026-11-02 2026-12-07 2027-01-04"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-11-01", "2026-11-27 2026-12-25 2027-01-29"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "2026-01-01", "2026-02-13 2026-03-13 2026-11-13"),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO",
            "1997-08-05",
            "1997-08-05 1997-08-10 1997-08-19",
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
            "1997-08-05",
            "1997-08-05 1997-08-17 1997-08-19",
        ),
        ("RRULE:FREQ=DAILY;COUNT=2", "2026-11-28", "2026-11-28 2026-11-29"),
        ("freq=daily;until=20261129T235959Z", "2026-11-28", "2026-11-28 2026-11-29"),
        ("FREQ=MONTHLY;BYDAY=1MO,FR", "2026-11-01", "2026-11-02 2026-11-06 2026-11-13 2026-11-20"),
        ("FREQ=YEARLY;BYDAY=53TH", "2026-01-01", "2026-12-31 2032-12-30"),
    ],
)
def test_known_rules_give_known_days(text: str, start: str, expected: str) -> None:
    rule = read_rrule(text, start=date.fromisoformat(start))
    wanted = expected.split()
    assert [str(day) for day in islice(days(rule), len(wanted))] == wanted
    if "COUNT" in text or "until" in text:
        assert str(ends_on(rule)) == wanted[-1]


def test_what_counts_is_the_rules_day_not_the_business_day() -> None:
    rule = read_rrule("FREQ=DAILY;COUNT=3", start=date(2026, 11, 28), weekend="next")
    assert [(str(one.day), str(one.booked_on)) for one in occurrences(rule)] == [
        ("2026-11-28", "2026-11-30"),
        ("2026-11-29", "2026-11-30"),
        ("2026-11-30", "2026-11-30"),
    ]
    assert business_day(date(2026, 11, 28), "skip") is None


def test_every_walk_ends() -> None:
    never = Recurrence(
        frequency="yearly",
        start=date(1970, 1, 1),
        by_month=(2,),
        by_month_day=(30,),
        short_months="skip",
    )
    assert next_day(never, date(1970, 1, 1)) is None
    daily = Recurrence(frequency="daily", start=date(2199, 12, 25))
    assert len(list(days(daily))) == 7
    for frequency in _FREQUENCIES:
        rule = Recurrence(frequency=frequency, start=date(1970, 1, 1), count=MAX_COUNT)
        assert ends_on(rule) <= LAST_DAY
    assert [one.day for one in occurrences(Recurrence(frequency="weekly", start=LAST_DAY))] == [
        LAST_DAY
    ]


def test_texts_come_back_as_they_were() -> None:
    rng = random.Random(11)
    for _ in range(SLOW_CASES * 5):
        rule = random_rule(rng, short_months=rng.choice(("clamp", "skip")))
        text = write_rrule(rule)
        again = read_rrule(text, start=rule.start)
        assert write_rrule(again) == text
        assert list(islice(days(again), 20)) == list(islice(days(rule), 20))
    assert write_rrule(read_rrule("FREQ=MONTHLY", start=date(2026, 1, 5))) == "FREQ=MONTHLY"
    assert WEEKDAYS[0] == "MO"
