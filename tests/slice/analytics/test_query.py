"""Questions of one's own over HTTP: exact, private, bounded."""

from __future__ import annotations

from typing import Any, Final

import pytest

from chalicelib.kernel.ids import new_id
from tests.factories.expenses import opened, recorded
from tests.factories.households import joined, made, within
from tests.factories.users import SignedIn, signed_in
from tests.slice.analytics.test_looking import food_of
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
QUERY: Final = "/v1/analytics/query"


@pytest.fixture
def person(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app))


def question(**more: Any) -> dict[str, Any]:
    return {"since": "2026-10", "until": "2026-11", "group_by": ["month"], **more}


def asked(person: SignedIn, **more: Any) -> Any:
    reply = person.client.post(QUERY, question(**more))
    assert reply.status == 200, reply.text
    return reply.json


def test_sums_are_grouped_by_several_sides(cloud: Cloud, person: SignedIn) -> None:
    account, food = opened(person, name="Giro")["id"], food_of(person)
    recorded(person, account, "-10.00", booked_on="2026-10-05", category_id=food["id"])
    recorded(person, account, "-5.00", booked_on="2026-11-05", category_id=food["id"])
    recorded(person, account, "2.00", booked_on="2026-11-05", payee="Nobody knows")
    cloud.drain()

    said = asked(person, group_by=["month", "category", "account"])

    assert [
        ([(one["id"], one["name"]) for one in row["values"]], row["net"]["amount"], row["count"])
        for row in said["rows"]
    ] == [
        ([("2026-10", None), (food["id"], food["name"]), (account, "Giro")], "-10.00", 1),
        ([("2026-11", None), (food["id"], food["name"]), (account, "Giro")], "-5.00", 1),
        ([("2026-11", None), (None, "Uncategorised"), (account, "Giro")], "2.00", 1),
    ]
    (total,) = said["totals"]
    assert (total["income"]["amount"], total["expense"]["amount"]) == ("2.00", "15.00")


def test_filters_narrow_it_down(cloud: Cloud, person: SignedIn) -> None:
    giro, yen = opened(person)["id"], opened(person, currency="JPY")["id"]
    food = food_of(person)["id"]
    recorded(person, giro, "-10.00", category_id=food)
    recorded(person, giro, "-1.00", payee="Nobody knows")
    recorded(person, yen, "-500", currency="JPY", payee="Nobody knows")
    cloud.drain()

    def expenses(**chosen: Any) -> list[tuple[str, str]]:
        rows = asked(person, group_by=["year"], filter=chosen)["rows"]
        return [(one["currency"], one["expense"]["amount"]) for one in rows]

    assert expenses() == [("EUR", "11.00"), ("JPY", "500")]
    assert expenses(category_ids=[food]) == [("EUR", "10.00")]
    assert expenses(category_ids=["none"], currencies=["EUR"]) == [("EUR", "1.00")]
    assert expenses(account_ids=[yen]) == [("JPY", "500")]
    assert expenses(kinds=["transfer"]) == []


def test_foreign_accounts_and_categories_are_absent(cloud: Cloud, person: SignedIn) -> None:
    other = signed_in(Client(cloud.app))
    foreign = opened(other)["id"]
    body = {"name": "Food of mine", "kind": "expense"}
    theirs = other.client.post("/v1/expenses/categories", body).json["id"]

    for account in (foreign, new_id()):
        reply = person.client.post(QUERY, question(filter={"account_ids": [account]}))
        assert (reply.status, reply.problem) == (404, "account-not-found")
    for category in (theirs, new_id()):
        reply = person.client.post(QUERY, question(filter={"category_ids": [category]}))
        assert (reply.status, reply.problem) == (404, "category-not-found")


def test_a_member_gets_the_sums_of_the_accounts_that_they_see(cloud: Cloud) -> None:
    host, guest = signed_in(Client(cloud.app)), signed_in(Client(cloud.app))
    home = made(host)
    ours = within(host, home)
    seen, hidden = opened(ours)["id"], opened(ours)["id"]
    joined(host, home, guest, accounts={seen: "viewer"})
    theirs = within(guest, home)
    recorded(ours, seen, "-1.00")
    cloud.drain()
    before = asked(theirs, group_by=["account"])

    recorded(ours, hidden, "-50.00")
    cloud.drain()

    assert asked(theirs, group_by=["account"]) == before
    reply = theirs.client.post(QUERY, question(filter={"account_ids": [seen, hidden]}))
    assert reply.status == 404


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"since": "2026-12"}, "/since"),
        ({"since": "2021-11"}, "/since"),
        ({"until": "2026-13"}, "/until"),
        ({"group_by": []}, "/group_by"),
        ({"group_by": ["month", "month"]}, "/group_by"),
        ({"group_by": ["payee"]}, "/group_by/0"),
        ({"group_by": ["month", "year", "kind", "account"]}, "/group_by"),
        ({"filter": {"kinds": ["debt"]}}, "/filter/kinds/0"),
        ({"filter": {"payee": "x"}}, "/filter/payee"),
        ({"filter": {"account_ids": [new_id()] * 51}}, "/filter/account_ids"),
    ],
)
def test_a_bad_question_names_its_field(
    person: SignedIn, more: dict[str, Any], pointer: str
) -> None:
    reply = person.client.post(QUERY, question(**more))

    assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, pointer)


def test_more_rows_than_an_answer_holds_are_refused_not_left_out(
    cloud: Cloud, person: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.analytics.service import query

    account = opened(person)["id"]
    recorded(person, account, booked_on="2026-10-01")
    recorded(person, account, booked_on="2026-11-01")
    cloud.drain()
    monkeypatch.setattr(query, "MOST_ROWS", 1)

    assert person.client.post(QUERY, question()).problem == "too-much-to-sum"


def test_the_cost_is_exact_and_does_not_grow(cloud: Cloud, person: SignedIn) -> None:
    account = opened(person)["id"]
    asked(person)  # the owner's key is cached from here on
    spent = []
    for more in (1, 12):
        for _ in range(more):
            recorded(person, account, payee="Nobody knows")
        cloud.drain()
        with budget() as one:
            asked(person, group_by=["account"], filter={"account_ids": [account]})
        spent.append((dict(one.calls), one.reads, one.writes))

    # session, the account; categories (none), a sum, accounts' names
    assert spent == [({"BatchGetItem": 2, "Query": 3}, 2 + 1 + 1 + 1, 0)] * 2
