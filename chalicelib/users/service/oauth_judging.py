"""Giving a token back (RFC 7009), and asking what one is worth now (RFC 7662). For an app's own tokens only."""

from __future__ import annotations

import hmac
from datetime import datetime

from chalicelib.kernel.context import Context, Visit
from chalicelib.kernel.errors import Unauthenticated
from chalicelib.kernel.settings import settings
from chalicelib.security import api as security
from chalicelib.users import repository
from chalicelib.users.model import sessions
from chalicelib.users.model.clients import Client
from chalicelib.users.model.sessions import Credential
from chalicelib.users.repository import clients as client_rows
from chalicelib.users.schemas.oauth import IntrospectionOut, TokenToJudge
from chalicelib.users.service import audit, oauth_clients, standing
from chalicelib.users.service.credentials import read_token
from chalicelib.users.service.oauth_sessions import through
from chalicelib.users.service.unit import in_one_write


def revoke(visit: Visit, form: TokenToJudge, authorization: str | None) -> None:
    """End the session that a token stands for, with all its tokens, or a token that a client got for itself.

    Unknown tokens and those of others are no error (RFC 7009, 2.2). Raises `OAuthRefusal` for the client.
    """
    shown = oauth_clients.read_shown(authorization, form.client_id, form.client_secret)
    client = oauth_clients.authenticate(shown)
    given = read_token("app-refresh", form.token)
    if given is not None:
        _end_session(visit, client, given.user_id, given.id)
        return
    claims = _claims(form.token, client, visit.now)
    if claims is None:
        return
    if claims.of_client:
        _revoke_own(visit, client, claims)
    else:
        _end_session(visit, client, claims.user_id, claims.session_id)


def _end_session(visit: Visit, client: Client, user_id: str, session_id: str) -> None:
    def work(ctx: Context) -> None:
        session = repository.find_user_and_session(user_id, session_id)[1]
        if session is not None and session.live and session.client == client.id:
            repository.save_session(ctx.commit, sessions.ended(session))
            audit.enter(through(ctx, session), "client-token-revoked", subject=client.id)

    in_one_write(visit, repository.owner_of(user_id), work)


def _revoke_own(visit: Visit, client: Client, claims: security.Claims) -> None:
    # the developer's unit of work: a client of its own has no user to write for
    owner = repository.owner_of(client.user_id)
    in_one_write(
        visit,
        owner,
        lambda ctx: client_rows.revoke(
            ctx.commit, client.id, claims.token_id, until=claims.expires_at
        ),
    )


def introspect(visit: Visit, form: TokenToJudge, authorization: str | None) -> IntrospectionOut:
    """Say what a token of the client's is worth now; everybody else's is simply not active.

    For clients that can keep a secret (RFC 7662, 2.1). Raises `OAuthRefusal` for the client.
    """
    shown = oauth_clients.read_shown(authorization, form.client_id, form.client_secret)
    client = oauth_clients.authenticate(shown, confidential_only=True)
    return (
        _judged_refresh(form.token, client, visit.now)
        or _judged_access(form.token, client, visit.now)
        or IntrospectionOut(active=False)
    )


def _judged_refresh(token: str, client: Client, at: datetime) -> IntrospectionOut | None:
    given = read_token("app-refresh", token)
    if given is None:
        return None
    user, session = repository.find_user_and_session(given.user_id, given.id)
    if user is None or session is None or user.state != "active" or session.client != client.id:
        return None
    if not session.stands(user.signed_out_at, at):
        return None
    if not hmac.compare_digest(session.current, given.hash):
        return None
    return IntrospectionOut(
        active=True,
        client_id=client.id,
        scope=" ".join(sorted(session.scopes or ())),
        sub=user.id,
        iss=settings().public_url,
        exp=int(session.expires_at.timestamp()),
        iat=int(session.created_at.timestamp()),
    )


def _judged_access(token: str, client: Client, at: datetime) -> IntrospectionOut | None:
    claims = _claims(token, client, at)
    if claims is None:
        return None
    try:
        scopes = _standing_scopes(claims, at)
    except Unauthenticated:
        return None
    return IntrospectionOut(
        active=True,
        client_id=client.id,
        scope=" ".join(sorted(scopes)),
        sub=claims.user_id,
        aud="xpense-api",
        iss=settings().public_url,
        exp=int(claims.expires_at.timestamp()),
        iat=int(claims.issued_at.timestamp()),
        token_type="Bearer",  # noqa: S106 - the name of a kind of token
    )


def _standing_scopes(claims: security.Claims, at: datetime) -> frozenset[str]:
    if claims.of_client:
        own = Credential(
            kind="client", user_id=claims.user_id, id=claims.token_id, client=claims.client_id
        )
        standing.require_client(own)
        return claims.scopes
    shown = Credential(
        kind="access", user_id=claims.user_id, id=claims.session_id, client=claims.client_id
    )
    found = standing.authenticate(shown, now=at)
    return claims.scopes if found.scopes is None else claims.scopes & found.scopes


def _claims(token: str, client: Client, at: datetime) -> security.Claims | None:
    try:
        claims = security.verify_access_token(token, now=at)
    except Unauthenticated:
        return None
    return claims if claims.client_id == client.id else None
