"""Lists by query: what they find, what they read, and what they keep to themselves."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Final

import pytest

from chalicelib.expenses.model.categories import default_id
from chalicelib.expenses.repository import transactions as repository
from tests.factories.attachments import announced
from tests.factories.expenses import (
    CATEGORIES,
    TRANSACTIONS,
    everything,
    opened,
    recorded,
)
from tests.factories.households import joined, made, within
from tests.factories.users import SignedIn, signed_in
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
GROCERIES: Final = default_id("groceries")


def found(person: SignedIn, q: str, **query: str) -> list[str]:
    return [one["id"] for one in everything(person, q=q, **query)]


@pytest.mark.durable
def test_a_query_finds_what_a_plain_filter_over_all_rows_finds(person: SignedIn) -> None:
    dice = random.Random(7)
    accounts = [opened(person, name=name)["id"] for name in ("Joint", "Savings")]
    for _ in range(40):
        recorded(
            person,
            dice.choice(accounts),
            f"-{dice.randint(1, 40)}.{dice.randint(0, 99):02d}",
            booked_on=f"2026-{dice.randint(9, 11):02d}-{dice.randint(1, 28):02d}",
            payee=dice.choice(["Corner Bakery", "Bäckerei Süß", "Kiosk"]),
            notes=dice.choice(["", "birthday cake", "sale"]),
            category_id=dice.choice([GROCERIES, None, default_id("rent")]),
            tags=dice.choice([[], ["Holiday"]]),
            status=dice.choice(["posted", "pending"]),
        )
    rows = everything(person, limit="200")
    filters: dict[str, Callable[[Any], bool]] = {
        "backerei": lambda one: "Bäckerei" in one["payee"],
        "cake -payee:kiosk": lambda one: "cake" in one["notes"] and one["payee"] != "Kiosk",
        "bak*": lambda one: one["payee"] == "Corner Bakery",
        "amount>20 date:2026-10": lambda one: (
            float(one["amount"]["amount"]) < -20 and one["booked_on"][:7] == "2026-10"
        ),
        "account:joint (status:pending OR tag:holiday)": lambda one: (
            one["account_id"] == accounts[0] and (one["status"] == "pending" or one["tags"] != [])
        ),
        f"category:groceries -account:{accounts[1]}": lambda one: (
            one["category_id"] == GROCERIES and one["account_id"] == accounts[0]
        ),
        "category:none has:notes": lambda one: one["category_id"] is None and one["notes"] != "",
        "is:income": lambda one: False,
    }
    for q, holds in filters.items():
        assert found(person, q, limit="7") == [one["id"] for one in rows if holds(one)], q


def test_what_has_an_attachment_is_found_at_the_cost_of_one_query_more(
    person: SignedIn, stranger: SignedIn, account: str
) -> None:
    bare, papered = recorded(person, account)["id"], recorded(person, account)["id"]
    for _ in range(2):
        announced(person, papered)

    assert found(person, "has:attachment") == [papered]
    assert found(person, "bakery -has:attachment") == [bare]
    assert found(stranger, "has:attachment") == []
    with budget() as spent:
        found(person, "bakery has:attachment")
    assert spent.calls["Query"] == 2


def test_a_query_goes_together_with_the_other_filters(person: SignedIn, account: str) -> None:
    other = opened(person)["id"]
    for day in ("2026-10-31", "2026-11-01", "2026-11-02"):
        recorded(person, account, booked_on=day)
        recorded(person, other, booked_on=day, payee="Kiosk")

    days = {"from": "2026-11-01"}
    assert len(found(person, "date:2026")) == 6
    assert len(found(person, "bakery", **days)) == 2
    assert len(found(person, "date:2026-11-01..2026-11-30", account_id=other, to="2026-11-01")) == 1
    assert found(person, "kiosk", account_id=account) == []


@pytest.mark.parametrize(
    ("q", "detail"),
    [
        ("payee:", "at character 7: expected a value right after :"),
        ("cake account:nobody", "at character 6: no account has this name"),
        ("category:nothing", "at character 1: no category has this name"),
        ("", "at character 1: expected a word, a quoted text, a field or a bracket"),
        ("x" * 1_001, "at character 1001: a query has at most 1000 characters"),
    ],
)
def test_a_query_that_cannot_be_read_is_refused_with_its_place(
    person: SignedIn, q: str, detail: str
) -> None:
    reply = person.client.get(TRANSACTIONS, query={"q": q})

    assert reply.status == 422
    assert reply.json["errors"] == [{"pointer": "?q", "detail": detail}]


def test_a_dated_query_reads_only_its_days(person: SignedIn, account: str) -> None:
    for month in range(1, 11):
        recorded(person, account, booked_on=f"2026-{month:02d}-15")

    with budget() as spent:
        reply = person.client.get(TRANSACTIONS, query={"q": "bakery date:2026-03"})

    assert len(reply.json["items"]) == 1
    # the session and the user are two; one query gives one item
    assert (spent.calls, spent.reads) == ({"BatchGetItem": 1, "Query": 1}, 3)


def test_dates_that_exclude_each_other_read_nothing(person: SignedIn, account: str) -> None:
    recorded(person, account)

    with budget() as spent:
        reply = person.client.get(TRANSACTIONS, query={"q": "date:2026-11", "to": "2026-10-31"})

    assert reply.json == {"items": [], "next_cursor": None}
    assert spent.calls == {"BatchGetItem": 1}


def test_names_cost_one_query_each_and_only_where_there_are_any(
    person: SignedIn, account: str
) -> None:
    person.client.post(CATEGORIES, {"name": "Cakes", "kind": "expense"})
    recorded(person, account)

    for q, calls in ((f"account:{account}", 1), ("account:everyday", 2), ("category:cakes", 2)):
        with budget() as spent:
            assert person.client.get(TRANSACTIONS, query={"q": q}).status == 200
        assert spent.calls["Query"] == calls, q


def test_a_category_includes_what_is_below_it(person: SignedIn, account: str) -> None:
    food = person.client.post(CATEGORIES, {"name": "Feasts", "kind": "expense"}).json["id"]
    body = {"name": "Cakes", "kind": "expense", "parent_id": food}
    cakes = person.client.post(CATEGORIES, body).json["id"]
    below = recorded(person, account, category_id=cakes)["id"]

    assert found(person, "category:feasts") == found(person, f"category:{food}") == [below]
    assert found(person, "category:=feasts") == []


@pytest.mark.durable
def test_one_call_opens_a_bounded_number_of_rows_and_the_cursor_goes_on(
    person: SignedIn, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repository.MOST_OPENED == 2_000
    # moto copies the whole table for each transaction, so the scene is small and the bound with it
    monkeypatch.setattr(repository, "MOST_OPENED", 8)
    monkeypatch.setattr(repository, "_STEP", 3)
    for _ in range(18):
        recorded(person, account)
    wanted = recorded(person, account, booked_on="2020-01-01", payee="Kiosk")["id"]

    pages: list[list[str]] = []
    query = {"q": "kiosk", "limit": "1"}
    while True:
        with budget() as spent:
            page = person.client.get(TRANSACTIONS, query=query).json
        assert spent.reads <= 8 + 2
        assert spent.calls["Query"] <= 3
        pages.append([one["id"] for one in page["items"]])
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]

    assert pages in ([[], [], [wanted]], [[], [], [wanted], []])


def test_a_cursor_serves_only_its_own_query(person: SignedIn, account: str) -> None:
    for _ in range(2):
        recorded(person, account)
    asked = {"q": "bakery", "limit": "1"}
    cursor = person.client.get(TRANSACTIONS, query=asked).json["next_cursor"]

    for more in ({}, {"q": "corner"}):
        reply = person.client.get(TRANSACTIONS, query={"limit": "1", "cursor": cursor, **more})
        assert (reply.status, reply.problem) == (422, "bad-cursor")
    again = person.client.get(TRANSACTIONS, query={**asked, "cursor": cursor})
    assert len(again.json["items"]) == 1


@pytest.mark.durable
def test_what_a_member_may_not_see_no_query_finds(cloud: Cloud) -> None:
    owner, guest = signed_in(Client(cloud.app)), signed_in(Client(cloud.app))
    home = made(owner)
    ada = within(owner, home)
    seen, hidden = (opened(ada, name=name)["id"] for name in ("Joint", "Gift"))
    joined(owner, home, guest, role="editor", accounts={seen: "viewer"})
    bob = within(guest, home)
    shown = recorded(ada, seen)["id"]
    recorded(ada, hidden)

    assert found(bob, "bakery") == found(bob, "account:joint") == [shown]
    assert found(bob, f"account:{hidden}") == []
    replies = [bob.client.get(TRANSACTIONS, query={"q": f"account:{n}"}) for n in ("gift", "none")]
    assert replies[0].json["errors"] == replies[1].json["errors"]
    assert len(found(ada, "account:gift")) == 1
