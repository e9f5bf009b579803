"""Support access over every route that exists: nothing without a grant, reading only with one, and never unseen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pytest

from chalicelib.kernel import clock, outbox
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.tables import Table
from chalicelib.security.commands import RecordAction
from chalicelib.users import repository
from chalicelib.users.events import SupportUsed
from chalicelib.users.model.support import READABLE
from functions._edge.operations import Operation, operations
from tests.factories.imports import account_of
from tests.factories.users import SignedIn, signed_in
from tests.slice.users.conftest import Told, proved_long_ago
from tests.support.budget import budget
from tests.support.client import Client, Reply
from tests.support.cloud import Cloud
from tests.support.taps import killed_at

pytestmark = [pytest.mark.slice, pytest.mark.attack]
PATH: Final = "/v1/users/me/support-grants"
HEADER: Final = "X-Support-Grant"


def _load() -> list[Operation]:
    import app

    assert app.SERVICES
    return [one for one in operations() if not one.public]


OWNED: Final = _load()
READS: Final = [one for one in OWNED if one.method == "GET"]
OPEN: Final = [one for one in READS if not (one.people_only or one.step_up or one.admin)]


def _name(operation: object) -> str:
    return f"{operation.method} {operation.path}" if isinstance(operation, Operation) else ""


@dataclass(frozen=True, slots=True)
class Scene:
    """A user with an account, an administrator, and the user's grant of everything readable."""

    user: SignedIn
    admin: SignedIn
    grant: dict[str, Any]

    def support(self, operation: Operation, handle: str | None = None) -> Reply:
        return self.admin.client.call(
            operation.method,
            _path(operation),
            json=_body(operation),
            headers={HEADER: handle or self.grant["handle"], "If-Match": '"1"'},
        )

    def reads(self, path: str, handle: str | None = None) -> Reply:
        return self.admin.client.get(path, headers={HEADER: handle or self.grant["handle"]})


def _path(operation: Operation) -> str:
    path = operation.path
    while "{" in path:
        start, end = path.index("{"), path.index("}")
        path = path[:start] + new_id() + path[end + 1 :]
    return path


def _body(operation: Operation) -> Any:
    if operation.body is None:
        return None
    return (operation.body.model_json_schema().get("examples") or [{}])[0]


def granted(user: SignedIn, **more: Any) -> dict[str, Any]:
    reply = user.client.post(PATH, {"scopes": sorted(READABLE)} | more)
    assert reply.status == 201, reply.text
    grant: dict[str, Any] = reply.json
    return grant


@pytest.fixture(scope="module")
def scene(cloud: Cloud) -> Scene:
    user = signed_in(Client(cloud.app))
    account_of(user)
    return Scene(user, signed_in(Client(cloud.app), admin=True), granted(user))


@pytest.fixture
def told(cloud: Cloud) -> Iterator[Told]:
    one = Told()
    outbox.on_commit(one.hear)
    yield one
    outbox.forget_listeners()


@pytest.mark.parametrize("operation", READS, ids=_name)
def test_without_a_grant_an_administrator_sees_nothing_of_a_user(
    scene: Scene, operation: Operation
) -> None:
    user, stranger = scene.user.user_id, new_id()

    for handle in (f"{user}.{stranger}", f"{stranger}.{scene.grant['id']}", user, "x", f"{user}."):
        reply = scene.support(operation, handle)
        assert reply.status in {403, 404}, reply.text
        assert reply.problem in {"support-grant-not-found", "support-reads-only"}


@pytest.mark.parametrize("operation", OPEN, ids=_name)
def test_with_a_grant_every_open_read_route_answers_as_it_does_to_its_user(
    scene: Scene, operation: Operation
) -> None:
    asked = _path(operation)
    own = scene.user.client.get(asked)

    seen = scene.reads(asked)

    assert seen.status == own.status, seen.text
    if own.status == 200 and operation.name != "list_sessions":  # which names the current one
        assert seen.json == own.json


