"""Queries that are kept under a name."""

from __future__ import annotations

from typing import Any, Final

import pytest

from chalicelib.expenses.model import searches as limits
from chalicelib.expenses.repository import TABLE
from chalicelib.expenses.service import searches
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.tables import Table
from tests.factories.expenses import everything, matching, recorded
from tests.factories.users import SignedIn
from tests.slice.expenses.test_undo import latest, undone
from tests.support.budget import budget

pytestmark = pytest.mark.slice
SEARCHES: Final = "/v1/expenses/searches"


def kept(person: SignedIn, name: str, query: str = "bakery", **more: Any) -> Any:
    reply = person.client.post(SEARCHES, {"name": name, "query": query, **more})
    assert reply.status == 201, reply.text
    return reply.json


def names(person: SignedIn) -> list[str]:
    return [one["name"] for one in person.client.get(SEARCHES).json["items"]]


def test_a_kept_query_is_listed_changed_and_forgotten(person: SignedIn, account: str) -> None:
    recorded(person, account)
    one = kept(person, "sweets")
    kept(person, "Rent", "payee:landlord")
    assert names(person) == ["Rent", "sweets"]
    assert len(everything(person, q=one["query"])) == 1

    url = f"{SEARCHES}/{one['id']}"
    changed = person.client.patch(url, {"query": "cake OR pie"}, headers=matching(one))
    assert (changed.status, changed.json["version"]) == (200, 2)
    assert person.client.patch(url, {"name": "x"}, headers=matching(one)).status == 412
    assert [person.client.delete(url).status for _ in range(2)] == [204, 204]
    assert names(person) == ["Rent"]


def test_what_is_no_query_is_not_kept(person: SignedIn) -> None:
    one = kept(person, "sweets")
    replies = [
        person.client.post(SEARCHES, {"name": "x", "query": "payee:"}),
        person.client.patch(f"{SEARCHES}/{one['id']}", {"query": "payee:"}),
    ]

    for reply in replies:
        assert reply.status == 422
        detail = "at character 7: expected a value right after :"
        assert reply.json["errors"] == [{"pointer": "/query", "detail": detail}]
    # a name may get its account later
    kept(person, "later", "account:holiday")


def test_the_same_id_and_body_again_is_the_same_one(person: SignedIn, stranger: SignedIn) -> None:
    identity = new_id()
    assert kept(person, "sweets", id=identity) == kept(person, "sweets", id=identity)
    other = person.client.post(SEARCHES, {"name": "x", "query": "a", "id": identity})
    assert (other.status, other.problem) == (409, "id-taken")
    assert names(stranger) == []


def test_there_is_a_limit(person: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    assert limits.MAX_SEARCHES == 100
    monkeypatch.setattr(searches, "MAX_SEARCHES", 1)
    kept(person, "sweets")

    reply = person.client.post(SEARCHES, {"name": "x", "query": "a"})

    assert (reply.status, reply.problem) == (409, "limit-reached")


def test_name_and_query_are_sealed_and_keeping_costs_one_write(person: SignedIn) -> None:
    with budget() as spent:
        one = kept(person, "sweets for Grace", "payee:grace")
    # session; head / the list / search, META, CHG, the day's marker
    assert spent.calls == {"BatchGetItem": 2, "Query": 1, "TransactWriteItems": 1}
    assert spent.writes <= 4

    item = Table(TABLE).get((str(person.owner), f"SRC#{one['id']}"))

    assert item is not None
    assert b"Grace" not in repr(item).encode()
    assert b"grace" not in repr(item).encode()


def test_changes_of_kept_queries_are_undone(person: SignedIn) -> None:
    one = kept(person, "sweets")
    url = f"{SEARCHES}/{one['id']}"
    person.client.patch(url, {"name": "cakes"})
    undone(person, latest(person))
    assert names(person) == ["sweets"]
    person.client.delete(url)
    back = undone(person, latest(person))
    assert names(person) == ["sweets"]
    undone(person, back["change_id"])
    assert names(person) == []
