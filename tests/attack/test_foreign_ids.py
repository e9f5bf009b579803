"""Every owned route with somebody else's ids: 404, with the very answer that an unknown id gets.

The routes come from the registry and the ids by the name of the path parameter, so a new route with an id is in
the matrix by itself, and one whose id nobody makes here fails the test.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest

from chalicelib.kernel.clock import now
from chalicelib.kernel.ids import new_id
from chalicelib.users import api as users
from functions._edge.operations import Operation, operations
from tests.factories.attachments import announced
from tests.factories.expenses import (
    ACCOUNTS,
    RECURRING,
    TRANSACTIONS,
    opened,
    recorded,
    recurring,
)
from tests.factories.households import invited, joined, made, within
from tests.factories.imports import URL, account_of, committed, csv_of, started, uploaded
from tests.factories.users import SignedIn, signed_in
from tests.support.client import Client, Reply
from tests.support.cloud import Cloud

pytestmark = [pytest.mark.slice, pytest.mark.attack]


MADE_BY_EXAMPLE: Final = {
    "search_id": "/v1/expenses/searches",
    "token_id": "/v1/users/me/api-tokens",
    "grant_id": "/v1/users/me/support-grants",
    "client_id": "/v1/users/oauth/clients",
    "job_id": "/v1/users/me/data-export",
    "profile_id": "/v1/interchange/profiles",
    "connection_id": "/v1/interchange/connections",
    "export_id": "/v1/interchange/exports",
    "report_id": "/v1/analytics/reports",
}
ELSEWHERE: Final = {
    "passkey_id": "a key of a real authenticator: tests/slice/security",
    "insight_id": "made from a history: tests/slice/analytics/test_looking.py",
}
"""Ids of what cannot be made by a request alone, and where a foreign one is tried."""

NOT_OWNED: Final = {
    "/v1/users/oauth/consents/{client_id}": "the id is an app's, the consent always the caller's own"
}


def _load() -> list[Operation]:
    import app

    assert app.SERVICES
    return [
        one
        for one in operations()
        if not one.public
        and "_id}" in one.path
        and one.scope in users.ALL_SCOPES
        and one.path not in NOT_OWNED
    ]


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
            "payee": "Shop of mine",
        },
    )
    job = uploaded(cloud, person, account, csv_of(3))
    rule = post("/v1/expenses/rules", _example("/v1/expenses/rules") | _rule(food.json["id"]))
    home = made(person)
    return {
        "household_id": home,
        "invitation_id": invited(person, home)["id"],
        "user_id": person.user_id,
        "split_id": _split(cloud, person),
        **{name: _made(person, url) for name, url in MADE_BY_EXAMPLE.items()},
        **{name: new_id() for name in ELSEWHERE},
        "account_id": account,
        "category_id": food.json["id"],
        "transaction_id": transaction.json["id"],
        "refund_id": _refunded(person, account, transaction.json),
        "attachment_id": announced(person, transaction.json["id"])["id"],
        "payee_id": _payee(person),
        "reconciliation_id": _reconciled(person, account),
        "receipt_id": post("/v1/expenses/receipts", {"text": "Shop\nTOTAL 1.00"}).json["id"],
        "rule_id": rule.json["id"],
        "run_id": _run(person),
        "recurring_id": recurring(person, account)["id"],
        "suggestion_id": _suggested(person, account),
        "match_id": _match(cloud, person, account),
        "change_id": person.client.get("/v1/expenses/changes").json["items"][0]["id"],
        "import_id": job["id"],
        "session_id": person.session_id,
    }


def _payee(person: SignedIn) -> str:
    """Let the victim know a payee."""
    reply = person.client.get("/v1/expenses/payees")
    identity: str = reply.json["items"][0]["id"]
    return identity


def _reconciled(person: SignedIn, account: str) -> str:
    """Let the victim compare an account with a statement."""
    body = {"day": "2026-01-31", "closing_balance": {"amount": "1.00", "currency": "EUR"}}
    reply = person.client.post(f"/v1/expenses/accounts/{account}/reconciliations", body)
    identity: str = reply.json["id"]
    return identity


def _run(person: SignedIn) -> str:
    """Let the victim edit everything by query."""
    url = "/v1/expenses/transactions/bulk-edit"
    changes = {"query": "-cake", "changes": {"notes": "cake"}}
    token = person.client.post(f"{url}/preview", changes).json["token"]
    identity: str = person.client.post(url, {"token": token}).json["id"]
    return identity


def _refunded(person: SignedIn, account: str, purchase: Any) -> str:
    """Give the id of money that came back for a purchase."""
    new = {"account_id": account, "amount": {"amount": "0.50", "currency": "EUR"}}
    reply = person.client.post(
        f"{TRANSACTIONS}/{purchase['id']}/refunds",
        {"new": new | {"booked_on": "2026-01-02"}},
        headers={"If-Match": f'"{purchase["version"]}"'},
    )
    identity: str = reply.json["refunded_by"][0]["refund_id"]
    return identity


def _suggested(person: SignedIn, account: str) -> str:
    """Let the victim pay somebody once a week."""
    for weeks in range(1, 6):
        day = now().date() - timedelta(weeks=weeks)
        recorded(person, account, "-4.00", payee="Choir", booked_on=str(day))
    identity: str = person.client.get(f"{RECURRING}/detected").json["items"][0]["id"]
    return identity


def _match(cloud: Cloud, person: SignedIn, account: str) -> str:
    """Let the victim's statements bring what may be one movement."""
    for day, name in (("02", "Homeware Depot"), ("06", "HOMEWARE DEPOT")):
        text = f"Date,Amount,Payee\n2026-11-{day},-42.00,{name}"
        committed(cloud, person, uploaded(cloud, person, account, text.encode()))
    identity: str = person.client.get("/v1/expenses/matches").json["items"][0]["id"]
    return identity


