"""Suggestions of what comes again, from the ledger's own history."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.expenses.model.categories import default_id
from chalicelib.kernel.clock import Period, now
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import (
    ACCOUNTS,
    RECURRING,
    Ears,
    imported,
    laid,
    matching,
    opened,
    recorded,
    recurring,
    row,
)
from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
DETECTED = f"{RECURRING}/detected"
TODAY = now().date()


def months(count: int, day: int = 5) -> list[date]:
    """A day of each of the last months, the oldest first; this month only where the day has come."""
    found: list[date] = []
    period = Period.of(TODAY)
    while len(found) < count:
        one = period.first().replace(day=day)
        if one <= TODAY:
            found.append(one)
        period = Period.of(period.first() - timedelta(days=1))
    return found[::-1]


def detected(person: SignedIn, **query: str) -> Any:
    reply = person.client.get(DETECTED, query=query)
    assert reply.status == 200, reply.text
    return reply.json


def rent(person: SignedIn, account: str, *amounts: str, payee: str = "Landlord GmbH") -> list[str]:
    return [
        recorded(
            person,
            account,
            amount,
            payee=payee,
            booked_on=str(day),
            category_id=default_id("rent"),
        )["id"]
        for day, amount in zip(months(len(amounts)), amounts, strict=True)
    ]


def test_a_suggestion_can_be_posted_as_it_is(person: SignedIn, account: str) -> None:
    paid = rent(person, account, "-850.00", "-850.00", "-865.00", "-865.00")
    recorded(person, account, payee="Once")

    look = detected(person)

    [one] = look["items"]
    assert (one["period"], one["missed"], one["evidence"]) == ("monthly", 0, paid)
    assert one["score"] > 0.9
    assert (one["lowest"]["amount"], one["highest"]["amount"]) == ("-865.00", "-850.00")
    assert one["template"]["amount"] == {"amount": "-865.00", "currency": "EUR"}
    assert one["template"]["payee"] == "Landlord GmbH"
    assert one["template"]["category_id"] == default_id("rent")
    assert (look["examined"], look["next_cursor"]) == (5, None)

    reply = person.client.post(RECURRING, one["template"])

    assert reply.status == 201, reply.text
    assert date.fromisoformat(reply.json["next_on"]) >= TODAY
    # covered now
    assert detected(person)["items"] == []


def test_what_nobody_wants_is_not_suggested_again(
    person: SignedIn, stranger: SignedIn, account: str
) -> None:
    rent(person, account, "-850.00", "-850.00", "-850.00")
    [one] = detected(person)["items"]

    assert stranger.client.delete(f"{DETECTED}/{one['id']}").status == 404
    assert person.client.delete(f"{DETECTED}/{new_id()}").status == 404
    assert person.client.delete(f"{DETECTED}/{one['id']}").status == 204
    assert person.client.delete(f"{DETECTED}/{one['id']}").status == 204

    assert detected(person)["items"] == []
    # but for second thoughts
    change = person.client.get("/v1/expenses/changes").json["items"][0]["id"]
    assert person.client.post(f"/v1/expenses/changes/{change}/undo").status == 200
    assert detected(person)["items"] == [one]


def test_only_what_was_paid_speaks(person: SignedIn, account: str) -> None:
    for day in months(4):
        recorded(person, account, "-5.00", payee="Planned", booked_on=str(day), status="planned")
    assert detected(person)["items"] == []


def test_an_archived_account_gets_no_suggestion(person: SignedIn) -> None:
    closed = opened(person)
    rent(person, closed["id"], "-850.00", "-850.00", "-850.00")
    url = f"{ACCOUNTS}/{closed['id']}"
    current = person.client.get(url).json
    person.client.patch(url, {"archived": True}, headers=matching(current))

    assert detected(person)["items"] == []


def test_pages_go_on_from_the_likeliest(person: SignedIn, account: str) -> None:
    for number in range(3):
        rent(person, account, *["-9.00"] * (3 + number), payee=f"Club {'abc'[number]}")

    whole = detected(person)["items"]
    assert [one["score"] for one in whole] == sorted((o["score"] for o in whole), reverse=True)
    paged: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        look = detected(person, limit="1", **cursor)
        paged += look["items"]
        if look["next_cursor"] is None:
            break
        cursor = {"cursor": look["next_cursor"]}
    assert paged == whole


def test_imported_history_is_looked_at_within_its_budget(
    cloud: Cloud, ears: Ears, person: SignedIn, account: str
) -> None:
    days = [TODAY - timedelta(days=n) for n in range(1, 350)]
    rows = [
        row(n, -1_000 - 7 * n, booked_on=day, payee=f"Shop {chr(97 + n % 26) * 3}")
        for n, day in enumerate(days)
    ]
    rows += [row(1_000 + n, -4_990, booked_on=day, payee="Gym") for n, day in enumerate(months(9))]
    imported(cloud, ears, person, laid(person, rows, account))

    with budget() as spent:
        look = detected(person)

    assert [one["template"]["payee"] for one in look["items"]] == ["Gym"]
    assert look["examined"] == len(rows)
    # the session; dismissed ones; templates; one page of the history; accounts and categories
    assert dict(spent.calls) == {"BatchGetItem": 2, "Query": 3}


def test_a_template_covers_its_payee_near_its_amount(person: SignedIn, account: str) -> None:
    rent(person, account, "-850.00", "-850.00", "-850.00")
    recurring(person, account, "-10.00", payee="Landlord GmbH")
    assert len(detected(person)["items"]) == 1
    recurring(person, account, "-900.00", payee="LANDLORD GMBH")
    assert detected(person)["items"] == []
