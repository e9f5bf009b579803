"""Net worth over HTTP: balances at months' ends at the rate of each day, private, at a cost without transactions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest

from chalicelib.kernel.clock import now
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import opened, recorded
from tests.factories.households import joined, made, within
from tests.factories.users import SignedIn, signed_in
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
NET_WORTH: Final = "/v1/analytics/net-worth"


@pytest.fixture
def person(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app))


def asked(person: SignedIn, **query: str) -> Any:
    reply = person.client.get(NET_WORTH, query=query)
    assert reply.status == 200, reply.text
    return reply.json


def euro(amount: str, currency: str = "EUR") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def test_balances_at_months_ends_are_converted_at_their_days_rates(person: SignedIn) -> None:
    giro = opened(person, opening_balance=euro("100.00"))["id"]
    card = opened(person, kind="card")["id"]
    dollars = opened(person, currency="USD", kind="savings")["id"]
    recorded(person, giro, "-30.00", booked_on="2020-02-29")
    recorded(person, giro, "5.00", booked_on="2020-03-31")
    recorded(person, card, "-40.00", booked_on="2020-03-01")
    recorded(person, dollars, "109.56", currency="USD", booked_on="2020-03-10")

    said = asked(person, months="3", until="2020-03")

    assert said["currency"] == "EUR"
    assert [(one["on"], one["net"]["amount"]) for one in said["points"]] == [
        ("2020-01-31", "100.00"),
        ("2020-02-29", "70.00"),
        ("2020-03-31", "135.00"),  # 109.56 USD at 1.0956 are 100.00 EUR
    ]
    last = said["points"][-1]
    assert (last["assets"], last["debts"]) == (euro("175.00"), euro("40.00"))
    assert {one["kind"]: one["net"]["amount"] for one in last["kinds"]} == {
        "bank": "75.00",
        "card": "-40.00",
        "savings": "100.00",
    }
    assert (last["moved"], last["revalued"]) == (euro("65.00"), euro("0.00"))
    assert said["points"][0]["moved"] is None
    held = next(one for one in said["accounts"] if one["id"] == dollars)
    assert held["balances"][-1]["balance"] == euro("109.56", "USD")
    assert held["balances"][-1]["worth"] == euro("100.00")


def test_what_rates_alone_did_stands_apart_from_what_moved(person: SignedIn) -> None:
    dollars = opened(person, currency="USD", opening_balance=euro("1000.00", "USD"))["id"]
    recorded(person, dollars, "-100.00", currency="USD", booked_on="2020-03-10")

    before, after = asked(person, months="2", until="2020-03")["points"]

    # 1.0977 on 28 February, 1.0956 on 31 March 2020 (ECB)
    assert (before["net"]["amount"], after["net"]["amount"]) == ("911.00", "821.47")
    assert (after["moved"]["amount"], after["revalued"]["amount"]) == ("-91.27", "1.74")


def test_another_currency_is_asked_for_and_the_base_currency_is_the_default(
    person: SignedIn,
) -> None:
    opened(person, opening_balance=euro("10.00"))
    preferences = "/v1/users/me/preferences"
    changed = person.client.call("PUT", preferences, json={"base_currency": "JPY"})
    assert changed.status == 200, changed.text

    assert asked(person, until="2020-03", months="1")["points"][0]["net"] == euro("1189", "JPY")
    dollars = asked(person, until="2020-03", months="1", currency="USD")
    assert dollars["points"][0]["net"] == euro("10.96", "USD")


def test_a_missing_rate_is_named_and_never_one(person: SignedIn) -> None:
    opened(person, opening_balance=euro("10.00"))
    opened(person, currency="KWD", opening_balance=euro("10.000", "KWD"))

    said = asked(person, months="2", until="2020-03")

    for point in said["points"]:
        assert (point["net"], point["missing"]) == (euro("10.00"), ["KWD"])
        assert point["moved"] is point["revalued"] is None
    dinar = next(one for one in said["accounts"] if one["currency"] == "KWD")
    assert [one["worth"] for one in dinar["balances"]] == [None, None]


def test_ones_own_rate_counts(person: SignedIn) -> None:
    opened(person, currency="KWD", opening_balance=euro("10.000", "KWD"))
    put = person.client.call("PUT", "/v1/currency/rates/KWD/EUR/2020-03-30", json={"rate": "3.00"})
    assert put.status in {200, 201}, put.text

    (point,) = asked(person, months="1", until="2020-03")["points"]

    assert (point["net"], point["missing"]) == (euro("30.00"), [])


def test_the_current_month_ends_today(person: SignedIn) -> None:
    account = opened(person)["id"]
    recorded(person, account, "-1.00", booked_on=str(now().date()))
    recorded(person, account, "-9.00", booked_on=str(now().date() + timedelta(days=1)))

    said = asked(person, months="1")

    assert said["points"] == [
        {**said["points"][0], "on": str(now().date()), "net": euro("-1.00"), "debts": euro("1.00")}
    ]


def test_balances_larger_than_any_amount_are_converted(person: SignedIn) -> None:
    account = opened(person, opening_balance=euro("9999999999999999.99"))["id"]
    recorded(person, account, "9999999999999999.99", booked_on="2020-03-01")

    (point,) = asked(person, months="1", until="2020-03", currency="JPY")["points"]

    assert point["net"] == euro("2377999999999999998", "JPY")


def test_a_member_gets_the_accounts_that_they_see(cloud: Cloud) -> None:
    host, guest = signed_in(Client(cloud.app)), signed_in(Client(cloud.app))
    home = made(host)
    ours = within(host, home)
    seen, hidden = opened(ours, name="Seen")["id"], opened(ours, name="Hidden")["id"]
    joined(host, home, guest, accounts={seen: "viewer"})
    theirs = within(guest, home)
    recorded(ours, seen, "-1.00")
    before = asked(theirs)

    recorded(ours, hidden, "-50.00")

    assert asked(theirs) == before
    assert [one["name"] for one in before["accounts"]] == ["Seen"]
    assert theirs.client.get(NET_WORTH, query={"account_id": hidden}).status == 404
    assert ours.client.get(NET_WORTH).json["points"][-1]["net"]["amount"] == "-51.00"


def test_a_foreign_account_is_absent(cloud: Cloud, person: SignedIn) -> None:
    foreign = opened(signed_in(Client(cloud.app)))["id"]

    for account in (foreign, new_id()):
        reply = person.client.get(NET_WORTH, query={"account_id": account})
        assert (reply.status, reply.problem) == (404, "account-not-found")


@pytest.mark.parametrize(
    "query",
    [
        {"months": "61"},
        {"months": "0"},
        {"until": "2999-01"},
        {"until": "1899-01"},
        {"currency": "XXQ"},
    ],
)
def test_a_bad_question_names_its_parameter(person: SignedIn, query: dict[str, str]) -> None:
    reply = person.client.get(NET_WORTH, query=query)

    assert reply.status == 422
    assert [one["pointer"] for one in reply.json["errors"]] == [f"?{name}" for name in query]


def test_more_balances_than_an_answer_holds_are_refused_not_left_out(
    person: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.analytics.service import net_worth

    opened(person)
    monkeypatch.setattr(net_worth, "MOST_BALANCES", 11)

    assert person.client.get(NET_WORTH).problem == "too-much-to-sum"


def test_the_cost_is_exact_and_does_not_grow(person: SignedIn) -> None:
    giro, dollars = opened(person)["id"], opened(person, currency="USD")["id"]
    asked(person)  # the owner's key is cached from here on
    spent = []
    for more in (1, 12):
        for _ in range(more):
            recorded(person, giro, "-1.00", booked_on="2026-02-02")
            recorded(person, dollars, "-1.00", currency="USD", booked_on="2026-02-02")
        with budget() as one:
            asked(person, until="2026-03")
        spent.append((dict(one.calls), one.reads, one.writes))

    # session; what waits, and preferences; a month of each account, the accounts, own rates (none)
    cost = ({"BatchGetItem": 1, "GetItem": 2, "Query": 3}, 2 + 2 + 4, 0)
    assert spent == [cost, cost]
