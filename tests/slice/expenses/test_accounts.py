"""Accounts over HTTP."""

from __future__ import annotations

import pytest

from chalicelib.expenses import api
from chalicelib.expenses.errors import AccountNotFound
from chalicelib.expenses.repository import TABLE
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.tables import Table
from tests.factories.expenses import ACCOUNTS, balance, matching, opened, recorded
from tests.factories.users import SignedIn
from tests.support.budget import budget

pytestmark = pytest.mark.slice


def test_an_account_is_opened_with_its_balance(person: SignedIn) -> None:
    reply = person.client.post(
        ACCOUNTS,
        {
            "name": " Everyday ",
            "kind": "bank",
            "currency": "EUR",
            "opening_balance": {"amount": "250.00", "currency": "EUR"},
        },
    )

    assert reply.status == 201
    assert reply.headers["Location"] == f"{ACCOUNTS}/{reply.json['id']}"
    assert reply.etag == '"1"'
    assert reply.json["name"] == "Everyday"
    assert reply.json["balance"] == {"amount": "250.00", "currency": "EUR"}
    assert person.client.get(reply.headers["Location"]).json == reply.json


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"currency": "XXY"}, "/currency"),
        ({"kind": "sock"}, "/kind"),
        ({"name": "  "}, "/name"),
        ({"name": "a\x00b"}, "/name"),
        ({"name": None}, "/name"),
        ({"opening_balance": {"amount": "1.234", "currency": "EUR"}}, "/opening_balance"),
        ({"opening_balance": {"amount": "1e400", "currency": "EUR"}}, "/opening_balance"),
        ({"opening_balance": {"amount": "1", "currency": "USD"}}, "/opening_balance/currency"),
        ({"colour": "red"}, "/colour"),
        ({"id": "not-an-id"}, "/id"),
    ],
)
def test_a_bad_field_is_named(person: SignedIn, change: dict[str, object], pointer: str) -> None:
    body = {"name": "Everyday", "kind": "bank", "currency": "EUR", **change}
    reply = person.client.post(ACCOUNTS, body)

    assert reply.status == 422
    assert [error["pointer"] for error in reply.json["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("currency", "amount"),
    [("JPY", "100"), ("KWD", "1.234"), ("BTC", "0.00000001"), ("ETH", "0.000000000000000001")],
)
def test_each_currency_has_its_own_digits(person: SignedIn, currency: str, amount: str) -> None:
    money = {"amount": amount, "currency": currency}
    account = opened(person, currency=currency, opening_balance=money)

    assert account["opening_balance"] == money


def test_a_clients_own_id_and_body_again_is_the_same_account(person: SignedIn) -> None:
    identity = new_id()
    first = opened(person, id=identity)
    again = opened(person, id=identity)
    other = person.client.post(
        ACCOUNTS, {"id": identity, "name": "Other", "kind": "bank", "currency": "EUR"}
    )

    assert again == first
    assert (other.status, other.problem) == (409, "id-taken")


def test_a_repeated_creation_shows_the_account_as_it_is_now(person: SignedIn) -> None:
    identity = new_id()
    account = opened(person, id=identity)
    person.client.patch(f"{ACCOUNTS}/{identity}", {"name": "Holidays"}, headers=matching(account))

    assert opened(person, id=identity)["name"] == "Holidays"


def test_the_name_is_sealed_in_the_table(person: SignedIn, account: str) -> None:
    item = Table(TABLE).get((str(person.owner), f"ACC#{account}"))

    assert item is not None
    assert b"Everyday" not in item["name"]["B"]


def test_an_amendment_needs_the_version_that_it_is_meant_for(person: SignedIn) -> None:
    account = opened(person)
    url = f"{ACCOUNTS}/{account['id']}"

    assert person.client.patch(url, {"name": "A"}).status == 428
    assert person.client.patch(url, {"name": "A"}, headers={"If-Match": '"7"'}).status == 412
    done = person.client.patch(url, {"name": "A"}, headers=matching(account))
    assert (done.status, done.etag, done.json["name"]) == (200, '"2"', "A")
    assert person.client.patch(url, {"name": "B"}, headers=matching(account)).status == 412


def test_an_amendment_that_changes_nothing_makes_no_version(person: SignedIn) -> None:
    account = opened(person)
    reply = person.client.patch(f"{ACCOUNTS}/{account['id']}", {}, headers=matching(account))

    assert (reply.status, reply.json) == (200, account)


@pytest.mark.parametrize("name", ["name", "kind", "archived", "opening_balance"])
def test_no_field_of_an_account_can_be_nulled(person: SignedIn, name: str) -> None:
    account = opened(person)
    reply = person.client.patch(
        f"{ACCOUNTS}/{account['id']}", {name: None}, headers=matching(account)
    )

    assert reply.status == 422
    assert reply.json["errors"][0]["pointer"].startswith(f"/{name}")


def test_a_new_opening_balance_moves_the_balance(person: SignedIn) -> None:
    account = opened(person, opening_balance={"amount": "100.00", "currency": "EUR"})
    recorded(person, account["id"], "-30.00")
    url = f"{ACCOUNTS}/{account['id']}"
    now = person.client.get(url).json

    reply = person.client.patch(
        url,
        {"opening_balance": {"amount": "150.00", "currency": "EUR"}},
        headers=matching(now),
    )

    assert reply.json["balance"]["amount"] == "120.00"


def test_each_posting_makes_a_new_version_of_what_is_seen(person: SignedIn, account: str) -> None:
    before = person.client.get(f"{ACCOUNTS}/{account}")
    recorded(person, account)

    after = person.client.get(
        f"{ACCOUNTS}/{account}", headers={"If-None-Match": before.headers["ETag"]}
    )

    assert after.status == 200
    assert after.etag != before.etag
    again = person.client.get(f"{ACCOUNTS}/{account}", headers={"If-None-Match": after.etag})
    assert again.status == 304


def test_an_account_with_transactions_cannot_be_deleted(person: SignedIn, account: str) -> None:
    one = recorded(person, account)
    url = f"{ACCOUNTS}/{account}"
    reply = person.client.delete(url, headers=matching(person.client.get(url).json))
    assert (reply.status, reply.problem) == (409, "account-in-use")

    person.client.delete(f"/v1/expenses/transactions/{one['id']}", headers=matching(one))

    now = person.client.get(url).json
    assert person.client.delete(url, headers=matching(now)).status == 204
    assert person.client.get(url).status == 404
    assert person.client.delete(url).status == 204
    assert person.client.get(ACCOUNTS).json["items"] == []


def test_a_deleted_accounts_id_is_never_used_again(person: SignedIn) -> None:
    identity = new_id()
    account = opened(person, id=identity)
    person.client.delete(f"{ACCOUNTS}/{identity}", headers=matching(account))

    body = {"id": identity, "name": "Everyday", "kind": "bank", "currency": "EUR"}
    reply = person.client.post(ACCOUNTS, body)

    assert (reply.status, reply.problem) == (409, "id-taken")


def test_an_archived_account_takes_no_new_transactions(person: SignedIn, account: str) -> None:
    one = recorded(person, account)
    other = opened(person)["id"]
    moved = recorded(person, other)
    url = f"{ACCOUNTS}/{account}"
    now = person.client.get(url).json
    person.client.patch(url, {"archived": True}, headers=matching(now))

    body = {
        "account_id": account,
        "amount": {"amount": "-1", "currency": "EUR"},
        "booked_on": "2026-11-02",
    }
    refused = person.client.post("/v1/expenses/transactions", body)
    assert (refused.status, refused.problem) == (409, "account-archived")
    move = person.client.patch(
        f"/v1/expenses/transactions/{moved['id']}",
        {"account_id": account},
        headers=matching(moved),
    )
    assert (move.status, move.problem) == (409, "account-archived")
    kept = person.client.patch(
        f"/v1/expenses/transactions/{one['id']}", {"notes": "old"}, headers=matching(one)
    )
    assert kept.status == 200


def test_accounts_are_listed_page_by_page(person: SignedIn) -> None:
    ids = [opened(person, name=f"Account {number}")["id"] for number in range(5)]

    first = person.client.get(ACCOUNTS, query={"limit": "2"}).json
    second = person.client.get(ACCOUNTS, query={"limit": "2", "cursor": first["next_cursor"]}).json
    third = person.client.get(ACCOUNTS, query={"limit": "2", "cursor": second["next_cursor"]}).json

    pages = [first, second, third]
    assert [one["id"] for page in pages for one in page["items"]] == ids
    assert third["next_cursor"] is None


def test_a_foreign_account_is_absent(person: SignedIn, stranger: SignedIn, account: str) -> None:
    url = f"{ACCOUNTS}/{account}"
    for reply in (
        stranger.client.get(url),
        stranger.client.patch(url, {"name": "Mine"}, headers={"If-Match": '"1"'}),
        stranger.client.delete(url, headers={"If-Match": '"1"'}),
    ):
        assert (reply.status, reply.problem) == (404, "account-not-found")
    assert stranger.client.get(ACCOUNTS).json["items"] == []
    with pytest.raises(AccountNotFound):
        api.account(stranger.owner, account)


def test_a_cursor_serves_only_its_maker(person: SignedIn, stranger: SignedIn) -> None:
    for number in range(3):
        opened(person, name=f"Account {number}")
        opened(stranger, name=f"Account {number}")
    cursor = person.client.get(ACCOUNTS, query={"limit": "1"}).json["next_cursor"]

    reply = stranger.client.get(ACCOUNTS, query={"limit": "1", "cursor": cursor})

    assert (reply.status, reply.problem) == (422, "bad-cursor")


def test_sums_larger_than_any_one_amount_are_shown(person: SignedIn) -> None:
    most = "9999999999999999.99"
    account = opened(person, opening_balance={"amount": most, "currency": "EUR"})["id"]
    recorded(person, account, most)

    assert balance(person, account) == "19999999999999999.98"
    assert person.client.get(ACCOUNTS).status == 200


def test_a_balance_of_coins_stays_within_what_the_store_holds(person: SignedIn) -> None:
    most = "9" * 20 + "." + "9" * 18
    money = {"amount": most, "currency": "ETH"}
    account = opened(person, currency="ETH", opening_balance=money)["id"]

    body = {
        "account_id": account,
        "amount": {"amount": "0.000000000000000001", "currency": "ETH"},
        "booked_on": "2026-11-02",
    }
    reply = person.client.post("/v1/expenses/transactions", body)

    assert (reply.status, reply.problem) == (422, "balance-out-of-range")


def test_opening_and_reading_cost_what_they_should(person: SignedIn) -> None:
    opened(person)

    with budget() as spent:
        account = opened(person)
    # session and user; META; how many accounts there are; account, META and CHG
    assert spent.calls == {"BatchGetItem": 2, "Query": 1, "TransactWriteItems": 1}
    assert spent.writes == 3
    with budget() as spent:
        person.client.get(f"{ACCOUNTS}/{account['id']}")
    assert spent.calls == {"BatchGetItem": 2}
    with budget() as spent:
        person.client.get(ACCOUNTS)
    assert spent.calls == {"BatchGetItem": 1, "Query": 1}
    with budget() as spent:
        person.client.patch(
            f"{ACCOUNTS}/{account['id']}", {"name": "New"}, headers=matching(account)
        )
    assert spent.calls == {"BatchGetItem": 3, "TransactWriteItems": 1}
    assert spent.writes == 3
