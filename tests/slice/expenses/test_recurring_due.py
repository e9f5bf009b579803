"""What the schedule books: each occurrence exactly once, however often, late or broken it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from chalicelib.expenses import api
from chalicelib.expenses.model.categories import default_id
from chalicelib.expenses.repository.due import DUE, SHARDS, DueRow, find_due
from chalicelib.expenses.repository.recurring import Recurrings
from chalicelib.expenses.repository.table import TABLE
from chalicelib.expenses.service import recurring_due
from chalicelib.kernel.clock import now
from chalicelib.kernel.context import Visit
from chalicelib.kernel.tables import Table
from tests.factories.expenses import (
    ACCOUNTS,
    RECURRING,
    TRANSACTIONS,
    Ears,
    balance,
    everything,
    imported,
    laid,
    matching,
    opened,
    recorded,
    recurring,
    row,
)
from tests.factories.households import made as household_of
from tests.factories.households import owner_of, within
from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.cloud import Cloud, LambdaContext
from tests.support.taps import every_point, interleaved, killed_at, orders

pytestmark = pytest.mark.slice
TODAY = now().date()
FIRST = TODAY + timedelta(days=40)


@pytest.fixture(autouse=True)
def _nothing_due() -> Iterator[None]:
    """Forget what other tests left due: the schedule knows no owners."""
    yield
    for shard in range(SHARDS):
        left = Table(TABLE).query_all(f"{DUE}{shard}", "0", "9~", most=500)
        Table(TABLE).delete_many([(item["pk"]["S"], item["sk"]["S"]) for item in left])


def at(day: date, hour: int = 7) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def run(when: date | datetime) -> int:
    """Let the schedule run at an instant; the tests' own clock goes on as it is."""
    instant = when if isinstance(when, datetime) else at(when)
    return recurring_due.run_due(Visit(now=instant))


def daily(person: SignedIn, account: str, **more: Any) -> Any:
    rule = {"rrule": "FREQ=DAILY"}
    return recurring(person, account, rule=rule, start=str(FIRST), mode="automatic", **more)


def turns(one: Any) -> list[str]:
    """The instants at which a template's turn comes."""
    return [
        item["sk"]["S"].partition("#")[0]
        for shard in range(SHARDS)
        for item in Table(TABLE).query_all(f"{DUE}{shard}", "0", "9~", most=500)
        if item["sk"]["S"].endswith(one["id"])
    ]


def read(person: SignedIn, one: Any) -> Any:
    return person.client.get(f"{RECURRING}/{one['id']}").json


def test_a_day_is_booked_when_its_hour_strikes(person: SignedIn, account: str, ears: Ears) -> None:
    one = daily(person, account, payee="Gym", notes="pass", tags=["sport"], hour=9)

    assert run(at(FIRST, 8)) == 0
    assert run(at(FIRST, 9)) == 1

    [made] = everything(person)
    assert (made["amount"]["amount"], made["booked_on"]) == ("-10.00", str(FIRST))
    assert (made["payee"], made["notes"], made["tags"]) == ("Gym", "pass", ["sport"])
    assert (made["status"], made["source"]) == ("posted", "recurring")
    assert balance(person, account) == "-10.00"
    assert [name for name, _ in ears.about(made["id"])] == ["transaction_recorded"]
    after = read(person, one)
    assert (after["next_on"], after["version"]) == (str(FIRST + timedelta(days=1)), 2)
    assert len(turns(one)) == 1


def test_the_deployed_schedule_runs_it(cloud: Cloud, person: SignedIn, account: str) -> None:
    yesterday = TODAY - timedelta(days=1)
    recurring(
        person,
        account,
        rule={"rrule": "FREQ=DAILY;COUNT=3"},
        start=str(yesterday),
        hour=0,
        mode="automatic",
    )

    event = dict.fromkeys(("account", "detail-type", "id", "source", "time", "version"), "")
    event |= {"region": "eu-central-1", "resources": [], "detail": {}}  # type: ignore[dict-item]
    cloud.app.handler_map["expenses_recurring"](event, LambdaContext())

    # what would have been booked before the template was made is not
    assert [one["booked_on"] for one in everything(person)] == [str(TODAY)]


def test_a_draft_is_planned_ahead_and_moves_no_balance(person: SignedIn, account: str) -> None:
    recurring(person, account, start=str(FIRST), days_ahead=10)

    assert run(FIRST - timedelta(days=11)) == 0
    assert run(FIRST - timedelta(days=10)) == 1

    [made] = everything(person)
    assert (made["status"], made["booked_on"]) == ("planned", str(FIRST))
    assert balance(person, account) == "0.00"
    [item, *_] = person.client.get(
        f"{RECURRING}/upcoming", query={"from": str(FIRST), "to": str(FIRST)}
    ).json["items"]
    assert item["transaction_id"] == made["id"]


