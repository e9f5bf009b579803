"""Merging categories: everything that named the one names the other, once, and the sums follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.expenses.commands import RunMore
from chalicelib.expenses.model.categories import MAX_DEPTH, default_id
from tests.factories.expenses import (
    CATEGORIES,
    RECURRING,
    RULES,
    TRANSACTIONS,
    Ears,
    everything,
    handed,
    matching,
    recorded,
    recurring,
)
from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.client import Reply
from tests.support.cloud import Cloud
from tests.support.taps import every_point, killed_at

pytestmark = pytest.mark.slice
ABSENT = "01a20000-0000-7000-8000-000000000000"
FOOD, GROCERIES, RENT, SALARY = map(default_id, ("food", "groceries", "rent", "salary"))


def made(person: SignedIn, name: str, **more: Any) -> str:
    reply = person.client.post(CATEGORIES, {"name": name, "kind": "expense", **more})
    assert reply.status == 201, reply.text
    identity: str = reply.json["id"]
    return identity


def merging(person: SignedIn, source: str, into: str) -> Reply:
    return person.client.post(f"{CATEGORIES}/{source}/merge", {"into": into})


def shown(person: SignedIn) -> dict[str, Any]:
    items = person.client.get(CATEGORIES, query={"limit": "200"}).json["items"]
    return {one["id"]: one for one in items}


def merged(cloud: Cloud, person: SignedIn, source: str, into: str) -> Any:
    """Merge and wait until it is done."""
    reply = merging(person, source, into)
    assert reply.status == 202, reply.text
    cloud.drain()
    run = person.client.get(f"{CATEGORIES}/merges/{reply.json['id']}").json
    assert run["state"] == "done", run
    return run


def test_all_that_named_the_one_names_the_other(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    bread = made(person, "Bread", parent_id=GROCERIES)
    rolls = made(person, "Rolls", parent_id=bread)
    recorded(person, account, "-1.00", category_id=bread)
    recorded(person, account, "-5.00", category_id=RENT)
    split = recorded(person, account, "-2.00", category_id=RENT)
    halves = {"parts": [{"percent": "50", "category_id": bread}, {"remainder": True}]}
    url = f"{TRANSACTIONS}/{split['id']}/splits"
    assert person.client.put(url, halves, headers=matching(split)).status == 200
    body = {
        "name": "Bakery",
        "when": {"field": "payee", "operator": "contains", "value": "bakery"},
        "then": [{"action": "set_category", "value": bread}],
    }
    made_rule = person.client.post(RULES, body)
    assert made_rule.status == 201, made_rule.text
    again = recurring(person, account, category_id=bread)
    cloud.drain()

    run = merged(cloud, person, bread, FOOD)

    # the category under it, the rule, the template; two transactions
    assert run["result"] == {"changed": 5, "left": 0}
    assert person.client.get(f"{RECURRING}/{again['id']}").json["category_id"] == FOOD
    tree = shown(person)
    assert (tree[bread]["archived"], tree[bread]["merged_into"]) == (True, FOOD)
    assert tree[rolls]["parent_id"] == FOOD
    found = {one["amount"]["amount"]: one for one in everything(person)}
    assert (found["-1.00"]["category_id"], found["-1.00"]["category_source"]) == (FOOD, "user")
    assert found["-5.00"]["category_id"] == RENT
    assert [part["category_id"] for part in found["-2.00"]["parts"]] == [FOOD, None]
    kept = person.client.get(f"{RULES}/{made_rule.json['id']}").json
    assert kept["then"] == [{"action": "set_category", "value": FOOD}]
    (sums,) = person.client.get("/v1/analytics/spending?month=2026-11").json["currencies"]
    spent = {one["category_id"]: one["expense"]["amount"] for one in sums["categories"]}
    assert (spent[FOOD], spent[RENT]) == ("2.00", "5.00")
    assert bread not in spent


def test_a_merge_is_undone_whole(cloud: Cloud, person: SignedIn, account: str) -> None:
    bread = made(person, "Bread", parent_id=GROCERIES)
    rolls = made(person, "Rolls", parent_id=bread)
    kept = recorded(person, account, "-1.00", category_id=bread)
    touched = recorded(person, account, "-2.00", category_id=bread)
    body = {
        "name": "Bakery",
        "when": {"field": "payee", "operator": "contains", "value": "bakery"},
        "then": [{"action": "set_category", "value": bread}],
    }
    rule = person.client.post(RULES, body).json
    again = recurring(person, account, category_id=bread)
    tree = shown(person)
    run = merged(cloud, person, bread, FOOD)
    now = person.client.get(f"{TRANSACTIONS}/{touched['id']}").json
    url = f"{TRANSACTIONS}/{touched['id']}"
    person.client.patch(url, {"category_id": RENT}, headers=matching(now))

    undoing = person.client.post(f"{CATEGORIES}/merges/{run['id']}/undo").json
    cloud.drain()

    ended = person.client.get(f"{CATEGORIES}/merges/{undoing['id']}").json
    # the category itself, the one under it, the rule, the template, one transaction
    assert (ended["state"], ended["result"]) == ("done", {"changed": 5, "left": 1})
    after = shown(person)
    for identity in (bread, rolls):
        assert {**after[identity], "version": 0, "updated_at": ""} == {
            **tree[identity],
            "version": 0,
            "updated_at": "",
        }
    found = {one["id"]: one["category_id"] for one in everything(person)}
    assert (found[kept["id"]], found[touched["id"]]) == (bread, RENT)
    assert person.client.get(f"{RULES}/{rule['id']}").json["then"] == rule["then"]
    assert person.client.get(f"{RECURRING}/{again['id']}").json["category_id"] == bread


def test_a_client_that_was_away_names_the_other_by_the_one(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    first, second = made(person, "First"), made(person, "Second")
    merged(cloud, person, first, second)
    merged(cloud, person, second, GROCERIES)

    assert shown(person)[first]["merged_into"] == GROCERIES
    late = recorded(person, account, category_id=first)
    assert late["category_id"] == GROCERIES
    rent = recorded(person, account, category_id=RENT)
    url = f"{TRANSACTIONS}/{rent['id']}"
    reply = person.client.patch(url, {"category_id": second}, headers=matching(rent))
    assert reply.json["category_id"] == GROCERIES


def test_what_payees_taught_and_what_was_said_of_them_means_the_other(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    mine = made(person, "Market")
    recorded(person, account, payee="Zyx Wvut", category_id=mine)
    recorded(person, account, payee="Qrs Tuv")
    listed = person.client.get("/v1/expenses/payees").json["items"]
    (other,) = [one for one in listed if one["name"] == "Qrs Tuv"]
    said = person.client.patch(f"/v1/expenses/payees/{other['id']}", {"category_id": mine})
    assert said.status == 200, said.text

    merged(cloud, person, mine, RENT)

    for payee, source in (("Zyx Wvut", "learned"), ("Qrs Tuv", "rule")):
        one = recorded(person, account, payee=payee)
        assert (one["category_id"], one["category_source"]) == (RENT, source)


def test_a_shipped_category_is_closed_and_can_be_opened_again(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    mine = made(person, "Market")
    recorded(person, account, category_id=GROCERIES)
    merged(cloud, person, GROCERIES, mine)

    (one,) = everything(person)
    assert one["category_id"] == mine
    again = person.client.patch(f"{CATEGORIES}/{GROCERIES}", {"archived": False}).json
    assert (again["archived"], again["merged_into"]) == (False, None)
    assert recorded(person, account, category_id=GROCERIES)["category_id"] == GROCERIES


@pytest.mark.parametrize(
    ("source", "into", "status", "said"),
    [
        (GROCERIES, GROCERIES, 422, "/into"),
        (GROCERIES, SALARY, 422, "/into"),
        (FOOD, GROCERIES, 422, "/into"),
        (GROCERIES, "x", 422, "/into"),
        (GROCERIES, ABSENT, 404, "category-not-found"),
        (ABSENT, GROCERIES, 404, "category-not-found"),
    ],
)
def test_a_wrong_merge_is_refused(
    person: SignedIn, source: str, into: str, status: int, said: str
) -> None:
    reply = merging(person, source, into)

    assert reply.status == status
    assert said in [reply.problem, *(one["pointer"] for one in reply.json.get("errors", ()))]


def test_what_is_closed_neither_takes_nor_goes_again(person: SignedIn) -> None:
    one = made(person, "One")
    assert merging(person, one, GROCERIES).status == 202

    assert merging(person, one, RENT).problem == "category-merged"
    assert merging(person, RENT, one).problem == "category-archived"
    stale = person.client.post(
        f"{CATEGORIES}/{RENT}/merge", {"into": GROCERIES}, headers={"If-Match": '"9"'}
    )
    assert stale.status == 412


def test_a_branch_that_would_hang_too_deep_stays(person: SignedIn) -> None:
    deep = FOOD
    for _ in range(MAX_DEPTH - 1):
        deep = made(person, "x", parent_id=deep)
    branch = made(person, "Branch")
    made(person, "Leaf", parent_id=branch)

    reply = merging(person, branch, deep)

    assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, "/into")


def test_what_it_costs(cloud: Cloud, ears: Ears, person: SignedIn, account: str) -> None:
    mine = made(person, "Market")
    for _ in range(3):
        recorded(person, account, category_id=mine)
    with budget() as spent:
        merging(person, mine, GROCERIES)
    # session, META; rules and categories; accounts / category, run, META, CHG, order
    assert spent.calls == {"BatchGetItem": 2, "Query": 2, "TransactWriteItems": 1}
    assert spent.writes == 5
    for writes, queries in ((3, 2), (8, 1)):
        body = [one.to_json() for one in ears.envelopes if one.type == RunMore.name][-1]
        with budget() as spent:
            assert handed(cloud, body) == []
        # run, mark, order; then three transactions and one row of facts, META and CHG as well
        assert spent.writes == writes
        # rules and categories and what comes again; then transactions
        assert spent.calls["Query"] == queries


@pytest.mark.durable
def test_a_step_survives_a_death_at_every_call(
    cloud: Cloud, ears: Ears, person: SignedIn, account: str
) -> None:
    def fresh() -> tuple[str, Callable[[], object]]:
        mine = made(person, "Market")
        one = recorded(person, account, category_id=mine)["id"]
        merging(person, mine, GROCERIES)
        first = [each.to_json() for each in ears.envelopes if each.type == RunMore.name][-1]
        assert handed(cloud, first) == []
        body = [each.to_json() for each in ears.envelopes if each.type == RunMore.name][-1]
        return one, lambda: handed(cloud, body)

    for point, side in list(every_point(fresh()[1])):
        one, act = fresh()
        assert killed_at(point, side, act) is not None
        assert act() == []
        cloud.drain()
        now = person.client.get(f"{TRANSACTIONS}/{one}").json
        assert (now["category_id"], now["version"]) == (GROCERIES, 2)
    (sums,) = person.client.get("/v1/analytics/spending?month=2026-11").json["currencies"]
    (spent,) = [each for each in sums["categories"] if each["category_id"] == GROCERIES]
    assert spent["count"] == len(everything(person))


@pytest.mark.durable
def test_many_transactions_go_in_steps(cloud: Cloud, person: SignedIn, account: str) -> None:
    mine = made(person, "Market")
    for _ in range(2):
        value = {
            "account_id": account,
            "amount": {"amount": "-1.00", "currency": "EUR"},
            "booked_on": "2026-11-02",
            "category_id": mine,
        }
        operations = [{"op": "create", "value": value} for _ in range(45)]
        bulk = {"operations": operations, "atomic": True}
        assert person.client.post(f"{TRANSACTIONS}/bulk", bulk).status == 200

    run = merged(cloud, person, mine, GROCERIES)

    assert run["result"]["changed"] == 90
    assert {one["category_id"] for one in everything(person)} == {GROCERIES}
