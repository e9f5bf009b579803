"""From the choice of a bank to rows in the ledger, through Plaid and through a bridge."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.kernel.clock import now
from tests.factories.banks import (
    URL,
    balance,
    linked,
    mapped,
    shown,
    synced,
    transactions,
)
from tests.factories.imports import account_of
from tests.factories.users import SignedIn
from tests.support.cloud import Cloud
from tests.support.fake_plaid import FakePlaid
from tests.support.fake_plaid import account_of as bank_account
from tests.support.fake_simplefin import FakeBridge

pytestmark = [pytest.mark.slice, pytest.mark.allow_hosts(["127.0.0.1"])]


def test_a_bank_is_linked_mapped_and_synced(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    here, item = linked(cloud, person, bank)
    account = account_of(person, currency="USD")
    item.put("t1", "chk", -420, name="Corner Bakery", date="2026-11-02")
    item.put("t2", "chk", 215_000, name="Employer", date="2026-11-05")

    done = mapped(cloud, person, here["id"], {"chk": account})

    assert (here["state"], here["institution"]) == ("active", "First Platypus Bank")
    assert [one["id"] for one in here["accounts"]] == ["chk"]
    assert done["sync"] is None
    assert done["last_sync"]["added"] == 2
    assert balance(person, account) == item.total("chk") == 214_580
    assert {one["payee"] for one in transactions(person)} == {"Corner Bakery", "Employer"}
    assert done["next_sync_at"] is not None


def test_what_was_pending_becomes_booked_under_another_id_day_and_amount(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    here, item = linked(cloud, person, bank)
    account = account_of(person, currency="USD")
    item.put("p1", "chk", -1_000, name="Fuel", date="2026-11-02", pending=True)
    mapped(cloud, person, here["id"], {"chk": account})
    (pending,) = transactions(person)
    item.put("b1", "chk", -4_217, name="Fuel", date="2026-11-04", pending_transaction_id="p1")
    item.take_back("p1")

    synced(cloud, person, here["id"])

    (booked,) = transactions(person)
    assert (pending["status"], booked["status"]) == ("pending", "posted")
    assert booked["id"] == pending["id"]
    assert (booked["amount"]["amount"], booked["booked_on"]) == ("-42.17", "2026-11-04")
    assert balance(person, account) == item.total("chk") == -4_217


def test_changed_and_removed_rows_are_changed_and_removed(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    here, item = linked(cloud, person, bank)
    account = account_of(person, currency="USD")
    for number in range(5):
        item.put(f"t{number}", "chk", -100 * (number + 1), name=f"Shop {number}")
    mapped(cloud, person, here["id"], {"chk": account})
    item.put("t1", "chk", -999, name="Shop 1 renamed", date="2026-10-30")
    item.take_back("t2")

    done = synced(cloud, person, here["id"])

    assert done["last_sync"]["changed"] == done["last_sync"]["removed"] == 1
    assert balance(person, account) == item.total("chk")
    assert len(transactions(person)) == 4


def test_an_account_is_opened_so_that_it_stands_where_the_bank_says(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    here, item = linked(
        cloud, person, bank, bank_account("chk", current=500.0), bank_account("cc", kind="credit", current=80.0)
    )  # fmt: skip
    item.put("t1", "chk", -2_000)
    item.put("t2", "chk", -300, pending=True)
    item.put("t3", "cc", -1_500)

    done = mapped(cloud, person, here["id"], {"chk": "new", "cc": "new"})

    accounts = {one["id"]: one["account_id"] for one in done["accounts"]}
    assert (
        balance(person, accounts["chk"]) == 50_000 - 300
    )  # what is pending is not in the bank's balance
    assert balance(person, accounts["cc"]) == -8_000  # what is owed
    assert [one["opens"] for one in done["accounts"]] == [False, False]


@pytest.mark.durable
def test_a_first_sync_of_many_pages_goes_in_steps(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    bank.page = 50
    here, item = linked(cloud, person, bank)
    account = account_of(person, currency="USD")
    for number in range(230):
        item.put(f"t{number}", "chk", -number - 1, date=f"2026-{number % 12 + 1:02d}-11")

    done = mapped(cloud, person, here["id"], {"chk": account})

    assert done["last_sync"]["added"] == 230
    assert bank.paths.count("/transactions/sync") == 5
    assert balance(person, account) == item.total("chk")


def test_a_bridge_is_claimed_and_synced(
    cloud: Cloud, person: SignedIn, bridged: FakeBridge
) -> None:
    account = account_of(person, currency="USD")
    today = now().date()
    bridged.put("a", "chk", "-33.92", today - timedelta(days=3), description="Bakery")
    bridged.put("b", "chk", "1200.00", today - timedelta(days=80))
    bridged.put("p", "chk", "-5.00", today, pending=True)
    reply = person.client.post(URL, {"provider": "simplefin", "setup_token": bridged.setup_token})
    assert reply.status == 201, reply.text
    cloud.drain()

    mapped(cloud, person, reply.json["id"], {"chk": account})

    assert shown(person, reply.json["id"])["institution"] == "My Bank"
    assert balance(person, account) == -3_392 + 120_000 - 500

    del bridged.rows["chk"]["p"]
    bridged.put("c", "chk", "-5.50", today, description="SHOP")
    synced(cloud, person, reply.json["id"])

    assert balance(person, account) == -3_392 + 120_000 - 550
    assert len(transactions(person)) == 3