def test_a_draft_becomes_the_banks_row_and_is_never_doubled(
    cloud: Cloud, ears: Ears, person: SignedIn, account: str
) -> None:
    recurring(person, account, "-49.90", payee="Gym", start=str(FIRST), days_ahead=10)
    run(FIRST - timedelta(days=10))
    [planned] = everything(person)
    paid = row(1, -4_990, payee="GYM 0815 WIEN", booked_on=FIRST + timedelta(days=2))

    imported(cloud, ears, person, laid(person, [paid], account))

    [now_posted] = everything(person)
    assert (now_posted["id"], now_posted["status"]) == (planned["id"], "posted")
    assert balance(person, account) == "-49.90"
    assert run(FIRST + timedelta(days=2)) == 0


def test_an_outage_is_caught_up_with_a_bounded_step_at_a_time(
    person: SignedIn, account: str, ears: Ears
) -> None:
    one = daily(person, account)
    a_run = recurring_due.MOST_AT_ONCE * recurring_due.MOST_STEPS
    late = FIRST + timedelta(days=a_run + 29)

    assert run(late) == a_run
    assert run(late) == 30
    assert run(late) == 0

    # one fact a transaction, with the sums
    told = [name for name, _ in ears.about(one["id"])]
    assert told == ["transactions_revised"] * (recurring_due.MOST_STEPS + 3)
    days = sorted(made["booked_on"] for made in everything(person))
    assert days == [str(FIRST + timedelta(days=n)) for n in range(a_run + 30)]
    assert balance(person, account) == f"-{a_run + 30}0.00"
    assert read(person, one)["next_on"] == str(late + timedelta(days=1))


def test_a_deleted_occurrence_does_not_come_back(person: SignedIn, account: str) -> None:
    one = daily(person, account)
    run(FIRST + timedelta(days=1))
    kept, gone = everything(person)
    person.client.delete(f"{TRANSACTIONS}/{gone['id']}", headers=matching(gone))
    [due] = find_due(at(FIRST + timedelta(days=2)), most=500)
    context = recurring_due._context(Visit(now=at(FIRST)), due)
    context.commit.open()
    [template] = Recurrings(context).all()
    back = replace(template, version=template.version + 1, next_on=FIRST, through=None)
    Recurrings(context).save(back, template)
    context.commit.write()

    # put back to before both days, it makes neither the deleted one again nor the other one twice
    assert run(FIRST + timedelta(days=1)) == 0
    assert everything(person) == [kept]
    assert balance(person, account) == "-10.00"
    assert read(person, one)["next_on"] == str(FIRST + timedelta(days=2))


def test_an_ended_template_makes_nothing_any_more(person: SignedIn, account: str) -> None:
    one = daily(person, account)
    run(FIRST)
    after = read(person, one)
    ended = person.client.delete(f"{RECURRING}/{one['id']}", headers=matching(after))
    assert ended.status == 204
    assert run(FIRST + timedelta(days=1)) == 0
    assert len(everything(person)) == 1
    assert turns(one) == []


def test_undoing_a_run_takes_its_transactions_back_and_the_template_goes_on(
    person: SignedIn, account: str
) -> None:
    one = daily(person, account)
    run(FIRST)
    change = person.client.get("/v1/expenses/changes").json["items"][0]["id"]

    undone = person.client.post(f"/v1/expenses/changes/{change}/undo").json

    assert [item["kind"] for item in undone["undone"]] == ["transaction"]
    assert everything(person) == []
    assert balance(person, account) == "0.00"
    assert run(FIRST + timedelta(days=1)) == 1
    assert read(person, one)["next_on"] == str(FIRST + timedelta(days=2))


def test_a_count_ends_and_leaves_no_turn(person: SignedIn, account: str) -> None:
    one = recurring(
        person,
        account,
        rule={"rrule": "FREQ=WEEKLY;COUNT=2"},
        start=str(FIRST),
        mode="automatic",
    )
    assert run(FIRST + timedelta(days=70)) == 2
    after = read(person, one)
    assert (after["next_on"], after["next_at"]) == (None, None)
    assert turns(one) == []


def test_variations_and_weekends_are_heeded(person: SignedIn, account: str) -> None:
    saturday = FIRST + timedelta(days=(5 - FIRST.weekday()) % 7)
    one = recurring(
        person,
        account,
        rule={"rrule": "FREQ=WEEKLY", "weekend": "next"},
        start=str(saturday),
        mode="automatic",
    )
    second, third = saturday + timedelta(days=7), saturday + timedelta(days=14)
    body = {
        "variations": [
            {"day": str(second), "skip": True},
            {
                "day": str(third),
                "amount": {"amount": "-30.00", "currency": "EUR"},
                "booked_on": str(third - timedelta(days=1)),
                "notes": "more",
            },
        ]
    }
    url = f"{RECURRING}/{one['id']}"
    assert person.client.patch(url, body, headers=matching(one)).status == 200

    assert run(saturday + timedelta(days=1)) == 0
    assert run(saturday + timedelta(days=2)) == 1
    assert run(third - timedelta(days=1)) == 1

    made = [(one["booked_on"], one["amount"]["amount"], one["notes"]) for one in everything(person)]
    assert made == [
        (str(third - timedelta(days=1)), "-30.00", "more"),
        (str(saturday + timedelta(days=2)), "-10.00", ""),
    ]
    assert read(person, one)["variations"] == []


