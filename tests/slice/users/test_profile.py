"""What users see and change of themselves."""

from __future__ import annotations

import pytest

from chalicelib.kernel.changes import unpack
from chalicelib.kernel.tables import Table
from chalicelib.users.repository import TABLE
from tests.factories.users import SignedIn, signed_in
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice


@pytest.fixture
def me(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app), cloud)


def test_a_user_sees_their_own_profile_with_its_version(me: SignedIn) -> None:
    with budget() as spent:
        reply = me.client.get("/v1/users/me")

    assert reply.json["id"] == me.user_id
    assert reply.json["email"] == me.email
    assert reply.json["display_name"] is None
    assert reply.etag == '"1"'
    assert spent.calls == {"BatchGetItem": 1, "GetItem": 1}
    again = me.client.get("/v1/users/me", headers={"If-None-Match": reply.etag})
    assert (again.status, again.text) == (304, "")


def test_the_name_is_changed_kept_and_removed(me: SignedIn) -> None:
    changed = me.client.patch("/v1/users/me", {"display_name": "  Ada L. "})
    kept = me.client.patch("/v1/users/me", {})
    removed = me.client.patch("/v1/users/me", {"display_name": None})

    assert [one.json["display_name"] for one in (changed, kept, removed)] == [
        "Ada L.",
        "Ada L.",
        None,
    ]
    assert [one.json["version"] for one in (changed, kept, removed)] == [2, 2, 3]
    assert me.client.get("/v1/users/me").json == removed.json


def test_a_change_costs_so_much_and_is_logged_sealed(me: SignedIn) -> None:
    with budget() as spent:
        me.client.patch("/v1/users/me", {"display_name": "Canary Name"})

    # session and user; change number; the user; the user, change number, log entry, day's marker
    assert spent.calls == {"BatchGetItem": 2, "GetItem": 1, "TransactWriteItems": 1}
    assert (spent.reads, spent.writes) == (4, 4)
    rows = list(Table(TABLE).query_all(str(me.owner), "A", "~", most=50, consistent=True))
    assert "Canary" not in repr(rows)
    (entry,) = [row for row in rows if row["sk"]["S"].startswith("CHG#")]
    sealed = me.vault.open_bytes(entry["sealed"]["B"], "users", entry["sk"]["S"], "sealed")
    assert unpack(sealed) == [{"b": {"display_name": None}, "a": {"display_name": "Canary Name"}}]


def test_a_stale_version_is_412_and_the_current_one_works(me: SignedIn) -> None:
    etag = me.client.get("/v1/users/me").etag
    assert me.client.patch("/v1/users/me", {"display_name": "A"}).status == 200

    stale = me.client.patch("/v1/users/me", {"display_name": "B"}, headers={"If-Match": etag})
    fresh = me.client.patch("/v1/users/me", {"display_name": "B"}, headers={"If-Match": '"2"'})

    assert (stale.status, stale.problem) == (412, "stale")
    assert (fresh.status, fresh.etag) == (200, '"3"')


def test_the_same_idempotency_key_gives_the_first_answer_again(me: SignedIn) -> None:
    headers = {"Idempotency-Key": "change-my-name-1"}

    first, again = (
        me.client.patch("/v1/users/me", {"display_name": "A"}, headers=headers) for _ in range(2)
    )

    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    other = me.client.patch("/v1/users/me", {"display_name": "B"}, headers=headers)
    assert other.problem == "idempotency-key-reused"


@pytest.mark.parametrize(
    "body",
    [
        {"display_name": ""},
        {"display_name": 7},
        {"display_name": "x" * 101},
        {"display_name": "\u0007"},
        {"email": "eve@example.org"},
        {"version": 9},
        {"state": "active"},
    ],
)
def test_nothing_else_can_be_changed(me: SignedIn, body: dict[str, object]) -> None:
    reply = me.client.patch("/v1/users/me", body)

    assert reply.status == 422
    assert me.client.get("/v1/users/me").json["version"] == 1
