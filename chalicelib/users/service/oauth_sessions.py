"""An app's sessions with a user: begun by a code, renewed by rotating refresh tokens, ended at once.

They are sessions like a user's own, with a client and scopes, so the user sees them in the same list. Their
refresh tokens are a kind of their own: what is an app's never passes for the user's.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import timedelta
from typing import Final

from chalicelib.kernel.context import Actor, Context, Visit
from chalicelib.kernel.keys import provider
from chalicelib.kernel.values import dataclass
from chalicelib.users import repository
from chalicelib.users.events import RefreshTokenReused
from chalicelib.users.model import consents, sessions
from chalicelib.users.model.clients import Client
from chalicelib.users.model.consents import Consent
from chalicelib.users.model.oauth_codes import Code
from chalicelib.users.model.sessions import Session
from chalicelib.users.model.tokens import Opaque, hash_of
from chalicelib.users.repository import consents as consent_rows
from chalicelib.users.repository import oauth_codes as code_rows
from chalicelib.users.service import audit
from chalicelib.users.service.credentials import new_token

_NEVER: Final = b"\x00"
"""The hash of no token: for apps that get no refresh token."""
APP_LIFE: Final = timedelta(minutes=10)
"""Life of such an app's session: that of its one access token."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A session of an app with its new refresh token, if it gets one, and the code that it came of."""

    session: Session
    refresh_token: str | None
    code: Code | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemption:
    """A code as an app brings it."""

    given: Opaque
    redirect_uri: str
    verifier: str


def begin(ctx: Context, visit: Visit, client: Client, brought: Redemption) -> Begun | None:
    """Spend a code and begin its session; None where the code is refused, with its traces written.

    A code that comes where it should not is burnt, and one that comes again ends what came of it: either
    way it was in other hands.
    """
    given = brought.given
    facts = consent_rows.find_code_facts(given.user_id, given.id, client.id)
    if facts.user is None or facts.user.state != "active":
        return None
    code, consent = facts.code, facts.consent
    if code is None:
        if facts.session is not None and facts.session.live:
            repository.save_session(ctx.commit, sessions.ended(facts.session))
            audit.enter(through(ctx, facts.session), "authorization-code-reused", subject=client.id)
        return None
    code_rows.spend_code(ctx.commit, code)
    fits = code.fits(
        presented=given.hash,
        client_id=client.id,
        redirect_uri=brought.redirect_uri,
        verifier=brought.verifier,
    )
    out = facts.user.signed_out_at
    if not fits or not code.lives(ctx.now) or (out is not None and code.created_at <= out):
        return None
    if consent is None or not consent.allows(code.scopes, given_at=code.created_at):
        return None
    return _begin(ctx, visit, client, code, consent)


def _begin(ctx: Context, visit: Visit, client: Client, code: Code, consent: Consent) -> Begun:
    lasting = "refresh_token" in client.grants
    token = new_token("app-refresh", user_id=code.user_id, identity=code.id) if lasting else None
    session = Session(
        id=code.id,
        user_id=code.user_id,
        live=True,
        created_at=ctx.now,
        used_at=ctx.now,
        expires_at=sessions.expiry(ctx.now, ctx.now) if lasting else ctx.now + APP_LIFE,
        current=_NEVER if token is None else hash_of(token),
        previous=None,
        rotated_at=None,
        device=_device(visit, client),
        agent=repository.seal_device(ctx.vault, code.id, "agent", visit.user_agent),
        network=repository.seal_device(ctx.vault, code.id, "network", visit.address),
        version=1,
        proved_at=code.proved_at,
        methods=code.methods,
        client=client.id,
        scopes=code.scopes,
    )
    repository.save_session(ctx.commit, session)
    changed, too_many = consents.with_session(consent, session.id)
    consent_rows.save_consent(ctx.commit, changed)
    end_sessions(ctx, too_many)
    audit.enter(through(ctx, session), "sign-in", subject=session.id, after={"client": client.id})
    return Begun(session, token, code)


def renew(ctx: Context, visit: Visit, client: Client, given: Opaque) -> Begun | None:
    """Rotate an app's refresh token; None where it is refused. A spent one that comes back ends the session."""
    user, session = repository.find_user_and_session(given.user_id, given.id)
    if user is None or session is None or user.state != "active":
        return None
    if session.client != client.id or not session.stands(user.signed_out_at, ctx.now):
        return None
    device = _device(visit, client)
    verdict = sessions.judge(session, given.hash, device=device, now=ctx.now)
    if verdict == "reuse":
        repository.save_session(ctx.commit, sessions.ended(session))
        told = RefreshTokenReused(user_id=user.id, session_id=session.id)
        ctx.commit.tell(told, subject=session.id)
        audit.enter(through(ctx, session), "refresh-token-reused", subject=session.id)
        return None
    token = new_token("app-refresh", user_id=user.id, identity=session.id)
    renewed = sessions.renewed(
        session, verdict, successor=hash_of(token), device=device, now=ctx.now
    )
    repository.save_session(ctx.commit, renewed)
    return Begun(renewed, token, None)


def through(ctx: Context, session: Session) -> Context:
    """Give the context as the app's work for the user, for the audit: the edge could not know who it is."""
    actor = Actor(
        kind="user",
        user_id=session.user_id,
        session_id=session.id,
        client_id=session.client,
    )
    return replace(ctx, actor=actor)


def end_sessions(ctx: Context, session_ids: tuple[str, ...]) -> None:
    """End sessions of the commit's owner, by id; those that are over or gone are left alone."""
    user_id = ctx.commit.owner.id
    for session in consent_rows.find_some_sessions(user_id, session_ids):
        if session.live:
            repository.save_session(ctx.commit, sessions.ended(session))


def _device(visit: Visit, client: Client) -> bytes:
    """Recognise where an app runs by what it says of itself, as for users' devices."""
    key = provider().secret("device")
    text = f"{client.id}\x1f{visit.user_agent}"
    return hmac.new(key, text.encode(), hashlib.sha256).digest()[:16]
