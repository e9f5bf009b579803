"""Payees: names, aliases, merging, what may be one, what is ignored; and tags."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import pytest

from chalicelib.expenses.model.categories import default_id
from chalicelib.expenses.repository import TABLE
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.tables import Table
from tests.factories.expenses import (
    TRANSACTIONS,
    Ears,
    everything,
    imported,
    laid,
    matching,
    recorded,
    row,
)
from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.client import Reply
from tests.support.cloud import Cloud
from tests.support.taps import every_point, killed_at

pytestmark = pytest.mark.slice
PAYEES: Final = "/v1/expenses/payees"
RENT, GROCERIES = default_id("rent"), default_id("groceries")


def listed(person: SignedIn) -> dict[str, Any]:
    reply = person.client.get(PAYEES, query={"limit": "200"})
    assert reply.status == 200, reply.text
    return {one["name"]: one for one in reply.json["items"]}


def patched(person: SignedIn, one: Any, **fields: Any) -> Any:
    reply = person.client.patch(f"{PAYEES}/{one['id']}", fields)
    assert reply.status == 200, reply.text
    return reply.json


def merging(person: SignedIn, into: Any, *others: Any) -> Reply:
    body = {"payees": [one["id"] for one in others], "into": into["id"]}
    return person.client.post(f"{PAYEES}/merge", body)


@pytest.fixture
def shops(person: SignedIn, account: str) -> dict[str, Any]:
    for payee, day in (("Zyx Bakery", "01"), ("Zyx Bakery", "05"), ("ZYXBAKERY", "03")):
        recorded(person, account, payee=payee, booked_on=f"2026-11-{day}")
    recorded(person, account, payee="Qwv Zzrt")
    return listed(person)


def test_a_list_has_each_payee_of_the_newest_transactions(shops: dict[str, Any]) -> None:
    assert list(shops) == ["Zyx Bakery", "Qwv Zzrt", "ZYXBAKERY"]
    one = shops["Zyx Bakery"]
    assert (one["count"], one["last_used_on"], one["version"]) == (2, "2026-11-05", 1)
    assert (one["aliases"], one["category_id"], one["learn"], one["ignored"]) == (
        [],
        None,
        True,
        False,
    )


def test_a_list_is_cut_into_pages(person: SignedIn, shops: dict[str, Any]) -> None:
    page = person.client.get(PAYEES, query={"limit": "2"}).json
    rest = person.client.get(PAYEES, query={"limit": "2", "cursor": page["next_cursor"]}).json

    assert [one["name"] for one in page["items"] + rest["items"]] == list(shops)
    assert rest["next_cursor"] is None


def test_rows_to_come_get_name_and_category_of_their_payee(
    cloud: Cloud, ears: Ears, person: SignedIn, account: str, shops: dict[str, Any]
) -> None:
    patched(
        person,
        shops["Zyx Bakery"],
        name="The bakery",
        aliases=["ZYX BKY 4711"],
        category_id=RENT,
    )
    rows = [row(1, payee="ZYX BKY 0815"), row(2, payee="Zyx Bakery"), row(3, payee="Qwv Zzrt")]
    imported(cloud, ears, person, laid(person, rows, account))

    found = {
        one["bank_payee"] or one["payee"]: one
        for one in everything(person)
        if one["source"] == "import"
    }
    for text in ("ZYX BKY 0815", "Zyx Bakery"):
        one = found[text]
        assert (one["payee"], one["category_id"]) == ("The bakery", RENT)
        assert (one["category_source"], one["set_by"]) == ("rule", {"payee": "rule"})
    assert found["Qwv Zzrt"]["category_id"] is None
    assert recorded(person, account, payee="zyx bky")["category_id"] == RENT
    shown = listed(person)
    assert (shown["The bakery"]["count"], shown["The bakery"]["aliases"]) == (5, ["ZYX BKY 4711"])
    assert "zyx bky" not in shown


def test_merging_makes_aliases_and_counts_together(
    person: SignedIn, account: str, shops: dict[str, Any]
) -> None:
    bakery, other = shops["Zyx Bakery"], shops["ZYXBAKERY"]
    patched(person, other, aliases=["ZXB"])

    reply = merging(person, bakery, other)

    assert reply.status == 200, reply.text
    assert (reply.json["name"], reply.json["count"]) == ("Zyx Bakery", 3)
    assert reply.json["aliases"] == ["ZYXBAKERY", "ZXB"]
    assert set(listed(person)) == {"Zyx Bakery", "Qwv Zzrt"}
    gone = person.client.patch(f"{PAYEES}/{other['id']}", {"name": "x"})
    assert (gone.status, gone.problem) == (404, "payee-not-found")
    assert merging(person, shops["Qwv Zzrt"], other).status == 404
    recorded(person, account, payee="ZXB")
    assert listed(person)["Zyx Bakery"]["count"] == 4
    # without its alias it is a payee of its own again
    patched(person, bakery, aliases=["ZXB"])
    assert listed(person)["ZYXBAKERY"]["id"] == other["id"]


def test_names_that_differ_by_a_space_are_suggested_unless_one_is_ignored(
    person: SignedIn, shops: dict[str, Any]
) -> None:
    (pair,) = person.client.get(f"{PAYEES}/suggestions").json["items"]

    assert [one["name"] for one in pair["payees"]] == ["Zyx Bakery", "ZYXBAKERY"]
    assert pair["score"] == "1.00"
    patched(person, shops["ZYXBAKERY"], ignored=True)
    assert person.client.get(f"{PAYEES}/suggestions").json["items"] == []


def test_what_an_alias_teaches_counts_for_rows_under_the_alias(
    person: SignedIn, account: str, shops: dict[str, Any]
) -> None:
    merging(person, shops["Zyx Bakery"], shops["ZYXBAKERY"])
    recorded(person, account, payee="Zyx Bakery", category_id=GROCERIES)

    one = recorded(person, account, payee="ZYXBAKERY", category_id=RENT)

    assert one["category_id"] == RENT
    assert recorded(person, account, payee="ZYXBAKERY")["category_id"] == RENT
    assert recorded(person, account, payee="Zyx Bakery")["category_id"] == GROCERIES


@pytest.mark.parametrize("fields", [{"learn": False}, {"ignored": True}])
def test_a_silent_payee_teaches_nothing(
    person: SignedIn, account: str, shops: dict[str, Any], fields: dict[str, bool]
) -> None:
    patched(person, shops["Qwv Zzrt"], **fields)

    one = recorded(person, account, payee="Qwv Zzrt")
    url = f"{TRANSACTIONS}/{one['id']}"
    assert person.client.patch(url, {"category_id": RENT}, headers=matching(one)).status == 200
    recorded(person, account, payee="Qwv Zzrt", category_id=RENT)
    assert recorded(person, account, payee="Qwv Zzrt")["category_id"] is None


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"aliases": ["4711"]}, 422, "/aliases/0"),
        ({"aliases": [""]}, 422, "/aliases/0"),
        ({"aliases": ["x"] * 51}, 422, "/aliases"),
        ({"name": "a" * 201}, 422, "/name"),
        ({"learn": None}, 422, "/learn"),
        ({"category_id": new_id()}, 404, "category-not-found"),
        ({"colour": "red"}, 422, "/colour"),
    ],
)
def test_a_bad_field_is_named(
    person: SignedIn, shops: dict[str, Any], fields: dict[str, Any], status: int, said: str
) -> None:
    reply = person.client.patch(f"{PAYEES}/{shops['Qwv Zzrt']['id']}", fields)

    assert reply.status == status
    assert said in [reply.problem, *(one["pointer"] for one in reply.json.get("errors", ()))]


def test_an_alias_belongs_to_one_payee(person: SignedIn, shops: dict[str, Any]) -> None:
    patched(person, shops["Zyx Bakery"], aliases=["ZXB"])
    reply = person.client.patch(f"{PAYEES}/{shops['Qwv Zzrt']['id']}", {"aliases": ["zxb"]})

    assert (reply.status, reply.problem) == (409, "alias-taken")
    assert merging(person, shops["Zyx Bakery"], shops["Zyx Bakery"]).status == 422


def test_a_payee_has_versions(person: SignedIn, shops: dict[str, Any]) -> None:
    url = f"{PAYEES}/{shops['Qwv Zzrt']['id']}"

    first = person.client.patch(url, {"name": "Kiosk"}, headers={"If-Match": '"1"'})
    assert (first.status, first.etag) == (200, '"2"')
    assert person.client.patch(url, {"name": "x"}, headers={"If-Match": '"1"'}).status == 412
    assert person.client.patch(url, {"name": "Kiosk"}).json["version"] == 2
    assert person.client.patch(url, {"name": None}).json["name"] == "Qwv Zzrt"


def test_what_is_said_is_sealed(person: SignedIn, shops: dict[str, Any]) -> None:
    patched(person, shops["Qwv Zzrt"], name="Canary", aliases=["Budgie"])

    for item in Table(TABLE).query_all(str(person.owner), "PAY#", "PAY#~", most=10):
        assert not any(
            word in bytes(value.get("B", b"")).lower()
            for value in item.values()
            for word in (b"canary", b"budgie", b"zzrt")
        )


def test_what_it_costs(person: SignedIn, account: str, shops: dict[str, Any]) -> None:
    with budget() as spent:
        listed(person)
    # session; what was said; the newest transactions
    assert spent.calls == {"BatchGetItem": 1, "Query": 2}
    with budget() as spent:
        patched(person, shops["Qwv Zzrt"], aliases=["QK"])
    # session, META / payee, alias, META, CHG
    assert spent.calls == {"BatchGetItem": 2, "Query": 2, "TransactWriteItems": 1}
    assert spent.writes == 4
    with budget() as spent:
        recorded(person, account, payee="QK")
    assert spent.calls == {"BatchGetItem": 3, "Query": 1, "TransactWriteItems": 1}


@pytest.mark.durable
def test_merging_survives_a_death_at_every_call(
    person: SignedIn, account: str, shops: dict[str, Any]
) -> None:
    names = iter(f"{a}{b}w shop" for a in "bcdfgh" for b in "jklmnp")

    def fresh() -> tuple[Any, Any]:
        two = [next(names), next(names)]
        for name in two:
            recorded(person, account, payee=name)
        shown = listed(person)
        return shown[two[0]], shown[two[1]]

    first = fresh()
    for point, side in list(every_point(lambda: merging(person, *first))):
        one, other = fresh()
        killed_at(point, side, partial(merging, person, one, other))
        merging(person, one, other)
        assert [each["aliases"] for each in listed(person).values() if each["id"] == one["id"]] == [
            [other["name"]]
        ]


def test_tags_are_listed_with_their_uses(person: SignedIn, account: str) -> None:
    one = recorded(person, account, tags=["Holiday", "Rome"])
    recorded(person, account, tags=["holiday"])
    person.client.delete(f"{TRANSACTIONS}/{one['id']}", headers=matching(one))

    page = person.client.get("/v1/expenses/tags").json

    assert [(tag["name"], tag["uses"]) for tag in page["items"]] == [("holiday", 1)]
