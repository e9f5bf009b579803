"""Banks connected to the running product: through Plaid with its messages, and through a bridge; thousands of rows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.kernel.clock import now
from tests.journeys.product import ACCOUNTS, SPENDING, Person, Product, serve, sign_up, until
from tests.support.fake_plaid import CLIENT, SECRET, FakePlaid, account_of, plaid, webhook
from tests.support.fake_simplefin import FakeBridge, bridge

pytestmark = pytest.mark.journey
URL = "/v1/interchange/connections"
KID = "6c5516e1-92dc-479e-a8ff-5a51992e0003"
ROWS = 600


@pytest.fixture(scope="module")
def bank() -> Iterator[FakePlaid]:
    with plaid() as fake:
        fake.new_key(KID)
        yield fake


@pytest.fixture(scope="module")
def bridged() -> Iterator[FakeBridge]:
    with bridge() as fake:
        yield fake


@pytest.fixture(scope="module")
def product(
    bank: FakePlaid, bridged: FakeBridge, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    settings = {
        "XPENSE_PLAID_CLIENT_ID": CLIENT,
        "XPENSE_PLAID_SECRET": SECRET,
        "XPENSE_PLAID_ENV": bank.url,
        "XPENSE_SIMPLEFIN": "loopback",
    }
    made = serve(tmp_path_factory.mktemp("banks"), settings=settings)
    try:
        yield made
        made.settle()
        made.check()
        health = made.health()
    finally:
        made.stop()
    assert not any(health["dead_letters"].values()), health["dead_letters"]


@pytest.fixture
def person(product: Product) -> Person:
    return sign_up(product)


def idle(person: Person, connection_id: str, *, after: str | None = None) -> Any:
    """Wait until a sync is over: another one than that which ended at `after`."""

    def there() -> Any:
        person.product.check()
        one = person.get(f"{URL}/{connection_id}")
        last = (one["last_sync"] or {}).get("at")
        return one if one["sync"] is None and last not in {None, after} else None

    return until(there, "the sync ends")


def balance(person: Person, account_id: str) -> int:
    return int(Decimal(person.get(f"{ACCOUNTS}/{account_id}")["balance"]["amount"]) * 100)


def test_a_bank_comes_in_and_stays_as_it_is(
    person: Person, bank: FakePlaid, record_property: Any
) -> None:
    here = person.post(URL, {"provider": "plaid"})
    token, item = bank.chosen(account_of("chk"))
    today = now().date()
    for number in range(ROWS):
        day = (today - timedelta(days=number % 700)).isoformat()
        item.put(f"t{number}", "chk", -100 - number, name=f"Shop {number % 40}", date=day)
    path = f"{URL}/{here['id']}"
    assert person.call("PATCH", path, {"public_token": token}).status == 200
    until(lambda: person.get(path)["accounts"], "the bank's accounts are known")
    account = person.account("USD")

    began = time.monotonic()
    assert person.call("PATCH", path, {"accounts": {"chk": account}}).status == 200
    first = idle(person, here["id"])
    spent = time.monotonic() - began

    assert first["last_sync"]["added"] == ROWS
    assert balance(person, account) == item.total("chk")
    record_property("figure", f"first sync of {ROWS} rows: {ROWS / spent:.0f} rows a second")

    item.put("t1", "chk", -5_000)
    item.take_back("t2")
    raw = webhook(item)
    hook = {"Plaid-Verification": bank.signed(raw, KID)}
    heard = person.product.call("POST", "/v1/interchange/webhooks/plaid", raw=raw, headers=hook)
    assert heard.status == 200
    second = idle(person, here["id"], after=first["last_sync"]["at"])

    assert (second["last_sync"]["changed"], second["last_sync"]["removed"]) == (1, 1)
    assert balance(person, account) == item.total("chk")
    person.product.settle()
    month = today.isoformat()[:7]
    spending = person.get(SPENDING, month=month)
    assert month in str(spending)

    assert person.call("DELETE", path).status == 204
    until(lambda: item.item_id in bank.removed, "the access goes back")
    assert SECRET not in person.product.said()
    assert item.access_token not in person.product.said()


def test_a_bridge_comes_in(person: Person, bridged: FakeBridge) -> None:
    today = now().date()
    bridged.put("a", "chk", "-12.50", today - timedelta(days=2))
    bridged.put("b", "chk", "100.00", today - timedelta(days=100))
    here = person.post(URL, {"provider": "simplefin", "setup_token": bridged.setup_token})
    path = f"{URL}/{here['id']}"
    until(lambda: person.get(path)["accounts"], "the bank's accounts are known")

    assert person.call("PATCH", path, {"accounts": {"chk": "new"}}).status == 200
    done = idle(person, here["id"])

    account = done["accounts"][0]["account_id"]
    assert done["last_sync"]["added"] == 2
    assert balance(person, account) == 10_023  # what the bridge says