def test_a_transfer_moves_both_accounts(person: SignedIn, account: str) -> None:
    savings = opened(person, kind="savings")["id"]
    daily(person, account, to_account_id=savings)
    assert run(FIRST) == 1
    [made] = everything(person)
    assert (made["kind"], made["transfer"]["to_account_id"]) == ("transfer", savings)
    assert (balance(person, account), balance(person, savings)) == ("-10.00", "10.00")


def test_the_category_is_the_users_or_is_looked_for(person: SignedIn, account: str) -> None:
    daily(person, account, category_id=default_id("rent"))
    daily(person, account, payee="zxcv")
    recorded(person, account, payee="zxcv", category_id=default_id("hobbies"))
    run(FIRST)
    found = {
        (one["payee"], one["category_id"], one["category_source"])
        for one in everything(person)
        if one["source"] == "recurring"
    }
    assert found == {
        ("", default_id("rent"), "user"),
        ("zxcv", default_id("hobbies"), "learned"),
    }


def test_what_cannot_be_booked_stops_and_holds_nobody_up(person: SignedIn, account: str) -> None:
    closed = opened(person)
    stopped = daily(person, closed["id"])
    daily(person, account)
    url = f"{ACCOUNTS}/{closed['id']}"
    person.client.patch(url, {"archived": True}, headers=matching(closed))

    assert run(FIRST) == 1

    after = read(person, stopped)
    assert (after["stopped"], after["next_at"]) == ("account-archived", None)
    assert turns(stopped) == []
    assert len(everything(person)) == 1
    # another account lets it go on
    url = f"{RECURRING}/{stopped['id']}"
    again = person.client.patch(url, {"account_id": account}, headers=matching(after)).json
    assert again["stopped"] is None
    assert len(turns(stopped)) == 1


def test_a_households_template_books_in_the_household(person: SignedIn) -> None:
    household = household_of(person)
    ours = within(person, household)
    account = opened(ours)["id"]
    daily(ours, account)

    assert run(FIRST) == 1

    assert [one["source"] for one in everything(ours)] == ["recurring"]
    assert balance(ours, account) == "-10.00"
    assert len(list(api.changes(owner_of(household), 0))) == 3
    assert everything(person) == []


def test_a_turn_that_is_no_more_is_forgotten(person: SignedIn, account: str) -> None:
    one = daily(person, account)
    # a turn that a crash of nobody's could leave: of a template that has moved on
    [due] = find_due(at(FIRST), most=500)
    run(FIRST)
    context = recurring_due._context(Visit(now=at(FIRST)), due)
    context.commit.put(DueRow(*due.key, version=1), expect=None)
    context.commit.write()
    assert len(turns(one)) == 2

    assert run(FIRST) == 0
    assert len(turns(one)) == 1
    assert len(everything(person)) == 1


class TestExactlyOnce:
    @pytest.mark.durable
    def test_a_run_survives_a_death_at_every_call(self, person: SignedIn, account: str) -> None:
        day = [FIRST]

        def due() -> Callable[[], object]:
            """Everything that is booked so far, and the schedule's run for the next day."""
            day[0] += timedelta(days=1)
            instant = at(day[0])
            return lambda: run(instant)

        one = daily(person, account)
        run(FIRST)
        points = list(every_point(due()))
        assert len(points) >= 8
        for point, side in points:
            act = due()
            killed_at(point, side, act)
            act()

        booked = len(points) + 2
        assert len(everything(person)) == booked
        assert balance(person, account) == f"-{booked}0.00"
        assert len(turns(one)) == 1
        log = [entry.sequence for entry in api.changes(person.owner, 0)]
        assert log == list(range(1, len(log) + 1))

    @pytest.mark.durable
    def test_two_runs_at_once_and_a_run_beside_an_edit(self, person: SignedIn) -> None:
        for order in orders(20, 20, most=8):
            account = opened(person)["id"]
            one = daily(person, account)
            interleaved(order, a=lambda: run(FIRST), b=lambda: run(FIRST))
            assert balance(person, account) == "-10.00"

            url = f"{RECURRING}/{one['id']}"
            current = read(person, one)
            interleaved(
                order,
                a=lambda: run(FIRST + timedelta(days=1)),
                b=lambda url=url, current=current: person.client.patch(  # type: ignore[misc]
                    url, {"hour": 5}, headers=matching(current)
                ),
            )
            run(FIRST + timedelta(days=1))
            assert balance(person, account) == "-20.00"
            after = read(person, one)
            assert len(turns(one)) == 1
            person.client.delete(url, headers=matching(after))


def test_what_a_run_costs(person: SignedIn, account: str) -> None:
    daily(person, account, category_id=default_id("rent"))
    with budget() as spent:
        run(FIRST)
    # the eight shards; META; the template; what it needs; the write
    assert dict(spent.calls) == {"Query": 8, "BatchGetItem": 3, "TransactWriteItems": 1}
    # META, change log, the day's marker, outbox, template, two turns, transaction, account, its movement
    assert spent.writes == 10
