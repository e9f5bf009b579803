"""`import(export(x)) = x` over HTTP: into the same ledger nothing is added, into an empty one all comes again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from tests.factories.expenses import ACCOUNTS, CATEGORIES, everything, opened, recorded
from tests.factories.exports import exported
from tests.factories.imports import committed, uploaded
from tests.factories.users import SignedIn
from tests.support.cloud import Cloud

pytestmark = [pytest.mark.slice, pytest.mark.durable]
RICH = ("csv", "xlsx", "jsonl", "beancount", "hledger")


def made_ledger(person: SignedIn) -> dict[str, str]:
    """A small ledger with something of everything; gives its accounts by name."""
    accounts = {name: opened(person, name=name)["id"] for name in ("Everyday", "=Savings")}
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
        },
    )
    assert moved.status == 201, moved.text
    recorded(person, savings, "0.55", booked_on="2026-10-06", payee="Interest")
    return accounts


def ledger_of(person: SignedIn) -> Counter[tuple[object, ...]]:
    """What a ledger says, without ids: names stand for accounts and categories."""
    client = person.client
    accounts = {one["id"]: one["name"] for one in client.get(ACCOUNTS).json["items"]}
    tree = client.get(CATEGORIES, query={"limit": "200"}).json["items"]
    names = {one["id"]: one["name"] for one in tree}
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
                (part["amount"]["amount"], names.get(part["category_id"]), part["notes"])
                for part in one["parts"]
            ),
            one["transfer"] and accounts[one["transfer"]["to_account_id"]],
            one["original_amount"] and one["original_amount"]["amount"],
        )
        for one in everything(person)
    )


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
    fresh = {name: opened(stranger, name=name)["id"] for name in accounts}
    tree = person.client.post(CATEGORIES, {"name": "Only here", "kind": "expense"})
    assert tree.status == 201

    brought_in(cloud, stranger, form, exported(cloud, person, form), fresh)

    assert ledger_of(stranger) == ledger_of(person)
