"""Comparing an account with its statements: what is between them, and what is locked when nothing is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest

from chalicelib.expenses.commands import RunMore
from chalicelib.expenses.model import runs as runs_model
from chalicelib.expenses.model.categories import default_id
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import (
    ACCOUNTS,
    TRANSACTIONS,
    Ears,
    balance,
    everything,
    handed,
    matching,
    opened,
    recorded,
)
from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.client import Reply
from tests.support.cloud import Cloud
from tests.support.taps import calls_of, every_point, interleaved, killed_at, orders

pytestmark = pytest.mark.slice
OPENING: Final = {"amount": "100.00", "currency": "EUR"}


def euro(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def url(account_id: str, one: Any = None, verb: str = "") -> str:
    parts = [f"{ACCOUNTS}/{account_id}/reconciliations", one and one["id"], verb]
    return "/".join(part for part in parts if part)


def begun(person: SignedIn, account_id: str, closing: str, **more: Any) -> Any:
    body = {"day": "2026-10-31", "closing_balance": euro(closing), **more}
    reply = person.client.post(url(account_id), body)
    assert reply.status == 201, reply.text
    return reply.json


def finishing(person: SignedIn, one: Any, **body: Any) -> Reply:
    path = url(one["account_id"], one, "finish")
    return person.client.post(path, body, headers=matching(one))


def undoing(person: SignedIn, one: Any) -> Reply:
    return person.client.post(url(one["account_id"], one, "undo"), headers=matching(one))


def now(person: SignedIn, one: Any) -> Any:
    reply = person.client.get(url(one["account_id"], one))
    assert reply.status == 200, reply.text
    return reply.json


def listed(person: SignedIn, account_id: str) -> list[Any]:
    items: list[Any] = person.client.get(url(account_id)).json["items"]
    return items


def run(cloud: Cloud, ears: Ears) -> None:
    """Let the runs go to their ends."""
    done = 0
    while True:
        bodies = [one.to_json() for one in ears.envelopes if one.type == RunMore.name][done:]
        if not bodies:
            return
        assert handed(cloud, *bodies) == []
        done += len(bodies)


def statuses(person: SignedIn, account_id: str) -> dict[str, str]:
    return {one["payee"]: one["status"] for one in everything(person, account_id=account_id)}


@pytest.fixture
def busy(person: SignedIn) -> str:
    """An account at 100.00 with some transactions before and after the end of October."""
    identity: str = opened(person, opening_balance=OPENING)["id"]
    for payee, amount, more in (
        ("Rent", "-50.00", {"booked_on": "2026-09-30"}),
        ("Bread", "-4.50", {"booked_on": "2026-10-31"}),
        ("Cheque", "-7.00", {"booked_on": "2026-10-30"}),
        ("Tip", "-1.00", {"booked_on": "2026-10-31", "status": "pending"}),
        ("Plan", "-9.00", {"booked_on": "2026-10-31", "status": "planned"}),
        ("Later", "-3.00", {"booked_on": "2026-11-01"}),
    ):
        recorded(person, identity, amount, payee=payee, **more)
    return identity


def cheque(person: SignedIn, account_id: str) -> str:
    found: str = next(
        one["id"] for one in everything(person, account_id=account_id) if one["payee"] == "Cheque"
    )
    return found


def test_what_both_have_is_locked_and_the_rest_is_not(
    cloud: Cloud, ears: Ears, person: SignedIn, busy: str
) -> None:
    one = begun(
        person,
        busy,
        "45.50",
        left_out=[cheque(person, busy)],
        opening_balance=euro("50.00"),
        **{"from": "2026-10-01"},
    )

    assert (one["state"], one["booked_balance"], one["difference"]) == (
        "open",
        euro("45.50"),
        euro("0.00"),
    )
    assert one["opening_difference"] == euro("0.00")
    assert one["unreconciled"] == 2
    reply = finishing(person, one)
    assert (reply.status, reply.json["state"]) == (202, "locking")
    run(cloud, ears)

    done = now(person, one)
    assert (done["state"], done["locked"], done["difference"]) == ("finished", 2, euro("0.00"))
    assert done["unreconciled"] == 1
    assert statuses(person, busy) == {
        "Rent": "reconciled",
        "Bread": "reconciled",
        "Cheque": "posted",
        "Tip": "pending",
        "Plan": "planned",
        "Later": "posted",
    }
    assert person.client.get(f"{ACCOUNTS}/{busy}").json["reconciled_on"] == "2026-10-31"
    (day,) = person.client.get(f"{ACCOUNTS}/{busy}/balances?to=2026-12-01").json["items"]
    assert day["reconciled_balance"] == euro("45.50")
    assert listed(person, busy) == [done]


def test_what_is_locked_keeps_its_money_and_the_difference_stays_nothing(
    cloud: Cloud, ears: Ears, person: SignedIn, busy: str
) -> None:
    one = begun(person, busy, "38.50")
    assert finishing(person, one).status == 202
    run(cloud, ears)
    rent = next(each for each in everything(person) if each["payee"] == "Rent")
    path = f"{TRANSACTIONS}/{rent['id']}"

    reply = person.client.patch(path, {"amount": euro("-1.00")}, headers=matching(rent))

    assert (reply.status, reply.problem) == (409, "transaction-reconciled")
    assert person.client.delete(path, headers=matching(rent)).status == 409
    assert person.client.patch(path, {"notes": "flat"}, headers=matching(rent)).status == 200
    recorded(person, busy, "-2.00", booked_on="2026-10-15", payee="Late")
    late = now(person, one)
    assert (late["difference"], late["unreconciled"]) == (euro("0.00"), 1)


def test_a_reconciled_account_keeps_its_opening_balance(
    cloud: Cloud, ears: Ears, person: SignedIn, busy: str
) -> None:
    finishing(person, begun(person, busy, "38.50"))
    run(cloud, ears)
    path = f"{ACCOUNTS}/{busy}"
    account = person.client.get(path).json

    reply = person.client.patch(path, {"opening_balance": euro("1.00")}, headers=matching(account))

    assert (reply.status, reply.problem) == (409, "account-reconciled")
    same = person.client.patch(
        path, {"name": "New", "opening_balance": OPENING}, headers=matching(account)
    )
    assert same.status == 200


def test_a_difference_needs_an_adjustment_which_is_locked_at_once(
    cloud: Cloud, ears: Ears, person: SignedIn, busy: str
) -> None:
    one = begun(person, busy, "40.00")
    assert (one["difference"], one["unreconciled"]) == (euro("1.50"), 3)

    refused = finishing(person, one)
    assert (refused.status, refused.problem) == (409, "difference-left")
    reply = finishing(person, one, adjust=True)
    assert reply.json["difference"] == euro("0.00")
    run(cloud, ears)

    done = now(person, one)
    assert (done["state"], done["difference"], done["locked"]) == ("finished", euro("0.00"), 3)
    (identity,) = done["adjustments"]
    entry = person.client.get(f"{TRANSACTIONS}/{identity}").json
    assert (entry["amount"], entry["booked_on"]) == (euro("1.50"), "2026-10-31")
    assert (entry["source"], entry["status"]) == ("reconciliation", "reconciled")
    assert entry["category_id"] == default_id("adjustments")
    assert balance(person, busy) == "36.00"


def test_undoing_unlocks_takes_the_adjustment_back_and_leaves_the_one_before(
    cloud: Cloud, ears: Ears, person: SignedIn, busy: str
) -> None:
    first = begun(person, busy, "50.00", day="2026-09-30")
    finishing(person, first)
    run(cloud, ears)
    second = begun(person, busy, "40.00")
    assert second["from"] == "2026-10-01"
    finishing(person, second, adjust=True)
    run(cloud, ears)
    assert undoing(person, now(person, first)).problem == "newer-reconciliation"

    reply = undoing(person, now(person, second))

    assert (reply.status, reply.json["state"]) == (202, "unlocking")
    run(cloud, ears)
    assert person.client.get(url(busy, second)).status == 404
    assert [one["id"] for one in listed(person, busy)] == [first["id"]]
    shown = statuses(person, busy)
    assert (shown["Rent"], shown["Bread"], shown["Cheque"]) == ("reconciled", "posted", "posted")
    assert "" not in shown, "the adjustment is gone"
    assert balance(person, busy) == "34.50"
    assert person.client.get(f"{ACCOUNTS}/{busy}").json["reconciled_on"] == "2026-09-30"
    assert undoing(person, now(person, first)).status == 202


def test_one_that_locked_nothing_is_gone_at_once(person: SignedIn, busy: str) -> None:
    one = begun(person, busy, "1.00")

    reply = undoing(person, one)

    assert (reply.status, reply.json["state"]) == (202, "undone")
    assert listed(person, busy) == []
    assert begun(person, busy, "2.00")["state"] == "open"


def test_what_changes_while_it_is_locked_is_left_open_for_people(
    cloud: Cloud, ears: Ears, person: SignedIn, busy: str
) -> None:
    one = begun(person, busy, "38.50")
    finishing(person, one)
    bread = next(each for each in everything(person) if each["payee"] == "Bread")
    person.client.patch(
        f"{TRANSACTIONS}/{bread['id']}", {"amount": euro("-5.00")}, headers=matching(bread)
    )
    run(cloud, ears)

    again = now(person, one)
    assert (again["state"], again["difference"], again["locked"]) == ("open", euro("0.50"), 3)
    assert finishing(person, again, adjust=True).status == 202
    run(cloud, ears)
    assert now(person, one)["state"] == "finished"


def test_work_that_was_given_up_can_be_undone(
    cloud: Cloud, ears: Ears, person: SignedIn, busy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = begun(person, busy, "38.50")
    finishing(person, one)
    lost = [each.to_json() for each in ears.envelopes if each.type == RunMore.name]
    assert undoing(person, now(person, one)).problem == "reconciliation-under-way"

    monkeypatch.setattr(runs_model, "STALLED", timedelta(seconds=-1))
    assert undoing(person, now(person, one)).json["state"] == "unlocking"
    monkeypatch.undo()
    # what was lost comes after all, and finds nothing to lock
    assert handed(cloud, *lost) == []
    run(cloud, ears)

    assert listed(person, busy) == []
    assert set(statuses(person, busy).values()) == {"posted", "pending", "planned"}


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        (
            {"closing_balance": {"amount": "1.00", "currency": "USD"}},
            422,
            "/closing_balance/currency",
        ),
        (
            {"opening_balance": {"amount": "1.00", "currency": "USD"}},
            422,
            "/opening_balance/currency",
        ),
        ({"closing_balance": {"amount": "1.001", "currency": "EUR"}}, 422, "/closing_balance"),
        ({"day": "2126-10-31"}, 422, "/day"),
        ({"from": "2026-11-01"}, 422, "/from"),
        ({"left_out": ["x"]}, 422, "/left_out/0"),
        ({"left_out": [new_id()]}, 404, "transaction-not-found"),
        ({"left_out": [new_id()] * 101}, 422, "/left_out"),
        ({"colour": "red"}, 422, "/colour"),
    ],
)
def test_a_bad_statement_is_refused(
    person: SignedIn, account: str, change: dict[str, Any], status: int, said: str
) -> None:
    body = {"day": "2026-10-31", "closing_balance": euro("0.00"), **change}
    reply = person.client.post(url(account), body)

    assert reply.status == status
    assert said in [reply.problem, *(one["pointer"] for one in reply.json.get("errors", ()))]


def test_only_what_the_statement_could_have_is_left_out(person: SignedIn, busy: str) -> None:
    known = {one["payee"]: one["id"] for one in everything(person)}
    body = {"day": "2026-10-31", "closing_balance": euro("0.00")}
    named = [known[payee] for payee in ("Rent", "Tip", "Later")]

    reply = person.client.post(url(busy), {**body, "left_out": named})

    assert reply.status == 422
    assert [one["pointer"] for one in reply.json["errors"]] == ["/left_out/1", "/left_out/2"]


def test_statements_follow_each_other(
    cloud: Cloud, ears: Ears, person: SignedIn, busy: str
) -> None:
    one = begun(person, busy, "38.50")
    body = {"day": "2026-11-30", "closing_balance": euro("35.50")}
    assert person.client.post(url(busy), body).problem == "reconciliation-under-way"
    finishing(person, one)
    assert finishing(person, now(person, one)).problem == "reconciliation-finished"
    run(cloud, ears)

    early = person.client.post(url(busy), {**body, "day": "2026-10-31"})
    assert (early.status, early.json["errors"][0]["pointer"]) == (422, "/day")


def test_a_clients_own_id_and_body_again_is_the_same(person: SignedIn, busy: str) -> None:
    identity = new_id()
    first = begun(person, busy, "38.50", id=identity)

    assert begun(person, busy, "38.50", id=identity) == first
    body = {"id": identity, "day": "2026-10-31", "closing_balance": euro("1.00")}
    assert person.client.post(url(busy), body).problem == "id-taken"


def test_a_version_is_needed(person: SignedIn, busy: str) -> None:
    one = begun(person, busy, "38.50")

    assert person.client.post(url(busy, one, "finish"), {}).status == 428
    stale = {"If-Match": '"7"'}
    assert person.client.post(url(busy, one, "finish"), {}, headers=stale).status == 412
    assert person.client.post(url(busy, one, "undo"), headers=stale).status == 412


def test_a_statement_stands_in_its_own_account(person: SignedIn, busy: str) -> None:
    one = begun(person, busy, "38.50")
    other = {**one, "account_id": opened(person)["id"]}

    assert person.client.get(url(other["account_id"], one)).problem == "reconciliation-not-found"
    assert finishing(person, other).status == 404


def test_what_it_costs(cloud: Cloud, ears: Ears, person: SignedIn, busy: str) -> None:
    with budget() as spent:
        one = begun(person, busy, "38.50")
    # session, META, account; how many there are; what waits and the months
    assert spent.calls == {"BatchGetItem": 3, "GetItem": 1, "Query": 2, "TransactWriteItems": 1}
    # the reconciliation, the account, META, CHG
    assert spent.writes == 4
    with budget() as spent:
        finishing(person, one)
    # the reconciliation, its run, META, CHG, the order
    assert spent.writes == 5
    with budget() as spent:
        listed(person, busy)
    assert spent.calls == {"BatchGetItem": 2, "GetItem": 1, "Query": 2}
    orders_ = [each.to_json() for each in ears.envelopes if each.type == RunMore.name]
    with budget() as spent:
        handed(cloud, orders_[-1])
    # three transactions, two months, the reconciliation, its run, META, CHG, mark, the next order
    assert spent.writes == 11


# --- exactly once


@pytest.mark.durable
def test_locking_survives_a_death_at_every_call(cloud: Cloud, ears: Ears, person: SignedIn) -> None:
    def fresh() -> tuple[Any, Callable[[], object]]:
        account = opened(person)["id"]
        for number in range(3):
            recorded(person, account, "-1.00", booked_on=f"2026-10-{number + 1:02d}")
        one = begun(person, account, "-3.00")
        finishing(person, one)
        body = [each.to_json() for each in ears.envelopes if each.type == RunMore.name][-1]
        return one, lambda: handed(cloud, body)

    for point, side in list(every_point(fresh()[1])):
        one, act = fresh()
        assert killed_at(point, side, act) is not None
        assert act() == []
        cloud.drain()
        done = now(person, one)
        assert (done["state"], done["locked"], done["difference"]) == ("finished", 3, euro("0.00"))


@pytest.mark.durable
def test_an_adjustment_is_booked_once_whatever_dies(person: SignedIn) -> None:
    def fresh() -> tuple[Any, Callable[[], Reply]]:
        one = begun(person, opened(person)["id"], "5.00")
        return one, lambda: finishing(person, one, adjust=True)

    for point, side in list(every_point(fresh()[1])):
        one, act = fresh()
        killed_at(point, side, act)
        assert act().status in {202, 412}
        assert balance(person, one["account_id"]) == "5.00"


@pytest.mark.durable
def test_finishing_and_recording_side_by_side(cloud: Cloud, person: SignedIn) -> None:
    def scene() -> tuple[Any, Callable[[], Reply], Callable[[], object]]:
        account = opened(person)["id"]
        recorded(person, account, "-1.00", booked_on="2026-10-01")
        one = begun(person, account, "-1.00")
        return (
            one,
            lambda: finishing(person, one),
            lambda: recorded(person, account, "-2.00", booked_on="2026-10-02"),
        )

    _, first, second = scene()
    lengths = len(calls_of(first)), len(calls_of(second))
    for order in orders(*lengths, most=12):
        one, first, second = scene()
        results: Any = interleaved(order, a=first, b=second)
        assert results["a"].status in {202, 409}, results
        cloud.drain()
        done = now(person, one)
        if done["state"] == "finished":
            assert done["difference"] == euro("0.00")
        else:
            assert (done["state"], done["difference"]) == ("open", euro("2.00"))
        assert balance(person, one["account_id"]) == "-3.00"


@pytest.mark.durable
def test_a_long_statement_is_locked_and_unlocked_in_steps(cloud: Cloud, person: SignedIn) -> None:
    account = opened(person)["id"]
    for first in (0, 50):
        operations = [
            {
                "op": "create",
                "value": {
                    "account_id": account,
                    "amount": euro("-1.00"),
                    "booked_on": f"2026-{1 + place % 9:02d}-{1 + place % 28:02d}",
                },
            }
            for place in range(first, first + 50)
        ]
        bulk = {"operations": operations, "atomic": True}
        assert person.client.post(f"{TRANSACTIONS}/bulk", bulk).status == 200
    cloud.drain()
    one = begun(person, account, "-100.00")
    finishing(person, one)
    cloud.drain()

    done = now(person, one)
    assert (done["state"], done["locked"], done["unreconciled"]) == ("finished", 100, 0)
    assert {each["status"] for each in everything(person)} == {"reconciled"}
    undoing(person, done)
    cloud.drain()
    assert {each["status"] for each in everything(person)} == {"posted"}
    assert listed(person, account) == []