@pytest.mark.parametrize("operation", [one for one in OWNED if one not in OPEN], ids=_name)
def test_a_grant_writes_nothing_and_opens_nothing_that_is_for_people_only(
    scene: Scene, operation: Operation
) -> None:
    reply = scene.support(operation)

    assert (reply.status, reply.problem) == (403, "support-reads-only")


def test_the_user_has_lost_nothing_and_the_administrator_has_gained_nothing(scene: Scene) -> None:
    def rows(who: SignedIn) -> list[str]:
        found = Table(repository.TABLE).query_all(str(who.owner), "A", "~", most=500)
        return sorted(row["sk"]["S"] for row in found)

    before = rows(scene.user), rows(scene.admin)

    for operation in OWNED:
        if operation.method != "GET":
            scene.support(operation)

    assert (rows(scene.user), rows(scene.admin)) == before
    assert scene.admin.client.get("/v1/expenses/accounts").json["items"] == []


@pytest.mark.parametrize("operation", OPEN, ids=_name)
def test_the_header_of_anybody_else_is_a_dead_end(
    scene: Scene, cloud: Cloud, operation: Operation
) -> None:
    for somebody in (scene.user, signed_in(Client(cloud.app))):
        reply = somebody.client.get(_path(operation), headers={HEADER: scene.grant["handle"]})
        assert reply.status == 404


def test_an_api_token_of_an_administrator_is_no_administrator(scene: Scene) -> None:
    body = {"name": "script", "scopes": sorted(READABLE)}
    token = scene.admin.client.post("/v1/users/me/api-tokens", body).json["token"]

    reply = scene.reads("/v1/users/me")
    by_token = scene.admin.client.signed_in(token).get(
        "/v1/users/me", headers={HEADER: scene.grant["handle"]}
    )

    assert reply.json["id"] == scene.user.user_id
    assert by_token.status == 404


def test_a_grant_reads_within_its_scopes_only(scene: Scene) -> None:
    narrow = granted(scene.user, scopes=["expenses:read"])["handle"]

    assert scene.reads("/v1/expenses/accounts", narrow).status == 200
    assert scene.reads("/v1/users/me", narrow).problem == "missing-scope"
    assert scene.reads("/v1/interchange/imports", narrow).problem == "missing-scope"


def test_a_grant_to_one_administrator_helps_no_other(scene: Scene, cloud: Cloud) -> None:
    other = signed_in(Client(cloud.app), admin=True)
    handle = granted(scene.user, admin_id=other.user_id)["handle"]

    assert scene.reads("/v1/users/me", handle).problem == "support-grant-not-found"
    assert other.client.get("/v1/users/me", headers={HEADER: handle}).status == 200


def test_a_grant_is_for_personal_data_never_for_a_household(scene: Scene) -> None:
    reply = scene.reads(f"/v1/expenses/accounts?household={new_id()}")

    assert reply.status == 404


@pytest.mark.covers("V8.3.2")
def test_a_withdrawn_grant_ends_with_the_very_next_request(scene: Scene) -> None:
    grant = granted(scene.user)
    assert scene.reads("/v1/users/me", grant["handle"]).status == 200

    assert scene.user.client.delete(f"{PATH}/{grant['id']}").status == 204

    assert scene.reads("/v1/users/me", grant["handle"]).problem == "support-grant-not-found"
    assert scene.user.client.delete(f"{PATH}/{grant['id']}").problem == "support-grant-not-found"


