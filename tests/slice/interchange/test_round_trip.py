"""What a ledger exports, an empty one imports: the same balances, categories, parts, tags, transfers, originals."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest

from chalicelib.expenses.model.categories import default_id
from tests.factories.exports import exported
from tests.factories.imports import URL, committed, uploaded
from tests.factories.users import SignedIn, signed_in
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.ledger_check import check

pytestmark = [pytest.mark.slice, pytest.mark.durable]
ACCOUNTS = "/v1/expenses/accounts"
CATEGORIES = "/v1/expenses/categories"
TRANSACTIONS = "/v1/expenses/transactions"
WHOLE = ("jsonl", "csv", "xlsx")
"""The formats that carry what an app knows; OFX and QIF carry what theirs can."""


def opened(person: SignedIn) -> dict[str, str]:
    """Three accounts, by name, alike for everybody."""
    found = {}
    for name, currency in (("Everyday", "EUR"), ("Savings", "EUR"), ("Travel", "USD")):
        reply = person.client.post(ACCOUNTS, {"name": name, "kind": "bank", "currency": currency})
        assert reply.status == 201, reply.text
        found[name] = reply.json["id"]
    return found


def post(person: SignedIn, path: str, **body: Any) -> Any:
    reply = person.client.post(path, body)
    assert reply.status == 201, reply.text
    return reply.json


def euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def lived(person: SignedIn, accounts: dict[str, str]) -> None:
    """A ledger with one of everything that an export carries."""
    everyday, day = accounts["Everyday"], "2026-11-02"
    bread = post(
        person, CATEGORIES, name="Bread", kind="expense", parent_id=default_id("groceries")
    )["id"]
    pay = post(person, CATEGORIES, name="Pay: side", kind="income")["id"]
    own = post(person, CATEGORIES, name="Groceries", kind="expense")["id"]  # a namesake
    plain = {"account_id": everyday, "booked_on": day}
    for place, (payee, amount, category) in enumerate(
        (
            ("Baker", "-4.20", bread),
            ("Baker", "-4.20", bread),
            ("Market", "-61.50", default_id("groceries")),
            ("Garden", "-7.00", own),
            ("Client", "900.00", pay),
            ("Nobody", "-1.00", None),
        )
    ):
        post(
            person,
            TRANSACTIONS,
            **plain,
            payee=payee,
            amount=euros(amount),
            category_id=category,
            tags=["trip", f"tag {place}"] if place % 2 else [],
        )
    parts = [
        {"category_id": bread, "amount": euros("-3.00"), "notes": "rolls"},
        {"category_id": default_id("rent"), "amount": euros("-9.50")},
        {"category_id": None, "amount": euros("0.50"), "notes": "coupon"},
    ]
    post(person, TRANSACTIONS, **plain, payee="Store", amount=euros("-12.00"), parts=parts)
    post(
        person,
        TRANSACTIONS,
        **plain,
        payee="Hotel",
        amount=euros("-90.00"),
        original_amount={"amount": "-99.00", "currency": "USD"},
    )
    move = {"from_account_id": everyday, "booked_on": day, "payee": "Move"}
    post(
        person,
        "/v1/expenses/transfers",
        **move,
        to_account_id=accounts["Savings"],
        sent=euros("50.00"),
    )
    post(
        person,
        "/v1/expenses/transfers",
        **move,
        to_account_id=accounts["Travel"],
        sent=euros("20.00"),
        received={"amount": "22.00", "currency": "USD"},
        received_on="2026-11-04",
    )


def names(person: SignedIn) -> dict[str, tuple[str, ...]]:
    """Each category's path."""
    items = person.client.get(CATEGORIES, query={"limit": "200"}).json["items"]
    found = {one["id"]: one for one in items}

    def path(one: Any) -> tuple[str, ...]:
        above = found.get(one["parent_id"])
        return (*(path(above) if above else ()), one["name"])

    return {identity: path(one) for identity, one in found.items()}


def said(person: SignedIn, accounts: dict[str, str]) -> Counter[Any]:
    """What each transaction says, whatever its id."""
    called = {identity: name for name, identity in accounts.items()}
    paths = names(person)
    items = person.client.get(TRANSACTIONS, query={"limit": "200"}).json["items"]
    return Counter(
        (
            one["payee"],
            one["kind"],
            one["booked_on"],
            called[one["account_id"]],
            one["amount"]["amount"],
            paths.get(one["category_id"]) if not one["parts"] else None,
            frozenset(one["tags"]),
            tuple(
                (part["amount"]["amount"], paths.get(part["category_id"]), part["notes"])
                for part in one["parts"]
            ),
            one["original_amount"]["amount"] if one["original_amount"] else None,
            (
                called[one["transfer"]["to_account_id"]],
                one["transfer"]["received"]["amount"],
                one["transfer"]["received_on"],
            )
            if one["transfer"]
            else None,
        )
        for one in items
    )


def balances(person: SignedIn) -> dict[str, str]:
    items = person.client.get(ACCOUNTS).json["items"]
    return {one["name"]: one["balance"]["amount"] for one in items}


def mapped(person: SignedIn, job: Any, accounts: dict[str, str]) -> dict[str, str]:
    """Which statement goes where: by the account's name in the file."""
    return {str(part["index"]): accounts[part["name"]] for part in job["statements"]}


@pytest.mark.parametrize("form", WHOLE)
def test_an_export_makes_an_empty_ledger_the_same(cloud: Cloud, form: str) -> None:
    writer, reader = signed_in(Client(cloud.app)), signed_in(Client(cloud.app))
    theirs, mine = opened(writer), opened(reader)
    lived(writer, theirs)
    cloud.drain()
    data = exported(cloud, writer, form)

    more = {"filename": f"export.{form}"}
    job = uploaded(cloud, reader, mine["Everyday"], data, **more)
    assert job["state"] == "ready", job["problem"]
    assert job["counts"]["problems"] == 0
    done = committed(cloud, reader, job, mapped(reader, job, mine))
    assert done["state"] == "done", done["problem"]

    assert said(reader, mine) == said(writer, theirs)
    assert balances(reader) == balances(writer)
    check(cloud, reader, Random(1))

    again = uploaded(cloud, reader, mine["Everyday"], data, **more)
    twice = committed(cloud, reader, again, mapped(reader, again, mine))
    assert twice["result"]["recorded"] == 0
    home = uploaded(cloud, writer, theirs["Everyday"], data, **more)
    back = committed(cloud, writer, home, mapped(writer, home, theirs))
    assert back["result"]["recorded"] == 0
    assert said(writer, theirs) == said(reader, mine)
    assert reader.client.get(f"{URL}/{job['id']}/labels").status == 200
