"""Every owned route with somebody else's ids: 404, with the very answer that an unknown id gets.

The routes come from the registry and the ids by the name of the path parameter, so a new route with an id is in
the matrix by itself, and one whose id nobody makes here fails the test.
"""

from __future__ import annotations

from typing import Any, Final

import pytest

from chalicelib.kernel.ids import new_id
from functions._edge.operations import Operation, operations
from tests.factories.imports import account_of, csv_of, uploaded
from tests.factories.users import SignedIn, signed_in
from tests.support.client import Client, Reply
from tests.support.cloud import Cloud

pytestmark = [pytest.mark.slice, pytest.mark.attack]


def _load() -> list[Operation]:
    import app

    assert app.SERVICES
    return [one for one in operations() if not one.public and "_id}" in one.path]


WITH_IDS: Final = _load()


def _name(operation: object) -> str:
    return f"{operation.method} {operation.path}" if isinstance(operation, Operation) else ""


@pytest.fixture(scope="module")
def person(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app))


@pytest.fixture(scope="module")
def victim(cloud: Cloud, person: SignedIn) -> dict[str, str]:
    """Make one of each kind of object, and give their ids by the name that paths give them."""
    account = account_of(person)
    post = person.client.post
    food = post("/v1/expenses/categories", {"name": "Food of mine", "kind": "expense"})
    transaction = post(
        "/v1/expenses/transactions",
        {
            "account_id": account,
            "amount": {"amount": "-1.00", "currency": "EUR"},
            "booked_on": "2026-01-01",
        },
    )
    job = uploaded(cloud, person, account, csv_of(3))
    rule = post("/v1/expenses/rules", _example("/v1/expenses/rules") | _rule(food.json["id"]))
    return {
        "account_id": account,
        "category_id": food.json["id"],
        "transaction_id": transaction.json["id"],
        "rule_id": rule.json["id"],
        "import_id": job["id"],
        "session_id": person.session_id,
    }


def _rule(category: str) -> dict[str, Any]:
    return {"then": {**_example("/v1/expenses/rules")["then"], "category_id": category}}


def _example(path: str) -> dict[str, Any]:
    (operation,) = [one for one in operations() if one.path == path and one.method == "POST"]
    assert operation.body is not None
    example: dict[str, Any] = operation.body.model_json_schema()["examples"][0]
    return example


@pytest.fixture(scope="module")
def thief(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app))


def _body(operation: Operation) -> Any:
    if operation.body is None:
        return None
    examples = operation.body.model_json_schema().get("examples") or [{}]
    return examples[0]


def _asked(thief: SignedIn, operation: Operation, ids: dict[str, str]) -> Reply:
    path = operation.path.format(**ids)
    return thief.client.call(
        operation.method, path, json=_body(operation), headers={"If-Match": '"1"'}
    )


def _shape(reply: Reply) -> dict[str, Any]:
    document: dict[str, Any] = reply.json
    return {name: value for name, value in document.items() if name != "instance"}


@pytest.mark.parametrize("operation", WITH_IDS, ids=_name)
def test_a_foreign_id_answers_like_one_that_never_was(
    thief: SignedIn, victim: dict[str, str], operation: Operation
) -> None:
    unknown = {name: new_id() for name in victim}

    foreign = _asked(thief, operation, victim)
    absent = _asked(thief, operation, unknown)

    assert foreign.status == absent.status == 404, foreign.text
    assert _shape(foreign) == _shape(absent)


def test_the_victim_has_lost_nothing(
    cloud: Cloud, person: SignedIn, thief: SignedIn, victim: dict[str, str]
) -> None:
    lists = ("accounts", "transactions", "categories", "rules")
    before = [person.client.get(f"/v1/expenses/{one}").json for one in lists]

    for operation in WITH_IDS:
        _asked(thief, operation, victim)
    cloud.drain()

    assert [person.client.get(f"/v1/expenses/{one}").json for one in lists] == before
    assert person.client.get(f"/v1/interchange/imports/{victim['import_id']}").status == 200
    assert thief.client.get("/v1/expenses/transactions").json["items"] == []


def test_every_id_in_a_path_is_in_the_matrix(victim: dict[str, str]) -> None:
    assert len(WITH_IDS) >= 15
    for operation in WITH_IDS:
        operation.path.format(**victim)
