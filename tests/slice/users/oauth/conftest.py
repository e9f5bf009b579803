"""What the tests of the authorisation server share: a developer, an app, a user, and the walk between them."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.factories.users import SignedIn, signed_in
from tests.support.client import Client, Reply
from tests.support.cloud import Cloud

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
REDIRECT = "https://app.example.org/callback"


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def answer_of(redirect: str) -> dict[str, str]:
    """The parameters that an app gets back."""
    return dict(parse_qsl(urlsplit(redirect).query, keep_blank_values=True))


@dataclass(slots=True)
class App:
    """A registered app: it asks users, and calls the endpoints from a server of its own."""

    client_id: str
    secret: str | None
    redirect: str
    server: Client
    scopes: str = "openid expenses:read"
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    def asked(self, **more: Any) -> dict[str, Any]:
        return {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect,
            "scope": self.scopes,
            "state": "the-state",
            "code_challenge": challenge(self.verifier),
            "code_challenge_method": "S256",
            "nonce": "the-nonce",
            **more,
        }

    def allowed(self, user: SignedIn, **more: Any) -> Reply:
        """The user says yes."""
        body = {**self.asked(**more), "decision": "allow"}
        return user.client.post("/v1/users/oauth/authorize", body)

    def code(self, user: SignedIn, **more: Any) -> str:
        reply = self.allowed(user, **more)
        assert reply.status == 200, reply.text
        return answer_of(reply.json["redirect_to"])["code"]

    def form(self, path: str, fields: dict[str, str], **more: Any) -> Reply:
        headers = basic(self.client_id, self.secret) if self.secret else {}
        public = {} if self.secret else {"client_id": self.client_id}
        return self.server.post(
            f"/v1/users/oauth/{path}",
            body=urlencode({**public, **fields}).encode(),
            headers={**FORM, **headers, **more.pop("headers", {})},
            **more,
        )

    def redeemed(self, code: str, **more: str) -> Reply:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect,
            "code_verifier": self.verifier,
        }
        return self.form("token", {**fields, **more})

    def refreshed(self, token: str, **more: str) -> Reply:
        return self.form("token", {"grant_type": "refresh_token", "refresh_token": token, **more})

    def let_in(self, user: SignedIn, **more: Any) -> Any:
        """The whole walk; gives the tokens."""
        reply = self.redeemed(self.code(user, **more))
        assert reply.status == 200, reply.text
        return reply.json


Register = Callable[..., App]


@pytest.fixture
def user(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app), cloud)


@pytest.fixture
def developer(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app), cloud)


def register_app(cloud: Cloud, developer: SignedIn, **more: Any) -> App:
    """Register an app over HTTP."""
    body = {
        "name": "Receipt reader",
        "confidential": True,
        "redirect_uris": [REDIRECT],
        "grants": ["authorization_code", "refresh_token"],
        "scopes": ["openid", "profile", "email", "expenses:read", "expenses:write"],
        **more,
    }
    reply = developer.client.post("/v1/users/oauth/clients", body)
    assert reply.status == 201, reply.text
    made = reply.json
    redirect = (made["redirect_uris"] or [""])[0]
    return App(made["id"], made["client_secret"], redirect, Client(cloud.app))


@dataclass(frozen=True, slots=True)
class Shared:
    """A user and apps for tables of cases that leave them as they were."""

    user: SignedIn
    app: App
    public: App
    other: App


@pytest.fixture(scope="module")
def shared(cloud: Cloud) -> Shared:
    user = signed_in(Client(cloud.app), cloud)
    apps = (register_app(cloud, user, confidential=one) for one in (True, False, True))
    return Shared(user, *apps)


@pytest.fixture
def register(cloud: Cloud, developer: SignedIn) -> Register:
    return partial(register_app, cloud, developer)


@pytest.fixture
def app(register: Register) -> App:
    return register()


@pytest.fixture
def public_app(register: Register) -> App:
    return register(confidential=False)


def opens(client: Client, tokens: Any, path: str = "/v1/expenses/accounts") -> bool:
    """Whether an access token opens a route."""
    status = client.get(path, token=tokens["access_token"]).status
    assert status in {200, 401}, status
    return status == 200