def _split(cloud: Cloud, person: SignedIn) -> str:
    """Let the victim leave somebody's household with a job that takes an account along."""
    host = signed_in(Client(cloud.app))
    home = made(host)
    joined(host, home, person)
    body = {"take": {"accounts": [new_id()], "mode": "copy"}}
    reply = person.client.post(f"/v1/users/households/{home}/leave", body)
    identity: str = reply.json["split"]["id"]
    return identity


def _made(person: SignedIn, url: str) -> str:
    """Make an object from the route's own example."""
    (operation,) = [one for one in operations() if one.path == url and one.method == "POST"]
    reply = person.client.post(url, _body(operation))
    assert reply.status in {201, 202}, reply.text
    found = reply.json
    identity: str = found["id"] if "id" in found else found["client_id"]
    return identity


def _rule(category: str) -> dict[str, Any]:
    return {"then": [{"action": "set_category", "value": category}]}


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


@pytest.mark.covers("V8.2.2")
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
    lists = ("accounts", "transactions", "categories", "rules", "recurring")
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


# --- the same for a household: its things are foreign to its members' own ledgers, and theirs to it


@pytest.fixture(scope="module")
def home(thief: SignedIn) -> SignedIn:
    """The thief, asking for a household of their own."""
    return within(thief, made(thief))


@pytest.mark.covers("V8.2.2")
@pytest.mark.parametrize("operation", [one for one in WITH_IDS if one.household], ids=_name)
def test_a_foreign_id_under_a_household_of_ones_own_is_absent(
    home: SignedIn, victim: dict[str, str], operation: Operation
) -> None:
    unknown = {name: new_id() for name in victim}

    foreign, absent = _asked(home, operation, victim), _asked(home, operation, unknown)

    assert foreign.status == absent.status == 404, foreign.text
    assert _shape(foreign) == _shape(absent)


@pytest.mark.covers("V8.4.1")
def test_foreign_ids_in_bodies_are_absent(
    person: SignedIn, thief: SignedIn, home: SignedIn, victim: dict[str, str]
) -> None:
    def tried(who: SignedIn, account: str, category: str) -> list[Reply]:
        amount = {"amount": "-1.00", "currency": "EUR"}
        own = opened(who)["id"]
        day = {"amount": amount, "booked_on": "2026-11-02"}
        rule = _example("/v1/expenses/rules")
        return [
            who.client.post(TRANSACTIONS, {"account_id": account, **day}),
            who.client.post(TRANSACTIONS, {"account_id": own, "category_id": category, **day}),
            who.client.post(URL, {"account_id": account, "filename": "a.csv"}),
            who.client.post(
                "/v1/expenses/categories", {"name": "x", "kind": "expense", "parent_id": category}
            ),
            who.client.post("/v1/expenses/rules", rule | _rule(category)),
        ]

    for who in (thief, home, within(thief, home.owner.id)):
        foreign = tried(who, victim["account_id"], victim["category_id"])
        absent = tried(who, new_id(), new_id())
        assert [one.status for one in foreign] == [404] * len(foreign)
        assert [_shape(one) for one in foreign] == [_shape(one) for one in absent]


@pytest.mark.covers("V8.4.1")
def test_a_cursor_of_one_owner_is_none_of_another(thief: SignedIn, home: SignedIn) -> None:
    for who in (thief, home):
        account = opened(who)["id"]
        opened(who)
        for _ in range(3):
            recorded(who, account)
    for url in (ACCOUNTS, TRANSACTIONS, "/v1/expenses/categories"):
        mine = thief.client.get(url, query={"limit": "1"}).json["next_cursor"]
        ours = home.client.get(url, query={"limit": "1"}).json["next_cursor"]
        for who, cursor in ((thief, ours), (home, mine)):
            reply = who.client.get(url, query={"limit": "1", "cursor": cursor})
            assert (reply.status, reply.problem) == (422, "bad-cursor"), url


@pytest.mark.covers("V8.4.1")
def test_an_idempotency_key_stands_for_one_owner(thief: SignedIn, home: SignedIn) -> None:
    body = {"name": "Everyday", "kind": "bank", "currency": "EUR"}
    key = {"Idempotency-Key": "the-same-for-both"}

    mine, ours = (who.client.post(ACCOUNTS, body, headers=key) for who in (thief, home))

    assert mine.status == ours.status == 201
    assert mine.json["id"] != ours.json["id"]
    assert "Idempotency-Replayed" not in ours.headers
    again = home.client.post(ACCOUNTS, body, headers=key)
    assert again.json == ours.json


def test_an_import_of_a_household_is_none_of_its_members(
    cloud: Cloud, thief: SignedIn, home: SignedIn
) -> None:
    account = opened(home)["id"]
    job = uploaded(cloud, home, account, csv_of(3))
    assert home.client.post(f"{URL}/{job['id']}/commit", {}).status == 202
    cloud.drain()

    done = home.client.get(f"{URL}/{job['id']}").json
    assert (done["state"], done["result"]["recorded"]) == ("done", 3)
    assert thief.client.get(f"{URL}/{job['id']}").status == 404
    assert job["id"] not in [one["id"] for one in thief.client.get(URL).json["items"]]
    assert started(home, account)["upload"]["fields"]["key"].startswith(
        f"incoming/interchange/{home.owner}/"
    )


def test_a_ticket_of_the_websocket_is_a_persons_and_takes_no_household(home: SignedIn) -> None:
    reply = home.client.post("/v1/notifications/ws-ticket")

    assert reply.status == 422
    assert [one["pointer"] for one in reply.json["errors"]] == ["?household"]
