"""A tax year over HTTP: by what categories count as, to the day on which it begins, private, bounded."""

from __future__ import annotations

from typing import Any, Final

import pytest

from chalicelib.expenses.model.categories import default_id
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import opened, recorded
from tests.factories.households import joined, made, within
from tests.factories.users import SignedIn, signed_in
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
TAX: Final = "/v1/analytics/tax-summary"
SALARY, GIVING, FOOD = (default_id(slug) for slug in ("salary", "giving", "groceries"))


@pytest.fixture
def person(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app))


def asked(person: SignedIn, **query: str) -> Any:
    reply = person.client.get(TAX, query={"country": "DE", "year": "2019", **query})
    assert reply.status == 200, reply.text
    return reply.json


def test_a_year_is_summed_by_tax_category(cloud: Cloud, person: SignedIn) -> None:
    account = opened(person)["id"]
    dollars = opened(person, currency="USD")["id"]
    church = person.client.post(
        "/v1/expenses/categories", {"name": "Church", "kind": "expense", "parent_id": GIVING}
    ).json
    for day, amount, category in (
        ("2019-01-01", "2000.00", SALARY),
        ("2019-12-31", "2100.00", SALARY),
        ("2018-12-31", "9999.00", SALARY),
        ("2019-05-05", "-50.00", GIVING),
        ("2019-06-05", "-30.00", church["id"]),
        ("2019-06-06", "-20.00", FOOD),
    ):
        recorded(person, account, amount, booked_on=day, category_id=category)
    recorded(person, dollars, "-113.80", currency="USD", booked_on="2019-06-01", category_id=GIVING)
    cloud.drain()

    said = asked(person)

    assert (said["year"], said["since"], said["last"], said["complete"]) == (
        "2019",
        "2019-01-01",
        "2019-12-31",
        True,
    )
    assert {one["tax_category"]: one["amount"]["amount"] for one in said["categories"]} == {
        "employment": "4100.00",
        "charity": "180.00",  # 1.1380 dollars a euro on 28 June 2019, the last rate of the month
    }
    charity = next(one for one in said["categories"] if one["tax_category"] == "charity")
    assert [(one["category"], one["by"], one["amount"]["amount"]) for one in charity["parts"]] == [
        ("Gifts and donations", "shipped", "150.00"),
        ("Church", "shipped", "30.00"),
    ]
    assert (said["income"]["amount"], said["deductions"]["amount"]) == ("4100.00", "180.00")
    assert (said["other_expense"]["amount"], said["missing"]) == ("20.00", [])


def test_a_question_says_what_categories_count_as(cloud: Cloud, person: SignedIn) -> None:
    account = opened(person)["id"]
    recorded(person, account, "-20.00", booked_on="2019-06-06", category_id=FOOD)
    recorded(person, account, "-5.00", booked_on="2019-06-06", category_id=GIVING)
    cloud.drain()

    said = asked(person, categories=f"{FOOD}:business-expense,{GIVING}:none")

    (one,) = said["categories"]
    assert (one["tax_category"], one["parts"][0]["by"]) == ("business-expense", "asked")
    assert said["other_expense"]["amount"] == "5.00"


def test_a_year_that_begins_within_a_month_is_exact_to_the_day(
    cloud: Cloud, person: SignedIn
) -> None:
    account = opened(person)["id"]
    for day, amount in (
        ("2019-04-05", "1.00"),
        ("2019-04-06", "10.00"),
        ("2019-12-01", "100.00"),
        ("2020-04-05", "1000.00"),
        ("2020-04-06", "10000.00"),
    ):
        recorded(person, account, amount, booked_on=day, category_id=SALARY)
    cloud.drain()

    said = asked(person, country="gb", currency="EUR")

    assert (said["year"], said["since"], said["last"]) == ("2019-20", "2019-04-06", "2020-04-05")
    assert said["income"]["amount"] == "1110.00"


