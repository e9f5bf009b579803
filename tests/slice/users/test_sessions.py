"""Sessions: refresh rotation over HTTP, being ended at once, and what a signed-in user sees of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.kernel import clock
from chalicelib.kernel.context import Visit
from chalicelib.kernel.errors import Unauthenticated
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.keys import provider
from chalicelib.security.service import owner_keys
from chalicelib.users import api as users
from chalicelib.users import repository
from chalicelib.users.errors import RefreshRefused, SessionOver
from chalicelib.users.events import RefreshTokenReused
from chalicelib.users.model.tokens import hash_of, opaque_token
from chalicelib.users.schemas.signing_in import TokensOut
from chalicelib.users.service import signing_in
from tests.factories.users import signed_in
from tests.slice.users.conftest import PASSWORD, Told
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.taps import every_point, interleaved, killed_at, orders

pytestmark = pytest.mark.slice
EMAIL = "sessions@example.org"


@pytest.fixture
def begin(client: Client, told: Told, verified: Callable[[str], None]) -> Callable[[], Any]:
    """Sign in a fresh user's device; gives the tokens."""

    def walk() -> Any:
        email = f"{new_id()}@example.org"
        verified(email)
        told.messages.clear()
        reply = client.post("/v1/users/login", {"email": email, "password": PASSWORD})
        assert reply.status == 200, reply.text
        return reply.json

    return walk


def refresh(client: Client, token: str) -> Any:
    return client.post("/v1/users/token/refresh", {"refresh_token": token})


def alive(client: Client, tokens: Any) -> bool:
    status = client.get("/v1/users/me", token=tokens["access_token"]).status
    assert status in {200, 401}
    return status == 200


def visit(tokens: Any, **more: Any) -> Visit:
    return Visit(user_agent="xpense-test/1", **more)


# --- rotation


def test_each_refresh_gives_new_tokens_for_the_same_session(
    client: Client, begin: Callable[[], Any]
) -> None:
    first = begin()

    second = refresh(client, first["refresh_token"]).json
    third = refresh(client, second["refresh_token"]).json

    for later in (second, third):
        assert later["session_id"] == first["session_id"]
        assert alive(client, later)
    assert len({one["refresh_token"] for one in (first, second, third)}) == 3


def test_a_refresh_costs_one_read_and_one_write(client: Client, begin: Callable[[], Any]) -> None:
    tokens = begin()

    with budget() as spent:
        refresh(client, tokens["refresh_token"])

    assert spent.calls == {"BatchGetItem": 1, "PutItem": 1}
    assert (spent.reads, spent.writes) == (2, 1)


