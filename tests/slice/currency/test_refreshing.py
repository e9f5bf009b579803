"""The refresh: who is asked in which order, who stands in for whom, what is stored, and when the alarm rings.

Sources are a real HTTP server; each test has a year of its own, because public rates have no owner.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.currency import api as currency
from chalicelib.currency import repository
from chalicelib.currency.gateways import history
from chalicelib.currency.gateways.coingecko import CoinGecko
from chalicelib.currency.gateways.ecb import Ecb
from chalicelib.currency.gateways.wide import CurrencyLayer, OpenExchangeRates
from chalicelib.currency.repository import TABLE
from chalicelib.currency.repository.rates import PARTITION
from chalicelib.currency.service.refresh import Refreshed, newest_day, refresh
from chalicelib.kernel.money import Money
from chalicelib.kernel.settings import settings
from chalicelib.kernel.tables import Table
from tests.contract.currency.publisher import (
    Page,
    Publisher,
    coins,
    currencylayer,
    ecb_xml,
    ecb_zip,
    oxr,
    published,
)
from tests.support.budget import budget
from tests.support.cloud import Cloud, LambdaContext
from tests.support.taps import calls_of, every_point, killed_at

pytestmark = [pytest.mark.slice, pytest.mark.allow_hosts(["127.0.0.1"])]
ECB = {"USD": "1.1684", "JPY": "186.75", "GBP": "0.87058"}
WIDE = {"EUR": 0.85, "GBP": 0.75, "JPY": 160.5, "ARS": 1400.5}
DAILY, ZIP = "/ecb/eurofxref-daily.xml", "/ecb/eurofxref-hist.zip"
RECENT = "/ecb/eurofxref-hist-90d.xml"


@dataclass(slots=True)
class World:
    """All four sources, and a moment."""

    web: Publisher
    now: datetime

    @property
    def sources(self) -> list[Any]:
        url = self.web.url
        return [
            Ecb(f"{url}/ecb"),
            OpenExchangeRates("one", f"{url}/oxr"),
            CurrencyLayer("two", f"{url}/layer"),
            CoinGecko("", f"{url}/coins"),
        ]

    def refresh(self) -> Refreshed:
        return refresh(now=self.now, sources=self.sources)

    def publish(self, days: dict[date, dict[str, str]]) -> None:
        for path, body in ((DAILY, ecb_xml(days)), (RECENT, ecb_xml(days)), (ZIP, ecb_zip(days))):
            self.web.pages[path] = Page(body)
        self.web.json("/oxr", oxr(self.now, **WIDE))
        self.web.json("/layer", currencylayer(self.now, **WIDE))
        self.web.json("/coins", coins(self.now, bitcoin=90000.5, ethereum=2500.25, tether=0.85))

    def asked(self) -> list[str]:
        """What was asked for, by source, and forget it."""
        paths = [path.split("/")[1] for path in self.web.paths]
        self.web.asked.clear()
        return paths

    def told(self, currency_code: str, amount: int, day: date) -> tuple[str | None, list[str]]:
        made = currency.convert(
            Money(amount, currency_code), "EUR", day=day, owner=None, now=self.now
        )
        assert isinstance(made.path, currency.Path)
        return (made.money.amount if made.money else None), [leg.source for leg in made.path.legs]


def _forget_rates(cloud: Cloud) -> None:
    """Empty moto's tables; the real engine keeps its own, so there the rates go one by one."""
    cloud.forget()
    table = Table(TABLE)
    rows = table.query_all(PARTITION, "0", "~", most=20_000, consistent=True)
    table.delete_many([(row["pk"]["S"], row["sk"]["S"]) for row in rows])


@pytest.fixture(name="world")
def a_world(cloud: Cloud) -> Iterator[World]:
    """A Monday evening, in a cloud that never saw a rate but the shipped ones."""
    _forget_rates(cloud)
    with published() as web:
        yield World(web, datetime(2026, 6, 8, 18, 0, tzinfo=UTC))


TODAY, FRIDAY = date(2026, 6, 8), date(2026, 6, 5)


