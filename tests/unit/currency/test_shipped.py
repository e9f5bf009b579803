"""What is shipped: the ECB's numbers, the calendar behind them, ISO's digits, CLDR's names and patterns."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from chalicelib.currency.gateways import history, names
from chalicelib.currency.model.days import (
    business_days_between,
    due,
    easter,
    is_business_day,
)
from chalicelib.currency.model.fixed import SUCCESSIONS, successor
from chalicelib.currency.service.currencies import codes
from chalicelib.kernel.currencies import CRYPTO_EXPONENTS, EXPONENTS, WITHDRAWN
from chalicelib.kernel.money import Money

REFERENCE = Path(__file__).resolve().parents[4] / "shared/data/reference"
DAY = timedelta(days=1)
there = pytest.mark.skipif(not REFERENCE.is_dir(), reason="../shared/data/reference is not there")


@there
def test_every_number_of_the_ecbs_file_is_shipped_as_published(
    record_property: Callable[[str, object], None],
) -> None:
    with zipfile.ZipFile(REFERENCE / "eurofxref-hist.zip") as given:
        rows = list(csv.DictReader(io.StringIO(given.read("eurofxref-hist.csv").decode())))
    count = 0
    for row in rows:
        published = {
            code: rate for code, rate in row.items() if code not in {"Date", ""} and rate != "N/A"
        }
        sheet = history.sheet(date.fromisoformat(row["Date"]))
        assert sheet is not None
        assert dict(sheet.rates) == published
        count += len(published)
    assert len(rows) == 6_983
    record_property("figure", f"ECB reference rates shipped as published: {count:,}")


def test_the_ecb_published_on_each_day_of_its_calendar_and_on_no_other() -> None:
    day, last = date(2002, 1, 2), history.last_day()

    while day <= last:
        assert (history.sheet(day) is not None) == is_business_day(day), day
        day += DAY


@pytest.mark.parametrize(
    "sunday", [date(1818, 3, 22), date(1999, 4, 4), date(2000, 4, 23), date(2038, 4, 25)]
)
def test_easter_is_where_the_calendar_has_it(sunday: date) -> None:
    assert easter(sunday.year) == sunday


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 6, 5, 14, 59, tzinfo=UTC), date(2026, 6, 4)),  # 16:59 in Frankfurt
        (datetime(2026, 6, 5, 15, 0, tzinfo=UTC), date(2026, 6, 5)),
        (datetime(2026, 1, 9, 15, 30, tzinfo=UTC), date(2026, 1, 8)),  # 16:30 in winter
        (datetime(2026, 6, 7, 12, 0, tzinfo=UTC), date(2026, 6, 5)),
        (datetime(2026, 4, 6, 20, 0, tzinfo=UTC), date(2026, 4, 2)),  # Easter Monday
    ],
)
def test_rates_are_due_an_hour_after_they_are_published(now: datetime, day: date) -> None:
    assert due(now) == day


def test_lateness_counts_business_days() -> None:
    assert business_days_between(date(2026, 6, 5), date(2026, 6, 7)) == 0
    assert business_days_between(date(2026, 6, 5), date(2026, 6, 9)) == 2
    assert business_days_between(date(1999, 1, 4), date(2026, 6, 9), most=50) == 50


def test_the_history_knows_where_each_currency_ends() -> None:
    assert history.last_day() == date(2026, 4, 13)
    assert history.last_day_of("HRK") == date(2022, 12, 30)
    assert history.last_day_of("BGN") == date(2025, 12, 31)
    assert history.last_day_of("RUB") == date(2022, 3, 1)
    assert history.last_day_of("ARS") is None
    assert history.sheet(date(1998, 12, 31)) is None
    assert history.sheet(date(9999, 12, 31)) is None


@there
def test_digits_are_those_of_iso_4217() -> None:
    text = (REFERENCE / "iso4217_codes_all.csv").read_text(encoding="utf-8")
    living = {
        row["AlphabeticCode"]: row["MinorUnit"]
        for row in csv.DictReader(io.StringIO(text))
        if row["AlphabeticCode"] and not row["WithdrawalDate"] and row["MinorUnit"] != "-"
    }

    assert {
        code: str(digits) for code, digits in EXPONENTS.items() if code not in WITHDRAWN
    } == living
    assert {EXPONENTS[code] for code in ("JPY", "EUR", "KWD", "CLF")} == {0, 2, 3, 4}


def test_each_withdrawn_currency_that_was_replaced_says_by_what() -> None:
    known = {*EXPONENTS, *CRYPTO_EXPONENTS}

    assert {one.old for one in SUCCESSIONS.values()} <= WITHDRAWN
    assert {one.new for one in SUCCESSIONS.values()} <= known
    assert successor("HRK", date(2022, 12, 31)) is None
    # no chain runs in a circle: each ends in three steps
    for old in SUCCESSIONS:
        at, steps = old, 0
        while (found := successor(at, date.max)) is not None:
            at, steps = found.new, steps + 1
        assert steps <= 3


@pytest.mark.parametrize(
    ("old", "number", "day"),
    [("SIT", "239.640", date(2006, 12, 29)), ("SKK", "30.1260", date(2008, 12, 31)),
     ("EEK", "15.6466", date(2010, 12, 31)), ("CYP", "0.585274", date(2007, 12, 31)),
     ("MTL", "0.429300", date(2007, 12, 31)), ("LVL", "0.702804", date(2013, 12, 31)),
     ("LTL", "3.45280", date(2014, 12, 31)), ("BGN", "1.95583", date(2025, 12, 31))],
)  # fmt: skip
def test_the_fixed_number_is_near_the_last_market_rate(old: str, number: str, day: date) -> None:
    sheet = history.sheet(day)

    assert sheet is not None
    assert SUCCESSIONS[old].number == number
    assert abs(Decimal(sheet.rates[old]) / Decimal(number) - 1) < Decimal("0.001")


def test_names_come_in_the_language_asked_for() -> None:
    german, french = names.style("de"), names.style("fr-BE")

    assert german is not None
    assert french is not None
    assert (german.name("USD"), french.name("USD")) == ("US-Dollar", "dollar des États-Unis")
    assert (german.name("BTC"), german.symbol("BTC")) == ("Bitcoin", "BTC")


@pytest.mark.parametrize(
    ("tag", "entry"),
    [("de", "de"), ("de-LU", "de"), ("pt-BR", "pt"), ("PT_pt", "pt-PT"), ("zh-TW", "zh-Hant"),
     ("zh-Hant-HK", "zh-Hant"), ("en-US", "en"), ("no", "nb")],
)  # fmt: skip
def test_the_nearest_locale_is_taken(tag: str, entry: str) -> None:
    found = names.style(tag)

    assert found is not None
    assert found.locale == entry


@pytest.mark.parametrize(
    "tag", ["", "x", "qq", "../../etc", "de/../en", "en" * 40, "d\u00e9", "de-"]
)
def test_an_unknown_locale_is_none(tag: str) -> None:
    assert names.style(tag) is None


@pytest.mark.parametrize("locale", names.locales())
def test_every_locale_names_the_living_currencies_and_writes_amounts(locale: str) -> None:
    style = names.style(locale)

    assert style is not None
    for code in codes(withdrawn=True):
        assert style.name(code)
        written = style.write(Money(-123_456, code))
        assert style.symbol(code) in written
    known = sum(code in style.names for code in codes(withdrawn=False))
    assert known >= 150  # a few special units have a name in some languages only


def test_amounts_are_written_as_another_reader_of_cldr_writes_them() -> None:
    """Babel 2.18 leaves out the gap beside letters and the locale's own minus, which UTS 35 asks for."""
    golden = json.loads(Path(__file__).with_name("formats_by_babel.json").read_text())

    def plain(text: str) -> str:
        return "".join(text.replace("\u2212", "-").split())

    same = 0
    for locale, amount, currency, expected in golden:
        style = names.style(locale)
        assert style is not None
        written = style.write(Money.from_decimal(Decimal(amount), currency))
        assert plain(written) == plain(expected), (locale, written, expected)
        same += written == expected
    assert (len(golden), same) == (186, 160)
