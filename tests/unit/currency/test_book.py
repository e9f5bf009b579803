"""The way from one currency to another: which numbers, of which day, and when there is none."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.currency.gateways import history
from chalicelib.currency.model.book import Missing
from chalicelib.currency.model.fixed import SUCCESSIONS
from chalicelib.currency.model.quotes import BY_LAW, OWN, Quote, Sheet, factor_of
from tests.unit.currency.scenes import FRIDAY, MONDAY, SATURDAY, SUNDAY, book, ecb, found, shipped

DAY = timedelta(days=1)


def own(base: str, quote: str, rate: str, day: date) -> Quote:
    return Quote(base, quote, rate, day, OWN)


@pytest.mark.parametrize(
    ("day", "currency", "rate"),
    [
        (date(2020, 3, 18), "USD", "1.0934"),
        (date(2020, 3, 18), "JPY", "117.78"),
        (date(2008, 9, 15), "USD", "1.4151"),
        (date(1999, 1, 4), "TRL", "372274"),
    ],
)
def test_a_published_number_is_given_as_it_was_published(
    day: date, currency: str, rate: str
) -> None:
    way = found(shipped().path("EUR", currency, day))

    assert way.rate == rate
    assert [(leg.day, leg.source) for leg in way.legs] == [(day, "ecb")]


def test_a_weekend_and_a_holiday_take_the_last_business_day() -> None:
    saturday = found(shipped().path("EUR", "USD", date(2020, 3, 21)))
    easter_monday = found(shipped().path("EUR", "USD", date(2020, 4, 13)))

    assert saturday.day(date(2020, 3, 21)) == date(2020, 3, 20)
    assert easter_monday.day(date(2020, 4, 13)) == date(2020, 4, 9)


def test_a_cross_goes_through_the_euro_and_shows_both_numbers() -> None:
    way = found(shipped().path("USD", "JPY", date(2020, 3, 18)))

    assert [(leg.base, leg.quote, leg.rate) for leg in way.legs] == [
        ("EUR", "USD", "1.0934"),
        ("EUR", "JPY", "117.78"),
    ]
    assert factor_of(way.legs, "USD") == Fraction("117.78") / Fraction("1.0934")
    assert way.rate == "107.7190415218584"


def test_a_currency_against_itself_is_one_and_needs_no_number() -> None:
    way = found(book().path("XAF", "XAF", MONDAY))

    assert (way.legs, way.rate) == ((), "1")


@pytest.mark.parametrize("pair", [("EUR", "ARS"), ("ARS", "EUR"), ("USD", "ARS"), ("ARS", "USD")])
def test_what_nobody_quotes_is_missing_and_never_one(pair: tuple[str, str]) -> None:
    way = shipped().path(*pair, date(2020, 3, 18))

    assert way == Missing("ARS", "no-rate")


def test_a_number_that_is_too_old_is_none() -> None:
    last = date(2022, 3, 1)

    assert found(shipped().path("EUR", "RUB", last + 10 * DAY)).day(last) == last
    assert shipped().path("EUR", "RUB", last + 11 * DAY) == Missing("RUB", "no-rate")
    assert found(shipped(max_age=30).path("EUR", "RUB", last + 30 * DAY)).day(last) == last


@pytest.mark.parametrize("old", sorted(one.old for one in SUCCESSIONS.values() if one.new == "EUR"))
def test_a_currency_that_became_the_euro_keeps_its_number_for_ever(old: str) -> None:
    fixed = SUCCESSIONS[old]

    for day in (fixed.since, date(2026, 1, 2), date(2099, 1, 1)):
        way = found(book().path("EUR", old, day))
        assert (way.rate, way.legs[0].source) == (fixed.number, BY_LAW)
        assert way.day(day) == day  # a fixed number is never old


def test_the_day_before_the_euro_the_market_counts() -> None:
    kuna = shipped().path("EUR", "HRK", date(2022, 12, 31))

    assert found(kuna).rate == "7.5365"
    assert found(shipped().path("EUR", "HRK", date(2023, 1, 1))).rate == "7.53450"


def test_two_dead_currencies_convert_through_the_euro() -> None:
    way = found(book().path("DEM", "FRF", date(2001, 5, 5)))

    assert [leg.quote for leg in way.legs] == ["DEM", "FRF"]
    assert factor_of(way.legs, "DEM") == Fraction("6.55957") / Fraction("1.95583")


def test_a_renamed_currency_follows_its_successors() -> None:
    lev = found(book().path("BGL", "EUR", date(2026, 2, 2)))
    lira = found(shipped().path("TRL", "EUR", date(2005, 1, 3)))

    assert factor_of(lev.legs, "BGL") == 1 / Fraction("1955.83")
    assert [leg.source for leg in lira.legs] == ["redenomination", "ecb"]


def test_ones_own_number_goes_before_what_is_published_on_its_day() -> None:
    mine = own("USD", "EUR", "0.8", FRIDAY)
    both = book(ecb(FRIDAY, USD="1.1"), own=[mine])

    assert found(both.path("USD", "EUR", FRIDAY)).legs == (mine,)
    assert found(both.path("EUR", "USD", FRIDAY)).legs == (mine,)
    assert found(both.path("EUR", "USD", SUNDAY)).legs == (mine,)


def test_a_newer_published_number_goes_before_ones_own() -> None:
    mine = own("EUR", "USD", "2", SATURDAY)
    both = book(ecb(FRIDAY, USD="1.1"), ecb(MONDAY, USD="1.2"), own=[mine])

    assert found(both.path("EUR", "USD", SUNDAY)).rate == "2"
    assert found(both.path("EUR", "USD", MONDAY)).rate == "1.2"


def test_ones_own_number_holds_for_a_month_where_nobody_else_has_any() -> None:
    mine = own("EUR", "ARS", "1500", date(2026, 5, 1))

    assert found(book(own=[mine]).path("EUR", "ARS", date(2026, 6, 1))).rate == "1500"
    assert book(own=[mine]).path("EUR", "ARS", date(2026, 6, 2)) == Missing("ARS", "no-rate")
    assert book(own=[mine]).path("EUR", "ARS", date(2026, 4, 30)) == Missing("ARS", "no-rate")


def test_ones_own_number_against_the_euro_serves_a_cross() -> None:
    mine = own("EUR", "ARS", "1500", FRIDAY)
    way = found(book(ecb(FRIDAY, USD="1.25"), own=[mine]).path("USD", "ARS", FRIDAY))

    assert factor_of(way.legs, "USD") == 1200


def test_nobodys_own_number_replaces_one_fixed_by_law() -> None:
    mine = own("EUR", "DEM", "2", FRIDAY)

    assert found(book(own=[mine]).path("EUR", "DEM", FRIDAY)).rate == "1.95583"


def test_two_currencies_on_one_sheet_do_not_go_through_the_euro() -> None:
    wide = Sheet(FRIDAY, "open-exchange-rates", "USD", {"ARS": "1000", "EUR": "0.8", "NGN": "500"})
    some = book(ecb(FRIDAY, USD="1.2"), wide)

    direct = found(some.path("USD", "ARS", FRIDAY))
    assert [(leg.base, leg.quote) for leg in direct.legs] == [("USD", "ARS")]
    assert factor_of(found(some.path("NGN", "ARS", FRIDAY)).legs, "NGN") == 2
    assert factor_of(found(some.path("EUR", "ARS", FRIDAY)).legs, "EUR") == 1250


def test_a_price_is_used_the_way_it_was_quoted() -> None:
    coins = Sheet(FRIDAY, "coingecko", "EUR", {"BTC": "80000", "ETH": "2000"}, priced=True)
    some = book(coins, ecb(FRIDAY, USD="1.25"))

    assert found(some.path("BTC", "EUR", FRIDAY)).rate == "80000"
    assert factor_of(found(some.path("BTC", "ETH", FRIDAY)).legs, "BTC") == 40
    assert factor_of(found(some.path("USD", "BTC", FRIDAY)).legs, "USD") == Fraction(1, 100_000)


def test_rates_of_two_days_are_not_older_than_the_limit() -> None:
    wide = Sheet(FRIDAY, "currencylayer", "USD", {"ARS": "1000", "EUR": "0.8"})
    way = found(book(wide, ecb(MONDAY, USD="1.25")).path("USD", "ARS", MONDAY))

    assert way.day(MONDAY) == FRIDAY


@given(
    st.sampled_from(["USD", "JPY", "GBP", "SEK", "CHF", "DEM", "HRK", "BGN", "TRL"]),
    st.sampled_from(["USD", "JPY", "GBP", "SEK", "CHF", "EUR", "PLN", "ITL"]),
    st.dates(date(2023, 1, 10), history.last_day()),
)
def test_there_and_back_is_exactly_one(start: str, end: str, day: date) -> None:
    there, back = (found(shipped().path(*pair, day)) for pair in ((start, end), (end, start)))

    assert factor_of(there.legs, start) * factor_of(back.legs, end) == 1
    assert {leg.pair for leg in there.legs} == {leg.pair for leg in back.legs}