def test_the_first_refresh_fills_the_gap_after_the_shipped_history(world: World) -> None:
    days = [history.last_day() + timedelta(days=number) for number in range(57)]
    world.publish(dict.fromkeys(days, ECB))

    done = world.refresh()

    assert (done.newest, done.late, done.failed, done.stale) == (TODAY, 0, {}, False)
    assert world.web.paths[0] == RECENT
    assert set(repository.find_days(days[1], TODAY)) == set(days[1:])
    assert newest_day(world.now) == TODAY


def test_after_years_without_a_network_the_whole_history_is_read(world: World) -> None:
    world.now = datetime(2029, 6, 8, 18, 0, tzinfo=UTC)
    world.publish({date(2026, 6, 8): ECB, date(2029, 6, 7): ECB, date(2029, 6, 8): ECB})

    done = world.refresh()

    assert (done.days, done.newest) == (3, date(2029, 6, 8))
    assert world.web.paths[0] == ZIP


def test_the_ecb_goes_first_and_one_wide_source_fills_in_the_rest(world: World) -> None:
    world.publish({TODAY: ECB})

    world.refresh()

    assert world.asked() == ["ecb", "coins", "oxr"]  # CurrencyLayer is not needed
    assert world.told("USD", 116_84, TODAY) == ("100.00", ["ecb"])
    # 1,400.50 pesos are a dollar, and a dollar 0.85 euro, in one source's own words
    assert world.told("ARS", 1_400_50, TODAY) == ("0.85", ["open-exchange-rates"] * 2)
    assert world.told("BTC", 10**8, TODAY) == ("90000.50", ["coingecko"])


def test_a_wide_source_never_replaces_what_the_ecb_said(world: World) -> None:
    world.publish({TODAY: ECB})

    world.refresh()

    sheets = {sheet.source: sheet for sheet in repository.find_days(TODAY, TODAY)[TODAY]}
    assert list(sheets) == ["ecb", "coingecko", "open-exchange-rates"]
    assert set(sheets["open-exchange-rates"].rates) == {"EUR", "ARS"}


@pytest.mark.parametrize(
    "broken",
    [Page(b"", 500), Page(b"", 429), Page(b"<html>"), Page(b'{"error": true, "status": 401}')],
    ids=["500", "429", "html", "error"],
)
def test_currencylayer_stands_in_for_open_exchange_rates(world: World, broken: Page) -> None:
    world.publish({TODAY: ECB})
    world.web.pages["/oxr"] = broken

    done = world.refresh()

    assert world.asked() == ["ecb", "coins", "oxr", "layer"]
    assert set(done.failed) == {"open-exchange-rates"}
    assert world.told("ARS", 1_400_50, TODAY) == ("0.85", ["currencylayer"] * 2)


def test_a_wide_source_stands_in_for_the_ecb_while_it_is_down(world: World) -> None:
    world.publish({TODAY: ECB})
    for path in (DAILY, RECENT, ZIP):
        world.web.pages[path] = Page(b"", 503)

    done = world.refresh()

    assert done.failed == {"ecb": "status-503"}
    assert done.newest == history.last_day()
    assert world.told("GBP", 75_00, TODAY) == ("85.00", ["open-exchange-rates"] * 2)


def test_when_the_ecb_comes_back_its_word_counts_again(world: World) -> None:
    world.publish({TODAY: ECB})
    good = world.web.pages.pop(RECENT)
    world.refresh()
    world.web.pages[RECENT] = good

    world.refresh()

    assert world.told("GBP", 87_06, TODAY) == ("100.00", ["ecb"])


def test_the_order_is_kept_to_the_last_source(world: World) -> None:
    """All fail but the last of each kind."""
    world.publish({})
    for path in (DAILY, RECENT, ZIP, "/oxr"):
        world.web.pages[path] = Page(b"", 500)

    done = world.refresh()

    assert world.asked() == ["ecb", "coins", "oxr", "layer"]
    assert set(done.failed) == {"ecb", "open-exchange-rates"}
    assert world.told("JPY", 160_50, TODAY) == ("85.00", ["currencylayer"] * 2)


