from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.clock import Period, now, parse_rfc3339, rfc3339

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=zones)
months = st.builds(Period, st.integers(1, 9998), st.integers(1, 12))


def test_now_is_aware_and_utc() -> None:
    assert now().tzinfo is UTC


@given(instants)
def test_an_instant_survives_the_wire_to_the_millisecond(instant: datetime) -> None:
    text = rfc3339(instant)
    back = parse_rfc3339(text)

    assert text.endswith("Z")
    assert len(text) == 24
    assert timedelta() <= instant - back < timedelta(milliseconds=1)
    assert back.tzinfo is UTC
    assert rfc3339(back) == text


@given(instants, instants)
def test_texts_sort_as_instants_do(first: datetime, second: datetime) -> None:
    if abs(first - second) >= timedelta(milliseconds=1):
        assert (rfc3339(first) < rfc3339(second)) == (first < second)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "now",
            "2026-11-22",
            "2026-11-22T10:00:00",
            "2026-11-22 10:00",
            "2026-13-01T00:00:00Z",
        ),
        *("2026-02-30T00:00:00Z", "2026-11-22T25:00:00Z", "20:00Z", "1", "2026-11-22T10:00:00 UTC"),
    ],
)
def test_what_is_no_instant_with_a_zone_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_rfc3339(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00"])
def test_an_instant_beyond_the_calendar_is_refused_like_any_other(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_rfc3339(text)


def test_a_zone_is_turned_into_utc() -> None:
    assert parse_rfc3339("2026-11-22T10:00:00+02:00") == datetime(2026, 11, 22, 8, tzinfo=UTC)


# ----------------------------------------------------------------------------------------- months


@given(months)
def test_a_month_survives_its_text(month: Period) -> None:
    assert Period.parse(str(month)) == month
    assert len(str(month)) == 7


@given(months)
def test_a_month_reaches_from_its_first_to_its_last_day(month: Period) -> None:
    assert month.first().day == 1
    assert Period.of(month.first()) == Period.of(month.last()) == month
    assert Period.of(month.last() + timedelta(days=1)) == month.next()
    assert month < month.next()
    assert str(month) < str(month.next())


@given(st.dates(date(1, 1, 1), date(9999, 12, 31)))
def test_a_day_lies_in_its_month(day: date) -> None:
    month = Period.of(day)

    assert month.first() <= day <= month.last()


@pytest.mark.parametrize(
    ("month", "last"), [("2026-02", 28), ("2024-02", 29), ("2100-02", 28), ("2000-02", 29)]
)
def test_february_knows_leap_years(month: str, last: int) -> None:
    assert Period.parse(month).last().day == last


@pytest.mark.parametrize(
    "text",
    [
        *("", "2026", "2026-1", "2026-00", "2026-13", "0000-01", "26-01", "2026/01", "2026-011"),
        *(" 2026-01", "2026-01\n", "２０２６-01", "2026-٠١", "-026-01", "2026-01-01"),
    ],
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="YYYY-MM"):
        Period.parse(text)
