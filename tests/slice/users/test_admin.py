"""Administrators: made by the operator alone, seeing ids and states alone, and effective at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib.kernel.clock import now
from chalicelib.kernel.context import Context, Visit
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.tables import Table
from chalicelib.security.commands import RecordAction
from chalicelib.users import repository
from chalicelib.users.model.scopes import ALL
from chalicelib.users.repository import TABLE
from chalicelib.users.repository.due import save_due
from chalicelib.users.service import erasing
from chalicelib.users.service.unit import in_one_write
from functions._edge.operations import Operation, operations
from tests.factories.users import SignedIn, signed_in
from tests.slice.users.conftest import Told, proved_long_ago
from tests.support.budget import budget
from tests.support.client import Client, Reply
from tests.support.cloud import Cloud
from tests.support.taps import calls_of, interleaved, orders
from tools import make_admin

pytestmark = [pytest.mark.slice, pytest.mark.durable]
PATH = "/v1/users/admin/users"
SEARCH = f"{PATH}/search"


@pytest.fixture(scope="module")
def boss(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app), admin=True)


@pytest.fixture
def user(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app), email=f"user-{new_id()}@example.org")


def _load() -> list[Operation]:
    import app

    assert app.SERVICES
    return [one for one in operations() if one.admin]


ROUTES = _load()


def call(client: Client, operation: Operation, user_id: str) -> Reply:
    body = operation.body.model_json_schema()["examples"][0] if operation.body else None
    return client.call(operation.method, operation.path.format(user_id=user_id), json=body)


def changed(boss: SignedIn, user: SignedIn, **body: Any) -> Reply:
    return boss.client.patch(f"{PATH}/{user.user_id}", {"reason": "abuse"} | body)


@pytest.mark.covers("V8.2.1")
@pytest.mark.parametrize("operation", ROUTES, ids=lambda one: f"{one.method} {one.path}")
def test_to_everybody_else_the_routes_do_not_exist(
    boss: SignedIn, user: SignedIn, operation: Operation
) -> None:
    token = boss.client.post(
        "/v1/users/me/api-tokens", {"name": "all", "scopes": sorted(ALL)}
    ).json["token"]

    replies = [
        call(user.client, operation, user.user_id),
        call(user.client, operation, new_id()),
        call(boss.client.signed_in(token), operation, user.user_id),
    ]

    assert [reply.status for reply in replies] == [404] * 3
    bodies = [
        {name: value for name, value in reply.json.items() if name != "instance"}
        for reply in replies
    ]
    assert bodies[0] == bodies[1] == bodies[2]


def test_a_user_is_found_by_exact_address_and_nobody_by_part_of_one(
    boss: SignedIn, user: SignedIn, told: Told
) -> None:
    found = boss.client.post(SEARCH, {"email": user.email.upper()})
    assert [one["id"] for one in found.json["items"]] == [user.user_id]
    assert boss.client.post(SEARCH, {"email": "x" + user.email}).json == {"items": []}
    assert boss.client.post(SEARCH, {"email": "nobody"}).status == 422
    entries = [one for one in told.messages if isinstance(one, RecordAction)]
    assert [(one.action, one.subject) for one in entries] == [
        ("user-looked-up", user.user_id),
        ("user-looked-up", ""),
    ]


@pytest.mark.covers("V8.2.3")
def test_administrators_see_nothing_personal_and_no_key_is_opened(
    boss: SignedIn, user: SignedIn
) -> None:
    with budget() as spent:
        one = boss.client.get(f"{PATH}/{user.user_id}")

    assert set(one.json) == {
        "id",
        "state",
        "admin",
        "created_at",
        "signed_out_at",
        "erase_after",
        "version",
    }
    assert spent.calls == {"BatchGetItem": 1, "GetItem": 1}
    assert boss.client.get(f"{PATH}/{new_id()}").problem == "user-not-found"


def test_every_user_of_a_state_is_on_some_page_once(boss: SignedIn, cloud: Cloud) -> None:
    known = {signed_in(Client(cloud.app)).user_id for _ in range(25)}
    seen: list[str] = []
    cursor: str | None = None

    for _ in range(200):
        query = {"state": "active", "limit": "4"} | ({"cursor": cursor} if cursor else {})
        with budget() as spent:
            page = boss.client.get(PATH, query=query)
        assert page.status == 200, page.text
        assert spent.calls["Query"] <= 8
        assert len(page.json["items"]) <= 4
        seen += [one["id"] for one in page.json["items"]]
        cursor = page.json["next_cursor"]
        if cursor is None:
            break

    assert cursor is None
    assert len(seen) == len(set(seen))
    assert known <= set(seen)
    assert boss.client.get(PATH, query={"state": "gone"}).status == 422


def test_a_cursor_belongs_to_its_state_and_its_administrator(boss: SignedIn, cloud: Cloud) -> None:
    for _ in range(3):
        signed_in(Client(cloud.app))
    cursor = boss.client.get(PATH, query={"limit": "1"}).json["next_cursor"]
    other = signed_in(Client(cloud.app), admin=True)

    assert other.client.get(PATH, query={"cursor": cursor}).problem == "bad-cursor"
    wrong = boss.client.get(PATH, query={"cursor": cursor, "state": "disabled"})
    assert wrong.problem == "bad-cursor"


@pytest.mark.covers("V8.3.2")
def test_a_disabled_user_is_out_with_the_very_next_request_and_sessions_do_not_come_back(
    boss: SignedIn, user: SignedIn, told: Told
) -> None:
    reply = changed(boss, user, state="disabled", reason="compromised")
    assert (reply.status, reply.json["state"]) == (200, "disabled")
    assert user.client.get("/v1/users/me").problem == "session-over"

    again = changed(boss, user, state="active", reason="mistake")

    assert again.json["state"] == "active"
    assert user.client.get("/v1/users/me").problem == "session-over"
    assert told.kinds().count("user_suspended") == told.kinds().count("user_restored") == 1
    entries = [one for one in told.messages if isinstance(one, RecordAction)]
    assert [one.action for one in entries] == ["user-suspended"] * 2 + ["user-restored"] * 2
    assert {one.actor for one in entries} == {f"user:{boss.user_id}"}
    assert entries[0].after == {"state": "disabled", "reason": "compromised"}


@pytest.mark.covers("V7.4.5")
def test_all_sessions_of_a_user_are_ended_and_the_user_may_sign_in_again(
    boss: SignedIn, user: SignedIn
) -> None:
    assert changed(boss, user, sign_out=True).json["state"] == "active"

    assert user.client.get("/v1/users/me").problem == "session-over"


def test_an_api_token_rests_while_its_user_is_disabled(boss: SignedIn, user: SignedIn) -> None:
    body = {"name": "script", "scopes": ["users:read"]}
    token = user.client.post("/v1/users/me/api-tokens", body).json["token"]
    script = user.client.signed_in(token)

    changed(boss, user, state="disabled")
    assert script.get("/v1/users/me").status == 401
    changed(boss, user, state="active")
    assert script.get("/v1/users/me").status == 200


def test_what_changes_nothing_writes_nothing(boss: SignedIn, user: SignedIn) -> None:
    with budget() as spent:
        reply = changed(boss, user, state="active")

    assert reply.json["version"] == 1
    assert "TransactWriteItems" not in spent.calls


def test_administrators_touch_no_administrator_and_not_themselves(
    boss: SignedIn, cloud: Cloud
) -> None:
    other = signed_in(Client(cloud.app), admin=True)

    for one in (boss, other):
        assert changed(boss, one, state="disabled").problem == "admin-untouchable"
        assert one.client.get("/v1/users/me").status == 200


def test_a_change_asks_for_a_fresh_proof_a_version_and_a_reason(
    cloud: Cloud, boss: SignedIn, user: SignedIn
) -> None:
    path = f"{PATH}/{user.user_id}"
    stale = boss.client.patch(
        path, {"state": "disabled", "reason": "abuse"}, headers={"If-Match": '"7"'}
    )
    assert stale.problem == "stale"
    for body in ({"state": "disabled"}, {"state": "disabled", "reason": "because"}):
        assert boss.client.patch(path, body).json["errors"][0]["pointer"] == "/reason"
    for field in ({"admin": True}, {"email": "x@example.org"}, {"password": "x"}):
        assert boss.client.patch(path, {"reason": "abuse"} | field).status == 422
    tired = signed_in(Client(cloud.app), admin=True)
    proved_long_ago(tired)
    assert changed(tired, user, state="disabled").problem == "step-up-required"


def test_two_administrators_at_once_leave_one_story(
    boss: SignedIn, cloud: Cloud, user: SignedIn
) -> None:
    other = signed_in(Client(cloud.app), admin=True)
    length = len(calls_of(partial(changed, boss, user, state="disabled")))
    changed(boss, user, state="active")

    for order in orders(length, length, most=3):
        replies = interleaved(
            order,
            a=partial(changed, boss, user, state="disabled"),
            b=partial(changed, other, user, state="active", sign_out=True),
        )
        assert {one.status for one in replies.values() if isinstance(one, Reply)} == {200}
        log = Table(TABLE).query_all(str(user.owner), "CHG#", "CHG#~", most=200, consistent=True)
        # no change was lost, and none was written twice: each one has its version and its entry
        assert len(list(log)) == repository.get_user(user.user_id).version - 1
        changed(boss, user, state="active")


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    yield capsys
    capsys.readouterr()


@pytest.mark.covers("V6.3.2")
def test_the_operators_command_makes_the_first_administrator_and_takes_it_back(
    cloud: Cloud, user: SignedIn, told: Told, printed: pytest.CaptureFixture[str]
) -> None:
    assert user.client.get(PATH).status == 404

    assert make_admin.main(["--email", user.email]) == 0
    assert user.client.get(PATH).status == 200
    assert make_admin.main(["--email", user.email]) == 0  # again is no error, and says nothing new
    assert make_admin.main(["--email", user.email, "--remove"]) == 0

    assert user.client.get(PATH).status == 404
    entries = [one for one in told.messages if isinstance(one, RecordAction)]
    assert [(one.action, one.actor) for one in entries] == [
        ("admin-granted", "system"),
        ("admin-revoked", "system"),
    ]
    out = printed.readouterr()
    assert user.user_id in out.out
    assert user.email not in out.out + out.err


def test_the_command_makes_no_administrator_of_nobody(
    cloud: Cloud, printed: pytest.CaptureFixture[str]
) -> None:
    assert make_admin.main(["--email", "nobody@example.org"]) == 1
    assert make_admin.main(["--email", "nobody"]) == 1
    with pytest.raises(SystemExit):
        make_admin.main(["--email", "a@example.org", "--local", "http://192.0.2.1:8000"])


@pytest.mark.covers("V6.3.2")
def test_no_route_makes_an_administrator() -> None:
    writes = [one for one in operations() if one.body is not None and one.service == "users"]

    for operation in writes:
        assert operation.body is not None
        assert "admin" not in operation.body.model_json_schema()["properties"], operation.path


@pytest.mark.parametrize("body", [{"state": "active"}, {"state": "disabled"}, {"sign_out": True}])
def test_whose_erasure_has_begun_is_enabled_by_nobody(
    boss: SignedIn, user: SignedIn, body: dict[str, Any]
) -> None:
    assert user.client.delete("/v1/users/me").status == 202
    in_one_write(Visit(now=now()), user.owner, lambda ctx: _due_since(ctx, timedelta(minutes=1)))
    erasing.run_due(Visit(now=now()))
    assert boss.client.get(f"{PATH}/{user.user_id}").json["state"] == "disabled"

    refused = changed(boss, user, **body)

    assert (refused.status, refused.problem) == (409, "user-not-changeable")
    assert user.client.get("/v1/users/me").status == 401


def _due_since(ctx: Context, since: timedelta) -> None:
    one = repository.get_user(ctx.owner.id)
    due = replace(one, erase_after=ctx.now - since, version=one.version + 1)
    repository.save_user(ctx.commit, due)
    save_due(ctx.commit, "erase", one.id, ctx.now - since)
