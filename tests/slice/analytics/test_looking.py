"""Anomalies, subscriptions and insights over HTTP: with evidence, private, dismissed until it matters, at a bounded cost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest

from chalicelib.analytics.model.periods import shifted, span
from chalicelib.kernel.clock import Period, now
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import opened, recorded, recurring
from tests.factories.households import joined, made, within
from tests.factories.users import SignedIn, signed_in
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
ANOMALIES: Final = "/v1/analytics/anomalies"
SUBSCRIPTIONS: Final = "/v1/analytics/subscriptions"
INSIGHTS: Final = "/v1/analytics/insights"
TODAY: Final = now().date()
MONTH: Final = Period.of(TODAY)
BEFORE: Final = shifted(span(MONTH, 7), -1)


@pytest.fixture
def person(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app))


def asked(person: SignedIn, path: str, **query: str) -> Any:
    reply = person.client.get(path, query=query)
    assert reply.status == 200, reply.text
    return reply.json


def food_of(person: SignedIn) -> Any:
    found = person.client.get("/v1/expenses/categories?limit=200").json["items"]
    return next(one for one in found if one["kind"] == "expense")


def months_of_food(cloud: Cloud, person: SignedIn, account: str, category: str) -> str:
    """Seven months of about 50 at many shops, and this month 400; gives the large payment."""
    for at, month in enumerate(BEFORE):
        day = str(month.first())
        amount = f"-{50 + at % 3}.00"
        recorded(person, account, amount, booked_on=day, payee=f"Shop {at}", category_id=category)
    one = recorded(
        person,
        account,
        "-400.00",
        booked_on=str(MONTH.first()),
        payee="Feast",
        category_id=category,
    )
    cloud.drain()
    identity: str = one["id"]
    return identity


def choir(cloud: Cloud, person: SignedIn, account: str, *, last: str = "-40.00") -> str:
    """A weekly payment of ten, and the newest of another amount; gives that one."""
    for weeks in range(12, 0, -1):
        day = TODAY - timedelta(weeks=weeks)
        one = recorded(
            person, account, last if weeks == 1 else "-10.00", payee="Choir", booked_on=str(day)
        )
    cloud.drain()
    identity: str = one["id"]
    return identity


def film_club(
    person: SignedIn, account: str, *, payee: str = "Film Club", rose: bool = True
) -> None:
    for at, month in enumerate(BEFORE):
        amount = "-12.99" if rose and at > 3 else "-9.99"
        day = str(month.first() + timedelta(days=13))
        recorded(person, account, amount, payee=payee, booked_on=day)


def test_a_category_that_stands_out_says_why_and_by_which_payment(
    cloud: Cloud, person: SignedIn
) -> None:
    food = food_of(person)
    feast = months_of_food(cloud, person, opened(person)["id"], food["id"])

    said = asked(person, ANOMALIES)

    assert said["month"] == str(MONTH)
    (one,) = said["items"]
    assert (one["kind"], one["category"], one["payee"]) == ("category", food["name"], None)
    assert one["amount"]["amount"] == "400.00"
    assert one["why"]["usual"]["amount"] == "51.00"
    assert one["why"]["highest_before"]["amount"] == "52.00"
    assert one["why"]["limit"]["amount"] == "81.60"
    assert one["why"]["compared"] == 7
    assert one["evidence"] == [feast]
    assert asked(person, ANOMALIES, month=str(BEFORE[-1]))["items"] == []


def test_a_payment_that_stands_out_names_its_payee(cloud: Cloud, person: SignedIn) -> None:
    large = choir(cloud, person, opened(person)["id"])
    month = (TODAY - timedelta(weeks=1)).isoformat()[:7]

    found = [
        one for one in asked(person, ANOMALIES, month=month)["items"] if one["kind"] == "payment"
    ]

    (one,) = found
    assert (one["payee"], one["amount"]["amount"], one["evidence"]) == ("Choir", "40.00", [large])
    assert one["why"]["usual"]["amount"] == "10.00"


def test_bills_are_audited(cloud: Cloud, person: SignedIn) -> None:
    account = opened(person)["id"]
    film_club(person, account)
    cloud.drain()

    said = asked(person, SUBSCRIPTIONS)

    (one,) = said["items"]
    assert (one["payee"], one["source"], one["period"]) == ("Film Club", "detected", "monthly")
    assert one["payments"] == len(one["evidence"]) == 7
    assert (one["price_rise"]["before"]["amount"], one["price_rise"]["after"]["amount"]) == (
        "9.99",
        "12.99",
    )
    assert one["price_rise"]["since"] == str(BEFORE[4].first() + timedelta(days=13))
    assert one["price_rise"]["ratio"] == "0.3003"
    assert one["yearly_cost"]["amount"] in {"155.88", "142.89", "168.87"}
    assert said["totals"] == [{"currency": "EUR", "yearly_cost": one["yearly_cost"]}]


def test_a_template_is_a_bill_with_the_payments_that_came_before_it(
    cloud: Cloud, person: SignedIn
) -> None:
    account = opened(person)["id"]
    film_club(person, account)
    cloud.drain()
    template = recurring(
        person, account, "-12.99", payee="Film Club", start=str(TODAY + timedelta(days=3))
    )

    (one,) = asked(person, SUBSCRIPTIONS)["items"]

    assert (one["id"], one["source"], one["payments"]) == (template["id"], "template", 7)
    assert one["price_rise"]["after"]["amount"] == "12.99"
    assert one["yearly_cost"]["amount"] == "155.88"


def test_transfers_and_income_are_no_bills(cloud: Cloud, person: SignedIn) -> None:
    giro, savings = opened(person)["id"], opened(person)["id"]
    start = str(TODAY + timedelta(days=3))
    recurring(person, giro, "-300.00", to_account_id=savings, start=start)
    recurring(person, giro, "2000.00", payee="Employer", start=start)

    assert asked(person, SUBSCRIPTIONS) == {"items": [], "totals": []}


def test_insights_are_dismissed_until_it_matters(cloud: Cloud, person: SignedIn) -> None:
    account = opened(person)["id"]
    food = food_of(person)
    months_of_food(cloud, person, account, food["id"])

    (card,) = asked(person, INSIGHTS)["items"]
    assert (card["kind"], card["name"], card["before"]["amount"]) == (
        "unusual-category",
        food["name"],
        "51.00",
    )
    dismissed = person.client.post(f"{INSIGHTS}/{card['id']}/dismiss")
    assert dismissed.status == 204, dismissed.text
    assert person.client.post(f"{INSIGHTS}/{card['id']}/dismiss").status == 204
    assert asked(person, INSIGHTS)["items"] == []

    def more(amount: str) -> Any:
        day = str(MONTH.first())
        recorded(person, account, amount, booked_on=day, payee="Bread", category_id=food["id"])
        cloud.drain()
        return asked(person, INSIGHTS)["items"]

    assert more("-1.00") == []
    (back,) = more("-400.00")
    assert (back["id"], back["amount"]["amount"]) == (card["id"], "801.00")


def test_a_balance_that_will_fall_below_zero_is_told(person: SignedIn) -> None:
    euros = {"amount": "100.00", "currency": "EUR"}
    account = opened(person, name="Giro", opening_balance=euros)["id"]
    day = str(TODAY + timedelta(days=5))
    recurring(person, account, "-150.00", payee="Rent", start=day)

    (card,) = asked(person, INSIGHTS)["items"]

    assert (card["kind"], card["name"], card["subject_id"]) == ("low-balance", "Giro", account)
    assert (card["on"], card["amount"]["amount"], card["before"]["amount"]) == (
        day,
        "-50.00",
        "100.00",
    )


def test_a_foreign_insight_is_absent(cloud: Cloud, person: SignedIn) -> None:
    victim = signed_in(Client(cloud.app))
    account = opened(victim, opening_balance={"amount": "1.00", "currency": "EUR"})["id"]
    recurring(victim, account, "-5.00", start=str(TODAY + timedelta(days=2)))
    (card,) = asked(victim, INSIGHTS)["items"]

    for identity in (card["id"], new_id()):
        reply = person.client.post(f"{INSIGHTS}/{identity}/dismiss")
        assert (reply.status, reply.problem) == (404, "insight-not-found")
    assert asked(victim, INSIGHTS)["items"] == [card]


def test_a_foreign_account_is_absent(cloud: Cloud, person: SignedIn) -> None:
    foreign = opened(signed_in(Client(cloud.app)))["id"]

    for account in (foreign, new_id()):
        reply = person.client.get(ANOMALIES, query={"account_id": account})
        assert (reply.status, reply.problem) == (404, "account-not-found")


@pytest.mark.parametrize("query", [{"month": "2999-01"}, {"month": "2000-01"}, {"month": "x"}])
def test_a_month_that_is_not_looked_at_is_refused(person: SignedIn, query: dict[str, str]) -> None:
    reply = person.client.get(ANOMALIES, query=query)

    assert (reply.status, [one["pointer"] for one in reply.json["errors"]]) == (422, ["?month"])


def test_a_member_gets_what_lies_on_the_accounts_that_they_see(cloud: Cloud) -> None:
    host, guest = signed_in(Client(cloud.app)), signed_in(Client(cloud.app))
    home = made(host)
    ours = within(host, home)
    seen, hidden = opened(ours, name="Seen")["id"], opened(ours, name="Hidden")["id"]
    joined(host, home, guest, accounts={seen: "viewer"})
    theirs = within(guest, home)
    film_club(ours, seen)
    food = food_of(ours)["id"]
    months_of_food(cloud, ours, seen, food)
    paths = (ANOMALIES, SUBSCRIPTIONS, INSIGHTS)
    before = [asked(theirs, path) for path in paths]
    assert all(one["items"] for one in before)

    film_club(ours, hidden, payee="Cinema at home")
    recorded(ours, hidden, "-900.00", booked_on=str(MONTH.first()), category_id=food, payee="Feast")
    recurring(ours, hidden, "-5.00", start=str(TODAY + timedelta(days=2)))
    cloud.drain()

    assert [asked(theirs, path) for path in paths] == before
    assert [asked(ours, path) for path in paths] != before
    card = before[2]["items"][0]["id"]
    assert theirs.client.post(f"{INSIGHTS}/{card}/dismiss").status == 403


def test_the_cost_is_exact(cloud: Cloud, person: SignedIn) -> None:
    account = opened(person)["id"]
    film_club(person, account)
    months_of_food(cloud, person, account, food_of(person)["id"])
    (card, _) = asked(person, INSIGHTS)["items"]  # the owner's key is cached from here on

    def spent(act: Any) -> Any:
        with budget() as one:
            act()
        return dict(one.calls), one.writes

    # session, accounts and categories of series; categories, templates, history, sums
    look = {"BatchGetItem": 2, "Query": 4}
    assert spent(lambda: asked(person, ANOMALIES)) == (look, 0)
    assert spent(lambda: asked(person, SUBSCRIPTIONS)) == ({"BatchGetItem": 2, "Query": 3}, 0)
    # and what waits, movements, accounts; what was dismissed
    cards = {"BatchGetItem": 2, "GetItem": 1, "Query": 7}
    assert spent(lambda: asked(person, INSIGHTS)) == (cards, 0)
    url = f"{INSIGHTS}/{card['id']}/dismiss"
    assert spent(lambda: person.client.post(url)) == (
        {"BatchGetItem": 2, "GetItem": 1, "Query": 6, "PutItem": 1},
        1,
    )
