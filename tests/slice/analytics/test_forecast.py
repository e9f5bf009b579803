"""The forecast over HTTP: schedule and rest, its own record, accounts by day, private, at a bounded cost."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any, Final

import pytest

from chalicelib.analytics.model.periods import shifted, span
from chalicelib.expenses.events import Posting, TransactionRecorded
from chalicelib.kernel.clock import Period, now
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import opened, recorded, recurring
from tests.factories.households import joined, made, within
from tests.factories.users import SignedIn, signed_in
from tests.slice.analytics.scenes import delivered, enveloped
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.ledger_check import minor

pytestmark = pytest.mark.slice
FORECAST: Final = "/v1/analytics/forecast"
TODAY: Final = now().date()
MONTHS: Final = shifted(span(Period.of(TODAY), 48), -1)


@pytest.fixture
def person(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app))


def asked(person: SignedIn, **query: str) -> Any:
    reply = person.client.get(FORECAST, query=query)
    assert reply.status == 200, reply.text
    return reply.json


def told(cloud: Cloud, person: SignedIn, account: str, amounts: list[int]) -> None:
    """Let months that are over have come to some amounts, without the ledger, which has its own tests."""
    facts = [
        TransactionRecorded(
            transaction_id=new_id(),
            postings=(
                Posting(
                    account_id=account,
                    category_id=None,
                    amount_minor=amount,
                    currency="EUR",
                    booked_on=month.first(),
                ),
            ),
            source="manual",
        )
        for month, amount in zip(MONTHS[-len(amounts) :], amounts, strict=True)
    ]
    delivered(cloud.app, [enveloped(person.owner, fact) for fact in facts])


def test_schedule_and_rest_are_told_apart_with_the_record_beside(
    cloud: Cloud, person: SignedIn
) -> None:
    rng = random.Random(1)
    account = opened(person)["id"]
    told(cloud, person, account, [-round(rng.gauss(50_000, 4_000)) for _ in range(30)])
    recurring(person, account, "-100.00", start=str(TODAY + timedelta(days=1)))

    said = asked(person, months="3")

    (euro,) = said["currencies"]
    assert [one["month"] for one in euro["months"]] == [
        str(one) for one in shifted(span(Period.of(TODAY), 3), 2)
    ]
    assert (euro["expense"]["state"], euro["expense"]["history_months"]) == ("ready", 30)
    record = euro["expense"]["track"]
    assert (record["origins"], record["points"]) == (12, 12 * 3 - 3)
    assert minor(record["mean_error"]) < minor(record["mean_error_like_last_year"])
    assert 0 <= float(record["coverage"]) <= 1
    later = euro["months"][2]["expense"]
    assert minor(later["scheduled"]) == 10_000
    assert minor(later["expected"]) == minor(later["scheduled"]) + minor(later["rest"])
    assert minor(later["low"]) < minor(later["expected"]) < minor(later["high"])
    assert 40_000 < minor(later["rest"]) < 60_000
    assert minor(later["expected"]) == -minor(euro["months"][2]["net"]["expected"])


def test_a_short_history_is_said_to_be_and_leaves_the_schedule(
    cloud: Cloud, person: SignedIn
) -> None:
    account = opened(person)["id"]
    told(cloud, person, account, [-50_000] * 17)
    recurring(person, account, "-100.00", start=str(TODAY + timedelta(days=1)))

    (euro,) = asked(person, months="2")["currencies"]

    assert (euro["expense"]["state"], euro["expense"]["track"]) == ("too-little-history", None)
    assert euro["months"][1]["expense"]["rest"] is None
    assert minor(euro["months"][1]["expense"]["scheduled"]) == 10_000
    assert euro["months"][1]["net"] is None


def test_what_is_better_said_by_last_year_is_refused(cloud: Cloud, person: SignedIn) -> None:
    account = opened(person)["id"]
    year = [-1_000, -90_000, -2_000, -500, -70_000, -900, -300, -1_100, -99_000, -800, -650, -1_234]
    told(cloud, person, account, year * 3)

    (euro,) = asked(person)["currencies"]

    assert euro["expense"]["state"] == "worse-than-naive"
    assert euro["expense"]["track"]["mean_error_like_last_year"]["amount"] == "0.00"
    assert {one["expense"]["expected"] for one in euro["months"]} == {None}


def test_what_the_history_shows_to_come_again_is_scheduled(cloud: Cloud, person: SignedIn) -> None:
    account = opened(person)["id"]
    for weeks in range(1, 9):
        day = TODAY - timedelta(weeks=weeks)
        recorded(person, account, "-4.00", payee="Choir", booked_on=str(day))
    cloud.drain()

    said = asked(person, months="3")

    (euro,) = said["currencies"]
    # four or five weeks a month
    assert minor(euro["months"][2]["expense"]["scheduled"]) in {1_600, 2_000}
    (path,) = said["accounts"]
    assert len(path["days"]) in {13, 14}
    assert path["balance"]["amount"] == "-32.00"
    assert path["days"][-1] == path["lowest"]
    assert minor(path["lowest"]["balance"]) == -3_200 - 400 * len(path["days"])


def test_accounts_are_shown_by_day_with_transfers_and_what_is_entered_ahead(
    person: SignedIn,
) -> None:
    euros = {"amount": "1000.00", "currency": "EUR"}
    giro, savings = opened(person, opening_balance=euros)["id"], opened(person)["id"]
    day = TODAY + timedelta(days=3)
    recurring(
        person,
        giro,
        "-300.00",
        to_account_id=savings,
        start=str(day),
        rule={"frequency": "yearly"},
    )
    recorded(person, giro, "-50.00", booked_on=str(day - timedelta(days=1)))
    recorded(person, giro, "-7.00", booked_on=str(day + timedelta(days=1)))

    said = asked(person)

    paths = {one["id"]: one for one in said["accounts"]}
    assert [
        (one["on"], one["change"]["amount"], one["balance"]["amount"])
        for one in paths[giro]["days"]
    ] == [(str(day), "-300.00", "650.00")]
    assert paths[savings]["days"][0]["balance"]["amount"] == "300.00"
    # a transfer is no income and no expense
    assert all(
        minor(month[side]["scheduled"]) == 0
        for one in said["currencies"]
        for month in one["months"]
        for side in ("income", "expense")
    )


def test_a_paused_template_brings_nothing(person: SignedIn) -> None:
    account = opened(person)["id"]
    recurring(person, account, start=str(TODAY + timedelta(days=1)), paused=True)

    assert asked(person) == {"currencies": [], "accounts": []}


def test_a_member_gets_what_lies_on_the_accounts_that_they_see(cloud: Cloud) -> None:
    host, guest = signed_in(Client(cloud.app)), signed_in(Client(cloud.app))
    home = made(host)
    ours = within(host, home)
    seen, hidden = opened(ours, name="Seen")["id"], opened(ours, name="Hidden")["id"]
    joined(host, home, guest, accounts={seen: "viewer"})
    theirs = within(guest, home)
    recurring(ours, seen, "-1.00", start=str(TODAY + timedelta(days=1)))
    for weeks in range(1, 6):
        recorded(ours, seen, "-4.00", payee="Choir", booked_on=str(TODAY - timedelta(weeks=weeks)))
    cloud.drain()
    before = asked(theirs)
    assert {one["id"] for one in before["accounts"]} == {seen}

    recurring(ours, hidden, "-9.00", start=str(TODAY + timedelta(days=1)))
    recurring(ours, seen, "-9.00", to_account_id=hidden, start=str(TODAY + timedelta(days=1)))
    for weeks in range(1, 6):
        day = str(TODAY - timedelta(weeks=weeks))
        recorded(ours, hidden, "-44.00", payee="Piano", booked_on=day)
    cloud.drain()

    assert asked(theirs) == before
    assert theirs.client.get(FORECAST, query={"account_id": hidden}).status == 404
    assert asked(ours) != before


def test_a_foreign_account_is_absent(cloud: Cloud, person: SignedIn) -> None:
    foreign = opened(signed_in(Client(cloud.app)))["id"]

    for account in (foreign, new_id()):
        reply = person.client.get(FORECAST, query={"account_id": account})
        assert (reply.status, reply.problem) == (404, "account-not-found")


@pytest.mark.parametrize(
    "query", [{"months": "13"}, {"months": "0"}, {"account_id": "x"}, {"currency": "XXQ"}]
)
def test_a_bad_question_names_its_parameter(person: SignedIn, query: dict[str, str]) -> None:
    reply = person.client.get(FORECAST, query=query)

    assert reply.status == 422
    assert [one["pointer"] for one in reply.json["errors"]] == [f"?{name}" for name in query]


def test_the_cost_is_exact(cloud: Cloud, person: SignedIn) -> None:
    account = opened(person)["id"]
    told(cloud, person, account, [-50_000] * 20)
    recurring(person, account, "-1.00", start=str(TODAY + timedelta(days=1)))
    for weeks in range(1, 6):
        recorded(
            person, account, "-4.00", payee="Choir", booked_on=str(TODAY - timedelta(weeks=weeks))
        )
    asked(person)  # the owner's key is cached from here on

    with budget() as spent:
        asked(person)

    # session, accounts of series; what waits; sums, categories, templates, history, movements, accounts
    assert dict(spent.calls) == {"BatchGetItem": 2, "GetItem": 1, "Query": 6}
    assert spent.writes == 0
