"""OAuth 2.0 and OpenID Connect on the wire: the consent screen, and the endpoints that apps call."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from chalicelib.kernel.wire import Id, Wire
from chalicelib.users.model.oauth_redirects import LONGEST
from chalicelib.users.schemas.clients import ScopeOut

_CLIENT: Final = "0190b5a8-a111-7d52-9f3e-7c6b5a4d3e2f"
_REDIRECT: Final = "https://app.example.org/callback"
_CHALLENGE: Final = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
_VERIFIER: Final = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
_ASKED: Final[JsonDict] = {
    "response_type": "code",
    "client_id": _CLIENT,
    "redirect_uri": _REDIRECT,
    "scope": "openid expenses:read",
    "state": "af0ifjsldkj",
    "code_challenge": _CHALLENGE,
    "code_challenge_method": "S256",
    "nonce": "n-0S6_WzA2Mj",
}

Opaque = Annotated[str, StringConstraints(max_length=500, pattern=r"^[\x20-\x7e]*$")]
"""What an app sends along and gets back: printable ASCII."""
Short = Annotated[str, StringConstraints(max_length=100)]
Token = Annotated[str, StringConstraints(max_length=4_096)]


class AuthorizeQuery(Wire):
    """What an app asks for (RFC 6749, 4.1.1; RFC 7636, 4.3; OpenID Connect Core 1.0, 3.1.2.1)."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ASKED]})

    response_type: Short
    client_id: Id
    redirect_uri: Annotated[str, StringConstraints(max_length=LONGEST)]
    scope: Annotated[str, StringConstraints(max_length=1_000)] = ""
    state: Opaque = ""
    code_challenge: Short = ""
    code_challenge_method: Short = ""
    nonce: Opaque = ""
    prompt: Short = ""
    response_mode: Short = ""
    max_age: Annotated[int, Field(ge=0, le=10**9)] | None = None


class Decide(AuthorizeQuery):
    """The user's decision on what an app asks for: the request once more, and yes or no."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_ASKED, "decision": "allow"}]})

    decision: Literal["allow", "deny"]


class AppShown(Wire):
    """The app that asks, as the consent screen names it."""

    client_id: Id
    name: str
    redirect_uri: str
    """Where the user is sent with the answer."""


class AuthorizeOut(Wire):
    """What to show the user. With `redirect_to` there is nothing to ask: send the browser there."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "redirect_to": None,
                    "app": {
                        "client_id": _CLIENT,
                        "name": "Receipt reader",
                        "redirect_uri": _REDIRECT,
                    },
                    "scopes": [
                        {"name": "expenses:read", "means": "See your accounts and transactions"}
                    ],
                    "new_scopes": ["expenses:read"],
                    "lasts_days": 90,
                    "proof_needed": False,
                }
            ]
        }
    )

    redirect_to: str | None
    app: AppShown | None
    scopes: list[ScopeOut]
    new_scopes: list[str]
    """Those that the user has not allowed this app before."""
    lasts_days: int
    """Days after which the app has to ask again, however much it is used."""
    proof_needed: bool
    """The app wants the user to show once more who they are, before they decide."""


class RedirectOut(Wire):
    """Where to send the browser: the app's own address, with a code or with the reason why there is none."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "redirect_to": f"{_REDIRECT}?code=xpc_AZC1qHw&state=af0ifjsldkj"
                    "&iss=https%3A%2F%2Fxpense.example.org"
                }
            ]
        }
    )

    redirect_to: str


class TokenForm(Wire):
    """A token request (RFC 6749, 4.1.3, 4.4.2 and 6); parameters that nobody knows are ignored (3.2)."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "examples": [
                {
                    "grant_type": "authorization_code",
                    "code": "xpc_AZC1qHw-exqdVQpvDB0uPwGQta",
                    "redirect_uri": _REDIRECT,
                    "client_id": _CLIENT,
                    "code_verifier": _VERIFIER,
                }
            ]
        },
    )

    grant_type: Short
    code: Token | None = None
    redirect_uri: Token | None = None
    code_verifier: Token | None = None
    refresh_token: Token | None = None
    scope: Token | None = None
    client_id: Short | None = None
    client_secret: Token | None = None


class GivenOut(Wire):
    """Tokens for an app (RFC 6749, 5.1; OpenID Connect Core 1.0, 3.1.3.3)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "access_token": "eyJhbGciOiJFUzI1NiIsImtpZCI6IjhmM2EiLCJ0eXAiOiJhdCtqd3QifQ.e30.c2ln",
                    "token_type": "Bearer",
                    "expires_in": 600,
                    "scope": "expenses:read openid",
                    "refresh_token": "xpo_AZC1qHw-exqdVQpvDB0uPwGQtaiffwB8QY4tartMPS4",
                    "id_token": "eyJhbGciOiJFUzI1NiIsImtpZCI6IjhmM2EiLCJ0eXAiOiJKV1QifQ.e30.c2ln",
                }
            ]
        }
    )

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    """Seconds."""
    scope: str
    refresh_token: str | None = None
    """Works once; absent for apps without the grant."""
    id_token: str | None = None
    """Present with the scope `openid`."""


class TokenToJudge(Wire):
    """A token and, as a hint, what kind it is (RFC 7009, 2.1; RFC 7662, 2.1)."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "examples": [{"token": "xpo_AZC1qHw-exqdVQpvDB0u", "token_type_hint": "refresh_token"}]
        },
    )

    token: Token
    token_type_hint: Short | None = None
    client_id: Short | None = None
    client_secret: Token | None = None


class IntrospectionOut(Wire):
    """What a token is worth now (RFC 7662, 2.2). Of one that is not active nothing else is said."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "active": True,
                    "client_id": _CLIENT,
                    "scope": "expenses:read",
                    "sub": "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f",
                    "aud": "xpense-api",
                    "iss": "https://xpense.example.org",
                    "exp": 1_793_650_200,
                    "iat": 1_793_649_600,
                    "token_type": "Bearer",
                }
            ]
        }
    )

    active: bool
    client_id: str | None = None
    scope: str | None = None
    sub: str | None = None
    aud: str | None = None
    iss: str | None = None
    exp: int | None = None
    iat: int | None = None
    token_type: str | None = None


class UserinfoOut(Wire):
    """Who the user is, as far as the app may know (OpenID Connect Core 1.0, 5.3)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "sub": "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f",
                    "name": "Ada",
                    "email": "ada@example.org",
                    "email_verified": True,
                }
            ]
        }
    )

    sub: Id
    name: str | None = None
    """With the scope `profile`."""
    email: str | None = None
    """With the scope `email`."""
    email_verified: bool | None = None


class OwnClientOut(Wire):
    """What a client is, as it sees itself with a token of its own."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"client_id": _CLIENT, "scopes": ["currency:read"]}]}
    )

    client_id: Id
    scopes: list[str]