def test_a_month_without_a_rate_is_named_and_left_out(cloud: Cloud, person: SignedIn) -> None:
    dinars = opened(person, currency="KWD")["id"]
    recorded(person, dinars, "5.000", currency="KWD", booked_on="2019-06-06", category_id=SALARY)
    cloud.drain()

    said = asked(person)

    assert said["missing"] == [{"currency": "KWD", "month": "2019-06"}]
    assert said["income"]["amount"] == "0.00"


def test_foreign_accounts_and_categories_are_absent(cloud: Cloud, person: SignedIn) -> None:
    other = signed_in(Client(cloud.app))
    body = {"name": "Food of mine", "kind": "expense"}
    theirs = other.client.post("/v1/expenses/categories", body).json["id"]
    for query, problem in (
        ({"account_id": opened(other)["id"]}, "account-not-found"),
        ({"account_id": new_id()}, "account-not-found"),
        ({"categories": f"{theirs}:charity"}, "category-not-found"),
        ({"categories": f"{new_id()}:charity"}, "category-not-found"),
    ):
        reply = person.client.get(TAX, query={"country": "DE", **query})
        assert (reply.status, reply.problem) == (404, problem)


def test_a_member_gets_the_sums_of_the_accounts_that_they_see(cloud: Cloud) -> None:
    host, guest = signed_in(Client(cloud.app)), signed_in(Client(cloud.app))
    home = made(host)
    ours = within(host, home)
    seen, hidden = opened(ours)["id"], opened(ours)["id"]
    joined(host, home, guest, accounts={seen: "viewer"})
    theirs = within(guest, home)
    days = ("2019-04-07", "2019-08-01", "2020-04-02")
    for day in days:
        recorded(ours, seen, "-1.00", booked_on=day, category_id=GIVING)
    cloud.drain()
    before = [asked(theirs, country=country) for country in ("DE", "GB")]
    assert before[1]["deductions"]["amount"] == "3.00"

    for day in days:
        recorded(ours, hidden, "-50.00", booked_on=day, category_id=GIVING)
    cloud.drain()

    assert [asked(theirs, country=country) for country in ("DE", "GB")] == before
    assert theirs.client.get(TAX, query={"country": "DE", "account_id": hidden}).status == 404


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({}, "?country"),
        ({"country": "XX"}, "?country"),
        ({"country": "DEU"}, "?country"),
        ({"country": "DE", "year": "1"}, "?year"),
        ({"country": "DE", "categories": "x:charity"}, "?categories"),
        ({"country": "DE", "categories": f"{FOOD}:bribes"}, "?categories"),
        ({"country": "DE", "categories": f"{FOOD}"}, "?categories"),
        ({"country": "DE", "currency": "XXQ"}, "?currency"),
    ],
)
def test_a_bad_question_names_its_parameter(
    person: SignedIn, query: dict[str, str], pointer: str
) -> None:
    reply = person.client.get(TAX, query=query)

    assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, pointer)


def test_more_rows_of_a_month_than_are_read_are_refused(
    cloud: Cloud, person: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.analytics.service import tax_year

    account = opened(person)["id"]
    for _ in range(2):
        recorded(person, account, booked_on="2019-04-20")
    monkeypatch.setattr(tax_year, "MOST_ROWS", 1)

    assert person.client.get(TAX, query={"country": "GB", "year": "2019"}).problem == (
        "too-much-to-sum"
    )


def test_the_cost_is_exact_and_does_not_grow(cloud: Cloud, person: SignedIn) -> None:
    account = opened(person)["id"]
    asked(person)  # the owner's key is cached from here on
    spent = []
    for more in (1, 12):
        for _ in range(more):
            recorded(person, account, booked_on="2019-06-06", category_id=FOOD)
        cloud.drain()
        costs = []
        for country in ("DE", "GB"):
            with budget() as one:
                asked(person, country=country)
            costs.append((dict(one.calls), one.reads, one.writes))
        spent.append(costs)

    # session, preferences; categories, sums, own rates; a year within a month: the rows of two
    whole = ({"BatchGetItem": 1, "GetItem": 1, "Query": 3}, 2 + 1 + 1, 0)
    parts = ({"BatchGetItem": 1, "GetItem": 1, "Query": 5}, 2 + 1 + 1, 0)
    assert spent == [[whole, parts]] * 2
