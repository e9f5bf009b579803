"""Categories over HTTP: shipped ones without rows, and one's own."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.expenses import api
from chalicelib.expenses.model.categories import BY_SLUG, DEFAULTS, MAX_DEPTH, default_id
from chalicelib.expenses.repository import TABLE
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.tables import Table
from tests.factories.expenses import CATEGORIES, TRANSACTIONS, recorded
from tests.factories.users import SignedIn
from tests.support.budget import budget

pytestmark = pytest.mark.slice
FOOD, GROCERIES = default_id("food"), default_id("groceries")


def all_of(person: SignedIn) -> list[Any]:
    found: list[Any] = []
    query = {"limit": "20"}
    while True:
        page = person.client.get(CATEGORIES, query=query).json
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


def made(person: SignedIn, name: str, **more: Any) -> Any:
    reply = person.client.post(CATEGORIES, {"name": name, "kind": "expense", **more})
    assert reply.status == 201, reply.text
    return reply.json


def test_everybody_begins_with_the_shipped_tree_and_no_row(person: SignedIn) -> None:
    found = all_of(person)

    assert [one["id"] for one in found] == [category.id for category in DEFAULTS]
    assert all(one["shipped"] and one["version"] == 1 for one in found)
    assert list(Table(TABLE).query_all(str(person.owner), "CFG#", "CFG#~", most=10)) == []


def test_a_shipped_category_can_be_renamed_and_archived(person: SignedIn) -> None:
    url = f"{CATEGORIES}/{GROCERIES}"
    reply = person.client.patch(url, {"name": "Lidl", "archived": True})

    assert (reply.status, reply.json["version"]) == (200, 2)
    shown = {one["id"]: one for one in all_of(person)}[GROCERIES]
    assert (shown["name"], shown["archived"], shown["parent_id"]) == ("Lidl", True, FOOD)
    back = person.client.patch(url, {"name": None, "archived": False})
    assert back.json["name"] == BY_SLUG["groceries"].name
    assert back.json["version"] == 3


def test_a_shipped_category_cannot_be_moved_or_deleted(person: SignedIn) -> None:
    url = f"{CATEGORIES}/{GROCERIES}"
    for reply in (person.client.patch(url, {"parent_id": None}), person.client.delete(url)):
        assert (reply.status, reply.problem) == (409, "shipped-category")


def test_an_own_category_stands_under_its_parent(person: SignedIn) -> None:
    bread = made(person, "Bread", parent_id=GROCERIES)

    ids = [one["id"] for one in all_of(person)]
    assert ids.index(bread["id"]) == ids.index(GROCERIES) + 1
    names = api.category_names(person.owner, person.vault)
    assert (names[bread["id"]].name, names[bread["id"]].parent_id) == ("Bread", GROCERIES)
    assert names[GROCERIES].kind == "expense"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kind": "income", "parent_id": FOOD}, "/kind"),
        ({"name": ""}, "/name"),
        ({"kind": "savings"}, "/kind"),
        ({"parent_id": "x"}, "/parent_id"),
    ],
)
def test_a_bad_field_is_named(person: SignedIn, change: dict[str, Any], pointer: str) -> None:
    reply = person.client.post(CATEGORIES, {"name": "Bread", "kind": "expense", **change})

    assert reply.status == 422
    assert reply.json["errors"][0]["pointer"] == pointer


def test_a_tree_has_a_greatest_depth(person: SignedIn) -> None:
    parent = made(person, "1")["id"]
    top = parent
    for level in range(2, MAX_DEPTH + 1):
        parent = made(person, str(level), parent_id=parent)["id"]

    deeper = person.client.post(
        CATEGORIES, {"name": "deep", "kind": "expense", "parent_id": parent}
    )
    hung = person.client.patch(f"{CATEGORIES}/{top}", {"parent_id": FOOD})
    circle = person.client.patch(f"{CATEGORIES}/{top}", {"parent_id": parent})

    assert (deeper.status, hung.status, circle.status) == (422, 422, 422)


def test_an_own_category_is_renamed_moved_and_deleted(person: SignedIn) -> None:
    one = made(person, "Bread", parent_id=GROCERIES)
    child = made(person, "Rolls", parent_id=one["id"])
    url = f"{CATEGORIES}/{one['id']}"

    stale = person.client.patch(url, {"name": "Cake"}, headers={"If-Match": '"5"'})
    nameless = person.client.patch(url, {"name": None})
    moved = person.client.patch(url, {"name": "Cake", "parent_id": None})
    held = person.client.delete(url)
    assert (stale.status, nameless.status) == (412, 422)
    assert (moved.json["name"], moved.json["parent_id"], moved.etag) == ("Cake", None, '"2"')
    assert (held.status, held.problem) == (409, "category-has-children")

    assert person.client.delete(f"{CATEGORIES}/{child['id']}").status == 204
    assert person.client.delete(url).status == 204
    assert person.client.delete(url).status == 204
    assert person.client.patch(url, {"name": "Pie"}).status == 404
    assert one["id"] not in {entry["id"] for entry in all_of(person)}


def test_a_transaction_keeps_the_id_of_its_deleted_category(person: SignedIn, account: str) -> None:
    category = made(person, "Bread")["id"]
    one = recorded(person, account, payee="zxcv", category_id=category)
    person.client.delete(f"{CATEGORIES}/{category}")

    assert person.client.get(f"{TRANSACTIONS}/{one['id']}").json["category_id"] == category
    assert category not in api.category_names(person.owner, person.vault)
    assert recorded(person, account, payee="zxcv")["category_id"] is None
    body = {
        "account_id": account,
        "amount": {"amount": "-1", "currency": "EUR"},
        "booked_on": "2026-11-02",
        "category_id": category,
    }
    assert person.client.post(TRANSACTIONS, body).problem == "category-not-found"


def test_an_archived_category_takes_nothing_new(person: SignedIn, account: str) -> None:
    category = made(person, "Bread")["id"]
    person.client.patch(f"{CATEGORIES}/{category}", {"archived": True})
    body = {
        "account_id": account,
        "amount": {"amount": "-1", "currency": "EUR"},
        "booked_on": "2026-11-02",
        "category_id": category,
    }

    reply = person.client.post(TRANSACTIONS, body)

    assert (reply.status, reply.problem) == (409, "category-archived")


def test_a_clients_own_id_and_body_again_is_the_same_category(person: SignedIn) -> None:
    identity = new_id()
    first = made(person, "Bread", id=identity)

    assert made(person, "Bread", id=identity) == first
    other = person.client.post(CATEGORIES, {"id": identity, "name": "Rolls", "kind": "expense"})
    shipped = person.client.post(CATEGORIES, {"id": GROCERIES, "name": "Rolls", "kind": "expense"})
    assert (other.status, other.problem) == (409, "id-taken")
    assert (shipped.status, shipped.problem) == (409, "id-taken")
    person.client.delete(f"{CATEGORIES}/{identity}")
    gone = person.client.post(CATEGORIES, {"id": identity, "name": "Bread", "kind": "expense"})
    assert (gone.status, gone.problem) == (409, "id-taken")


def test_a_foreign_category_is_absent(person: SignedIn, stranger: SignedIn) -> None:
    category = made(person, "Bread")["id"]
    url = f"{CATEGORIES}/{category}"

    for reply in (
        stranger.client.patch(url, {"name": "Mine"}),
        stranger.client.delete(url),
        stranger.client.post(
            CATEGORIES, {"name": "Mine", "kind": "expense", "parent_id": category}
        ),
    ):
        assert (reply.status, reply.problem) == (404, "category-not-found")
    person.client.patch(f"{CATEGORIES}/{GROCERIES}", {"name": "Mine alone"})
    assert "Mine alone" not in {one["name"] for one in all_of(stranger)}


def test_names_are_sealed_in_the_table(person: SignedIn) -> None:
    made(person, "Therapist")
    person.client.patch(f"{CATEGORIES}/{GROCERIES}", {"name": "Gambling"})

    rows = repr(list(Table(TABLE).query_all(str(person.owner), "0", "~", most=50)))

    assert "Therapist" not in rows
    assert "Gambling" not in rows


def test_lists_and_changes_cost_what_they_should(person: SignedIn) -> None:
    with budget() as spent:
        person.client.get(CATEGORIES)
    assert spent.calls == {"BatchGetItem": 1, "Query": 1}
    with budget() as spent:
        made(person, "Bread", parent_id=FOOD)
    assert spent.calls == {"BatchGetItem": 2, "Query": 1, "TransactWriteItems": 1}
    assert spent.writes == 4  # the category, META, CHG, and the day's marker
    with budget() as spent:
        person.client.patch(f"{CATEGORIES}/{GROCERIES}", {"name": "Food"})
    assert spent.calls == {"BatchGetItem": 2, "Query": 1, "TransactWriteItems": 1}
