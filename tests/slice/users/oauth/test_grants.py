"""The endpoints that apps call: every grant with every mistake, codes, PKCE, clients, and tokens given back."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.kernel import clock
from chalicelib.kernel.context import Visit
from chalicelib.kernel.ids import new_id
from chalicelib.users.errors import OAuthRefusal
from chalicelib.users.schemas.oauth import TokenForm
from chalicelib.users.service import oauth_tokens
from tests.factories.users import SignedIn, signed_in
from tests.slice.users.oauth.conftest import (
    FORM,
    REDIRECT,
    App,
    Register,
    Shared,
    answer_of,
    basic,
    challenge,
    opens,
)
from tests.support.client import Client, Reply
from tests.support.cloud import Cloud
from tests.support.taps import calls_of, every_point, interleaved, killed_at, orders

pytestmark = [pytest.mark.slice, pytest.mark.durable, pytest.mark.attack]
TOKEN = "/v1/users/oauth/token"


def refused(reply: Reply, error: str) -> None:
    """The shape of RFC 6749, 5.2."""
    assert reply.status == (401 if error == "invalid_client" else 400), reply.text
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.json["error"] == error, reply.text
    assert reply.json["error_description"]
    if error == "invalid_client":
        assert reply.headers["WWW-Authenticate"].startswith("Basic")


# --- the authorisation request


@pytest.mark.covers("V10.4.6", "V10.6.1", "V10.4.11")
@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"response_type": ""}, "unsupported_response_type"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": "a" * 44}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"code_challenge_method": "s256"}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"scope": ""}, "invalid_scope"),
        ({"scope": "users:write"}, "invalid_scope"),
        ({"scope": "expenses:read security:write"}, "invalid_scope"),
        ({"scope": "budgets:read"}, "invalid_scope"),
        ({"scope": "EXPENSES:READ"}, "invalid_scope"),
        ({"scope": "email"}, "invalid_scope"),
        ({"prompt": "none"}, "interaction_required"),
        ({"prompt": "create"}, "invalid_request"),
    ],
)
def test_a_wrong_request_is_answered_to_the_app_without_a_code(
    shared: Shared, change: dict[str, str], error: str
) -> None:
    user, app = shared.user, shared.app
    shown = user.client.get("/v1/users/oauth/authorize", query=app.asked(**change))
    decided = app.allowed(user, **change)

    for reply in (shown, decided):
        assert reply.status == 200, reply.text
        answer = answer_of(reply.json["redirect_to"])
        assert (answer["error"], answer["state"]) == (error, "the-state")
        assert answer["iss"]
        assert "code" not in answer


@pytest.mark.parametrize(
    "redirect",
    ["https://evil.example/callback", REDIRECT + "/", REDIRECT + "?x=1", "", "//evil.example"],
)
def test_nothing_is_sent_to_an_address_that_is_not_the_apps(shared: Shared, redirect: str) -> None:
    user, app = shared.user, shared.app
    for change in ({}, {"response_type": "token"}, {"scope": "nonsense"}):
        given = {"redirect_uri": redirect, **change}
        shown = user.client.get("/v1/users/oauth/authorize", query=app.asked(**given))
        decided = app.allowed(user, **given)

        for reply in (shown, decided):
            assert (reply.status, reply.problem) == (422, "unknown-app")
            assert redirect == "" or redirect not in reply.text


def test_an_app_that_is_not_registered_is_told_to_the_user_only(user: SignedIn, app: App) -> None:
    reply = app.allowed(user, client_id=new_id())

    assert reply.problem == "unknown-app"


def test_a_no_is_a_no(user: SignedIn, app: App) -> None:
    body = {**app.asked(), "decision": "deny"}

    redirect = user.client.post("/v1/users/oauth/authorize", body).json["redirect_to"]

    assert answer_of(redirect)["error"] == "access_denied"
    assert user.client.get("/v1/users/oauth/consents").json["items"] == []


@pytest.mark.covers("V10.7.1")
def test_no_app_and_no_other_site_can_consent(user: SignedIn, app: App) -> None:
    tokens = app.let_in(user)
    body = {**app.asked(), "decision": "allow"}

    by_app = app.server.post("/v1/users/oauth/authorize", body, token=tokens["access_token"])
    by_nobody = app.server.post("/v1/users/oauth/authorize", body)

    assert by_app.status == 403
    assert by_nobody.status == 401


@pytest.mark.covers("V10.3.4")
def test_an_app_can_ask_for_a_fresh_proof(
    user: SignedIn, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = clock.now() + timedelta(minutes=5)
    monkeypatch.setattr(clock, "now", lambda: later)

    for change in ({"max_age": 60}, {"prompt": "login"}):
        query = app.asked(**change)
        shown = user.client.get(
            "/v1/users/oauth/authorize", query={name: str(one) for name, one in query.items()}
        )
        assert shown.json["proof_needed"] is True
        assert app.allowed(user, **change).problem == "step-up-required"
    assert app.allowed(user, max_age=900).status == 200


# --- redeeming a code


CODE_MISTAKES: dict[str, tuple[Callable[[App, str], Reply], str]] = {
    "no code": (lambda a, c: a.redeemed(""), "invalid_request"),
    "no redirect_uri": (lambda a, c: a.redeemed(c, redirect_uri=""), "invalid_request"),
    "no verifier": (lambda a, c: a.redeemed(c, code_verifier=""), "invalid_request"),
    "another redirect_uri": (
        lambda a, c: a.redeemed(c, redirect_uri=REDIRECT + "/"),
        "invalid_grant",
    ),
    "another verifier": (
        lambda a, c: a.redeemed(c, code_verifier=secrets.token_urlsafe(48)),
        "invalid_grant",
    ),
    "the challenge as verifier": (
        lambda a, c: a.redeemed(c, code_verifier=challenge(a.verifier)),
        "invalid_grant",
    ),
    "a short verifier": (lambda a, c: a.redeemed(c, code_verifier="x" * 42), "invalid_grant"),
    "a made-up code": (lambda a, c: a.redeemed("xpc_" + "A" * 100), "invalid_grant"),
    "a code with a letter changed": (
        lambda a, c: a.redeemed(c[:-1] + ("A" if c[-1] != "A" else "B")),
        "invalid_grant",
    ),
    "a refresh token as code": (lambda a, c: a.redeemed("xpr_" + c[4:]), "invalid_grant"),
    "a code as refresh token": (lambda a, c: a.refreshed(c), "invalid_grant"),
    "no grant type": (lambda a, c: a.redeemed(c, grant_type=""), "invalid_request"),
    "the password grant": (
        lambda a, c: a.redeemed(c, grant_type="password"),
        "unsupported_grant_type",
    ),
    "the implicit grant": (
        lambda a, c: a.redeemed(c, grant_type="implicit"),
        "unsupported_grant_type",
    ),
    "a JWT grant": (
        lambda a, c: a.redeemed(c, grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer"),
        "unsupported_grant_type",
    ),
    "a grant that it is not registered for": (
        lambda a, c: a.redeemed(c, grant_type="client_credentials"),
        "unauthorized_client",
    ),
}


@pytest.mark.covers("V10.4.4", "V10.4.6")
@pytest.mark.parametrize("name", CODE_MISTAKES)
@pytest.mark.parametrize("kind", ["confidential", "public"])
def test_a_mistake_with_a_code_gives_no_token(shared: Shared, kind: str, name: str) -> None:
    user, app = shared.user, shared.app if kind == "confidential" else shared.public
    act, error = CODE_MISTAKES[name]

    refused(act(app, app.code(user)), error)


@pytest.mark.covers("V10.4.1")
@pytest.mark.parametrize("wrong", ["redirect_uri", "code_verifier"])
def test_a_code_that_came_with_a_wrong_secret_is_burnt(
    user: SignedIn, app: App, wrong: str
) -> None:
    code = app.code(user)

    refused(
        app.redeemed(code, **{wrong: REDIRECT + "/" if wrong[0] == "r" else "x" * 50}),
        "invalid_grant",
    )

    refused(app.redeemed(code), "invalid_grant")


@pytest.mark.covers("V10.4.2")
def test_a_code_works_once_and_its_second_use_ends_what_came_of_it(
    user: SignedIn, app: App
) -> None:
    code = app.code(user)
    tokens = app.redeemed(code).json
    assert opens(app.server, tokens)

    refused(app.redeemed(code), "invalid_grant")

    assert not opens(app.server, tokens)
    refused(app.refreshed(tokens["refresh_token"]), "invalid_grant")


@pytest.mark.covers("V10.4.2")
def test_of_two_that_redeem_one_code_at_once_one_wins_and_the_reuse_ends_it(
    user: SignedIn, app: App
) -> None:
    def act(code: str) -> object:
        form = TokenForm(
            grant_type="authorization_code",
            code=code,
            redirect_uri=app.redirect,
            code_verifier=app.verifier,
            client_id=app.client_id,
            client_secret=app.secret,
        )
        try:
            return oauth_tokens.exchange(Visit(), form, None)
        except OAuthRefusal as refusal:
            return refusal

    one = app.code(user)
    count = len(calls_of(lambda: act(one)))
    for order in orders(count, count, most=12):
        code = app.code(user)
        results = interleaved(order, a=lambda c=code: act(c), b=lambda c=code: act(c))  # type: ignore[misc]
        lost = [found for found in results.values() if isinstance(found, OAuthRefusal)]
        (won,) = [found for found in results.values() if not isinstance(found, OAuthRefusal)]
        assert [found.code for found in lost] == ["invalid_grant"], (order, results)
        assert not opens(app.server, {"access_token": won.access_token})  # type: ignore[attr-defined]


def test_an_app_that_dies_while_redeeming_leaves_no_second_session(
    user: SignedIn, app: App
) -> None:
    for point, side in every_point(lambda: app.redeemed(app.code(user))):
        code = app.code(user)
        killed_at(point, side, lambda c=code: app.redeemed(c))  # type: ignore[misc]
        again = app.redeemed(code)
        # either it was not spent and works now, or it was, and then nothing of it is left
        assert again.status in {200, 400}
        if again.status == 200:
            assert opens(app.server, again.json)


@pytest.mark.covers("V10.4.3")
@pytest.mark.parametrize(("after", "good"), [(59, True), (60, False), (64, False), (120, False)])
def test_a_code_lives_for_sixty_seconds(
    user: SignedIn, app: App, monkeypatch: pytest.MonkeyPatch, after: int, good: bool
) -> None:
    code = app.code(user)
    later = clock.now() + timedelta(seconds=after)
    monkeypatch.setattr(clock, "now", lambda: later)

    assert (app.redeemed(code).status == 200) is good


def test_another_app_cannot_use_a_code_even_with_its_verifier(
    user: SignedIn, register: Register
) -> None:
    honest, evil = register(), register()
    evil.verifier = honest.verifier

    stolen = honest.code(user)
    refused(evil.redeemed(stolen), "invalid_grant")
    refused(honest.redeemed(stolen), "invalid_grant")


@pytest.mark.covers("V10.4.6")
def test_a_code_that_is_injected_into_another_sign_in_fails(user: SignedIn, app: App) -> None:
    stolen = app.code(user)
    app.verifier = secrets.token_urlsafe(48)

    refused(app.redeemed(stolen), "invalid_grant")


# --- who the client is


AUTHENTICATION: dict[str, Callable[[App, App], tuple[dict[str, str], dict[str, str], str]]] = {
    "nothing": lambda a, o: ({}, {}, "invalid_client"),
    "an id alone": lambda a, o: ({"client_id": a.client_id}, {}, "invalid_client"),
    "a wrong secret": lambda a, o: ({}, basic(a.client_id, "x"), "invalid_client"),
    "an empty secret": lambda a, o: ({}, basic(a.client_id, ""), "invalid_client"),
    "another client's secret": lambda a, o: (
        {},
        basic(a.client_id, o.secret or ""),
        "invalid_client",
    ),
    "an unknown id": lambda a, o: ({}, basic(new_id(), a.secret or ""), "invalid_client"),
    "an id that is none": lambda a, o: ({}, basic("../x", a.secret or ""), "invalid_client"),
    "a changed secret": lambda a, o: (
        {},
        basic(a.client_id, (a.secret or "")[:-2] + "AA"),
        "invalid_client",
    ),
    "Bearer": lambda a, o: ({}, {"Authorization": "Bearer " + (a.secret or "")}, "invalid_client"),
    "Basic without base64": lambda a, o: ({}, {"Authorization": "Basic é"}, "invalid_client"),
    "Basic without a colon": lambda a, o: (
        {},
        {"Authorization": "Basic " + base64.b64encode(b"abc").decode()},
        "invalid_client",
    ),
    "two ways at once": lambda a, o: (
        {"client_id": a.client_id, "client_secret": a.secret or ""},
        basic(a.client_id, a.secret or ""),
        "invalid_request",
    ),
    "two clients at once": lambda a, o: (
        {"client_id": o.client_id},
        basic(a.client_id, a.secret or ""),
        "invalid_request",
    ),
}


@pytest.mark.covers("V10.4.10")
@pytest.mark.parametrize("path", ["token", "revoke", "introspect"])
@pytest.mark.parametrize("name", AUTHENTICATION)
def test_a_client_that_does_not_show_who_it_is_is_refused(
    cloud: Cloud, shared: Shared, path: str, name: str
) -> None:
    fields, headers, error = AUTHENTICATION[name](shared.app, shared.other)
    form = {"grant_type": "refresh_token", "refresh_token": "x", "token": "x", **fields}

    reply = Client(cloud.app).post(
        f"/v1/users/oauth/{path}", body=urlencode(form).encode(), headers={**FORM, **headers}
    )

    refused(reply, error)


def test_the_secret_may_stand_in_the_form(user: SignedIn, app: App) -> None:
    code, secret = app.code(user), app.secret
    app.secret = None

    assert app.redeemed(code, client_secret=secret or "").status == 200


def test_a_public_client_that_shows_a_secret_is_refused(
    user: SignedIn, app: App, public_app: App
) -> None:
    code = public_app.code(user)

    refused(public_app.redeemed(code, client_secret=app.secret or ""), "invalid_client")


# --- the form


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b'{"grant_type": "authorization_code"}', {"Content-Type": "application/json"}),
        (b"", FORM),
        (b"grant_type", FORM),
        (b"grant_type=a&grant_type=b", FORM),
        (b"grant_type=%ff", FORM),
        (b"&".join(b"a%d=1" % number for number in range(100)), FORM),
        (b"grant_type=" + b"a" * 40_000, FORM),
        (b"grant_type=" + b"a" * 200, FORM),
    ],
)
def test_what_is_no_form_is_an_invalid_request(
    cloud: Cloud, body: bytes, headers: dict[str, str]
) -> None:
    for path in ("token", "revoke", "introspect"):
        reply = Client(cloud.app).post(f"/v1/users/oauth/{path}", body=body, headers=headers)
        refused(reply, "invalid_request")


def test_fields_that_nobody_knows_and_empty_ones_are_ignored(user: SignedIn, app: App) -> None:
    assert app.redeemed(app.code(user), resource="x", client_secret="").status == 200


# --- refresh tokens


@pytest.mark.covers("V10.4.11")
@pytest.mark.parametrize(
    ("scope", "status", "granted"),
    [
        ("", 200, "expenses:read openid"),
        ("openid", 200, "openid"),
        ("expenses:read", 200, "expenses:read"),
        ("expenses:write", 400, ""),
        ("expenses:read expenses:write", 400, ""),
        ("users:write", 400, ""),
    ],
)
def test_a_refresh_narrows_and_never_widens(
    shared: Shared, scope: str, status: int, granted: str
) -> None:
    user, app = shared.user, shared.app
    tokens = app.let_in(user)

    reply = app.refreshed(tokens["refresh_token"], scope=scope)

    assert reply.status == status, reply.text
    if status == 200:
        assert reply.json["scope"] == granted
    else:
        refused(reply, "invalid_scope")
        assert app.refreshed(tokens["refresh_token"]).status == 200


@pytest.mark.covers("V10.4.5")
def test_a_spent_refresh_token_that_comes_back_ends_the_apps_session(
    user: SignedIn, app: App
) -> None:
    first = app.let_in(user)
    second = app.refreshed(first["refresh_token"]).json
    third = app.refreshed(second["refresh_token"]).json

    refused(app.refreshed(first["refresh_token"]), "invalid_grant")

    assert not opens(app.server, third)
    refused(app.refreshed(third["refresh_token"]), "invalid_grant")
    assert user.client.get("/v1/users/me").status == 200


@pytest.mark.covers("V10.4.5")
def test_an_answer_that_got_lost_may_be_asked_for_again(user: SignedIn, app: App) -> None:
    first = app.let_in(user)
    app.refreshed(first["refresh_token"])

    again = app.refreshed(first["refresh_token"])

    assert again.status == 200
    assert opens(app.server, again.json)


@pytest.mark.covers("V10.4.8")
def test_an_app_is_out_after_ninety_days_however_much_it_is_used(
    user: SignedIn, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = app.let_in(user)
    begun = clock.now()
    for days in (25, 50, 75):
        monkeypatch.setattr(clock, "now", lambda d=days: begun + timedelta(days=d))
        tokens = app.refreshed(tokens["refresh_token"]).json

    monkeypatch.setattr(clock, "now", lambda: begun + timedelta(days=90, seconds=1))

    refused(app.refreshed(tokens["refresh_token"]), "invalid_grant")


def test_a_refresh_token_is_its_own_clients(user: SignedIn, register: Register) -> None:
    honest, evil = register(), register()
    tokens = honest.let_in(user)

    refused(evil.refreshed(tokens["refresh_token"]), "invalid_grant")

    assert honest.refreshed(tokens["refresh_token"]).status == 200


@pytest.mark.covers("V10.4.11", "V10.3.2")
def test_tokens_of_apps_and_of_people_never_pass_for_each_other(
    cloud: Cloud, user: SignedIn, app: App
) -> None:
    tokens = app.let_in(user)
    client = Client(cloud.app)

    own = client.post("/v1/users/token/refresh", {"refresh_token": tokens["refresh_token"]})
    assert own.problem == "refresh-refused"
    renamed = "xpr_" + tokens["refresh_token"][4:]
    assert client.post("/v1/users/token/refresh", {"refresh_token": renamed}).status == 401
    for token in (tokens["refresh_token"], app.secret, app.code(user), tokens["id_token"]):
        assert client.get("/v1/users/me", token=token).status == 401


# --- what an app's token opens


def people_only() -> list[tuple[str, str]]:
    from functions._edge.operations import operations
    from tests.contract.test_every_route import _path

    return [
        (one.method, _path(one))
        for one in operations()
        if one.people_only or one.step_up or one.admin
    ]


@pytest.mark.covers("V10.3.2")
def test_no_route_for_people_opens_to_an_app_whatever_its_scopes(user: SignedIn, app: App) -> None:
    from dataclasses import replace

    from chalicelib.security import api as security
    from chalicelib.users import repository
    from chalicelib.users.model.scopes import ALL
    from chalicelib.users.service.unit import in_one_write

    app.let_in(user)
    page = repository.find_sessions(user.user_id, limit=10, start=None).items
    session = next(one for one in page if one.client)
    # an app with every scope there is, fresh from its user's proof: more than anybody can register
    mighty = replace(session, scopes=ALL, version=session.version + 1)
    in_one_write(Visit(), user.owner, lambda ctx: repository.save_session(ctx.commit, mighty))
    token = security.issue_access_token(
        user_id=user.user_id,
        session_id=session.id,
        scopes=ALL,
        now=clock.now(),
        client_id=app.client_id,
    ).token

    assert app.server.get("/v1/users/me", token=token).status == 200
    for method, path in people_only():
        reply = app.server.call(method, path, token=token, body=b"{}")
        assert reply.status in {401, 403, 404}, (method, path, reply.text)


def test_an_access_token_that_names_another_client_opens_nothing(
    user: SignedIn, register: Register
) -> None:
    from chalicelib.security import api as security
    from chalicelib.users import repository

    app, other = register(), register()
    app.let_in(user)
    page = repository.find_sessions(user.user_id, limit=10, start=None).items
    session = next(one for one in page if one.client)
    for client_id, session_id in (
        (other.client_id, session.id),
        ("", session.id),
        (app.client_id, user.session_id),
    ):
        token = security.issue_access_token(
            user_id=user.user_id,
            session_id=session_id,
            scopes=frozenset({"expenses:read"}),
            now=clock.now(),
            client_id=client_id,
        ).token
        assert not opens(app.server, {"access_token": token})


# --- a client on its own behalf


@pytest.fixture
def machine(register: Register) -> App:
    return register(
        grants=["client_credentials"], redirect_uris=[], scopes=["currency:read", "expenses:read"]
    )


def own_token(machine: App, **more: str) -> Reply:
    return machine.form("token", {"grant_type": "client_credentials", **more})


def test_a_client_gets_a_token_for_itself_with_what_belongs_to_nobody(machine: App) -> None:
    reply = own_token(machine)

    assert reply.status == 200, reply.text
    assert reply.json["scope"] == "currency:read"
    assert set(reply.json) == {"access_token", "token_type", "expires_in", "scope"}
    shown = machine.server.get("/v1/users/oauth/client", token=reply.json["access_token"])
    assert shown.json == {"client_id": machine.client_id, "scopes": ["currency:read"]}


def test_a_client_gets_nothing_of_users_for_itself(machine: App) -> None:
    for scope in ("expenses:read", "users:read", "openid", "currency:write", "x"):
        refused(own_token(machine, scope=scope), "invalid_scope")


@pytest.mark.covers("V10.3.2")
def test_every_other_route_is_closed_to_a_client_on_its_own_behalf(machine: App) -> None:
    from functions._edge.operations import operations
    from tests.contract.test_every_route import _path

    token = own_token(machine).json["access_token"]
    owned = [one for one in operations() if not one.public]

    for one in owned:
        reply = machine.server.call(one.method, _path(one), token=token, body=b"{}")
        if one.clients:
            assert reply.status in {200, 404, 422}, (one.path, reply.text)
        else:
            assert (reply.status, reply.problem) == (403, "users-only"), one.path
    assert len(owned) > 30


def test_a_users_token_is_not_a_clients(user: SignedIn, register: Register) -> None:
    app = register(scopes=["currency:read"])
    app.scopes = "currency:read"
    tokens = app.let_in(user)

    reply = app.server.get("/v1/users/oauth/client", token=tokens["access_token"])

    assert reply.problem == "client-not-found"


def test_a_clients_own_token_ends_when_it_is_given_back_or_the_app_removed(
    developer: SignedIn, machine: App
) -> None:
    first, second = (own_token(machine).json["access_token"] for _ in range(2))

    assert machine.form("revoke", {"token": first}).status == 200
    assert machine.server.get("/v1/users/oauth/client", token=first).status == 401
    assert machine.server.get("/v1/users/oauth/client", token=second).status == 200

    developer.client.delete(f"/v1/users/oauth/clients/{machine.client_id}")
    assert machine.server.get("/v1/users/oauth/client", token=second).status == 401


def test_a_public_app_cannot_have_the_grant(developer: SignedIn) -> None:
    body = {
        "name": "X",
        "confidential": False,
        "redirect_uris": [],
        "grants": ["client_credentials"],
        "scopes": ["currency:read"],
    }

    assert developer.client.post("/v1/users/oauth/clients", body).status == 422


# --- giving back, and asking what a token is worth


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_giving_one_token_back_ends_both(user: SignedIn, app: App, which: str) -> None:
    tokens = app.let_in(user)

    assert app.form("revoke", {"token": tokens[which]}).status == 200

    assert not opens(app.server, tokens)
    refused(app.refreshed(tokens["refresh_token"]), "invalid_grant")
    assert app.form("revoke", {"token": tokens[which]}).status == 200


def test_a_public_app_gives_its_tokens_back_too(user: SignedIn, public_app: App) -> None:
    tokens = public_app.let_in(user)

    assert public_app.form("revoke", {"token": tokens["refresh_token"]}).status == 200

    assert not opens(public_app.server, tokens)


def test_nobody_gives_back_what_is_anothers(user: SignedIn, register: Register) -> None:
    honest, evil = register(), register()
    tokens = honest.let_in(user)

    for token in (tokens["access_token"], tokens["refresh_token"], user.access_token, "x"):
        assert evil.form("revoke", {"token": token}).status == 200

    assert opens(honest.server, tokens)
    assert user.client.get("/v1/users/me").status == 200


def test_a_token_is_worth_something_to_its_client_while_it_counts(
    user: SignedIn, register: Register
) -> None:
    app, other = register(), register()
    tokens = app.let_in(user)

    def judged(by: App, token: str) -> Any:
        reply = by.form("introspect", {"token": token})
        assert reply.status == 200, reply.text
        return reply.json

    access, refresh = tokens["access_token"], tokens["refresh_token"]
    told = judged(app, access)
    assert told["active"] is True
    assert (told["client_id"], told["sub"]) == (app.client_id, user.user_id)
    assert (told["scope"], told["token_type"]) == ("expenses:read openid", "Bearer")
    assert judged(app, refresh)["active"] is True
    for token in (access, refresh):
        assert judged(other, token) == {"active": False}
    for token in (user.access_token, tokens["id_token"], app.code(user), "x", "é"):
        assert judged(app, token) == {"active": False}

    app.refreshed(refresh)
    assert judged(app, refresh) == {"active": False}
    user.client.delete(f"/v1/users/oauth/consents/{app.client_id}")
    assert judged(app, access) == {"active": False}


def test_a_public_app_cannot_ask(user: SignedIn, public_app: App) -> None:
    tokens = public_app.let_in(user)

    refused(public_app.form("introspect", {"token": tokens["access_token"]}), "invalid_client")


def test_an_app_of_a_developer_who_is_gone_is_none(
    cloud: Cloud, user: SignedIn, developer: SignedIn, app: App
) -> None:
    from dataclasses import replace

    from chalicelib.users import repository
    from chalicelib.users.service.unit import in_one_write

    gone = repository.get_user(developer.user_id)
    off = replace(gone, state="disabled", version=gone.version + 1)
    in_one_write(Visit(), developer.owner, lambda ctx: repository.save_user(ctx.commit, off))

    assert app.allowed(user).problem == "unknown-app"
    refused(app.refreshed("x"), "invalid_client")


def test_sign_ins_of_two_users_never_mix(cloud: Cloud, user: SignedIn, app: App) -> None:
    other = signed_in(Client(cloud.app), cloud)
    mine, theirs = app.code(user), app.code(other)

    for code, owner in ((theirs, other), (mine, user)):
        tokens = app.redeemed(code).json
        found = app.server.get("/v1/users/oauth/userinfo", token=tokens["access_token"])
        assert found.json["sub"] == owner.user_id