@pytest.mark.covers("R-19")
def test_a_grant_ends_by_itself(
    scene: Scene, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = repository.get_support_grant(scene.user.user_id, scene.grant["id"])

    assert grant.lets_in(scene.admin.user_id, grant.expires_at - timedelta(seconds=1))
    assert not grant.lets_in(scene.admin.user_id, grant.expires_at)
    short = granted(scene.user, hours=1)
    assert clock.parse_rfc3339(short["expires_at"]) <= clock.now() + timedelta(hours=1)


def test_an_administrator_who_was_dismissed_reads_nothing_more(cloud: Cloud, scene: Scene) -> None:
    from dataclasses import replace

    from chalicelib.kernel.context import Visit
    from chalicelib.users.service.unit import in_one_write

    other = signed_in(Client(cloud.app), admin=True)
    headers = {HEADER: scene.grant["handle"]}
    assert other.client.get("/v1/users/me", headers=headers).status == 200
    user = repository.get_user(other.user_id)
    plain = replace(user, admin=False, version=user.version + 1)
    in_one_write(Visit(), other.owner, lambda ctx: repository.save_user(ctx.commit, plain))

    assert other.client.get("/v1/users/me", headers=headers).status == 404


def test_the_first_use_and_then_one_an_hour_is_entered_and_told(
    scene: Scene, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = granted(scene.user)["handle"]
    told.messages.clear()

    with budget() as first:
        scene.reads("/v1/users/me/preferences", handle)
    with budget() as second:
        scene.reads("/v1/users/me/preferences", handle)

    assert first.calls["TransactWriteItems"] == 1
    assert dict(second.calls) == {"BatchGetItem": 2, "GetItem": 1}
    used, entry = told.messages
    assert used == SupportUsed(user_id=scene.user.user_id, grant_id=handle.split(".")[1])
    assert isinstance(entry, RecordAction)
    assert (entry.action, entry.actor) == ("support-used", f"support:{scene.admin.user_id}")
    (listed,) = [
        one for one in scene.user.client.get(PATH).json["items"] if one["handle"] == handle
    ]
    assert listed["last_used_at"] is not None
    grant = repository.get_support_grant(*handle.split("."))
    assert not grant.use_is_due(clock.now() + timedelta(minutes=59))
    assert grant.use_is_due(clock.now() + timedelta(hours=1))


def test_nothing_is_read_that_could_not_be_written_down(scene: Scene, told: Told) -> None:
    point = 0
    seen: list[Reply] = []

    def read(handle: str) -> None:
        seen.append(scene.reads("/v1/users/me/preferences", handle))

    while True:
        handle = granted(scene.user)["handle"]
        told.messages.clear()
        call = killed_at(point, "before", partial(read, handle))
        if call is None:
            break
        used = [one for one in told.messages if isinstance(one, SupportUsed)]
        assert len(used) <= 1
        if call == "dynamodb.TransactWriteItems":
            assert (seen, used) == ([], [])
        scene.user.client.delete(f"{PATH}/{handle.split('.')[1]}")
        point += 1
    assert point >= 3


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"scopes": ["users:write"]}, "/scopes/0"),
        ({"scopes": []}, "/scopes"),
        ({"scopes": ["users:read"], "hours": 73}, "/hours"),
        ({"scopes": ["users:read"], "hours": 0}, "/hours"),
        ({"scopes": ["users:read"], "admin_id": "me"}, "/admin_id"),
        ({}, "/scopes"),
    ],
)
def test_a_bad_grant_names_its_field(scene: Scene, body: dict[str, Any], pointer: str) -> None:
    reply = scene.user.client.post(PATH, body)

    assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, pointer)


def test_a_grant_needs_a_fresh_proof(cloud: Cloud) -> None:
    person = signed_in(Client(cloud.app))
    proved_long_ago(person)

    assert person.client.post(PATH, {"scopes": ["users:read"]}).problem == "step-up-required"


def test_a_user_has_ten_open_grants_at_most(cloud: Cloud) -> None:
    person = signed_in(Client(cloud.app))
    made: list[dict[str, Any]] = [granted(person) for _ in range(10)]

    assert person.client.post(PATH, {"scopes": ["users:read"]}).problem == "too-many-support-grants"
    assert person.client.delete(f"{PATH}/{made[0]['id']}").status == 204
    assert person.client.post(PATH, {"scopes": ["users:read"]}).status == 201
