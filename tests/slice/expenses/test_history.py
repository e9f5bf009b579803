"""The history of a transaction: each version with its maker, at one read a version."""

from __future__ import annotations

from typing import Any, Final

import pytest

from chalicelib.expenses.model.categories import default_id
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import (
    TRANSACTIONS,
    envelope,
    everything,
    handed,
    laid,
    matching,
    opened,
    recorded,
    row,
)
from tests.factories.households import joined, made, within
from tests.factories.users import SignedIn, signed_in
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
GROCERIES: Final = default_id("groceries")
CHANGES: Final = "/v1/expenses/changes"


def history(person: SignedIn, identity: str, **query: str) -> Any:
    reply = person.client.get(f"{TRANSACTIONS}/{identity}/history", query=query)
    assert reply.status == 200, reply.text
    return reply.json


def changed(person: SignedIn, one: Any, **patch: Any) -> Any:
    url = f"{TRANSACTIONS}/{one['id']}"
    reply = person.client.patch(url, patch, headers=matching(one))
    assert reply.status == 200, reply.text
    return reply.json


def removed(person: SignedIn, one: Any) -> None:
    url = f"{TRANSACTIONS}/{one['id']}"
    assert person.client.delete(url, headers=matching(one)).status == 204


def test_every_version_says_who_changed_what_newest_first(person: SignedIn, account: str) -> None:
    first = recorded(person, account, payee="Kiosk", category_id=None)
    recorded(person, account)
    second = changed(person, first, category_id=GROCERIES, notes="cake", tags=["Party"])
    changed(person, second, amount={"amount": "-1.00", "currency": "EUR"}, notes="")

    versions = history(person, first["id"])["items"]

    assert [(one["version"], one["op"]) for one in versions] == [
        (3, "update"),
        (2, "update"),
        (1, "create"),
    ]
    by_field = [{f["field"]: (f["before"], f["after"]) for f in v["fields"]} for v in versions]
    euros = [{"amount": amount, "currency": "EUR"} for amount in ("-12.34", "-1.00")]
    assert by_field[0]["amount"] == tuple(euros)
    assert by_field[0]["notes"] == ("cake", "")
    assert by_field[1]["category_id"] == (first["category_id"], GROCERIES)
    assert by_field[1]["tags"] == ([], ["Party"])
    assert by_field[1]["notes"] == ("", "cake")
    assert by_field[2]["payee"] == (None, "Kiosk")
    assert "payee" not in by_field[1]
    for one in versions:
        assert one["actor"] == {"kind": "user", "user_id": person.user_id, "client_id": None}


def test_what_jobs_did_says_so(cloud: Cloud, person: SignedIn, account: str) -> None:
    handed(cloud, envelope(person, laid(person, [row(1), row(2)], account)))

    for one in everything(person):
        ((version,),) = (history(person, one["id"])["items"],)
        assert version["actor"] == {"kind": "system", "user_id": None, "client_id": None}
        assert version["op"] == "create"


def test_a_deleted_transaction_keeps_its_history_and_its_tombstone_nothing_personal(
    person: SignedIn, account: str
) -> None:
    one = recorded(person, account, payee="Secret Shop")
    removed(person, one)

    versions = history(person, one["id"])["items"]

    assert [one["op"] for one in versions] == ["delete", "create"]
    gone = {f["field"]: (f["before"], f["after"]) for f in versions[0]["fields"]}
    assert gone["payee"] == ("Secret Shop", None)


def test_a_page_costs_one_read_a_version_whatever_else_was_changed(
    person: SignedIn, account: str
) -> None:
    one = recorded(person, account)
    for number in range(5):
        recorded(person, account)
        one = changed(person, one, notes=f"note {number}")

    seen: list[int] = []
    query: dict[str, str] = {"limit": "2"}
    while True:
        with budget() as spent:
            page = history(person, one["id"], **query)
        # session and user, the transaction, and two entries
        assert (spent.calls["BatchGetItem"], spent.calls["Query"]) == (2, 0)
        assert spent.calls["GetItem"] <= 2
        assert spent.reads <= 5
        seen += [version["version"] for version in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]

    assert seen == [6, 5, 4, 3, 2, 1]


def test_a_history_is_of_ones_own_alone(person: SignedIn, stranger: SignedIn, account: str) -> None:
    one = recorded(person, account)

    foreign = stranger.client.get(f"{TRANSACTIONS}/{one['id']}/history")
    unknown = stranger.client.get(f"{TRANSACTIONS}/{new_id()}/history")

    assert foreign.status == unknown.status == 404
    assert foreign.problem == unknown.problem == "transaction-not-found"
    too_many = person.client.get(f"{TRANSACTIONS}/{one['id']}/history", query={"limit": "51"})
    assert too_many.status == 422


@pytest.mark.durable
def test_a_member_sees_of_a_history_what_happened_on_their_accounts(cloud: Cloud) -> None:
    owner, guest = signed_in(Client(cloud.app)), signed_in(Client(cloud.app))
    home = made(owner)
    ada = within(owner, home)
    seen, hidden = (opened(ada, name=name)["id"] for name in ("Joint", "Gift"))
    joined(owner, home, guest, role="editor", accounts={seen: "viewer"})
    bob = within(guest, home)
    one = changed(ada, recorded(ada, hidden, notes="secret"), notes="")
    one = changed(ada, one, account_id=seen)
    one = changed(ada, one, notes="public")
    secret = recorded(ada, hidden)
    gone = recorded(ada, hidden)
    removed(ada, gone)

    versions = history(bob, one["id"])["items"]

    assert [(version["version"], version["op"]) for version in versions] == [
        (4, "update"),
        (3, "create"),
    ]
    assert "secret" not in str(versions)
    assert hidden not in str(versions)
    assert len(history(ada, one["id"])["items"]) == 4
    for identity in (secret["id"], gone["id"]):
        assert bob.client.get(f"{TRANSACTIONS}/{identity}/history").status == 404
    assert bob.client.get(CHANGES).status == 403


def test_the_changes_of_a_ledger_are_listed_newest_first(person: SignedIn, account: str) -> None:
    one = recorded(person, account)
    changed(person, one, notes="cake")

    page = person.client.get(CHANGES, query={"limit": "2"}).json
    rest = person.client.get(CHANGES, query={"cursor": page["next_cursor"]}).json

    touched = [[(t["kind"], t["op"]) for t in change["touched"]] for change in page["items"]]
    assert touched == [[("transaction", "update")], [("transaction", "create")]]
    assert [t["kind"] for t in rest["items"][0]["touched"]] == ["account"]
    assert page["items"][0]["id"] == history(person, one["id"])["items"][0]["change_id"]
