"""What a bank's word does to transactions that somebody touched, deleted, wrote by hand or brought from a file."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.banks import balance, linked, mapped, synced, transactions
from tests.factories.imports import account_of, committed, uploaded
from tests.factories.users import SignedIn
from tests.support.cloud import Cloud
from tests.support.fake_plaid import FakePlaid, Item

pytestmark = [
    pytest.mark.slice,
    pytest.mark.durable,
    pytest.mark.allow_hosts(["127.0.0.1"]),
]
URL = "/v1/expenses/transactions"


def begun(
    cloud: Cloud, person: SignedIn, bank: FakePlaid, *rows: dict[str, Any]
) -> tuple[str, str, Item]:
    here, item = linked(cloud, person, bank)
    account = account_of(person, currency="USD")
    for number, row in enumerate(rows):
        facts = {"name": "Corner Bakery", "date": "2026-11-02", **row}
        item.put(facts.pop("id", f"t{number}"), "chk", facts.pop("minor", -420), **facts)
    mapped(cloud, person, here["id"], {"chk": account})
    return here["id"], account, item


def edited(person: SignedIn, one: dict[str, Any], **changes: Any) -> dict[str, Any]:
    reply = person.client.patch(
        f"{URL}/{one['id']}", changes, headers={"If-Match": f'"{one["version"]}"'}
    )
    assert reply.status == 200, reply.text
    found: dict[str, Any] = reply.json
    return found


def test_what_a_user_set_stays_while_the_bank_changes_the_rest(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    here, _, item = begun(cloud, person, bank, {})
    edited(
        person, transactions(person)[0], payee="My bakery", booked_on="2026-11-01", notes="for Ada"
    )
    item.put("t0", "chk", -555, name="CORNER BAKERY GMBH", date="2026-11-09")

    synced(cloud, person, here)

    (one,) = transactions(person)
    assert (one["payee"], one["booked_on"], one["notes"]) == ("My bakery", "2026-11-01", "for Ada")
    assert one["amount"]["amount"] == "-5.55"


def test_an_amount_that_a_user_set_stays(cloud: Cloud, person: SignedIn, bank: FakePlaid) -> None:
    here, _, item = begun(cloud, person, bank, {})
    edited(person, transactions(person)[0], amount={"amount": "-4.00", "currency": "USD"})
    item.put("t0", "chk", -555)

    synced(cloud, person, here)

    assert transactions(person)[0]["amount"]["amount"] == "-4.00"


def test_what_somebody_built_on_is_kept_and_named_when_the_bank_takes_it_back(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    here, _, item = begun(
        cloud, person, bank, {}, {"minor": -900}, {"minor": -700, "pending": True}
    )
    touched, plain, pending = (
        next(one for one in transactions(person) if one["amount"]["amount"] == amount)
        for amount in ("-4.20", "-9.00", "-7.00")
    )
    edited(person, touched, notes="mine")
    edited(person, pending, notes="mine too")
    for identity in ("t0", "t1", "t2"):
        item.take_back(identity)

    done = synced(cloud, person, here)

    left = transactions(person)
    assert [one["id"] for one in left] == [touched["id"]]
    assert done["last_sync"]["kept"] == [touched["id"]]
    assert plain["id"] not in {
        one["id"] for one in left
    }  # and what never happened went, notes or not


def test_what_a_user_deleted_does_not_come_back(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    here, account, item = begun(cloud, person, bank, {}, {"minor": -900})
    one = next(one for one in transactions(person) if one["amount"]["amount"] == "-4.20")
    person.client.delete(f"{URL}/{one['id']}", headers={"If-Match": f'"{one["version"]}"'})
    item.put("t0", "chk", -421)

    synced(cloud, person, here)

    assert len(transactions(person)) == 1
    assert balance(person, account) == -900


def test_what_a_bank_took_back_comes_back_with_the_bank(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    here, account, item = begun(cloud, person, bank, {})
    (before,) = transactions(person)
    item.take_back("t0")
    synced(cloud, person, here)
    assert transactions(person) == []
    item.put("t0", "chk", -430)

    synced(cloud, person, here)

    (after,) = transactions(person)
    assert after["id"] == before["id"]
    assert balance(person, account) == -430


def test_what_was_written_by_hand_becomes_the_banks_row(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    here, item = linked(cloud, person, bank)
    account = account_of(person, currency="USD")
    mine = person.client.post(
        URL,
        {
            "account_id": account,
            "amount": {"amount": "-61.37", "currency": "USD"},
            "booked_on": "2026-11-02",
            "payee": "Homeware Depot",
        },
    ).json
    item.put("t1", "chk", -6_137, name="HOMEWARE DEPOT", date="2026-11-03")
    mapped(cloud, person, here["id"], {"chk": account})

    assert [one["id"] for one in transactions(person)] == [mine["id"]]
    item.put("t1", "chk", -6_200, name="HOMEWARE DEPOT", date="2026-11-03")
    synced(cloud, person, here["id"])
    assert balance(person, account) == -6_200
    item.take_back("t1")
    done = synced(cloud, person, here["id"])
    assert done["last_sync"]["kept"] == [mine["id"]]  # it was there before the bank spoke of it


def test_a_statement_that_was_imported_before_is_not_doubled(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    here, item = linked(cloud, person, bank)
    account = account_of(person, currency="USD")
    lines = ["Date,Amount,Payee"]
    for number in range(12):
        minor = 1_000 + 137 * number
        lines.append(f"2026-10-{number + 1:02d},-{minor / 100:.2f},Shop {number} Ltd")
        day = f"2026-10-{number + 1:02d}"
        item.put(f"t{number}", "chk", -minor, name=f"SHOP {number} LTD", date=day)
    committed(cloud, person, uploaded(cloud, person, account, "\n".join(lines).encode()))
    item.put("new", "chk", -99, name="Something else", date="2026-10-13")

    done = mapped(cloud, person, here["id"], {"chk": account})

    assert done["last_sync"]["added"] == 1
    assert len(transactions(person)) == 13
    assert balance(person, account) == item.total("chk")


def test_a_bank_that_is_linked_anew_under_other_ids_is_not_doubled(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    rows = [{"id": f"old{number}", "minor": -1_000 - number, "name": f"Shop {number}",
             "date": f"2026-10-{number + 1:02d}"} for number in range(10)]  # fmt: skip
    here, account, item = begun(cloud, person, bank, *rows)
    person.client.delete(f"/v1/interchange/connections/{here}")
    cloud.drain()
    again, fresh = linked(cloud, person, bank)
    for row in rows:
        identity = str(row["id"]).replace("old", "new")
        fresh.put(identity, "chk", row["minor"], name=row["name"], date=row["date"])  # type: ignore[arg-type]  # a number

    done = mapped(cloud, person, again["id"], {"chk": account})

    assert done["last_sync"]["added"] == 0
    assert len(transactions(person)) == 10
    assert balance(person, account) == fresh.total("chk") == item.total("chk")


def test_two_equal_purchases_of_a_day_stay_two(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    here, account, item = begun(cloud, person, bank, {}, {}, {"pending": True}, {"pending": True})

    assert len(transactions(person)) == 4
    item.put("b2", "chk", -420, name="Corner Bakery", date="2026-11-02")  # no link, as some banks
    item.take_back("t2")
    synced(cloud, person, here)

    assert len(transactions(person)) == 4
    assert balance(person, account) == item.total("chk")
    assert sorted(one["status"] for one in transactions(person)) == ["pending"] + ["posted"] * 3
