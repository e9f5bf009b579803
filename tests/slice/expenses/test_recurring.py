"""Templates of what comes again: made, read, changed, ended, and what they bring in the days to come."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.expenses.model.categories import default_id
from chalicelib.kernel.clock import now
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import ACCOUNTS, RECURRING, matching, opened, recurring
from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
TODAY = now().date()
NEXT_YEAR = TODAY.year + 1


def read(person: SignedIn, one: Any) -> Any:
    return person.client.get(f"{RECURRING}/{one['id']}").json


def patched(person: SignedIn, one: Any, **fields: Any) -> Any:
    return person.client.patch(f"{RECURRING}/{one['id']}", fields, headers=matching(one))


def upcoming(person: SignedIn, **query: str) -> list[Any]:
    found: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        reply = person.client.get(f"{RECURRING}/upcoming", query={**query, **cursor})
        assert reply.status == 200, reply.text
        found += reply.json["items"]
        if reply.json["next_cursor"] is None:
            return found
        cursor = {"cursor": reply.json["next_cursor"]}


def test_a_template_is_made_read_and_listed(person: SignedIn, account: str) -> None:
    one = recurring(
        person,
        account,
        payee="Landlord",
        notes="flat 4",
        tags=["home"],
        category_id=default_id("rent"),
        rule={"frequency": "monthly", "by_month_day": [-1], "weekend": "previous"},
        start=f"{NEXT_YEAR}-01-01",
        time_zone="America/New_York",
        hour=9,
        days_ahead=5,
    )

    assert one["kind"] == "expense"
    assert one["rule"]["rrule"] == "FREQ=MONTHLY;BYMONTHDAY=-1"
    assert one["next_on"] == f"{NEXT_YEAR}-01-31"
    assert read(person, one) == one
    assert person.client.get(RECURRING).json["items"] == [one]


def test_the_zone_is_that_of_the_callers_preferences(person: SignedIn, account: str) -> None:
    assert recurring(person, account)["time_zone"] == "UTC"
    preferences = {"time_zone": "Asia/Tokyo"}
    assert person.client.put("/v1/users/me/preferences", preferences).status == 200

    one = recurring(person, account, rule={"rrule": "FREQ=DAILY"}, mode="automatic")

    assert one["time_zone"] == "Asia/Tokyo"
    assert one["next_at"].endswith("T21:00:00.000Z")  # six in the morning there


def test_the_same_id_and_body_again_is_the_same_template(person: SignedIn, account: str) -> None:
    identity = new_id()
    one = recurring(person, account, id=identity)

    assert recurring(person, account, id=identity) == one
    body = {**_body(account), "id": identity, "payee": "Another"}
    assert person.client.post(RECURRING, body).status == 409


def _body(account: str, **more: Any) -> dict[str, Any]:
    return {
        "account_id": account,
        "amount": {"amount": "-10.00", "currency": "EUR"},
        "rule": {"frequency": "monthly"},
        "start": TODAY.isoformat(),
        **more,
    }


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"rule": {}}, "/rule"),
        ({"rule": {"frequency": "hourly"}}, "/rule/frequency"),
        ({"rule": {"rrule": "FREQ=MONTHLY", "interval": 2}}, "/rule"),
        ({"rule": {"rrule": "FREQ=HOURLY"}}, "/rule/rrule"),
        ({"rule": {"rrule": "FREQ=MONTHLY;BYSETPOS=1"}}, "/rule/rrule"),
        ({"rule": {"frequency": "monthly", "interval": 0}}, "/rule/interval"),
        ({"rule": {"frequency": "monthly", "by_day": ["XX"]}}, "/rule/by_day"),
        ({"rule": {"frequency": "monthly", "by_month_day": [32]}}, "/rule/by_month_day"),
        ({"rule": {"frequency": "monthly", "count": 1, "until": "2090-01-01"}}, "/rule/count"),
        (
            {
                "rule": {
                    "frequency": "yearly",
                    "by_month": [2],
                    "by_month_day": [30],
                    "short_months": "skip",
                }
            },
            "/rule",
        ),
        ({"start": "2200-01-01"}, "/start"),
        ({"start": "1950-01-01"}, "/start"),
        ({"time_zone": "Europe/Nowhere"}, "/time_zone"),
        ({"hour": 24}, "/hour"),
        ({"days_ahead": 61}, "/days_ahead"),
        ({"mode": "magic"}, "/mode"),
        ({"amount": {"amount": "-1.00", "currency": "USD"}}, "/amount/currency"),
        ({"amount": {"amount": "-1.001", "currency": "EUR"}}, "/amount"),
    ],
)
def test_a_wrong_field_is_named(
    person: SignedIn, account: str, more: dict[str, Any], pointer: str
) -> None:
    reply = person.client.post(RECURRING, _body(account, **more))

    assert reply.status == 422, reply.text
    assert [one["pointer"] for one in reply.json["errors"]] == [pointer]


def test_what_is_not_there_or_another_persons_is_not_found(
    person: SignedIn, stranger: SignedIn, account: str
) -> None:
    foreign = opened(stranger)["id"]
    theirs = recurring(stranger, foreign)
    assert person.client.post(RECURRING, _body(foreign)).status == 404
    category = {"category_id": new_id()}
    assert person.client.post(RECURRING, _body(account, **category)).status == 404
    transfer = {"to_account_id": foreign}
    assert person.client.post(RECURRING, _body(account, **transfer)).status == 404
    url = f"{RECURRING}/{theirs['id']}"
    assert person.client.get(url).status == 404
    assert person.client.patch(url, {"paused": True}, headers=matching(theirs)).status == 404
    assert person.client.delete(url, headers=matching(theirs)).status == 404
    one = recurring(person, account)
    assert patched(person, one, account_id=foreign).status == 404


def test_an_archived_account_takes_no_template(person: SignedIn) -> None:
    closed = opened(person)
    url = f"{ACCOUNTS}/{closed['id']}"
    person.client.patch(url, {"archived": True}, headers=matching(closed))

    assert person.client.post(RECURRING, _body(closed["id"])).status == 409


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"amount": {"amount": "10.00", "currency": "EUR"}}, "/amount"),
        ({"category_id": default_id("rent")}, "/category_id"),
    ],
)
def test_a_transfer_leaves_one_account_for_another(
    person: SignedIn, account: str, more: dict[str, Any], pointer: str
) -> None:
    savings = opened(person, kind="savings")["id"]
    dollars = opened(person, currency="USD")["id"]
    assert recurring(person, account, to_account_id=savings)["kind"] == "transfer"

    reply = person.client.post(RECURRING, _body(account, to_account_id=savings, **more))
    assert [one["pointer"] for one in reply.json["errors"]] == [pointer]
    for wrong in (account, dollars):
        reply = person.client.post(RECURRING, _body(account, to_account_id=wrong))
        assert [one["pointer"] for one in reply.json["errors"]] == ["/to_account_id"]


def test_a_change_needs_the_version_and_moves_the_next_turn(person: SignedIn, account: str) -> None:
    one = recurring(person, account, start=f"{NEXT_YEAR}-03-31")
    url = f"{RECURRING}/{one['id']}"
    assert person.client.patch(url, {"payee": "x"}).status == 428
    assert person.client.patch(url, {"payee": "x"}, headers={"If-Match": '"9"'}).status == 412

    moved = patched(person, one, rule={"rrule": "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=15"}).json

    assert (moved["version"], moved["next_on"]) == (2, f"{NEXT_YEAR}-06-15")
    assert patched(person, moved, payee=moved["payee"]).json == moved
    again = patched(person, moved, start=f"{NEXT_YEAR}-05-15", amount=_eur("-12")).json
    assert (again["next_on"], again["amount"]) == (f"{NEXT_YEAR}-05-15", _eur("-12.00"))


def _eur(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def test_a_pause_rests_and_goes_on_from_today(person: SignedIn, account: str) -> None:
    one = recurring(person, account, start=(TODAY - timedelta(days=400)).isoformat())

    paused = patched(person, one, paused=True).json
    assert (paused["paused"], paused["next_at"]) == (True, None)
    assert upcoming(person) == []

    resumed = patched(person, paused, paused=False).json
    assert resumed["next_on"] == one["next_on"] >= TODAY.isoformat()
    assert resumed["next_at"] == one["next_at"]


def test_an_end_is_for_good_and_what_is_gone_stays_gone(person: SignedIn, account: str) -> None:
    one = recurring(person, account)
    url = f"{RECURRING}/{one['id']}"

    assert person.client.delete(url, headers=matching(one)).status == 204
    assert person.client.delete(url, headers=matching(one)).status == 204
    assert person.client.get(url).status == 404
    assert person.client.get(RECURRING).json["items"] == []


class TestUpcoming:
    def test_all_templates_are_merged_by_day(self, person: SignedIn, account: str) -> None:
        start = f"{NEXT_YEAR}-01-01"
        weekly = recurring(person, account, rule={"rrule": "FREQ=WEEKLY;BYDAY=MO"}, start=start)
        monthly = recurring(
            person,
            account,
            rule={"rrule": "FREQ=MONTHLY;BYMONTHDAY=31", "weekend": "next"},
            start=start,
        )
        recurring(person, account, paused=True, start=start)

        span = {"from": f"{NEXT_YEAR}-01-01", "to": f"{NEXT_YEAR}-03-31"}
        items = upcoming(person, **span)

        assert [one["booked_on"] for one in items] == sorted(one["booked_on"] for one in items)
        by_template = {
            template["id"]: [one["day"] for one in items if one["recurring_id"] == template["id"]]
            for template in (weekly, monthly)
        }
        assert by_template[monthly["id"]][:2] == [f"{NEXT_YEAR}-01-31", f"{NEXT_YEAR}-02-28"]
        assert len(by_template[weekly["id"]]) in {12, 13}
        for limit in ("1", "4"):
            assert upcoming(person, limit=limit, **span) == items

    @pytest.mark.parametrize(
        "query",
        [
            {"to": "2000-01-01", "from": "2000-01-02"},
            {"from": "2027-01-01", "to": "2028-01-03"},
            {"from": "x"},
            {"from": "9999-12-31"},
            {"to": "9999-12-31"},
            {"cursor": "x"},
        ],
    )
    def test_a_wrong_question_is_refused(self, person: SignedIn, query: dict[str, str]) -> None:
        assert person.client.get(f"{RECURRING}/upcoming", query=query).status == 422

    def test_single_occurrences_vary(self, person: SignedIn, account: str) -> None:
        one = recurring(
            person,
            account,
            rule={"rrule": "FREQ=MONTHLY;BYMONTHDAY=10"},
            start=f"{NEXT_YEAR}-01-10",
        )
        varied = patched(
            person,
            one,
            variations=[
                {"day": f"{NEXT_YEAR}-01-10", "skip": True},
                {"day": f"{NEXT_YEAR}-02-10", "amount": _eur("-99.00"), "notes": "more"},
                {"day": f"{NEXT_YEAR}-03-10", "booked_on": f"{NEXT_YEAR}-03-20"},
            ],
        )
        assert varied.status == 200, varied.text
        assert [one["notes"] for one in varied.json["variations"]] == [None, "more", None]

        items = upcoming(person, **{"from": f"{NEXT_YEAR}-01-01", "to": f"{NEXT_YEAR}-03-31"})
        assert [(one["day"], one["booked_on"], one["amount"]["amount"]) for one in items] == [
            (f"{NEXT_YEAR}-02-10", f"{NEXT_YEAR}-02-10", "-99.00"),
            (f"{NEXT_YEAR}-03-10", f"{NEXT_YEAR}-03-20", "-10.00"),
        ]

    @pytest.mark.parametrize(
        ("variation", "pointer"),
        [
            ({"day": f"{NEXT_YEAR}-01-11", "skip": True}, "/variations/0/day"),
            (
                {"day": f"{NEXT_YEAR}-02-10", "booked_on": f"{NEXT_YEAR}-03-11"},
                "/variations/0/booked_on",
            ),
            (
                {"day": f"{NEXT_YEAR}-02-10", "booked_on": f"{NEXT_YEAR}-01-09"},
                "/variations/0/booked_on",
            ),
            (
                {"day": f"{NEXT_YEAR}-02-10", "amount": {"amount": "1", "currency": "USD"}},
                "/variations/0/amount/currency",
            ),
        ],
    )
    def test_a_variation_of_no_occurrence_is_refused(
        self, person: SignedIn, account: str, variation: Any, pointer: str
    ) -> None:
        one = recurring(
            person,
            account,
            rule={"rrule": "FREQ=MONTHLY;BYMONTHDAY=10"},
            start=f"{NEXT_YEAR}-01-10",
        )
        reply = patched(person, one, variations=[variation])
        assert reply.status == 422
        assert [one["pointer"] for one in reply.json["errors"]] == [pointer]


def test_what_it_costs(cloud: Cloud, person: SignedIn, account: str) -> None:
    for day in range(5):
        recurring(person, account, start=(TODAY + timedelta(days=day)).isoformat())

    body = _body(account, time_zone="Europe/Vienna")
    with budget() as spent:
        one = person.client.post(RECURRING, body).json
    # the session; META; the account; the other templates; the write
    assert dict(spent.calls) == {"BatchGetItem": 3, "Query": 1, "TransactWriteItems": 1}
    assert spent.writes == 4  # META, change log, the template, its turn

    with budget() as spent:
        patched(person, one, hour=7)
    assert dict(spent.calls) == {"BatchGetItem": 3, "TransactWriteItems": 1}
    assert spent.writes == 5  # the turn moves

    with budget() as spent:
        person.client.get(f"{RECURRING}/upcoming")
    assert dict(spent.calls) == {"BatchGetItem": 1, "Query": 1}
    assert spent.reads < 12


def test_the_days_are_the_calendars_in_the_zone(person: SignedIn, account: str) -> None:
    """A daily template across both changes of the clock: every day once, at six there."""
    one = recurring(
        person,
        account,
        rule={"rrule": "FREQ=DAILY"},
        start="2026-12-01",
        time_zone="Europe/Vienna",
    )
    items = upcoming(person, **{"from": "2027-03-20", "to": "2027-11-10", "limit": "200"})
    days = [date.fromisoformat(item["day"]) for item in items]
    assert days == [date(2027, 3, 20) + timedelta(days=n) for n in range(len(days))]
    assert days[-1] == date(2027, 11, 10)
    assert one["rule"]["rrule"] == "FREQ=DAILY"


class TestUndo:
    """Any change of a template can be undone, and undoing too; see test_undo.py for all the rest."""

    def undone(self, person: SignedIn, change: str = "") -> Any:
        changes = person.client.get("/v1/expenses/changes").json["items"]
        url = f"/v1/expenses/changes/{change or changes[0]['id']}/undo"
        reply = person.client.post(url)
        assert reply.status == 200, reply.text
        return reply.json

    def said(self, person: SignedIn) -> list[Any]:
        strange = {"version", "updated_at", "created_at"}
        items = person.client.get(RECURRING).json["items"]
        return [{k: v for k, v in one.items() if k not in strange} for one in items]

    def test_making_changing_and_ending(self, person: SignedIn, account: str) -> None:
        one = recurring(person, account, payee="Gym", tags=["sport"], start=f"{NEXT_YEAR}-01-31")
        made = self.said(person)
        self.undone(person)
        assert self.said(person) == []
        self.undone(person)
        assert self.said(person) == made

        one = read(person, one)
        day = f"{NEXT_YEAR}-02-28"
        patched(person, one, rule={"rrule": "FREQ=WEEKLY"}, hour=3)
        self.undone(person)
        assert self.said(person) == made
        one = read(person, one)
        one = patched(person, one, variations=[{"day": day, "skip": True}]).json
        person.client.delete(f"{RECURRING}/{one['id']}", headers=matching(one))
        self.undone(person)
        assert [item["variations"][0]["day"] for item in self.said(person)] == [day]

    def test_what_was_changed_since_is_left(self, person: SignedIn, account: str) -> None:
        one = recurring(person, account)
        change = person.client.get("/v1/expenses/changes").json["items"][0]["id"]
        patched(person, one, payee="Later")
        assert [left["reason"] for left in self.undone(person, change)["left"]] == ["changed-since"]
