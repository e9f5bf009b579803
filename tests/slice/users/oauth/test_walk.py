"""An app is let in, works, is seen, narrowed and shut out: over HTTP, from registration to the end."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any

import pytest

from chalicelib.kernel.settings import settings
from chalicelib.kernel.tables import Raw
from chalicelib.users.model import consents
from chalicelib.users.model.clients import MOST_CLIENTS, OPENID, SCOPES
from chalicelib.users.service import oauth_clients
from tests.factories.users import SignedIn, signed_in
from tests.slice.users.oauth.conftest import REDIRECT, App, Register, answer_of, opens
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = [pytest.mark.slice, pytest.mark.durable]


def claims_of(token: str) -> Any:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


@pytest.mark.covers("V10.7.2", "V10.7.1")
def test_the_user_is_shown_who_asks_for_what_and_for_how_long(user: SignedIn, app: App) -> None:
    reply = user.client.get("/v1/users/oauth/authorize", query=app.asked())

    assert reply.status == 200, reply.text
    shown = reply.json
    assert shown["app"] == {
        "client_id": app.client_id,
        "name": "Receipt reader",
        "redirect_uri": REDIRECT,
    }
    assert [one["name"] for one in shown["scopes"]] == ["expenses:read", "openid"]
    assert all(one["means"] == SCOPES[one["name"]] for one in shown["scopes"])
    assert shown["new_scopes"] == ["expenses:read", "openid"]
    assert (shown["lasts_days"], shown["proof_needed"], shown["redirect_to"]) == (90, False, None)


@pytest.mark.covers("V10.2.2", "V10.6.1")
def test_a_yes_gives_a_code_and_names_us_as_issuer(user: SignedIn, app: App) -> None:
    redirect = app.allowed(user).json["redirect_to"]

    answer = answer_of(redirect)
    assert redirect.startswith(REDIRECT + "?")
    assert set(answer) == {"code", "state", "iss"}
    assert (answer["state"], answer["iss"]) == ("the-state", settings().public_url)


def test_the_app_gets_tokens_that_open_what_was_allowed(user: SignedIn, app: App) -> None:
    tokens = app.let_in(user)

    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 600
    assert tokens["scope"] == "expenses:read openid"
    assert tokens["refresh_token"].startswith("xpo_")
    assert opens(app.server, tokens)
    assert claims_of(tokens["access_token"])["client_id"] == app.client_id


@pytest.mark.covers("V10.5.1", "V9.2.4")
def test_the_id_token_is_for_this_app_and_this_sign_in(
    user: SignedIn, app: App, cloud: Cloud
) -> None:
    import jwt

    tokens = app.let_in(user)
    jwks = Client(cloud.app).get("/.well-known/jwks.json").json
    kid = jwt.get_unverified_header(tokens["id_token"])["kid"]
    key = next(jwt.PyJWK(one) for one in jwks["keys"] if one["kid"] == kid)
    claims = jwt.decode(
        tokens["id_token"],
        key,
        algorithms=["ES256"],
        audience=app.client_id,
        issuer=settings().public_url,
    )

    assert claims["sub"] == user.user_id
    assert claims["nonce"] == "the-nonce"
    half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    assert claims["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    assert claims["amr"] == ["pwd"]


@pytest.mark.covers("V9.2.4", "V10.3.1")
def test_an_id_token_opens_nothing(user: SignedIn, app: App) -> None:
    tokens = app.let_in(user)

    assert not opens(app.server, {"access_token": tokens["id_token"]})


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ("openid", {"sub"}),
        ("openid email", {"sub", "email", "email_verified"}),
        ("openid profile email", {"sub", "email", "email_verified"}),
    ],
)
def test_userinfo_says_what_the_scopes_allow(
    user: SignedIn, app: App, scope: str, names: set[str]
) -> None:
    tokens = app.let_in(user, scope=scope)

    for method in ("GET", "POST"):
        reply = app.server.call(method, "/v1/users/oauth/userinfo", token=tokens["access_token"])
        assert reply.status == 200, reply.text
        assert set(reply.json) == names
        assert reply.json["sub"] == user.user_id


def test_without_openid_there_is_neither_id_token_nor_userinfo(user: SignedIn, app: App) -> None:
    tokens = app.let_in(user, scope="expenses:read")

    assert "id_token" not in tokens
    reply = app.server.get("/v1/users/oauth/userinfo", token=tokens["access_token"])
    assert reply.problem == "missing-scope"


@pytest.mark.covers("V10.7.3", "V10.4.9")
def test_the_user_sees_narrows_and_shuts_out_an_app_at_once(user: SignedIn, app: App) -> None:
    tokens = app.let_in(user, scope="expenses:read expenses:write")
    path = f"/v1/users/oauth/consents/{app.client_id}"
    body = {"name": "Cash", "kind": "cash", "currency": "EUR"}

    (seen,) = user.client.get("/v1/users/oauth/consents").json["items"]
    assert seen["name"] == "Receipt reader"
    narrowed = user.client.put(path, {"scopes": ["expenses:read"]})
    assert narrowed.status == 200, narrowed.text
    refused = app.server.post("/v1/expenses/accounts", body, token=tokens["access_token"])
    assert refused.problem == "missing-scope"
    renewed = app.refreshed(tokens["refresh_token"]).json
    assert renewed["scope"] == "expenses:read"

    assert user.client.delete(path).status == 204
    assert not opens(app.server, renewed)
    assert app.refreshed(renewed["refresh_token"]).json["error"] == "invalid_grant"
    assert user.client.get("/v1/users/oauth/consents").json["items"] == []
    assert user.client.delete(path).status == 204


def test_scopes_come_back_by_the_consent_screen_only(user: SignedIn, app: App) -> None:
    app.let_in(user, scope="expenses:read")
    path = f"/v1/users/oauth/consents/{app.client_id}"

    reply = user.client.put(path, {"scopes": ["expenses:read", "expenses:write"]})

    assert reply.status == 422


def test_a_second_consent_shows_what_is_new(user: SignedIn, app: App) -> None:
    app.let_in(user, scope="expenses:read")

    query = app.asked(scope="expenses:read expenses:write")
    shown = user.client.get("/v1/users/oauth/authorize", query=query).json

    assert shown["new_scopes"] == ["expenses:write"]


def test_a_code_from_before_the_app_was_shut_out_gives_nothing(user: SignedIn, app: App) -> None:
    code = app.code(user)
    user.client.delete(f"/v1/users/oauth/consents/{app.client_id}")
    other = app.code(user)

    assert app.redeemed(code).json["error"] == "invalid_grant"
    assert app.redeemed(other).status == 200


def test_the_session_of_an_app_stands_in_the_users_list_and_ends_there(
    user: SignedIn, app: App
) -> None:
    tokens = app.let_in(user)

    listed = user.client.get("/v1/users/me/sessions").json["items"]
    theirs = next(one for one in listed if one["id"] != user.session_id)
    assert user.client.delete(f"/v1/users/me/sessions/{theirs['id']}").status == 204

    assert not opens(app.server, tokens)


def test_signing_out_everywhere_ends_apps_too(user: SignedIn, app: App) -> None:
    tokens = app.let_in(user)
    waiting = app.code(user)

    assert user.client.delete("/v1/users/me/sessions").status == 204

    assert not opens(app.server, tokens)
    assert app.redeemed(waiting).json["error"] == "invalid_grant"


def test_an_app_that_its_developer_removes_ends_at_once(
    user: SignedIn, developer: SignedIn, app: App
) -> None:
    tokens = app.let_in(user)

    assert developer.client.delete(f"/v1/users/oauth/clients/{app.client_id}").status == 204

    assert not opens(app.server, tokens)
    assert app.refreshed(tokens["refresh_token"]).json["error"] == "invalid_client"


def test_an_app_has_a_bounded_number_of_sessions_with_a_user(
    user: SignedIn, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert consents.MOST_SESSIONS == 10
    monkeypatch.setattr(consents, "MOST_SESSIONS", 2)
    first = app.let_in(user)
    later = [app.let_in(user) for _ in range(2)]

    assert not opens(app.server, first)
    assert all(opens(app.server, one) for one in later)


def test_an_app_without_the_grant_gets_no_refresh_token(user: SignedIn, register: Register) -> None:
    tokens = register(grants=["authorization_code"]).let_in(user)

    assert "refresh_token" not in tokens


def test_a_secret_is_shown_once_and_apps_are_their_developers(
    cloud: Cloud, developer: SignedIn, user: SignedIn, app: App, public_app: App
) -> None:
    assert (app.secret or "").startswith("xpk_")
    assert public_app.secret is None
    listed = developer.client.get("/v1/users/oauth/clients")
    assert [one["id"] for one in listed.json["items"]] == [app.client_id, public_app.client_id]
    assert "client_secret" not in listed.text

    assert user.client.get("/v1/users/oauth/clients").json["items"] == []
    foreign = user.client.delete(f"/v1/users/oauth/clients/{app.client_id}")
    assert (foreign.status, foreign.problem) == (404, "client-not-found")


def test_a_developer_has_a_bounded_number_of_apps(
    developer: SignedIn, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_CLIENTS == 20
    monkeypatch.setattr(oauth_clients, "MOST_CLIENTS", 2)
    for _ in range(2):
        register(confidential=False)

    with pytest.raises(AssertionError, match="too-many-clients"):
        register()


@pytest.mark.covers("V10.4.11")
def test_scopes_that_no_app_may_have_cannot_be_registered(developer: SignedIn) -> None:
    assert not any(one.startswith(("users:", "security:", "sync:")) for one in SCOPES)
    assert "payments:write" not in SCOPES

    for scope in ("users:read", "users:write", "security:read", "sync:read", "payments:write"):
        body = {
            "name": "X",
            "confidential": True,
            "redirect_uris": [REDIRECT],
            "grants": ["authorization_code"],
            "scopes": [scope],
        }
        assert developer.client.post("/v1/users/oauth/clients", body).status == 422


def test_the_metadata_names_endpoints_that_exist(cloud: Cloud) -> None:
    client = Client(cloud.app)
    both = [
        client.get(f"/.well-known/{name}").json
        for name in ("openid-configuration", "oauth-authorization-server")
    ]

    assert both[0] == both[1]
    told = both[0]
    assert told["issuer"] == settings().public_url
    assert set(OPENID) < set(told["scopes_supported"])
    for name in ("token", "revocation", "introspection", "userinfo"):
        path = told[f"{name}_endpoint"].removeprefix(told["issuer"])
        assert path in cloud.app.routes
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["response_types_supported"] == ["code"]
    assert told["authorization_response_iss_parameter_supported"] is True


def test_what_the_walk_costs(user: SignedIn, app: App) -> None:
    with budget() as decided:
        code = app.code(user)
    with budget() as redeemed:
        tokens = app.redeemed(code).json
    with budget() as refreshed:
        tokens = app.refreshed(tokens["refresh_token"]).json
    with budget() as used:
        app.server.get("/v1/users/oauth/userinfo", token=tokens["access_token"])

    # written: consent, code, head, entry, the day's marker, and two messages
    assert decided.calls["TransactWriteItems"] == 1
    assert decided.writes == 7
    assert redeemed.calls == {"UpdateItem": 1, "BatchGetItem": 2, "TransactWriteItems": 1}
    assert (redeemed.reads, redeemed.writes) == (6, 5)
    assert refreshed.calls == {
        "UpdateItem": 1,
        "BatchGetItem": 3,
        "PutItem": 1,
    }
    assert used.calls == {"BatchGetItem": 1, "GetItem": 1}
    assert used.reads == 4


def test_another_users_consent_is_not_touched(user: SignedIn, app: App, cloud: Cloud) -> None:
    other = signed_in(Client(cloud.app), cloud)
    mine, theirs = app.let_in(user), app.let_in(other)

    user.client.delete(f"/v1/users/oauth/consents/{app.client_id}")

    assert not opens(app.server, mine)
    assert opens(app.server, theirs)


def test_the_audit_names_the_app_that_works_for_the_user(user: SignedIn, app: App) -> None:
    from chalicelib.kernel import outbox
    from chalicelib.kernel.outbox import OutboxRow
    from chalicelib.security.commands import RecordAction

    entered: list[RecordAction] = []

    def hear(_spec: object, committed: Sequence[Raw]) -> None:
        for row in committed:
            for one in OutboxRow.from_raw_data(dict(row)).envelopes():
                message = one.message()
                if isinstance(message, RecordAction):
                    entered.append(message)

    outbox.on_commit(hear)
    try:
        code = app.code(user)
        tokens = app.redeemed(code).json
        app.form("revoke", {"token": tokens["refresh_token"]})
        user.client.delete(f"/v1/users/oauth/consents/{app.client_id}")
    finally:
        outbox.forget_listeners()

    assert [one.action for one in entered] == [
        "consent-given",
        "sign-in",
        "client-token-revoked",
        "consent-revoked",
    ]
    through = f"user:{user.user_id}@{app.client_id}"
    assert [one.actor == through for one in entered] == [False, True, True, False]
