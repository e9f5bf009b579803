"""Cash flow and years side by side over HTTP: exact, private, at a cost that does not grow with transactions."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from chalicelib.expenses.events import Posting, TransactionRecorded
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import opened, recorded
from tests.factories.households import joined, made, within
from tests.factories.imports import account_of
from tests.factories.users import SignedIn, signed_in
from tests.slice.analytics.scenes import delivered, enveloped
from tests.slice.analytics.test_answers import categories, pay
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
CASH_FLOW = "/v1/analytics/cash-flow"
YEARS = "/v1/analytics/year-over-year"


@pytest.fixture(scope="module")
def here(cloud: Cloud) -> Cloud:
    return cloud


@pytest.fixture
def person(here: Cloud) -> SignedIn:
    return signed_in(Client(here.app))


def asked(person: SignedIn, path: str, **query: str) -> Any:
    reply = person.client.get(path, query=query)
    assert reply.status == 200, reply.text
    return reply.json


def test_a_month_stands_beside_the_one_before_and_a_year_ago(here: Cloud, person: SignedIn) -> None:
    account = account_of(person)
    food, rent = categories(person, "expense")[:2]
    for day, amount, category in (
        ("2026-11-05", "-50.00", food),
        ("2026-10-05", "-40.00", food),
        ("2026-10-31", "-700.00", rent),
        ("2025-11-30", "-25.00", food),
        ("2025-10-31", "-999.00", food),
    ):
        pay(person, account, amount, booked_on=day, category_id=category["id"])
    here.drain()

    said = asked(person, CASH_FLOW, months="1", until="2026-11", by="category")

    assert said["previous"] == {"since": "2026-10", "until": "2026-10"}
    assert said["last_year"] == {"since": "2025-11", "until": "2025-11"}
    (euro,) = said["currencies"]
    total = euro["total"]
    assert [total[one]["expense"]["amount"] for one in ("now", "previous", "last_year")] == [
        "50.00",
        "740.00",
        "25.00",
    ]
    assert total["since_last_year"]["expense"] == {
        "by": {"amount": "25.00", "currency": "EUR"},
        "ratio": "1.0000",
    }
    assert total["since_previous"]["income"]["ratio"] is None
    # rent is there for what it was in the month before
    assert [(one["name"], one["kind"]) for one in euro["groups"]] == [
        (food["name"], "expense"),
        (rent["name"], "expense"),
    ]


def test_flows_by_account_have_their_transfers(here: Cloud, person: SignedIn) -> None:
    giro, savings = opened(person, name="Giro"), opened(person, name="Rainy days")
    body = {
        "from_account_id": giro["id"],
        "to_account_id": savings["id"],
        "sent": {"amount": "300.00", "currency": "EUR"},
        "booked_on": "2026-11-03",
    }
    assert person.client.post("/v1/expenses/transfers", body).status == 201
    recorded(person, giro["id"], "-1.00")
    here.drain()

    (euro,) = asked(person, CASH_FLOW, months="2", until="2026-11", by="account")["currencies"]

    shown = {one["name"]: one["total"]["now"] for one in euro["groups"]}
    assert shown["Giro"]["transfers_out"]["amount"] == "300.00"
    assert shown["Rainy days"]["transfers_in"]["amount"] == "300.00"
    assert (euro["total"]["now"]["expense"]["amount"], euro["total"]["now"]["count"]) == ("1.00", 1)
    assert [one["month"] for one in euro["months"]] == ["2026-10", "2026-11"]


def test_years_stand_side_by_side(here: Cloud, person: SignedIn) -> None:
    account = account_of(person)
    for day, amount in (("2026-03-05", "-3.00"), ("2025-03-05", "-2.00"), ("2024-04-05", "-1.00")):
        pay(person, account, amount, booked_on=day)
    here.drain()

    said = asked(person, YEARS, years="3", until="2026-06")

    assert [one["since"] for one in said["years"]] == ["2025-07", "2024-07", "2023-07"]
    assert said["complete"]
    (euro,) = said["currencies"]
    assert [one["expense"]["amount"] for one in euro["totals"]] == ["3.00", "2.00", "1.00"]
    march = next(one for one in euro["months"] if one["month"] == "2026-03")
    assert [one["expense"]["amount"] for one in march["years"]] == ["3.00", "2.00", "0.00"]
    assert march["change"]["expense"]["ratio"] == "0.5000"
    assert len(euro["months"]) == 12


def test_a_month_that_is_not_over_is_said_to_be(person: SignedIn) -> None:
    assert not asked(person, CASH_FLOW)["complete"]
    assert asked(person, CASH_FLOW, until="2026-01")["complete"]


@pytest.mark.parametrize("path", [CASH_FLOW, YEARS])
def test_a_foreign_account_is_absent(here: Cloud, person: SignedIn, path: str) -> None:
    foreign = account_of(signed_in(Client(here.app)))

    for account in (foreign, new_id()):
        reply = person.client.get(path, query={"account_id": account})
        assert (reply.status, reply.problem) == (404, "account-not-found")


@pytest.mark.parametrize("path", [CASH_FLOW, YEARS])
def test_a_member_gets_the_sums_of_the_accounts_that_they_see(here: Cloud, path: str) -> None:
    host, guest = signed_in(Client(here.app)), signed_in(Client(here.app))
    home = made(host)
    ours = within(host, home)
    seen, hidden = opened(ours, name="Seen")["id"], opened(ours, name="Hidden")["id"]
    joined(host, home, guest, accounts={seen: "viewer"})
    theirs = within(guest, home)
    recorded(ours, seen, "-1.00")
    here.drain()
    query = {"until": "2026-11", "by": "account"}
    before = asked(theirs, path, **query)

    recorded(ours, hidden, "-50.00")
    here.drain()

    assert asked(theirs, path, **query) == before
    assert theirs.client.get(path, query={"account_id": hidden}).status == 404
    assert "Hidden" not in str(before)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (CASH_FLOW, {"months": "25"}),
        (CASH_FLOW, {"by": "payee"}),
        (CASH_FLOW, {"until": "1899-12"}),
        (YEARS, {"years": "6"}),
        (YEARS, {"years": "1"}),
        (YEARS, {"until": "0001-01"}),
        (YEARS, {"account_id": "x"}),
    ],
)
def test_a_bad_question_names_its_parameter(
    person: SignedIn, path: str, query: dict[str, str]
) -> None:
    reply = person.client.get(path, query=query)

    assert (reply.status, reply.problem) == (422, "invalid")
    assert [one["pointer"] for one in reply.json["errors"]] == [f"?{name}" for name in query]


def test_the_cost_is_exact_and_does_not_grow(here: Cloud, person: SignedIn) -> None:
    account = account_of(person)

    def tell(count: int) -> None:
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

    tell(1)
    asked(person, YEARS)  # the owner's key is cached from here on
    spent = []
    for more in (0, 30):
        tell(more)
        for path, query in (
            (CASH_FLOW, {"until": "2026-11"}),
            (CASH_FLOW, {"until": "2026-11", "months": "2"}),
            (YEARS, {"until": "2026-11", "by": "category"}),
            (YEARS, {"until": "2026-11", "by": "account", "account_id": account}),
        ):
            with budget() as one:
                asked(person, path, **query)
            spent.append((dict(one.calls), one.reads, one.writes))

    assert (
        spent[:4]
        == spent[4:]
        == [
            (
                {"BatchGetItem": 1, "Query": 2},
                3,
                0,
            ),  # months side by side; the user's own categories
            ({"BatchGetItem": 1, "Query": 3}, 3, 0),  # two stretches of months
            ({"BatchGetItem": 1, "Query": 2}, 3, 0),
            (
                {"BatchGetItem": 1, "GetItem": 1, "Query": 3},
                5,
                0,
            ),  # the account, and all accounts' names
        ]
    )
