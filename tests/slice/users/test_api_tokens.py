"""Personal API tokens: what they open, what they never open, and how they end."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.kernel import clock
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.tables import Table
from chalicelib.security.commands import RecordAction
from chalicelib.users import repository
from chalicelib.users.model.api_tokens import MOST, hint_of
from chalicelib.users.model.scopes import ALL
from chalicelib.users.repository import TABLE
from chalicelib.users.service import token_use
from functions._edge.operations import Operation, operations
from tests.factories.users import SignedIn, signed_in
from tests.slice.users.conftest import Told, proved_long_ago
from tests.support.budget import budget
from tests.support.client import Client, Reply
from tests.support.cloud import Cloud
from tests.support.taps import Side, calls_of, interleaved, killed_at, orders

pytestmark = pytest.mark.slice
PATH = "/v1/users/me/api-tokens"
READER = {"name": "Budget script", "scopes": ["users:read", "expenses:read"]}


@pytest.fixture
def me(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app))


def made(me: SignedIn, **more: Any) -> dict[str, Any]:
    reply = me.client.post(PATH, READER | more)
    assert reply.status == 201, reply.text
    token: dict[str, Any] = reply.json
    return token


def with_token(me: SignedIn, token: str) -> Client:
    return me.client.signed_in(token)


def later(monkeypatch: pytest.MonkeyPatch, **more: float) -> None:
    moment: datetime = clock.now() + timedelta(**more)
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_a_token_is_shown_once_and_works_within_its_scopes(me: SignedIn, told: Told) -> None:
    token = made(me)

    assert token["token"].startswith("xpt_")
    assert token["hint"] == hint_of(token["token"])
    assert (token["scopes"], token["last_used_at"]) == (["expenses:read", "users:read"], None)
    assert token["name"] == "Budget script"
    (listed,) = me.client.get(PATH).json["items"]
    assert listed == {name: value for name, value in token.items() if name != "token"}
    script = with_token(me, token["token"])
    assert script.get("/v1/users/me").json["id"] == me.user_id
    assert script.get("/v1/expenses/accounts").status == 200
    assert script.get("/v1/interchange/imports").problem == "missing-scope"
    assert script.patch("/v1/users/me", {"display_name": "X"}).problem == "missing-scope"
    assert "api_token_created" in told.kinds()
    entries = [one for one in told.messages if isinstance(one, RecordAction)]
    assert [(one.action, one.subject) for one in entries] == [("api-token-created", token["id"])]


@pytest.mark.covers("V8.2.1")
def test_a_read_token_writes_nowhere_and_a_token_of_all_scopes_opens_no_door_for_people(
    me: SignedIn,
) -> None:
    services = sorted(ALL)
    reader = with_token(me, made(me, scopes=[s for s in services if s.endswith(":read")])["token"])
    everything = with_token(me, made(me, scopes=services)["token"])
    walked = 0

    for operation in operations():
        if operation.public:
            continue
        if operation.admin:
            assert _call(everything, operation).status == 404
        elif operation.people_only or operation.step_up:
            reply = _call(everything, operation)
            assert (reply.status, reply.problem) == (403, "people-only"), operation.path
            walked += 1
        elif operation.scope and operation.scope.endswith(":write"):
            assert _call(reader, operation).problem == "missing-scope"
            walked += 1
    assert walked > 20


def _call(client: Client, operation: Operation) -> Reply:
    path = operation.path
    while "{" in path:
        start, end = path.index("{"), path.index("}")
        path = path[:start] + new_id() + path[end + 1 :]
    examples: list[Any] = [None]
    if operation.body is not None:
        examples = operation.body.model_json_schema().get("examples") or [{}]
    return client.call(operation.method, path, json=examples[0], headers={"If-Match": '"1"'})


def test_the_secret_is_in_no_table_and_in_no_stored_answer(me: SignedIn) -> None:
    headers = {"Idempotency-Key": "one-token-please"}
    first, second = (me.client.post(PATH, READER, headers=headers).json for _ in range(2))

    assert first["token"] != second["token"]  # the key is not honoured, so nothing was stored
    rows = list(Table(TABLE).query_all(str(me.owner), "A", "~", most=100, consistent=True))
    text = repr(rows)
    assert first["token"] not in text
    assert first["token"][20:40] not in text
    assert "Budget script" not in text
    assert not any(row["sk"]["S"].startswith("IDM#") for row in rows)


def test_a_revoked_token_is_refused_on_the_very_next_request(me: SignedIn) -> None:
    token = made(me)
    script = with_token(me, token["token"])
    assert script.get("/v1/users/me").status == 200

    assert me.client.delete(f"{PATH}/{token['id']}").status == 204

    assert script.get("/v1/users/me").problem == "session-over"
    assert me.client.delete(f"{PATH}/{token['id']}").problem == "api-token-not-found"
    assert me.client.get(PATH).json["items"] == []


def test_all_tokens_are_revoked_at_once(me: SignedIn) -> None:
    scripts = [with_token(me, made(me)["token"]) for _ in range(3)]

    assert me.client.delete(PATH).status == 204

    assert {one.get("/v1/users/me").status for one in scripts} == {401}
    assert me.client.delete(PATH).status == 204


@pytest.mark.covers("R-19")
def test_an_expired_token_counts_as_absent_though_its_row_lies_there(
    me: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = made(me, expires_in_days=1)
    script = with_token(me, token["token"])
    session = repository.get_session(me.user_id, me.session_id)
    assert session.live

    later(monkeypatch, days=1, seconds=1)

    assert script.get("/v1/users/me").problem == "session-over"


def test_a_token_lives_ninety_days_unless_asked_and_a_year_at_most(me: SignedIn) -> None:
    token = made(me)
    begin, end = (clock.parse_rfc3339(token[name]) for name in ("created_at", "expires_at"))

    assert end - begin.replace(microsecond=0) == timedelta(days=90)
    assert made(me, expires_in_days=365)
    reply = me.client.post(PATH, READER | {"expires_in_days": 366})
    assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, "/expires_in_days")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"scopes": []}, "/scopes"),
        ({"scopes": ["users:admin"]}, "/scopes/0"),
        ({"scopes": ["openid"]}, "/scopes/0"),
        ({"scopes": "users:read"}, "/scopes"),
        ({"name": ""}, "/name"),
        ({"name": "x" * 101}, "/name"),
        ({"expires_in_days": 0}, "/expires_in_days"),
        ({"expires_in_days": None}, "/expires_in_days"),
        ({"user_id": "x"}, "/user_id"),
    ],
)
def test_a_bad_wish_names_its_field(me: SignedIn, change: dict[str, object], pointer: str) -> None:
    reply = me.client.post(PATH, READER | change)

    assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, pointer)


@pytest.mark.covers("V7.5.3")
def test_only_a_fresh_proof_makes_a_token(me: SignedIn) -> None:
    proved_long_ago(me)

    reply = me.client.post(PATH, READER)

    assert (reply.status, reply.problem) == (401, "step-up-required")
    assert me.client.get(PATH).json["items"] == []


def test_a_token_of_somebody_else_is_absent(me: SignedIn, cloud: Cloud) -> None:
    token = made(me)
    other = signed_in(Client(cloud.app))

    assert other.client.delete(f"{PATH}/{token['id']}").problem == "api-token-not-found"
    assert with_token(me, token["token"]).get("/v1/users/me").status == 200


def test_a_token_of_a_disabled_user_opens_nothing(me: SignedIn) -> None:
    from dataclasses import replace

    from chalicelib.kernel.context import Visit
    from chalicelib.users.service.unit import in_one_write

    script = with_token(me, made(me)["token"])
    user = repository.get_user(me.user_id)
    disabled = replace(user, state="disabled", version=user.version + 1)
    in_one_write(Visit(), me.owner, lambda ctx: repository.save_user(ctx.commit, disabled))

    assert script.get("/v1/users/me").problem == "session-over"


def test_a_request_by_token_costs_one_read_call_one_count_and_once_an_hour_a_note(
    me: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = with_token(me, made(me)["token"])

    with budget() as first:
        script.get("/v1/users/me")
    with budget() as second:
        script.get("/v1/users/me")

    assert first.calls == {"BatchGetItem": 1, "UpdateItem": 2, "GetItem": 1}
    assert second.calls == {"BatchGetItem": 1, "UpdateItem": 1, "GetItem": 1}
    (listed,) = me.client.get(PATH).json["items"]
    assert listed["last_used_at"] is not None
    later(monkeypatch, hours=1, seconds=1)
    with budget() as third:
        script.get("/v1/users/me")
    assert third.calls["UpdateItem"] == 2


def test_a_use_that_cannot_be_written_down_fails_no_request(
    me: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = with_token(me, made(me)["token"])

    def broken(*_: object) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "no"}}, "UpdateItem")

    monkeypatch.setattr(repository, "note_use", broken)

    assert script.get("/v1/users/me").status == 200


@pytest.fixture
def three_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib.security.api import Limit

    small = Limit(f"api-token-{new_id()}", quota=3, window=60)
    moment = clock.now()
    monkeypatch.setattr(clock, "now", lambda: moment)
    monkeypatch.setattr(token_use, "REQUESTS", small)


@pytest.mark.covers("R-33")
def test_the_limit_of_a_token_is_exact_and_told_in_headers(
    me: SignedIn, three_a_minute: None
) -> None:
    one, other = (with_token(me, made(me)["token"]) for _ in range(2))

    replies = [one.get("/v1/users/me") for _ in range(4)]

    assert [reply.status for reply in replies] == [200, 200, 200, 429]
    left = [reply.headers["RateLimit"].split(";")[1] for reply in replies]
    assert left == ["r=2", "r=1", "r=0", "r=0"]
    assert replies[0].headers["RateLimit-Policy"].endswith(";q=3;w=60")
    assert int(replies[3].headers["Retry-After"]) >= 1
    assert other.get("/v1/users/me").status == 200  # each token has its own
    assert "RateLimit" not in me.client.get("/v1/users/me").headers


def test_a_damaged_or_made_up_token_is_refused_before_anything_is_read(me: SignedIn) -> None:
    text = made(me)["token"]
    bad = [text[:-1], text + "A", text[:-1] + ("A" if text[-1] != "A" else "B"), "xpt_", "xpt_AAAA"]
    bad += [text.replace("xpt_", prefix) for prefix in ("xpr_", "xps_", "")]

    with budget() as spent:
        statuses = [with_token(me, one).get("/v1/users/me").status for one in bad]

    assert set(statuses) == {401}
    assert dict(spent.calls) == {}


def test_the_bound_holds_for_two_at_once(me: SignedIn) -> None:
    for _ in range(MOST - 1):
        made(me)

    def create() -> Reply:
        return me.client.post(PATH, READER)

    length = len(calls_of(lambda: me.client.get(PATH))) + 3
    for order in orders(length, length, most=3):
        replies = interleaved(order, a=create, b=create)
        statuses = sorted(reply.status for reply in replies.values() if isinstance(reply, Reply))
        assert statuses == [201, 409], replies
        items = me.client.get(PATH).json["items"]
        assert len(items) == MOST
        me.client.delete(f"{PATH}/{items[0]['id']}")


def test_a_creation_that_dies_leaves_all_or_nothing(cloud: Cloud) -> None:
    sides: tuple[Side, Side] = ("before", "after")
    for side in sides:
        point = 0
        while True:
            person = signed_in(Client(cloud.app))
            call = killed_at(point, side, partial(person.client.post, PATH, READER))
            if call is None:
                break
            items = person.client.get(PATH).json["items"]
            audit = [
                row
                for shard in range(8)
                for row in Table(TABLE).query_all(f"OBX#{shard}", "0", "g", most=500)
                if person.user_id in repr(row)
            ]
            assert bool(items) == bool(audit), call
            point += 1
        assert point >= 4


def test_a_token_opens_the_socket_only_while_it_stands(me: SignedIn) -> None:
    from chalicelib.users import api as users
    from chalicelib.users.errors import SessionOver

    token = made(me)
    users.require_session(user_id=me.user_id, session_id=token["id"], now=clock.now())

    me.client.delete(f"{PATH}/{token['id']}")

    with pytest.raises(SessionOver):
        users.require_session(user_id=me.user_id, session_id=token["id"], now=clock.now())
