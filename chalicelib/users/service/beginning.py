"""Beginning a session, whichever way its user showed who they are: the only place where sessions are made.

One transaction holds the session, the check that the user did not change meanwhile, the audit entry and what
is told. The answer is made from what was written.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import datetime
from typing import Final

from chalicelib.kernel.context import Actor, Context, Visit
from chalicelib.kernel.keys import provider
from chalicelib.kernel.values import dataclass
from chalicelib.security import api as security
from chalicelib.users import repository
from chalicelib.users.events import SignedInOnNewDevice
from chalicelib.users.model import sessions
from chalicelib.users.model.scopes import ALL
from chalicelib.users.model.sessions import Session
from chalicelib.users.model.tokens import Opaque, hash_of
from chalicelib.users.model.users import User
from chalicelib.users.schemas.signing_in import CookieOut, MfaOut, SignedInOut, TokensOut
from chalicelib.users.service import audit
from chalicelib.users.service.credentials import csrf_token, new_token, read_token
from chalicelib.users.service.devices import is_news, new_device

NO_REFRESH: Final = b"\x00"
"""In place of a refresh token's hash: no text has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How the user came in: with what and when, on which device, and whether it wants a cookie."""

    methods: tuple[str, ...]
    known: Opaque | None
    cookie: bool
    proved_at: datetime | None = None
    """When they showed it, or None for just now."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A session just written, and its secret: a refresh token, or a cookie."""

    session: Session
    secret: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a way in answers; with a cookie and its life in seconds where one is to be set."""

    out: SignedInOut | CookieOut | MfaOut
    cookie: str = ""
    life: int = 0


def begin(ctx: Context, visit: Visit, user: User, session_id: str, way: Way) -> Begun:
    """Add a new session to the unit of work, with what is told and entered of it."""
    secret = new_token("cookie" if way.cookie else "refresh", user_id=user.id, identity=session_id)
    session = Session(
        id=session_id,
        user_id=user.id,
        live=True,
        created_at=ctx.now,
        used_at=ctx.now,
        expires_at=sessions.expiry(ctx.now, ctx.now),
        current=NO_REFRESH if way.cookie else hash_of(secret),
        previous=None,
        rotated_at=None,
        device=device_of(visit),
        agent=repository.seal_device(ctx.vault, session_id, "agent", visit.user_agent),
        network=repository.seal_device(ctx.vault, session_id, "network", visit.address),
        version=1,
        proved_at=way.proved_at or ctx.now,
        methods=way.methods,
        cookie=hash_of(secret) if way.cookie else None,
        place=place_of(session_id, visit.address),
    )
    repository.save_session(ctx.commit, session)
    if way.cookie:
        _replace(ctx, visit, user.id)
    news = is_news(user, way.known, ctx.now)
    if news:
        ctx.commit.tell(
            SignedInOnNewDevice(user_id=user.id, session_id=session_id), subject=user.id
        )
    facts = {"methods": " ".join(way.methods), "device": "known" if way.known else "new"}
    audit.enter(as_user(ctx, user.id, session_id), "sign-in", subject=session_id, after=facts)
    return Begun(session, secret)


def _replace(ctx: Context, visit: Visit, user_id: str) -> None:
    """End the session whose cookie the new one takes the place of: nobody could reach it any more."""
    before = read_token("cookie", visit.cookie) if visit.cookie else None
    if before is None or before.user_id != user_id:
        return
    _, session = repository.find_user_and_session(user_id, before.id)
    if session is None or not session.live or session.cookie is None:
        return
    if not hmac.compare_digest(session.cookie, before.hash):
        return
    repository.save_session(ctx.commit, sessions.ended(session))
    audit.enter(as_user(ctx, user_id), "session-revoked", subject=session.id)


def as_user(ctx: Context, user_id: str, session_id: str = "") -> Context:
    """Give the same unit of work with its user as the one who acts, once they showed who they are."""
    return replace(ctx, actor=Actor(kind="user", user_id=user_id, session_id=session_id))


def device_of(visit: Visit) -> bytes:
    """Recognise a device by what it says of itself; its network changes just when answers get lost."""
    key = provider().secret("device")
    return hmac.new(key, visit.user_agent.encode(), hashlib.sha256).digest()[:16]


def place_of(session_id: str, address: str) -> bytes:
    """Recognise a session's network address, in that session alone."""
    key = provider().secret("session-place")
    return hmac.new(key, f"{session_id} {address}".encode(), hashlib.sha256).digest()[:8]


def outcome(begun: Begun, now: datetime) -> Outcome:
    """Give a begun session's answer."""
    session = begun.session
    device = new_device(session.user_id, now)
    if session.cookie is None:
        out = tokens(begun, now)
        return Outcome(SignedInOut(**out.model_dump(), device_token=device))
    answer = CookieOut(
        csrf_token=csrf_token(begun.secret),
        expires_in=seconds_left(session, now),
        user_id=session.user_id,
        session_id=session.id,
        device_token=device,
    )
    return Outcome(answer, begun.secret, cookie_life(session, now))


def cookie_life(session: Session, now: datetime) -> int:
    """Give the seconds that a browser keeps the cookie: to the session's last possible end.

    When it ends for want of use is the server's to say.
    """
    return max(0, int((session.created_at + sessions.ABSOLUTE_LIFE - now).total_seconds()))


def seconds_left(session: Session, now: datetime) -> int:
    """Give the seconds until a session ends when it is not used."""
    return max(0, int((session.expires_at - now).total_seconds()))


def tokens(begun: Begun, now: datetime) -> TokensOut:
    """Sign an access token for a session, and give it with the refresh token."""
    session = begun.session
    issued = security.issue_access_token(
        user_id=session.user_id, session_id=session.id, scopes=ALL, now=now
    )
    return TokensOut(
        token_type="Bearer",  # noqa: S106 - the name of a kind of token
        access_token=issued.token,
        expires_in=issued.expires_in,
        refresh_token=begun.secret,
        scope=" ".join(sorted(ALL)),
        user_id=session.user_id,
        session_id=session.id,
    )
