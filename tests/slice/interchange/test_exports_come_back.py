"""`import(export(x)) = x` over HTTP: into the same ledger nothing is added, into an empty one all comes again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from tests.factories.expenses import (
    ACCOUNTS,
    CATEGORIES,
    TRANSACTIONS,
    everything,
    matching,
    opened,
    recorded,
)
from tests.factories.exports import exported
from tests.factories.imports import URL as IMPORTS
from tests.factories.imports import committed, uploaded
from tests.factories.users import SignedIn
from tests.support.cloud import Cloud
from tests.support.ledger_check import check
from tests.support.ledger_state import state_of

pytestmark = [pytest.mark.slice, pytest.mark.durable]
RICH = ("csv", "xlsx", "jsonl", "beancount", "hledger")


def emptied(person: SignedIn) -> dict[str, str]:
    """The accounts, without anything on them."""
    currencies = {"Everyday": "EUR", "=Savings": "EUR", "Dollars": "USD"}
    return {
        name: opened(person, name=name, currency=currency)["id"]
        for name, currency in currencies.items()
    }


def made_ledger(person: SignedIn) -> dict[str, str]:
    """A small ledger with something of everything; gives its accounts by name."""
    accounts = emptied(person)
    purse, savings = accounts["Everyday"], accounts["=Savings"]
    own = person.client.post(CATEGORIES, {"name": "Bread > rolls, cake", "kind": "expense"})
    assert own.status == 201, own.text
    bread = own.json["id"]
    tree = person.client.get(CATEGORIES, query={"limit": "200"}).json["items"]
    known = {one["name"]: one["id"] for one in tree}
    groceries = known["Groceries"]
    recorded(
        person, purse, "-4.20", booked_on="2026-10-01", category_id=bread, tags=["a, b", "Bread"]
    )
    recorded(
        person, purse, "-4.20", booked_on="2026-10-01", category_id=bread, notes="-again\n=1+1"
    )
    recorded(person, purse, "2150.00", booked_on="2026-10-02", payee="@Employer", category_id=None)
    recorded(
        person,
        purse,
        "-30.00",
        booked_on="2026-10-03",
        payee="Market 'n' more",
        parts=[
            {"amount": {"amount": "-20.00", "currency": "EUR"}, "category_id": groceries},
            {
                "amount": {"amount": "-10.00", "currency": "EUR"},
                "category_id": bread,
                "notes": "buns",
            },
        ],
    )
    recorded(
        person,
        purse,
        "-18.00",
        booked_on="2026-10-04",
        payee="Abroad",
        original_amount={"amount": "-20.00", "currency": "USD"},
    )
    moved = person.client.post(
        "/v1/expenses/transfers",
        {
            "from_account_id": purse,
            "to_account_id": savings,
            "sent": {"amount": "100.00", "currency": "EUR"},
            "booked_on": "2026-10-05",
            "fee": {"amount": "1.25", "currency": "EUR"},
            "fee_category_id": bread,
        },
    )
    assert moved.status == 201, moved.text
    _more(person, accounts, groceries)
    recorded(person, savings, "0.55", booked_on="2026-10-06", payee="Interest")
    return accounts


def _more(person: SignedIn, accounts: Mapping[str, str], groceries: str) -> None:
    """Add what only few formats have: a fee between currencies, parts on two accounts, refunds, what is locked."""
    purse, savings = accounts["Everyday"], accounts["=Savings"]
    dear = person.client.post(
        "/v1/expenses/transfers",
        {
            "from_account_id": purse,
            "to_account_id": accounts["Dollars"],
            "sent": {"amount": "10.00", "currency": "EUR"},
            "received": {"amount": "11.00", "currency": "USD"},
            "booked_on": "2026-10-07",
            "received_on": "2026-10-08",
            "fee": {"amount": "0.75", "currency": "EUR"},
            "fee_category_id": groceries,
        },
    )
    assert dear.status == 201, dear.text
    bought = recorded(
        person,
        purse,
        "-42.00",
        booked_on="2026-10-09",
        payee="Both purses",
        parts=[
            {"amount": {"amount": "-30.00", "currency": "EUR"}, "category_id": groceries},
            {
                "amount": {"amount": "-12.00", "currency": "EUR"},
                "category_id": None,
                "notes": "from savings",
                "account_id": savings,
            },
        ],
    )
    for amount, part in (("4.00", None), ("2.50", bought["parts"][0]["id"])):
        now = person.client.get(f"{TRANSACTIONS}/{bought['id']}").json
        body = {
            "part_id": part,
            "amount": {"amount": amount, "currency": "EUR"},
            "new": {
                "account_id": purse,
                "amount": {"amount": amount, "currency": "EUR"},
                "booked_on": "2026-10-11",
            },
        }
        back = person.client.post(
            f"{TRANSACTIONS}/{bought['id']}/refunds", body, headers=matching(now)
        )
        assert back.status in {200, 201}, back.text
    recorded(person, purse, "-3.00", booked_on="2026-10-12", payee="Not yet", status="pending")


def locked(person: SignedIn, account: str) -> None:
    """Reconcile the savings, so that a transfer into them and their interest are locked."""
    url = f"{ACCOUNTS}/{account}/reconciliations"
    body = {"day": "2026-10-06", "closing_balance": {"amount": "100.55", "currency": "EUR"}}
    one = person.client.post(url, body)
    assert one.status == 201, one.text
    done = person.client.post(f"{url}/{one.json['id']}/finish", {}, headers=matching(one.json))
    assert done.status in {200, 202}, done.text


def ledger_of(person: SignedIn) -> Counter[tuple[object, ...]]:
    """What a ledger says, without ids: names stand for accounts and categories."""
    client = person.client
    accounts = {one["id"]: one["name"] for one in client.get(ACCOUNTS).json["items"]}
    tree = client.get(CATEGORIES, query={"limit": "200"}).json["items"]
    names = {one["id"]: one["name"] for one in tree}
    found = everything(person)
    known = {one["id"]: one for one in found}
    return Counter(
        (
            accounts[one["account_id"]],
            one["booked_on"],
            one["amount"]["amount"],
            one["payee"],
            one["notes"],
            names.get(one["category_id"]),
            tuple(sorted(one["tags"])),
            tuple(
                (
                    part["amount"]["amount"],
                    names.get(part["category_id"]),
                    part["notes"],
                    accounts.get(part["account_id"]),
                )
                for part in one["parts"]
            ),
            one["transfer"] and _legs(one["transfer"], accounts, names),
            one["original_amount"] and one["original_amount"]["amount"],
            one["status"],
            tuple(_link(link, known) for link in one["refunds"]),
            tuple(sorted(back["amount"]["amount"] for back in one["refunded_by"])),
        )
        for one in found
    )


def _legs(transfer: Any, accounts: Mapping[str, str], names: Mapping[str, str]) -> object:
    fee = transfer["fee"]
    return (
        accounts[transfer["to_account_id"]],
        transfer["received"]["amount"],
        transfer["received_on"],
        fee and (fee["amount"], names.get(transfer["fee_category_id"])),
    )


def _link(link: Any, known: Mapping[str, Any]) -> object:
    """What a refund is for: the purchase by its payee, its part by its place."""
    bought = known[link["transaction_id"]]
    places = [part["id"] for part in bought["parts"]]
    part = places.index(link["part_id"]) if link["part_id"] else None
    return bought["payee"], link["amount"]["amount"], part


def brought_in(
    cloud: Cloud, person: SignedIn, form: str, data: bytes, accounts: Mapping[str, str]
) -> Any:
    """Import a file, each statement into the account of its name; gives what came of it."""
    first = next(iter(accounts.values()))
    job = uploaded(cloud, person, first, data, filename=f"export.{form}")
    assert job["state"] == "ready", job
    assert all(one["importable"] == one["rows"] for one in job["statements"]), job["statements"]
    chosen = {
        str(one["index"]): accounts[one["name"] or list(accounts)[one["index"]]]
        for one in job["statements"]
    }
    done = committed(cloud, person, job, chosen)
    assert done["state"] == "done", done
    return done["result"]


@pytest.mark.parametrize("form", [*RICH, "ofx"])
def test_an_export_that_comes_back_into_its_ledger_adds_nothing(
    cloud: Cloud, person: SignedIn, form: str
) -> None:
    accounts = made_ledger(person)
    before = ledger_of(person)

    result = brought_in(cloud, person, form, exported(cloud, person, form), accounts)

    assert result["recorded"] == 0
    assert ledger_of(person) == before


@pytest.mark.parametrize("form", RICH)
def test_an_export_makes_the_same_ledger_of_an_empty_one(
    cloud: Cloud, person: SignedIn, stranger: SignedIn, form: str
) -> None:
    accounts = made_ledger(person)
    locked(person, accounts["=Savings"])
    cloud.drain()
    fresh = emptied(stranger)
    tree = person.client.post(CATEGORIES, {"name": "Only here", "kind": "expense"})
    assert tree.status == 201

    brought_in(cloud, stranger, form, exported(cloud, person, form), fresh)

    assert ledger_of(stranger) == ledger_of(person)
    check(cloud, stranger, Random(7))


@pytest.mark.parametrize("form", ["jsonl", "beancount"])
def test_an_export_that_was_imported_can_be_taken_back_whole(
    cloud: Cloud, person: SignedIn, stranger: SignedIn, form: str
) -> None:
    accounts = made_ledger(person)
    locked(person, accounts["=Savings"])
    cloud.drain()
    fresh = emptied(stranger)
    cloud.drain()
    before = state_of(stranger)
    brought_in(cloud, stranger, form, exported(cloud, person, form), fresh)
    assert {one["status"] for one in everything(stranger)} == {"posted", "pending", "reconciled"}
    (job,) = stranger.client.get(IMPORTS).json["items"]

    assert stranger.client.post(f"{IMPORTS}/{job['id']}/revert", {}).status == 202
    cloud.drain()

    undone = stranger.client.get(f"{IMPORTS}/{job['id']}").json
    assert (undone["state"], undone["revert"]["kept"]) == ("reverted", {})
    assert everything(stranger) == []
    assert state_of(stranger) == before


@pytest.mark.parametrize(
    ("left_out", "amounts"),
    [("=Savings", {"Everyday": ["-30.00"]}), ("Everyday", {"=Savings": ["-12.00"]})],
)
def test_of_parts_on_two_accounts_comes_what_lies_on_those_that_are_brought_in(
    cloud: Cloud,
    person: SignedIn,
    stranger: SignedIn,
    left_out: str,
    amounts: Mapping[str, list[str]],
) -> None:
    made_ledger(person)
    fresh = emptied(stranger)
    job = uploaded(cloud, stranger, fresh["Dollars"], exported(cloud, person, "jsonl"))
    chosen = {str(one["index"]): fresh[one["name"]] for one in job["statements"]}
    gone = next(str(one["index"]) for one in job["statements"] if one["name"] == left_out)

    committed(cloud, stranger, job, {**chosen, gone: None})

    found = [one for one in everything(stranger) if one["payee"] == "Both purses"]
    names = {identity: name for name, identity in fresh.items()}
    assert {
        names[one["account_id"]]: [one["amount"]["amount"]] for one in found if not one["refunds"]
    } == amounts
    check(cloud, stranger, Random(7))
