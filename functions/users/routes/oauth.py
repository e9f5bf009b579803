"""Third-party apps: registered by developers, let in by users, served with tokens."""

from __future__ import annotations

from typing import Final

from chalicelib.kernel.context import Context, Visit
from chalicelib.security.api import Limit
from chalicelib.users.schemas.clients import (
    ChangeConsent,
    ClientsOut,
    ConsentOut,
    ConsentsOut,
    NewClientOut,
    RegisterClient,
)
from chalicelib.users.schemas.oauth import (
    AuthorizeOut,
    AuthorizeQuery,
    Decide,
    GivenOut,
    IntrospectionOut,
    OwnClientOut,
    RedirectOut,
    TokenForm,
    TokenToJudge,
    UserinfoOut,
)
from chalicelib.users.service import (
    consents,
    oauth_authorize,
    oauth_clients,
    oauth_judging,
    oauth_tokens,
)
from functions._edge.oauth import form_endpoint, plain
from functions._edge.problems import Answer
from functions.users.routes.edge import edge

# By network address, and an app's server is one address for all its users: these stop floods, not guesses.
TOKENS: Final = Limit("oauth-token", quota=3_000, window=900)
JUDGING: Final = Limit("oauth-introspect", quota=6_000, window=900)


# --- the consent screen


@edge.endpoint(
    "GET",
    "/v1/users/oauth/authorize",
    summary="What an app asks of you",
    query=AuthorizeQuery,
    out=AuthorizeOut,
    scope="users:read",
    people_only=True,
)
def ask_to_authorize(ctx: Context, query: AuthorizeQuery) -> AuthorizeOut:
    """Give what the consent screen shows. Nothing is sent to an address that the app is not registered with."""
    return oauth_authorize.ask(ctx, query)


@edge.endpoint(
    "POST",
    "/v1/users/oauth/authorize",
    summary="Let an app in, or not",
    body=Decide,
    out=RedirectOut,
    scope="users:write",
    people_only=True,
    idempotent=False,
)
def authorize(ctx: Context, body: Decide) -> RedirectOut:
    """Take the decision and say where to send the browser; a yes carries a code that lives for a minute."""
    return oauth_authorize.decide(ctx, body)


# --- what apps call


@form_endpoint(
    edge,
    "/v1/users/oauth/token",
    summary="Tokens for an app",
    form=TokenForm,
    out=GivenOut,
    limit=TOKENS,
)
def give_tokens(visit: Visit, form: TokenForm, authorization: str | None) -> GivenOut:
    """Give tokens for a code (with PKCE), a refresh token (which is spent), or a client's own credentials."""
    return oauth_tokens.exchange(visit, form, authorization)


@form_endpoint(
    edge,
    "/v1/users/oauth/revoke",
    summary="Give a token back",
    form=TokenToJudge,
    out=None,
    limit=TOKENS,
)
def revoke_token(visit: Visit, form: TokenToJudge, authorization: str | None) -> None:
    """End what the token stands for, at once (RFC 7009); a token that means nothing is no error."""
    oauth_judging.revoke(visit, form, authorization)


@form_endpoint(
    edge,
    "/v1/users/oauth/introspect",
    summary="What a token is worth",
    form=TokenToJudge,
    out=IntrospectionOut,
    limit=JUDGING,
)
def introspect_token(
    visit: Visit, form: TokenToJudge, authorization: str | None
) -> IntrospectionOut:
    """Say whether a token of the client's counts now, and for what (RFC 7662)."""
    return oauth_judging.introspect(visit, form, authorization)


@edge.endpoint(
    "GET",
    "/v1/users/oauth/userinfo",
    summary="Who the user is",
    out=UserinfoOut,
    scope="openid",
)
def read_userinfo(ctx: Context) -> Answer:
    """Say who the user is, as far as the app may know (OpenID Connect Core 1.0, 5.3)."""
    return plain(consents.userinfo(ctx))


@edge.endpoint(
    "POST",
    "/v1/users/oauth/userinfo",
    summary="Who the user is, by POST",
    out=UserinfoOut,
    scope="openid",
    idempotent=False,
)
def post_userinfo(ctx: Context) -> Answer:
    """Say the same: the standard has both methods."""
    return plain(consents.userinfo(ctx))


@edge.endpoint(
    "GET",
    "/v1/users/oauth/client",
    summary="What a client is",
    out=OwnClientOut,
    scope="currency:read",
    clients=True,
)
def read_own_client(ctx: Context) -> OwnClientOut:
    """Say whose token this is and what it may do; for a client on its own behalf."""
    return oauth_clients.own(ctx)


# --- developers


@edge.endpoint(
    "GET",
    "/v1/users/oauth/clients",
    summary="Your apps",
    out=ClientsOut,
    scope="users:read",
    people_only=True,
)
def list_clients(ctx: Context) -> ClientsOut:
    """List the apps that the caller registered."""
    return oauth_clients.list_clients(ctx)


@edge.endpoint(
    "POST",
    "/v1/users/oauth/clients",
    summary="Register an app",
    body=RegisterClient,
    out=NewClientOut,
    status=201,
    scope="users:write",
    people_only=True,
    step_up=True,
    idempotent=False,
)
def register_client(ctx: Context, body: RegisterClient) -> NewClientOut:
    """Register an app; its secret is shown this once."""
    return oauth_clients.register_client(ctx, body)


@edge.endpoint(
    "DELETE",
    "/v1/users/oauth/clients/{client_id}",
    summary="Remove an app",
    status=204,
    scope="users:write",
    people_only=True,
)
def remove_client(ctx: Context, client_id: str) -> None:
    """Remove an app of the caller; its tokens open nothing any more."""
    oauth_clients.remove_client(ctx, client_id)


# --- users


@edge.endpoint(
    "GET",
    "/v1/users/oauth/consents",
    summary="Apps that you let in",
    out=ConsentsOut,
    scope="users:read",
    people_only=True,
)
def list_consents(ctx: Context) -> ConsentsOut:
    """List the apps that the caller let in, and what each may do."""
    return consents.list_consents(ctx)


@edge.endpoint(
    "PUT",
    "/v1/users/oauth/consents/{client_id}",
    summary="Take scopes away from an app",
    body=ChangeConsent,
    out=ConsentOut,
    scope="users:write",
    people_only=True,
    if_match="optional",
)
def change_consent(ctx: Context, client_id: str, body: ChangeConsent) -> ConsentOut:
    """Leave an app some of its scopes, effective on its next request."""
    return consents.change_consent(ctx, client_id, body)


@edge.endpoint(
    "DELETE",
    "/v1/users/oauth/consents/{client_id}",
    summary="Shut an app out",
    status=204,
    scope="users:write",
    people_only=True,
)
def remove_consent(ctx: Context, client_id: str) -> None:
    """Take the consent back; the app's sessions end with its next request."""
    consents.remove_consent(ctx, client_id)