def test_a_refresh_from_the_same_address_unwraps_no_key(
    client: Client, begin: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> bytes:
        raise AssertionError("a key was unwrapped")

    tokens = begin()
    sealed = repository.get_session(tokens["user_id"], tokens["session_id"]).network
    owner_keys.forget()  # as in a process that does not know the user yet
    with monkeypatch.context() as patch:
        patch.setattr(type(provider()), "unwrap", refuse)
        tokens = refresh(client, tokens["refresh_token"]).json

    session = repository.get_session(tokens["user_id"], tokens["session_id"])
    assert session.network == sealed


def test_a_refresh_from_another_address_is_told_in_the_list(
    cloud: Cloud, client: Client, begin: Callable[[], Any]
) -> None:
    tokens = begin()
    elsewhere = Client(cloud.app, address="192.0.2.77")

    for one in (elsewhere, client, elsewhere):
        tokens = refresh(one, tokens["refresh_token"]).json
        (session,) = one.get("/v1/users/me/sessions", token=tokens["access_token"]).json["items"]

        assert session["network"] == one.address


def test_a_lost_answer_may_be_asked_for_again_within_30_seconds(
    client: Client, begin: Callable[[], Any]
) -> None:
    tokens = begin()
    lost = refresh(client, tokens["refresh_token"]).json

    again = refresh(client, tokens["refresh_token"])

    assert again.status == 200
    assert alive(client, again.json)
    assert refresh(client, again.json["refresh_token"]).status == 200
    assert refresh(client, lost["refresh_token"]).problem == "refresh-refused"


@pytest.mark.parametrize("how", ["later", "another device", "after its successor"])
def test_a_spent_token_that_comes_back_ends_the_session_and_tells(
    cloud: Cloud, client: Client, told: Told, begin: Callable[[], Any], how: str
) -> None:
    tokens = begin()
    newest = refresh(client, tokens["refresh_token"]).json
    if how == "after its successor":
        newest = refresh(client, newest["refresh_token"]).json

    if how == "later":
        late = visit(tokens, now=clock.now() + timedelta(seconds=31))
        with pytest.raises(RefreshRefused):
            signing_in.refresh(late, tokens["refresh_token"])
    else:
        device = Client(cloud.app, user_agent="thief/1") if how == "another device" else client
        assert refresh(device, tokens["refresh_token"]).problem == "refresh-refused"

    assert not alive(client, newest)
    assert refresh(client, newest["refresh_token"]).status == 401
    ids = {"user_id": tokens["user_id"], "session_id": tokens["session_id"]}
    assert told.facts()[-1:] == [RefreshTokenReused(**ids)]
    assert told.actions() == ["sign-in", "refresh-token-reused"]


def test_the_end_by_reuse_touches_no_other_session(
    client: Client, told: Told, verified: Callable[[str], None]
) -> None:
    verified(EMAIL)
    body = {"email": EMAIL, "password": PASSWORD}
    phone, laptop = (client.post("/v1/users/login", body).json for _ in range(2))
    spent = phone["refresh_token"]
    for _ in range(2):
        phone = refresh(client, phone["refresh_token"]).json

    refresh(client, spent)

    assert not alive(client, phone)
    assert alive(client, laptop)
    assert refresh(client, laptop["refresh_token"]).status == 200


@pytest.mark.parametrize("kind", ["made up", "another key", "empty tail", "access token", "verify"])
def test_a_token_that_we_did_not_give_is_refused_without_a_read_and_ends_nothing(
    client: Client, begin: Callable[[], Any], kind: str
) -> None:
    tokens = begin()
    genuine = tokens["refresh_token"]
    forged = {
        "made up": "xpr_" + "A" * 128,
        "another key": opaque_token(
            "xpr_",
            b"x" * 32,
            user_id=tokens["user_id"],
            identity=tokens["session_id"],
            secret=bytes(32),
        ),
        "empty tail": genuine[:-1],
        "access token": tokens["access_token"][:300],
        "verify": genuine.removeprefix("xpr_"),
    }[kind]

    with budget() as spent:
        reply = refresh(client, forged)

    assert (reply.status, reply.problem) == (401, "refresh-refused")
    assert spent.calls == {}
    assert alive(client, tokens)


def test_a_genuine_token_of_a_session_that_never_was_is_refused(client: Client) -> None:
    token = opaque_token(
        "xpr_", provider().secret("refresh"), user_id=new_id(), identity=new_id(), secret=bytes(32)
    )

    assert refresh(client, token).problem == "refresh-refused"


@pytest.mark.covers("V7.3.1")
def test_an_idle_session_is_over_after_30_days(begin: Callable[[], Any]) -> None:
    tokens = begin()
    ids = {"user_id": tokens["user_id"], "session_id": tokens["session_id"]}
    later = clock.now() + timedelta(days=30)

    users.require_session(**ids, now=later - timedelta(minutes=1))
    with pytest.raises(SessionOver):
        users.require_session(**ids, now=later)
    with pytest.raises(RefreshRefused):
        signing_in.refresh(visit(tokens, now=later), tokens["refresh_token"])


@pytest.mark.parametrize("order", orders(2, 2))
def test_two_refreshes_at_once_leave_exactly_one_token_that_counts(
    client: Client, begin: Callable[[], Any], order: tuple[str, ...]
) -> None:
    tokens = begin()

    def again() -> TokensOut | None:
        try:
            return signing_in.refresh(visit(tokens), tokens["refresh_token"])
        except Unauthenticated:
            return None

    results = interleaved(order, a=again, b=again)

    session = repository.get_session(tokens["user_id"], tokens["session_id"])
    given = [one for one in results.values() if isinstance(one, TokensOut)]
    assert len(given) == 2
    assert [hash_of(one.refresh_token) for one in given].count(session.current) == 1
    assert session.live


def test_a_crash_at_any_call_of_a_refresh_is_mended_by_asking_again(
    client: Client, begin: Callable[[], Any]
) -> None:
    counted = begin()
    points = list(every_point(lambda: signing_in.refresh(visit(counted), counted["refresh_token"])))
    assert len(points) == 4
    for point, side in points:
        tokens = begin()

        killed_at(
            point,
            side,
            lambda tokens=tokens: signing_in.refresh(visit(tokens), tokens["refresh_token"]),  # type: ignore[misc]
        )

        assert refresh(client, tokens["refresh_token"]).status == 200, (point, side)


# --- ending


def test_signing_out_ends_the_session_on_the_next_request(
    client: Client, begin: Callable[[], Any]
) -> None:
    tokens = begin()
    me = client.signed_in(tokens["access_token"])

    assert me.post("/v1/users/logout").status == 204

    assert me.get("/v1/users/me").problem == "session-over"
    assert me.post("/v1/users/logout").status == 401
    assert refresh(client, tokens["refresh_token"]).status == 401


def test_signing_out_costs_so_much(client: Client) -> None:
    me = signed_in(client).client

    with budget() as spent:
        me.post("/v1/users/logout")

    # session and user; change number (unused); the session; its tombstone and the audit entry
    assert spent.calls == {"BatchGetItem": 2, "GetItem": 1, "TransactWriteItems": 1}
    assert spent.writes == 2


def test_checking_a_session_is_one_strongly_consistent_call(client: Client) -> None:
    me = signed_in(client)
    seen: list[Any] = []

    with budget() as spent:
        from chalicelib.kernel import aws

        events = aws.dynamodb().meta.events

        def look(params: Any, **_: Any) -> None:
            seen.append(params)

        events.register("before-parameter-build.dynamodb.BatchGetItem", look)
        standing = users.authenticate(_shown(me.user_id, me.session_id), now=clock.now())
        events.unregister("before-parameter-build.dynamodb.BatchGetItem", look)

    assert (standing.user_id, standing.session_id) == (me.user_id, me.session_id)
    assert spent.calls == {"BatchGetItem": 1}
    assert spent.reads == 2
    assert [one["ConsistentRead"] for one in seen[0]["RequestItems"].values()] == [True]


def _shown(user_id: str, session_id: str) -> users.Credential:
    return users.Credential(kind="access", user_id=user_id, id=session_id)


def test_nobody_else_and_nothing_else_is_let_in(client: Client) -> None:
    mine, theirs = signed_in(client), signed_in(client)

    for user_id, session_id in (
        (mine.user_id, theirs.session_id),
        (theirs.user_id, mine.session_id),
        (new_id(), mine.session_id),
        (mine.user_id, new_id()),
    ):
        with pytest.raises(SessionOver):
            users.authenticate(_shown(user_id, session_id), now=clock.now())


@pytest.mark.covers("V7.4.2")
def test_a_disabled_user_is_out_at_once(client: Client) -> None:
    from dataclasses import replace

    from chalicelib.users.service.unit import in_one_write

    me = signed_in(client)
    user = repository.get_user(me.user_id)
    later = replace(user, state="disabled", version=2)

    in_one_write(Visit(), me.owner, lambda ctx: repository.save_user(ctx.commit, later))

    assert me.client.get("/v1/users/me").problem == "session-over"


# --- seeing and ending them


@pytest.mark.covers("V7.5.2")
def test_sessions_are_listed_newest_first_with_device_and_network(
    cloud: Cloud, told: Told, verified: Callable[[str], None]
) -> None:
    email = f"{new_id()}@example.org"
    verified(email)
    devices = [
        Client(cloud.app, user_agent=f"device/{number}", address=f"192.0.2.{number}")
        for number in range(3)
    ]
    tokens = [
        one.post("/v1/users/login", {"email": email, "password": PASSWORD}).json for one in devices
    ]

    me = devices[1].signed_in(tokens[1]["access_token"])
    listed = me.get("/v1/users/me/sessions").json

    assert [one["device"] for one in listed["items"]] == ["device/2", "device/1", "device/0"]
    assert [one["network"] for one in listed["items"]] == ["192.0.2.2", "192.0.2.1", "192.0.2.0"]
    assert [one["current"] for one in listed["items"]] == [False, True, False]
    assert listed["next_cursor"] is None

    pages, query = [], {"limit": "1"}
    while "cursor" not in query or query["cursor"]:
        page = me.get("/v1/users/me/sessions", query=query).json
        pages += [one["id"] for one in page["items"]]
        query["cursor"] = page["next_cursor"] or ""
    assert pages == [one["id"] for one in listed["items"]]

    ended = me.delete(f"/v1/users/me/sessions/{tokens[0]['session_id']}")
    assert ended.status == 204
    assert me.delete(f"/v1/users/me/sessions/{tokens[0]['session_id']}").status == 204
    assert not alive(me, tokens[0])
    assert len(me.get("/v1/users/me/sessions").json["items"]) == 2


def test_listing_costs_one_query(client: Client) -> None:
    me = signed_in(client).client

    with budget() as spent:
        me.get("/v1/users/me/sessions")

    assert spent.calls == {"BatchGetItem": 1, "GetItem": 1, "Query": 1}


@pytest.mark.covers("V7.5.2")
def test_another_users_cursor_and_session_are_of_no_use(client: Client) -> None:
    mine, theirs = signed_in(client), signed_in(client)

    foreign = mine.client.delete(f"/v1/users/me/sessions/{theirs.session_id}")
    absent = mine.client.delete(f"/v1/users/me/sessions/{new_id()}")

    assert (foreign.status, foreign.problem) == (404, "session-not-found")
    assert foreign.json | {"instance": ""} == absent.json | {"instance": ""}
    assert theirs.client.get("/v1/users/me").status == 200
    bad = mine.client.get("/v1/users/me/sessions", query={"cursor": "AAAA"})
    assert (bad.status, bad.problem) == (422, "bad-cursor")


def test_signing_out_everywhere_is_one_write_and_ends_all(
    client: Client, told: Told, verified: Callable[[str], None]
) -> None:
    email = f"{new_id()}@example.org"
    verified(email)
    body = {"email": email, "password": PASSWORD}
    sessions = [client.post("/v1/users/login", body).json for _ in range(4)]
    me = client.signed_in(sessions[0]["access_token"])

    with budget() as spent:
        assert me.delete("/v1/users/me/sessions").status == 204

    # session and user; change number; the user; the user, change number, log entry, audit entry
    assert spent.calls == {"BatchGetItem": 2, "GetItem": 1, "TransactWriteItems": 1}
    assert spent.writes == 4
    assert not any(alive(client, one) for one in sessions)
    assert {refresh(client, one["refresh_token"]).status for one in sessions} == {401}
    after = client.post("/v1/users/login", body).json
    assert alive(client, after)
    listed = client.signed_in(after["access_token"]).get("/v1/users/me/sessions").json
    assert [one["id"] for one in listed["items"]] == [after["session_id"]]
