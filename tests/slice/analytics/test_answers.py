"""Spending and trends over HTTP: exact, private, at a cost that does not grow with transactions."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from chalicelib.expenses.events import Posting, TransactionRecorded
from chalicelib.kernel.ids import new_id
from tests.factories.imports import account_of
from tests.factories.users import SignedIn, signed_in
from tests.slice.analytics.scenes import delivered, enveloped
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
SPENDING = "/v1/analytics/spending"
TRENDS = "/v1/analytics/trends"
NOVEMBER = "2026-11"


@pytest.fixture(scope="module")
def here(cloud: Cloud) -> Cloud:
    return cloud


@pytest.fixture
def person(here: Cloud) -> SignedIn:
    return signed_in(Client(here.app))


def unheard_of() -> str:
    """A payee that nobody saw before: a known one would bring its category along."""
    return "".join(chr(ord("a") + int(digit, 16)) for digit in new_id()[-12:])


def pay(person: SignedIn, account: str, amount: str, *, currency: str = "EUR", **more: Any) -> Any:
    body = {
        "account_id": account,
        "amount": {"amount": amount, "currency": currency},
        "booked_on": "2026-11-05",
        "payee": unheard_of(),
        **more,
    }
    reply = person.client.post("/v1/expenses/transactions", body)
    assert reply.status == 201, reply.text
    return reply.json


def categories(person: SignedIn, kind: str) -> list[Any]:
    reply = person.client.get("/v1/expenses/categories?limit=200")
    assert reply.status == 200, reply.text
    return [one for one in reply.json["items"] if one["kind"] == kind]


def euro(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def test_what_was_entered_is_summed_by_category(here: Cloud, person: SignedIn) -> None:
    account = account_of(person)
    food, rent = categories(person, "expense")[:2]
    pay(person, account, "-12.34", category_id=food["id"])
    pay(person, account, "-0.66", category_id=food["id"])
    pay(person, account, "-27.00", category_id=rent["id"])
    pay(person, account, "5.00", category_id=food["id"])
    pay(person, account, "-99.00", category_id=food["id"], booked_on="2026-12-01")
    here.drain()

    reply = person.client.get(SPENDING, query={"month": NOVEMBER})

    assert reply.status == 200, reply.text
    assert reply.json["month"] == NOVEMBER
    (one,) = reply.json["currencies"]
    assert (one["currency"], one["count"]) == ("EUR", 4)
    assert (one["income"], one["expense"], one["net"]) == (
        euro("5.00"),
        euro("40.00"),
        euro("-35.00"),
    )
    assert [
        (row["name"], row["expense"]["amount"], row["income"]["amount"], row["share"])
        for row in one["categories"]
    ] == [(rent["name"], "27.00", "0.00", "0.6750"), (food["name"], "13.00", "5.00", "0.3250")]


def test_an_edit_and_a_removal_move_the_sums(here: Cloud, person: SignedIn) -> None:
    account = account_of(person)
    food, rent = categories(person, "expense")[:2]
    one = pay(person, account, "-10.00", category_id=food["id"])
    other = pay(person, account, "-7.00", category_id=food["id"])
    match = {"If-Match": f'"{one["version"]}"'}
    path = "/v1/expenses/transactions/"
    person.client.patch(path + one["id"], {"category_id": rent["id"]}, headers=match)
    match = {"If-Match": f'"{other["version"]}"'}
    person.client.delete(path + other["id"], headers=match)
    here.drain()

    reply = person.client.get(SPENDING, query={"month": NOVEMBER})

    (sums,) = reply.json["currencies"]
    alone = [
        (row["category_id"], row["expense"]["amount"], row["count"]) for row in sums["categories"]
    ]
    # the parent is there for what stands under it
    assert alone == [(rent["id"], "10.00", 1), (food["id"], "0.00", 0)]


def test_a_parent_shows_its_own_sums_and_those_of_all_under_it(
    here: Cloud, person: SignedIn
) -> None:
    account = account_of(person)
    top, groceries = categories(person, "expense")[:2]
    body = {"name": "Bread", "kind": "expense", "parent_id": groceries["id"]}
    bread = person.client.post("/v1/expenses/categories", body).json
    pay(person, account, "-1.00", category_id=top["id"])
    pay(person, account, "-10.00", category_id=bread["id"])
    pay(person, account, "4.00", category_id=bread["id"])
    here.drain()

    (sums,) = person.client.get(SPENDING, query={"month": NOVEMBER}).json["currencies"]

    shown = {row["category_id"]: row for row in sums["categories"]}
    assert (sums["expense"], sums["income"], sums["count"]) == (euro("11.00"), euro("4.00"), 3)
    assert {row["share"] for row in shown.values()} == {"0.9091", "0.0909", "0.0000"}
    rolled = [shown[one["id"]]["rolled_up"] for one in (top, groceries, bread)]
    assert [(one["expense"], one["income"], one["count"]) for one in rolled] == [
        (euro("11.00"), euro("4.00"), 3),
        (euro("10.00"), euro("4.00"), 2),
        (euro("10.00"), euro("4.00"), 2),
    ]


def test_transfers_are_not_spending(here: Cloud, person: SignedIn) -> None:
    giro, savings = account_of(person), account_of(person)
    moved = categories(person, "transfer")[0]
    pay(person, giro, "-300.00", category_id=moved["id"])
    pay(person, savings, "300.00", category_id=moved["id"])
    pay(person, giro, "-1.00")
    here.drain()

    (sums,) = person.client.get(SPENDING, query={"month": NOVEMBER}).json["currencies"]
    trend = person.client.get(TRENDS, query={"months": "1", "until": NOVEMBER}).json

    assert (sums["expense"], sums["income"], sums["count"]) == (euro("1.00"), euro("0.00"), 1)
    assert (sums["transfers_in"], sums["transfers_out"]) == (euro("300.00"), euro("300.00"))
    assert trend["currencies"][0]["months"][0]["expense"] == euro("1.00")


def test_one_account_is_asked_for(here: Cloud, person: SignedIn) -> None:
    giro, card = account_of(person), account_of(person)
    pay(person, giro, "-1.00")
    pay(person, card, "-2.00")
    here.drain()

    query = {"month": NOVEMBER, "account_id": card}
    (sums,) = person.client.get(SPENDING, query=query).json["currencies"]

    assert sums["expense"] == euro("2.00")


def test_a_foreign_account_is_absent(here: Cloud, person: SignedIn) -> None:
    foreign = account_of(signed_in(Client(here.app)))

    for path, query in ((SPENDING, {"month": NOVEMBER}), (TRENDS, {})):
        reply = person.client.get(path, query={**query, "account_id": foreign})
        assert (reply.status, reply.problem) == (404, "account-not-found")


def test_currencies_stand_beside_each_other(here: Cloud, person: SignedIn) -> None:
    pay(person, account_of(person), "-1.00")
    yen = account_of(person, currency="JPY")
    pay(person, yen, "-500", currency="JPY")
    here.drain()

    both = person.client.get(SPENDING, query={"month": NOVEMBER}).json["currencies"]
    only = person.client.get(SPENDING, query={"month": NOVEMBER, "currency": "JPY"}).json

    assert [one["expense"]["amount"] for one in both] == ["1.00", "500"]
    assert [one["currency"] for one in only["currencies"]] == ["JPY"]


def test_a_month_without_anything_is_empty(person: SignedIn) -> None:
    assert person.client.get(SPENDING, query={"month": "1999-01"}).json["currencies"] == []
    assert person.client.get(TRENDS).json["currencies"] == []


def test_a_trend_has_every_month(here: Cloud, person: SignedIn) -> None:
    account = account_of(person)
    pay(person, account, "-1.00", booked_on="2026-10-31")
    pay(person, account, "3.00", booked_on="2026-12-01")
    here.drain()

    reply = person.client.get(TRENDS, query={"months": "4", "until": "2026-12"})

    assert (reply.json["since"], reply.json["until"]) == ("2026-09", "2026-12")
    (one,) = reply.json["currencies"]
    assert [(row["month"], row["net"]["amount"], row["count"]) for row in one["months"]] == [
        ("2026-09", "0.00", 0),
        ("2026-10", "-1.00", 1),
        ("2026-11", "0.00", 0),
        ("2026-12", "3.00", 1),
    ]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (SPENDING, {}),
        (SPENDING, {"month": "2026-13"}),
        (SPENDING, {"month": "２０２６-11"}),
        (SPENDING, {"month": "2026-11", "account_id": "x"}),
        (SPENDING, {"month": "2026-11", "currency": "XXQ"}),
        (SPENDING, {"month": "2026-11", "owner": "U#1"}),
        (TRENDS, {"months": "0"}),
        (TRENDS, {"months": "25"}),
        (TRENDS, {"months": "1e3"}),
        (TRENDS, {"until": "soon"}),
    ],
)
def test_a_bad_question_names_its_parameter(
    person: SignedIn, path: str, query: dict[str, str]
) -> None:
    reply = person.client.get(path, query=query)

    assert (reply.status, reply.problem) == (422, "invalid")
    assert all(one["pointer"].startswith("?") for one in reply.json["errors"])


def test_the_first_month_of_the_calendar_is_no_trouble(person: SignedIn) -> None:
    reply = person.client.get(TRENDS, query={"until": "0001-01", "months": "24"})

    assert (reply.json["since"], reply.json["until"]) == ("0001-01", "0001-01")


def test_without_a_token_nothing_is_said(here: Cloud) -> None:
    assert Client(here.app).get(SPENDING, query={"month": NOVEMBER}).status == 401


def test_an_unchanged_month_is_not_sent_again(here: Cloud, person: SignedIn) -> None:
    pay(person, account_of(person), "-1.00")
    here.drain()
    first = person.client.get(SPENDING, query={"month": NOVEMBER})

    again = person.client.get(
        SPENDING, query={"month": NOVEMBER}, headers={"If-None-Match": first.etag}
    )

    assert (again.status, again.text) == (304, "")


def record_directly(here: Cloud, person: SignedIn, account: str, count: int) -> None:
    """Tell of transactions without the ledger, which is not asked here."""
    posting = Posting(
        account_id=account,
        category_id=None,
        amount_minor=-100,
        currency="EUR",
        booked_on=date(2026, 11, 5),
    )
    facts = [
        TransactionRecorded(transaction_id=new_id(), postings=(posting,), source="manual")
        for _ in range(count)
    ]
    delivered(here.app, [enveloped(person.owner, fact) for fact in facts])


def test_the_cost_of_an_answer_is_exact_and_does_not_grow(here: Cloud, person: SignedIn) -> None:
    account = account_of(person)
    record_directly(here, person, account, 1)
    person.client.get(SPENDING, query={"month": NOVEMBER})  # the owner's key is cached from here on

    spent = []
    for more in (0, 30):
        record_directly(here, person, account, more)
        for path, query in ((SPENDING, {"month": NOVEMBER}), (TRENDS, {"until": NOVEMBER})):
            with budget() as one:
                assert person.client.get(path, query=query).status == 200
            spent.append((dict(one.calls), one.reads, one.writes))

    # session and user; the roll-up row; the user's own categories: none
    assert spent == [({"BatchGetItem": 1, "Query": 2}, 3, 0)] * 4
    (sums,) = person.client.get(SPENDING, query={"month": NOVEMBER}).json["currencies"]
    assert (sums["expense"], sums["count"]) == (euro("31.00"), 31)


def test_asking_for_one_account_costs_one_read_more(here: Cloud, person: SignedIn) -> None:
    account = account_of(person)
    record_directly(here, person, account, 1)
    person.client.get(SPENDING, query={"month": NOVEMBER})

    with budget() as spent:
        person.client.get(SPENDING, query={"month": NOVEMBER, "account_id": account})

    assert dict(spent.calls) == {"BatchGetItem": 1, "GetItem": 1, "Query": 2}


def test_an_empty_month_asks_for_no_names(person: SignedIn) -> None:
    with budget() as spent:
        person.client.get(SPENDING, query={"month": "1999-01"})

    assert dict(spent.calls) == {"BatchGetItem": 1, "Query": 1}
