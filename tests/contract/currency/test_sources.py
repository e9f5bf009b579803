"""Each source through its real HTTP shapes: numbers as published, and every way in which it can fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest

from chalicelib.currency.errors import SourceFailed
from chalicelib.currency.gateways import http
from chalicelib.currency.gateways.coingecko import CoinGecko
from chalicelib.currency.gateways.ecb import Ecb
from chalicelib.currency.gateways.sources import Source, configured
from chalicelib.currency.gateways.wide import CurrencyLayer, OpenExchangeRates
from chalicelib.kernel.settings import settings
from tests.contract.currency.publisher import (
    Page,
    Publisher,
    coins,
    currencylayer,
    ecb_xml,
    ecb_zip,
    oxr,
    published,
    zipped,
)

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
NOW = datetime(2026, 6, 8, 18, 0, tzinfo=UTC)  # a Monday evening
TODAY, FRIDAY = date(2026, 6, 8), date(2026, 6, 5)
SOME = {"USD": "1.1684", "JPY": "186.75", "GBP": "0.87058"}
KEY = "k3y-that-nobody-may-see"
MANY = {"EUR": 0.8559, "GBP": 0.745, "ARS": 1402.51}


@pytest.fixture(name="web")
def a_publisher() -> Iterator[Publisher]:
    with published() as made:
        yield made


def ecb(web: Publisher) -> Ecb:
    return Ecb(f"{web.url}/stats/eurofxref")


def wide(web: Publisher) -> OpenExchangeRates:
    return OpenExchangeRates(KEY, f"{web.url}/api/latest.json")


def layer(web: Publisher) -> CurrencyLayer:
    return CurrencyLayer(KEY, f"{web.url}/live")


def gecko(web: Publisher) -> CoinGecko:
    return CoinGecko(KEY, f"{web.url}/api/v3/simple/price")


Make = Callable[[Publisher], Source]
PATHS: Final[dict[Make, str]] = {
    ecb: "/stats/eurofxref/eurofxref-daily.xml",
    wide: "/api/latest.json",
    layer: "/live",
    gecko: "/api/v3/simple/price",
}
ALL = pytest.mark.parametrize("make", PATHS, ids=lambda make: make.__name__)


def refused(source: Source, *, since: date = FRIDAY) -> str:
    with pytest.raises(SourceFailed) as failure:
        source.fetch(since=since, now=NOW)
    assert KEY not in str(failure.value)
    assert KEY not in repr(failure.value.__cause__ or "")
    return failure.value.reason


def test_the_ecbs_daily_file_is_read(web: Publisher) -> None:
    web.pages[PATHS[ecb]] = Page(ecb_xml({TODAY: SOME}))

    (sheet,) = ecb(web).fetch(since=FRIDAY, now=NOW)

    assert (sheet.day, sheet.source, sheet.base, sheet.rates) == (TODAY, "ecb", "EUR", SOME)


def test_what_is_known_already_is_not_given_again(web: Publisher) -> None:
    web.pages[PATHS[ecb]] = Page(ecb_xml({TODAY: SOME}))

    assert ecb(web).fetch(since=TODAY, now=NOW) == ()


@pytest.mark.parametrize(
    ("since", "file"),
    [
        (FRIDAY + timedelta(days=2), "eurofxref-daily.xml"),
        (TODAY - timedelta(days=80), "eurofxref-hist-90d.xml"),
        (TODAY - timedelta(days=85), "eurofxref-hist.zip"),
        (date(2026, 4, 13), "eurofxref-hist-90d.xml"),
    ],
)
def test_the_smallest_file_that_has_all_days_is_fetched(
    web: Publisher, since: date, file: str
) -> None:
    days = {TODAY: SOME, FRIDAY: SOME, date(2026, 1, 2): SOME}
    body = ecb_zip(days) if file.endswith("zip") else ecb_xml(days)
    web.pages[f"/stats/eurofxref/{file}"] = Page(body)

    sheets = ecb(web).fetch(since=since, now=NOW)

    assert web.paths == [f"/stats/eurofxref/{file}"]
    assert [sheet.day for sheet in sheets] == [day for day in sorted(days) if day > since]
    assert all(dict(sheet.rates) == SOME for sheet in sheets)


def test_open_exchange_rates_is_read_with_its_key(web: Publisher) -> None:
    web.json(PATHS[wide], oxr(NOW, BTC=0.00001049, BGN=1.67, XXX=1, **MANY))

    (sheet,) = wide(web).fetch(since=FRIDAY, now=NOW)

    assert web.asked[0].query == {"app_id": [KEY]}
    assert (sheet.day, sheet.base) == (TODAY, "USD")
    # no withdrawn and no unknown currency; the number as it was sent, without an exponent
    assert sheet.rates == {"EUR": "0.8559", "GBP": "0.745", "ARS": "1402.51", "BTC": "0.00001049"}


def test_currencylayer_is_read_with_its_key(web: Publisher) -> None:
    web.json(PATHS[layer], currencylayer(NOW, **MANY))

    (sheet,) = layer(web).fetch(since=FRIDAY, now=NOW)

    assert web.asked[0].query == {"access_key": [KEY]}
    assert sheet.rates == {"EUR": "0.8559", "GBP": "0.745", "ARS": "1402.51"}


def test_crypto_prices_are_read_in_euro(web: Publisher) -> None:
    web.json(PATHS[gecko], coins(NOW, bitcoin=95123.45678901, ethereum=2511.5, usd_coin=0.8551))

    (sheet,) = gecko(web).fetch(since=FRIDAY, now=NOW)

    asked = web.asked[0]
    assert asked.query["ids"] == ["bitcoin,ethereum,litecoin,usd-coin,tether"]
    assert asked.headers["x-cg-demo-api-key"] == KEY
    assert (sheet.priced, sheet.base) == (True, "EUR")
    assert sheet.rates == {"BTC": "95123.45678901", "ETH": "2511.5", "USDC": "0.8551"}


def test_a_gzipped_answer_is_read(web: Publisher) -> None:
    web.pages[PATHS[wide]] = zipped(Page(json.dumps(oxr(NOW, **MANY)).encode()))

    assert wide(web).fetch(since=FRIDAY, now=NOW)


# --- what goes wrong


@ALL
@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_a_bad_status_is_a_failure(web: Publisher, make: Make, status: int) -> None:
    web.pages[PATHS[make]] = Page(b'{"error": true, "message": "invalid_app_id"}', status)

    assert refused(make(web)) == f"status-{status}"


@ALL
def test_a_source_that_does_not_answer_in_time_is_a_failure(
    web: Publisher, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "READ_S", 0.1)
    web.pages[PATHS[make]] = Page(b"{}", wait=0.6)

    assert refused(make(web)) == "timeout"


def test_a_source_that_drips_is_cut_off(web: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "WHOLE_S", 0.2)
    web.pages[PATHS[wide]] = Page(b" " * 200, drip=0.02)

    assert refused(wide(web)) == "timeout"


@ALL
def test_a_source_that_is_not_there_is_a_failure(web: Publisher, make: Make) -> None:
    class Nowhere:
        url = "http://127.0.0.1:9"

    assert refused(make(Nowhere)) == "unreachable"  # type: ignore[arg-type]  # only the address counts


@ALL
@pytest.mark.parametrize(
    "body",
    [b"", b"<html>maintenance</html>", b"[]", b"null", b"{}", b'{"rates": [], "timestamp": 1}',
     b"\xff\xfe", b"[" * 100_000, b'{"a": NaN}', b'{"success": true, "source": 7, "quotes": []}'],
    ids=range(10),
)  # fmt: skip
def test_what_is_no_table_is_unreadable(web: Publisher, make: Make, body: bytes) -> None:
    web.pages[PATHS[make]] = Page(body)

    if make is ecb and body.startswith(b"<html>"):
        assert ecb(web).fetch(since=FRIDAY, now=NOW) == ()  # well-formed, and no day in it
    else:
        assert refused(make(web)) in {"unreadable", "error-in-body"}


@ALL
def test_a_document_without_end_is_cut_off(
    web: Publisher, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MOST_BYTES", 10_000)
    # 2 MB of spaces in 2 KB on the wire
    web.pages[PATHS[make]] = zipped(Page(b" " * 2_000_000))

    assert refused(make(web)) == "too-large"


@ALL
def test_a_redirect_to_another_host_is_not_followed_because_the_key_would_go_along(
    web: Publisher, make: Make
) -> None:
    with published() as thief:
        web.pages[PATHS[make]] = Page(b"", 302, {"Location": f"{thief.url}/steal"})

        assert refused(make(web)) == "redirects"
        assert thief.asked == []


@ALL
def test_redirects_in_a_circle_end(web: Publisher, make: Make) -> None:
    web.pages[PATHS[make]] = Page(b"", 301, {"Location": PATHS[make]})

    assert refused(make(web)) == "redirects"
    assert len(web.asked) == 3


def test_a_redirect_on_the_same_host_is_followed(web: Publisher) -> None:
    web.pages[PATHS[ecb]] = Page(b"", 301, {"Location": "/new/daily.xml"})
    web.pages["/new/daily.xml"] = Page(ecb_xml({TODAY: SOME}))

    assert len(ecb(web).fetch(since=FRIDAY, now=NOW)) == 1


def test_an_error_that_comes_with_a_good_status_is_a_failure(web: Publisher) -> None:
    web.json(
        PATHS[layer],
        {
            "success": False,
            "error": {"code": 104, "info": "Your monthly usage limit has been reached."},
        },
    )
    web.json(PATHS[wide], {"error": True, "status": 401, "message": "invalid_app_id"})
    web.json(PATHS[gecko], {"status": {"error_code": 429, "error_message": "rate limit"}})

    assert {refused(make(web)) for make in (layer, wide, gecko)} == {"error-in-body"}


@pytest.mark.parametrize(
    ("age", "reason"),
    [
        (timedelta(hours=49), "stale"),
        (timedelta(days=4_000), "stale"),
        (timedelta(hours=-2), "unreadable"),
    ],
)
def test_a_stale_table_is_a_failure(web: Publisher, age: timedelta, reason: str) -> None:
    web.json(PATHS[wide], oxr(NOW - age, **MANY))
    web.json(PATHS[layer], currencylayer(NOW - age, **MANY))
    web.json(PATHS[gecko], coins(NOW - age, bitcoin=1.5, ethereum=2.5, litecoin=3.5))

    assert {refused(make(web)) for make in (wide, layer, gecko)} == {reason}


@pytest.mark.parametrize("number", [0, -1.5, "1.5x", None, True, [], 1e300, "NaN"])
def test_a_number_that_is_no_rate_is_left_out(web: Publisher, number: object) -> None:
    table = oxr(NOW, **MANY)
    table["rates"] = {**MANY, "JPY": number}
    web.json(PATHS[wide], table)

    (sheet,) = wide(web).fetch(since=FRIDAY, now=NOW)
    assert "JPY" not in sheet.rates
    assert len(sheet.rates) == 3


@pytest.mark.parametrize(
    "body",
    [
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        ecb_xml({TODAY: {"USD": "1.1"}}),  # hardly anything in it
        ecb_xml({TODAY: SOME}).replace(b"2026-06-08", b"08.06.2026"),
        ecb_xml({TODAY: SOME})[:-20],
    ],
    ids=["entities", "few", "date", "cut"],
)
def test_a_damaged_ecb_file_is_unreadable(web: Publisher, body: bytes) -> None:
    web.pages[PATHS[ecb]] = Page(body)

    assert refused(ecb(web)) == "unreadable"


@pytest.mark.parametrize(
    "body", [b"PK", ecb_zip({TODAY: SOME}, name="other.csv"), b"", ecb_zip({TODAY: {"USD": "1"}})]
)
def test_a_damaged_zip_is_unreadable(web: Publisher, body: bytes) -> None:
    web.pages["/stats/eurofxref/eurofxref-hist.zip"] = Page(body)

    assert refused(ecb(web), since=date(2026, 1, 1)) == "unreadable"


def test_only_sources_that_are_named_and_have_their_key_are_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def names(listed: str, **keys: str) -> list[str]:
        monkeypatch.setenv("XPENSE_RATES_SOURCES", listed)
        for name, key in keys.items():
            monkeypatch.setenv(name, key)
        settings.cache_clear()
        return [source.name for source in configured()]

    every = "currencylayer, ecb,open-exchange-rates,coingecko,unknown"
    try:
        assert names("") == []
        assert names(every) == ["ecb", "coingecko"]
        key = {"XPENSE_OPEN_EXCHANGE_RATES_KEY": KEY, "XPENSE_CURRENCYLAYER_KEY": KEY}
        assert names(every, **key) == ["currencylayer", "ecb", "open-exchange-rates", "coingecko"]
        assert KEY not in repr(configured())
    finally:
        monkeypatch.undo()
        settings.cache_clear()
