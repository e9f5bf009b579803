"""Many transactions in one request, one by one or all or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.expenses.model.categories import default_id
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import (
    ACCOUNTS,
    TRANSACTIONS,
    balance,
    everything,
    opened,
    recorded,
)
from tests.factories.users import SignedIn
from tests.support.budget import budget

pytestmark = pytest.mark.slice
BULK = f"{TRANSACTIONS}/bulk"
RENT = default_id("rent")


def create(
    account_id: str, amount: str = "-1.00", currency: str = "EUR", **more: Any
) -> dict[str, Any]:
    value = {
        "account_id": account_id,
        "amount": {"amount": amount, "currency": currency},
        "booked_on": "2026-11-02",
        "category_id": RENT,
        **more,
    }
    return {"op": "create", "value": value}


def update(one: Any, **value: Any) -> dict[str, Any]:
    return {"op": "update", "id": one["id"], "version": one["version"], "value": value}


def delete(one: Any) -> dict[str, Any]:
    return {"op": "delete", "id": one["id"], "version": one["version"]}


def test_each_operation_has_its_own_result(person: SignedIn, account: str) -> None:
    one, two = recorded(person, account), recorded(person, account)
    operations = [
        create(account),
        update(one, amount={"amount": "-5.00", "currency": "EUR"}),
        delete(two),
        create(new_id()),
        update({"id": one["id"], "version": 1}, notes="late"),
        delete({"id": new_id(), "version": 1}),
    ]

    reply = person.client.post(BULK, {"operations": operations})

    results = reply.json["results"]
    assert [result["index"] for result in results] == list(range(6))
    assert [result["status"] for result in results] == [201, 200, 204, 404, 412, 404]
    assert results[1]["value"]["amount"]["amount"] == "-5.00"
    assert results[2]["value"] is None
    assert results[3]["problem"]["type"] == "urn:xpense:problem:account-not-found"
    assert balance(person, account) == "-6.00"


def test_all_or_nothing_is_all(person: SignedIn, account: str) -> None:
    one, two = recorded(person, account), recorded(person, account)
    operations = [
        create(account, "-1.00"),
        create(account, "3.50"),
        update(one, amount={"amount": "-20.00", "currency": "EUR"}),
        delete(two),
    ]

    reply = person.client.post(BULK, {"operations": operations, "atomic": True})

    assert reply.status == 200
    assert [result["status"] for result in reply.json["results"]] == [201, 201, 200, 204]
    assert balance(person, account) == "-17.50"
    assert person.client.get(f"{ACCOUNTS}/{account}").json["entries"] == 3


def test_all_or_nothing_is_nothing(person: SignedIn, account: str) -> None:
    one = recorded(person, account)
    operations = [create(account), delete(one), create(account, booked_on="9999-01-01")]

    malformed = person.client.post(BULK, {"operations": operations, "atomic": True})
    operations[2] = delete({"id": new_id(), "version": 1})
    absent = person.client.post(BULK, {"operations": operations, "atomic": True})

    assert malformed.status == 422
    assert absent.status == 404
    assert absent.json["detail"].startswith("operation 2:")
    assert [each["id"] for each in everything(person)] == [one["id"]]
    assert balance(person, account) == "-12.34"


def test_fifty_operations_fit_one_transaction(person: SignedIn) -> None:
    accounts = [opened(person)["id"] for _ in range(3)]
    text = "".join(chr(0x4E00 + place * 7) for place in range(1_000))
    operations = [
        create(
            accounts[place % 3],
            notes=text,
            payee=chr(97 + place // 10) * 5 + chr(97 + place % 10) * 5,
        )
        for place in range(50)
    ]

    with budget() as spent:
        reply = person.client.post(BULK, {"operations": operations, "atomic": True})

    assert [result["status"] for result in reply.json["results"]] == [201] * 50
    assert spent.calls["TransactWriteItems"] == 1
    assert len(everything(person)) == 50


def test_more_than_one_transaction_holds_is_a_conflict(person: SignedIn) -> None:
    operations = [create(opened(person)["id"]) for _ in range(50)]

    reply = person.client.post(BULK, {"operations": operations, "atomic": True})

    assert reply.status == 409


@pytest.mark.parametrize("atomic", [True, False])
def test_the_same_transaction_twice_in_one_request(
    person: SignedIn, account: str, *, atomic: bool
) -> None:
    one = recorded(person, account)
    operations = [update(one, notes="a"), update(one, notes="b")]

    reply = person.client.post(BULK, {"operations": operations, "atomic": atomic})

    now = person.client.get(f"{TRANSACTIONS}/{one['id']}").json
    if atomic:
        assert reply.status == 409
        assert now["notes"] == ""
    else:
        assert [result["status"] for result in reply.json["results"]] == [200, 412]
        assert now["notes"] == "a"


def test_coins_of_one_request_are_added_up_before_they_are_judged(person: SignedIn) -> None:
    account = opened(person, currency="ETH")["id"]
    half = "6" * 20
    operations = [create(account, half, "ETH") for _ in range(2)]

    reply = person.client.post(BULK, {"operations": operations, "atomic": True})

    assert (reply.status, reply.problem) == (422, "balance-out-of-range")
    assert balance(person, account) == "0.000000000000000000"


def test_a_repeat_under_a_key_finishes_without_doubling(person: SignedIn, account: str) -> None:
    key = {"Idempotency-Key": new_id()}
    body = {"operations": [create(account), create(account, "-2.00")]}

    first = person.client.post(BULK, body, headers=key)
    again = person.client.post(BULK, body, headers=key)

    assert again.json == first.json
    assert balance(person, account) == "-3.00"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"operations": []},
        {"operations": [{"op": "pay"}]},
        {"operations": [{"op": "delete", "id": "x", "version": 1}]},
        {"operations": [{"op": "delete", "id": "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f"}]},
    ],
)
def test_a_bad_body_is_refused_whole(person: SignedIn, body: dict[str, Any]) -> None:
    assert person.client.post(BULK, body).status == 422
