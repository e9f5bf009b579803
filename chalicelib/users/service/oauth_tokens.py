"""Tokens for apps: for a code, for a refresh token, or for themselves.

RFC 6749 under the rules of RFC 9700: PKCE always, codes once, refresh tokens rotate, no implicit and no
password grant. Refusals are `OAuthRefusal`, in the terms that an app's library understands.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chalicelib.kernel.context import Visit
from chalicelib.kernel.settings import settings
from chalicelib.security import api as security
from chalicelib.users import repository
from chalicelib.users.errors import OAuthRefusal
from chalicelib.users.model.clients import Client
from chalicelib.users.model.oauth_codes import half_hash
from chalicelib.users.schemas.oauth import GivenOut, TokenForm
from chalicelib.users.service import oauth_clients
from chalicelib.users.service.credentials import read_token
from chalicelib.users.service.oauth_sessions import Begun, Redemption, begin, renew
from chalicelib.users.service.unit import in_one_write

_ID_TOKEN_LIFE: Final = 600
"""Seconds."""


def exchange(visit: Visit, form: TokenForm, authorization: str | None) -> GivenOut:
    """Give tokens for a grant; raise `OAuthRefusal` in the terms of RFC 6749, 5.2."""
    shown = oauth_clients.read_shown(authorization, form.client_id, form.client_secret)
    client = oauth_clients.authenticate(shown)
    grants = {
        "authorization_code": _by_code,
        "refresh_token": _by_refresh_token,
        "client_credentials": _by_itself,
    }
    grant = grants.get(form.grant_type)
    if grant is None:
        raise OAuthRefusal("unsupported_grant_type", "this grant does not exist here")
    if form.grant_type not in client.grants:
        raise OAuthRefusal("unauthorized_client", "the client is not registered for this grant")
    return grant(visit, client, form)


def _by_code(visit: Visit, client: Client, form: TokenForm) -> GivenOut:
    if not (form.code and form.redirect_uri and form.code_verifier):
        raise OAuthRefusal("invalid_request", "code, redirect_uri and code_verifier are required")
    given = read_token("code", form.code)
    if given is None:
        raise _refused()
    brought = Redemption(given=given, redirect_uri=form.redirect_uri, verifier=form.code_verifier)
    owner = repository.owner_of(given.user_id)
    begun = in_one_write(visit, owner, lambda ctx: begin(ctx, visit, client, brought))
    if begun is None:
        raise _refused()
    return _given(begun, client, begun.session.scopes or frozenset(), visit.now)


def _by_refresh_token(visit: Visit, client: Client, form: TokenForm) -> GivenOut:
    if not form.refresh_token:
        raise OAuthRefusal("invalid_request", "refresh_token is required")
    given = read_token("app-refresh", form.refresh_token)
    if given is None:
        raise _refused()
    # looked at before the token is spent: asking for too much must not cost the app its session
    session = repository.find_user_and_session(given.user_id, given.id)[1]
    allowed = (session.scopes if session else None) or frozenset()
    asked = frozenset((form.scope or "").split()) or allowed
    if session is not None and session.client == client.id and not asked <= allowed:
        raise OAuthRefusal("invalid_scope", "more than the user allowed")
    owner = repository.owner_of(given.user_id)
    begun = in_one_write(visit, owner, lambda ctx: renew(ctx, visit, client, given))
    if begun is None:
        raise _refused()
    return _given(begun, client, asked & (begun.session.scopes or frozenset()), visit.now)


def _by_itself(visit: Visit, client: Client, form: TokenForm) -> GivenOut:
    allowed = client.own_scopes()
    scopes = frozenset((form.scope or "").split()) or allowed
    if not client.confidential or not scopes <= allowed:
        raise OAuthRefusal("invalid_scope", "not among what the client may do for itself")
    issued = security.issue_access_token(
        user_id=client.id, session_id=client.id, scopes=scopes, now=visit.now, client_id=client.id
    )
    return _out(issued, scopes, refresh_token=None, id_token=None)


def _given(begun: Begun, client: Client, scopes: frozenset[str], at: datetime) -> GivenOut:
    session = begun.session
    issued = security.issue_access_token(
        user_id=session.user_id,
        session_id=session.id,
        scopes=scopes,
        now=at,
        client_id=client.id,
    )
    id_token = None
    if begun.code is not None and "openid" in scopes:
        id_token = _id_token(begun, client, issued.token, at)
    return _out(issued, scopes, refresh_token=begun.refresh_token, id_token=id_token)


def _id_token(begun: Begun, client: Client, access_token: str, at: datetime) -> str:
    """Write the ID token of OpenID Connect Core 1.0 (2 and 3.1.3.6)."""
    session, code = begun.session, begun.code
    issued = int(at.timestamp())
    claims: dict[str, object] = {
        "iss": settings().public_url,
        "sub": session.user_id,
        "aud": client.id,
        "iat": issued,
        "exp": issued + _ID_TOKEN_LIFE,
        "auth_time": int(session.proved_at.timestamp()),
        "amr": list(session.methods),
        "at_hash": half_hash(access_token),
    }
    if code is not None and code.nonce:
        claims["nonce"] = code.nonce
    return security.sign_id_token(claims, now=at)


def _out(
    issued: security.IssuedToken,
    scopes: frozenset[str],
    *,
    refresh_token: str | None,
    id_token: str | None,
) -> GivenOut:
    return GivenOut(
        access_token=issued.token,
        token_type="Bearer",  # noqa: S106 - the name of a kind of token
        expires_in=issued.expires_in,
        scope=" ".join(sorted(scopes)),
        refresh_token=refresh_token,
        id_token=id_token,
    )


def _refused() -> OAuthRefusal:
    """One answer for every reason: unknown, expired, spent, another client's, another address, another secret."""
    return OAuthRefusal("invalid_grant", "the code or token cannot be used")