def test_a_stale_table_is_passed_over(world: World) -> None:
    world.publish({TODAY: ECB})
    world.web.json("/oxr", oxr(world.now - timedelta(days=3), **WIDE))

    assert world.refresh().failed == {"open-exchange-rates": "stale"}
    assert world.told("ARS", 1_400_50, TODAY)[1] == ["currencylayer"] * 2


def test_with_every_source_down_nothing_is_lost_and_the_alarm_rings(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    done = world.refresh()

    assert set(done.failed) == {"ecb", "open-exchange-rates", "currencylayer", "coingecko"}
    assert (done.days, done.newest, done.stale) == (0, history.last_day(), True)
    told = caplog.records[-1]
    assert (told.levelname, told.getMessage()) == ("ERROR", "exchange rates are stale")
    assert vars(told)["RatesLateDays"] == done.late == 39
    (metric,) = vars(told)["_aws"]["CloudWatchMetrics"]
    assert metric["Metrics"] == [{"Name": "RatesLateDays", "Unit": "Count"}]


@pytest.mark.parametrize(("late", "stale"), [(1, False), (2, False), (3, True)])
def test_the_alarm_rings_after_two_business_days(world: World, late: int, stale: bool) -> None:
    last = {1: date(2026, 6, 5), 2: date(2026, 6, 4), 3: date(2026, 6, 3)}[late]
    world.publish({last: ECB})

    done = world.refresh()

    assert (done.late, done.stale) == (late, stale)


def test_nobodys_key_is_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.refresh()

    told = str([vars(record) for record in caplog.records])
    assert "status-404" in told
    assert not any(word in told for word in ("app_id", "access_key", world.web.url))


def test_a_second_refresh_writes_nothing_new(world: World) -> None:
    world.publish({TODAY: ECB, FRIDAY: ECB})
    world.refresh()
    before = repository.get_days([TODAY, FRIDAY])

    with budget() as spent:
        world.refresh()

    assert repository.get_days([TODAY, FRIDAY]) == before
    assert spent.writes == 0


def test_a_crash_at_any_point_is_mended_by_the_next_run(world: World, cloud: Cloud) -> None:
    days = {TODAY - timedelta(days=number): ECB for number in range(4)}
    world.publish(days)
    for number, side in every_point(world.refresh):
        cloud.forget()
        killed_at(number, side, world.refresh)

        world.refresh()

        assert set(repository.find_days(min(days), TODAY)) == set(days)
        assert newest_day(world.now) == TODAY


def test_the_schedule_runs_it_and_an_instance_without_sources_is_not_alarmed(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("XPENSE_RATES_SOURCES", "")
    settings.cache_clear()
    caplog.set_level("INFO")
    event = {
        "version": "0", "account": "1", "region": "eu-central-1", "detail": {}, "detail-type": "Scheduled Event",
        "source": "aws.events", "time": "2026-06-08T18:00:00Z", "id": "1", "resources": [],
    }  # fmt: skip
    try:
        cloud.app.handler_map["currency_refresh_rates"](event, LambdaContext())
    finally:
        monkeypatch.undo()
        settings.cache_clear()

    told = caplog.records[-1]
    assert (told.levelname, told.getMessage()) == ("INFO", "exchange rates were refreshed")
    assert vars(told)["RatesLateDays"] > 100


def test_a_crash_between_parts_of_a_long_gap_leaves_no_hole_behind_the_newest_day(
    world: World, cloud: Cloud
) -> None:
    """Parts are written oldest first, so what the next run asks for begins where the crash was."""
    days = {
        one: ECB
        for number in range(400)
        if (one := date(2026, 4, 14) + timedelta(days=number)).weekday() < 5
    }
    world.now = datetime.combine(max(days), datetime.min.time(), UTC) + timedelta(hours=18)
    world.publish(days)
    calls = _writes(world)
    _forget_rates(cloud)

    killed_at(calls[2], "after", world.refresh)
    assert newest_day(world.now) < max(days)
    world.refresh()

    assert set(repository.find_days(min(days), max(days))) == set(days)


def _writes(world: World) -> list[int]:
    return [
        at for at, name in enumerate(calls_of(world.refresh)) if name.endswith("TransactWriteItems")
    ]
