"""What is no rule is said in a sentence."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.model.recurrence.rule import NthWeekday, Recurrence, recurrence_problems
from chalicelib.expenses.model.recurrence.text import UnreadableRule, read_rrule, read_weekday

START = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "NAME=VALUE"),
        ("FREQ=HOURLY", "FREQ is"),
        ("INTERVAL=2", "FREQ is"),
        ("FREQ=MONTHLY;BYSETPOS=-1", "BYSETPOS is not followed here"),
        ("FREQ=MONTHLY;FREQ=DAILY", "each name once"),
        ("FREQ=MONTHLY;BYDAY=0MO", "a weekday is written"),
        ("FREQ=MONTHLY;BYDAY=XX", "a weekday is written"),
        ("FREQ=MONTHLY;BYMONTHDAY=x", "is not a number"),
        ("FREQ=MONTHLY;INTERVAL=99999", "is not a number"),
        ("FREQ=MONTHLY;UNTIL=20260231", "UNTIL is a day"),
        ("FREQ=MONTHLY;UNTIL=tomorrow", "UNTIL is a day"),
        ("FREQ=MONTHLY;WKST=1MO", "WKST is a weekday"),
        ("FREQ=MONTHLY;SKIP=FORWARD;RSCALE=GREGORIAN", "SKIP is"),
        ("FREQ=MONTHLY;RSCALE=HEBREW", "RSCALE is"),
        ("FREQ=MONTHLY;BYMONTHDAY=" + ",".join(["1"] * 200), "at most"),
    ],
)
def test_texts_that_are_no_rule_here(text: str, said: str) -> None:
    with pytest.raises(UnreadableRule, match=said):
        read_rrule(text, start=START)


@given(st.text(max_size=80) | st.from_regex(r"FREQ=MONTHLY(;[A-Z]{1,10}=[-0-9A-Z,]{0,8}){0,3}"))
def test_any_text_is_a_rule_or_is_refused(text: str) -> None:
    try:
        rule = read_rrule(text, start=START)
    except UnreadableRule:
        return
    assert isinstance(recurrence_problems(rule), tuple)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"start": date(1969, 12, 31)}, "/start"),
        ({"interval": 0}, "/interval"),
        ({"interval": 1_001}, "/interval"),
        ({"by_day": (NthWeekday(0, 6),)}, "/by_day"),
        ({"by_day": (NthWeekday(0, 1),), "frequency": "weekly"}, "/by_day"),
        ({"by_day": (NthWeekday(0, 1),), "by_month_day": (1,)}, "/by_day"),
        ({"by_day": (NthWeekday(0, 54),), "frequency": "yearly"}, "/by_day"),
        ({"by_day": (NthWeekday(0, 6),), "frequency": "yearly", "by_month": (1,)}, "/by_day"),
        ({"by_month_day": (0,)}, "/by_month_day"),
        ({"by_month_day": (32,)}, "/by_month_day"),
        ({"by_month_day": (1,), "frequency": "daily"}, "/by_month_day"),
        ({"by_month": (13,)}, "/by_month"),
        ({"count": 0}, "/count"),
        ({"count": 4_001}, "/count"),
        ({"count": 2, "until": START}, "/count"),
        ({"until": date(2026, 10, 31)}, "/until"),
        ({"week_start": 7}, "/week_start"),
    ],
)
def test_rules_that_cannot_be_followed_name_the_field(more: dict[str, object], field: str) -> None:
    given_ = {"frequency": "monthly", "start": START, **more}
    rule = Recurrence(**given_)  # type: ignore[arg-type]
    assert [problem.pointer for problem in recurrence_problems(rule)] == [field]


def test_weekdays_are_read_with_their_number() -> None:
    assert read_weekday("-1FR") == NthWeekday(4, -1)
    assert read_weekday("+2TU") == NthWeekday(1, 2)
