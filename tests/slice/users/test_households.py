"""Households: who may do what, joined by mail, never without an owner, exact under concurrency."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

import pytest

from chalicelib.kernel.changes import ChangeRow, chain_hash
from chalicelib.kernel.tables import Table
from chalicelib.users.api import notices as users_notices
from chalicelib.users.errors import InvitationGone
from chalicelib.users.events import InvitationSent, MemberJoined
from chalicelib.users.model import households as model
from chalicelib.users.repository import TABLE
from chalicelib.users.service import households as service
from tests.factories.households import (
    HOUSEHOLDS,
    invited,
    joined,
    made,
    owner_of,
    token_of,
)
from tests.factories.users import SignedIn, signed_in
from tests.slice.users.conftest import Told
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.taps import calls_of, interleaved, orders

pytestmark = [pytest.mark.slice, pytest.mark.durable]
FULL = bool(os.environ.get("XPENSE_FULL"))


@pytest.fixture
def ada(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app))


@pytest.fixture
def bob(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app))


@pytest.fixture
def home(ada: SignedIn) -> str:
    return made(ada)


def log_of(household: str) -> list[ChangeRow]:
    piece = Table(TABLE).query(str(owner_of(household)), "CHG#", "CHG$", limit=200, consistent=True)
    rows = [ChangeRow.from_raw_data(dict(item)) for item in piece.items]
    previous = b""
    for row in rows:
        assert row.prev == previous
        assert row.hash == chain_hash(row)
        previous = row.hash
    return rows


def members(person: SignedIn, household: str) -> dict[str, str]:
    reply = person.client.get(f"{HOUSEHOLDS}/{household}")
    assert reply.status == 200, reply.text
    return {one["user_id"]: one["role"] for one in reply.json["members"]}


def test_a_household_is_made_read_renamed_and_deleted(ada: SignedIn) -> None:
    reply = ada.client.post(
        HOUSEHOLDS, {"name": "Home", "display_name": "Ada"}, headers={"Idempotency-Key": "k-1"}
    )
    again = ada.client.post(
        HOUSEHOLDS, {"name": "Home", "display_name": "Ada"}, headers={"Idempotency-Key": "k-1"}
    )

    one = f"{HOUSEHOLDS}/{reply.json['id']}"
    assert reply.status == 201
    assert reply.headers["Location"] == one
    assert again.json == reply.json
    assert [home["id"] for home in ada.client.get(HOUSEHOLDS).json["items"]] == [reply.json["id"]]
    detail = ada.client.get(one)
    assert detail.json["name"] == "Home"
    assert [(m["display_name"], m["role"]) for m in detail.json["members"]] == [("Ada", "owner")]

    renamed = ada.client.patch(one, {"name": "Castle"}, headers={"If-Match": detail.etag})
    assert (renamed.status, renamed.json["name"]) == (200, "Castle")
    stale = ada.client.patch(one, {"name": "Cave"}, headers={"If-Match": detail.etag})
    assert (stale.status, stale.problem) == (412, "stale")

    assert ada.client.delete(one).status == 204
    assert ada.client.delete(one).status == 204
    assert ada.client.get(one).status == 404
    assert ada.client.get(HOUSEHOLDS).json == {"items": []}
    assert len(log_of(reply.json["id"])) == 3


def test_an_invitation_is_mailed_and_works_once(
    ada: SignedIn, bob: SignedIn, home: str, told: Told, cloud: Cloud
) -> None:
    invitation = invited(ada, home, email="Bob@Example.org", role="editor")

    (sent,) = [one for one in told.messages if isinstance(one, InvitationSent)]
    mail = users_notices.invitation_mail(sent.household_id, sent.invitation_id)
    assert mail.address == "bob@example.org"
    assert mail.household_name == "The Lovelaces"
    token = token_of(home, invitation)

    reply = bob.client.post(f"{HOUSEHOLDS}/join", {"token": token, "display_name": "Bob"})
    assert (reply.status, reply.json["role"], reply.json["member_count"]) == (200, "editor", 2)
    assert members(ada, home) == {ada.user_id: "owner", bob.user_id: "editor"}
    assert "member_joined" in told.kinds()
    assert [one.user_id for one in told.messages if isinstance(one, MemberJoined)] == [bob.user_id]

    repeated = bob.client.post(f"{HOUSEHOLDS}/join", {"token": token})
    assert (repeated.status, repeated.json["member_count"]) == (200, 2)
    thief = signed_in(Client(cloud.app))
    refused = thief.client.post(f"{HOUSEHOLDS}/join", {"token": token})
    assert (refused.status, refused.problem) == (422, "invitation-unusable")
    with pytest.raises(InvitationGone):
        users_notices.invitation_mail(home, invitation["id"])
    (listed,) = ada.client.get(f"{HOUSEHOLDS}/{home}/invitations").json["items"]
    assert (listed["state"], listed["email"]) == ("used", "bob@example.org")
    log_of(home)


@pytest.mark.parametrize("token", ["x", "A" * 128, "é", "AAAA"])
def test_a_made_up_invitation_is_refused_before_anything_is_read(bob: SignedIn, token: str) -> None:
    with budget() as spent:
        reply = bob.client.post(f"{HOUSEHOLDS}/join", {"token": token})

    assert (reply.status, reply.problem) == (422, "invitation-unusable")
    assert spent.writes == 0
    assert spent.calls["GetItem"] == 0


def test_a_withdrawn_invitation_no_longer_works(ada: SignedIn, bob: SignedIn, home: str) -> None:
    invitation = invited(ada, home)
    token = token_of(home, invitation)
    url = f"{HOUSEHOLDS}/{home}/invitations/{invitation['id']}"

    assert ada.client.delete(url).status == 204
    assert bob.client.post(f"{HOUSEHOLDS}/join", {"token": token}).status == 422
    assert ada.client.delete(url).status == 404


def test_inviting_tells_nothing_about_the_address(
    ada: SignedIn, bob: SignedIn, home: str, told: Told
) -> None:
    invited(ada, home, email="warm@example.org")
    shapes, costs = [], []
    for email in (bob.email, "nobody-at-all@example.org"):
        with budget() as spent:
            reply = ada.client.post(f"{HOUSEHOLDS}/{home}/invitations", {"email": email})
        shapes.append((reply.status, sorted(reply.json)))
        costs.append((dict(spent.calls), spent.writes))

    assert shapes[0] == shapes[1]
    assert costs[0] == costs[1]


def test_an_address_gets_at_most_five_mails_a_day(ada: SignedIn, home: str, told: Told) -> None:
    for _ in range(7):
        invited(ada, home, email="often@example.org")

    assert told.kinds().count("invitation_sent") == 5


@pytest.mark.parametrize("role", ["editor", "viewer"])
def test_only_owners_manage(ada: SignedIn, bob: SignedIn, home: str, role: str) -> None:
    joined(ada, home, bob, role=role)
    one = f"{HOUSEHOLDS}/{home}"
    tries = [
        bob.client.patch(one, {"name": "Mine"}),
        bob.client.delete(one),
        bob.client.post(f"{one}/invitations", {"email": "x@example.org"}),
        bob.client.get(f"{one}/invitations"),
        bob.client.patch(f"{one}/members/{bob.user_id}", {"role": "owner"}),
        bob.client.delete(f"{one}/members/{ada.user_id}"),
    ]

    assert {(reply.status, reply.problem) for reply in tries} == {(403, "missing-role")}
    assert members(bob, home)[bob.user_id] == role


def test_to_who_is_no_member_a_household_does_not_exist(
    ada: SignedIn, bob: SignedIn, home: str
) -> None:
    one = f"{HOUSEHOLDS}/{home}"
    tries = [
        bob.client.get(one),
        bob.client.patch(one, {"name": "Mine"}),
        bob.client.delete(one),
        bob.client.post(f"{one}/invitations", {"email": "x@example.org"}),
        bob.client.get(f"{one}/invitations"),
        bob.client.patch(f"{one}/members/{ada.user_id}", {"role": "viewer"}),
        bob.client.delete(f"{one}/members/{ada.user_id}"),
        bob.client.delete(f"{one}/members/{bob.user_id}"),
        bob.client.post(f"{one}/leave", {}),
        bob.client.post(f"{one}/split", {"accounts": [home], "mode": "move"}),
    ]

    assert {(reply.status, reply.problem) for reply in tries} == {(404, "household-not-found")}
    assert members(ada, home) == {ada.user_id: "owner"}


@pytest.mark.covers("V8.3.2")
def test_a_role_changes_and_ends_on_the_very_next_request(
    ada: SignedIn, bob: SignedIn, home: str
) -> None:
    joined(ada, home, bob, role="viewer")
    one = f"{HOUSEHOLDS}/{home}/members/{bob.user_id}"
    body = {"name": "Joint", "kind": "bank", "currency": "EUR"}
    url, query = "/v1/expenses/accounts", {"household": home}

    assert bob.client.post(url, body, query=query).status == 403
    changed = ada.client.patch(one, {"role": "editor"})
    assert (changed.status, changed.json["role"], changed.json["version"]) == (200, "editor", 2)
    assert bob.client.post(url, body, query=query).status == 201
    assert ada.client.delete(one).status == 204
    assert bob.client.get(url, query=query).status == 404
    assert ada.client.delete(one).status == 204
    assert bob.client.get(HOUSEHOLDS).json == {"items": []}


def test_account_rights_fit_the_role(ada: SignedIn, bob: SignedIn, home: str) -> None:
    joined(ada, home, bob, role="viewer")
    url = f"{HOUSEHOLDS}/{home}/members/{bob.user_id}"
    account = "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f"

    for body in (
        {"accounts": {account: "editor"}},
        {"role": "owner", "accounts": {account: "viewer"}},
        {"accounts": {account: "owner"}},
        {"accounts": {"x": "viewer"}},
        {"role": "king"},
    ):
        assert ada.client.patch(url, body).status == 422, body
    limited = ada.client.patch(url, {"accounts": {account: "viewer"}})
    assert limited.json["accounts"] == {account: "viewer"}
    assert bob.client.get(HOUSEHOLDS).json["items"][0]["accounts"] == {account: "viewer"}
    lifted = ada.client.patch(url, {"accounts": None})
    assert lifted.json["accounts"] is None
    kept = ada.client.patch(url, {"role": "editor"})
    assert kept.json["accounts"] is None


def test_the_last_owner_cannot_go(ada: SignedIn, bob: SignedIn, home: str) -> None:
    joined(ada, home, bob)
    one = f"{HOUSEHOLDS}/{home}"
    tries = [
        ada.client.post(f"{one}/leave", {}),
        ada.client.delete(f"{one}/members/{ada.user_id}"),
        ada.client.patch(f"{one}/members/{ada.user_id}", {"role": "editor"}),
    ]
    assert {(reply.status, reply.problem) for reply in tries} == {(409, "last-owner")}
    full = ada.client.delete(one)
    assert (full.status, full.problem) == (409, "household-not-empty")

    assert ada.client.patch(f"{one}/members/{bob.user_id}", {"role": "owner"}).status == 200
    assert ada.client.post(f"{one}/leave", {}).json == {"split": None}
    assert ada.client.post(f"{one}/leave", {}).json == {"split": None}
    assert members(bob, home) == {bob.user_id: "owner"}


def _leaving(person: SignedIn, home: str) -> Any:
    return person.client.post(f"{HOUSEHOLDS}/{home}/leave", {})


def _demoting(person: SignedIn, home: str, other: SignedIn) -> Any:
    return person.client.patch(f"{HOUSEHOLDS}/{home}/members/{other.user_id}", {"role": "viewer"})


@pytest.mark.parametrize("way", ["leave", "demote"])
def test_two_owners_at_once_never_leave_a_household_without_one(cloud: Cloud, way: str) -> None:
    def scene() -> tuple[SignedIn, SignedIn, str]:
        first, second = signed_in(Client(cloud.app)), signed_in(Client(cloud.app))
        home = made(first)
        joined(first, home, second, role="owner")
        return first, second, home

    def act(one: SignedIn, other: SignedIn, home: str) -> Any:
        return _leaving(one, home) if way == "leave" else _demoting(one, home, other)

    first, second, home = scene()
    length = len(calls_of(partial(act, first, second, home)))
    for order in orders(length, length, most=60 if FULL else 4):
        first, second, home = scene()
        results = interleaved(
            order, a=partial(act, first, second, home), b=partial(act, second, first, home)
        )

        statuses = sorted(reply.status for reply in results.values() if hasattr(reply, "status"))
        assert len(statuses) == 2, results
        left = {user: role for one in (first, second) for user, role in _seen(one, home).items()}
        assert "owner" in left.values(), (order, statuses)
        assert statuses[0] == 200
        log_of(home)


def _seen(person: SignedIn, home: str) -> dict[str, str]:
    reply = person.client.get(f"{HOUSEHOLDS}/{home}")
    return {one["user_id"]: one["role"] for one in reply.json.get("members", ())}


def test_one_invitation_lets_one_person_in_whoever_is_first(cloud: Cloud, ada: SignedIn) -> None:
    def act(person: SignedIn, token: str) -> Any:
        return person.client.post(f"{HOUSEHOLDS}/join", {"token": token})

    home = made(ada)
    first, second = signed_in(Client(cloud.app)), signed_in(Client(cloud.app))
    length = len(calls_of(partial(act, first, token_of(home, invited(ada, home)))))
    for order in orders(length, length, most=60 if FULL else 3, seed=3):
        home = made(ada)
        first, second = signed_in(Client(cloud.app)), signed_in(Client(cloud.app))
        token = token_of(home, invited(ada, home))
        results = interleaved(order, a=partial(act, first, token), b=partial(act, second, token))

        assert sorted(one.status for one in results.values()) == [200, 422], results  # type: ignore[attr-defined]
        assert len(members(ada, home)) == 2
        ada.client.delete(f"{HOUSEHOLDS}/{home}/members/{first.user_id}")
        ada.client.delete(f"{HOUSEHOLDS}/{home}/members/{second.user_id}")
        assert ada.client.delete(f"{HOUSEHOLDS}/{home}").status == 204


def test_a_person_belongs_to_at_most_twenty_households(
    ada: SignedIn, bob: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert model.MOST_HOUSEHOLDS == 20
    monkeypatch.setattr(service, "MOST_HOUSEHOLDS", 2)
    homes = [made(ada) for _ in range(2)]
    one_more = ada.client.post(HOUSEHOLDS, {"name": "One more"})
    assert (one_more.status, one_more.problem) == (409, "too-many-households")
    other = made(bob)
    token = token_of(other, invited(bob, other))
    reply = ada.client.post(f"{HOUSEHOLDS}/join", {"token": token})
    assert (reply.status, reply.problem) == (409, "too-many-households")
    assert len(ada.client.get(HOUSEHOLDS).json["items"]) == len(homes)


def test_a_full_household_takes_nobody(
    ada: SignedIn, bob: SignedIn, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.users.model.households.MOST_MEMBERS", 1)
    token = token_of(home, invited(ada, home))
    reply = bob.client.post(f"{HOUSEHOLDS}/join", {"token": token})
    assert (reply.status, reply.problem) == (409, "household-full")


def test_names_and_addresses_are_sealed(ada: SignedIn) -> None:
    home = made(ada, name="Canary household")
    invited(ada, home, email="canary-guest@example.org")

    items = Table(TABLE).query(str(owner_of(home)), "0", "~", limit=100, consistent=True).items
    assert len(items) >= 5
    raw = str(items)
    assert "Canary" not in raw
    assert "canary-guest" not in raw


def test_what_households_cost(ada: SignedIn, bob: SignedIn, home: str) -> None:
    token = token_of(home, invited(ada, home))
    with budget() as spent:
        bob.client.post(f"{HOUSEHOLDS}/join", {"token": token})
    assert spent.calls["TransactWriteItems"] == 1
    assert spent.writes == 11
    with budget() as spent:
        bob.client.get(f"{HOUSEHOLDS}/{home}")
    assert spent.calls == {"BatchGetItem": 1, "GetItem": 2, "Query": 1}
