"""Signing in with a password, and staying signed in by refresh tokens."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from chalicelib.kernel.context import Context, Visit
from chalicelib.kernel.ids import derived_id, new_id
from chalicelib.kernel.keys import provider
from chalicelib.kernel.races import until_won
from chalicelib.security import api as security
from chalicelib.users import repository
from chalicelib.users.errors import BadAddress, RefreshRefused, SignInRefused
from chalicelib.users.events import RefreshTokenReused
from chalicelib.users.model import sessions
from chalicelib.users.model.addresses import normalise
from chalicelib.users.model.scopes import ALL
from chalicelib.users.model.sessions import Session
from chalicelib.users.model.tokens import Opaque, hash_of
from chalicelib.users.model.users import User
from chalicelib.users.schemas.signing_in import SignIn, TokensOut
from chalicelib.users.service import passwords
from chalicelib.users.service.credentials import new_token, read_token
from chalicelib.users.service.unit import in_one_write, write

BY_ACCOUNT_AND_NETWORK: Final = security.Limit("sign-in-here", quota=10, window=900)
BY_ACCOUNT: Final = security.Limit("sign-in-account", quota=100, window=3600)
"""From everywhere together; high, so that a stranger at one place cannot lock somebody out."""


@dataclass(frozen=True, slots=True)
class _Renewal:
    session: Session
    token: str


def sign_in(visit: Visit, body: SignIn) -> TokensOut:
    """Begin a session and give its tokens; raise `SignInRefused`, or `TooMany`.

    An unknown address costs the same calls and the same hash as a known one.
    """
    try:
        key = repository.address_key(normalise(body.email))
    except BadAddress as error:
        raise SignInRefused from error
    security.take(BY_ACCOUNT_AND_NETWORK, f"{key} {visit.address}", now=visit.now)
    security.take(BY_ACCOUNT, key, now=visit.now)
    renewal = until_won(lambda: _attempt(visit, key, body.password))
    return _tokens(renewal, visit.now)


def _attempt(visit: Visit, key: str, password: str) -> _Renewal:
    found = repository.find_address(key)
    user = repository.find_user(found.user_id if found else derived_id("nobody", key))
    match = passwords.compare(user.password if user else None, password)
    if user is None or not match.fits or user.state != "active":
        raise SignInRefused
    kept = _rehashed(user, password) if match.outdated else user
    owner = repository.owner_of(user.id)
    return write(visit, owner, lambda ctx: _begin(ctx, visit, user, kept))


def _rehashed(user: User, password: str) -> User:
    return replace(user, password=passwords.hashed(password), version=user.version + 1)


def _begin(ctx: Context, visit: Visit, user: User, kept: User) -> _Renewal:
    """The user must not change meanwhile: a password that was just replaced opens nothing."""
    if kept is user:
        repository.check_user(ctx.commit, user.id, version=user.version)
    else:
        repository.save_user(ctx.commit, kept)
    session_id = new_id()
    token = new_token("refresh", user_id=user.id, identity=session_id)
    session = Session(
        id=session_id,
        user_id=user.id,
        live=True,
        created_at=ctx.now,
        used_at=ctx.now,
        expires_at=sessions.expiry(ctx.now, ctx.now),
        current=hash_of(token),
        previous=None,
        rotated_at=None,
        device=_device(visit),
        agent=repository.seal_device(ctx.vault, session_id, "agent", visit.user_agent),
        network=repository.seal_device(ctx.vault, session_id, "network", visit.address),
        version=1,
        proved_at=ctx.now,
        methods=("pwd",),
    )
    repository.save_session(ctx.commit, session)
    return _Renewal(session, token)


def refresh(visit: Visit, token: str) -> TokensOut:
    """Give new tokens for a refresh token, which is spent by it; raise `RefreshRefused`.

    A spent one that comes back ends its session, and `RefreshTokenReused` is told.
    """
    given = read_token("refresh", token)
    if given is None:
        raise RefreshRefused
    owner = repository.owner_of(given.user_id)
    renewal = in_one_write(visit, owner, lambda ctx: _renew(ctx, visit, given))
    if renewal is None:
        raise RefreshRefused
    return _tokens(renewal, visit.now)


def _renew(ctx: Context, visit: Visit, given: Opaque) -> _Renewal | None:
    user, session = repository.find_user_and_session(given.user_id, given.id)
    if user is None or session is None or user.state != "active":
        return None
    if not session.stands(user.signed_out_at, ctx.now):
        return None
    verdict = sessions.judge(session, given.hash, device=_device(visit), now=ctx.now)
    if verdict == "reuse":
        repository.save_session(ctx.commit, sessions.ended(session))
        ctx.commit.tell(
            RefreshTokenReused(user_id=user.id, session_id=session.id), subject=session.id
        )
        return None
    token = new_token("refresh", user_id=user.id, identity=session.id)
    renewed = sessions.renewed(
        session, verdict, successor=hash_of(token), device=_device(visit), now=ctx.now
    )
    repository.save_session(ctx.commit, renewed)
    return _Renewal(renewed, token)


def _device(visit: Visit) -> bytes:
    """Recognise a device by what it says of itself; its network changes just when answers get lost."""
    key = provider().secret("device")
    return hmac.new(key, visit.user_agent.encode(), hashlib.sha256).digest()[:16]


def _tokens(renewal: _Renewal, now: datetime) -> TokensOut:
    session = renewal.session
    issued = security.issue_access_token(
        user_id=session.user_id, session_id=session.id, scopes=ALL, now=now
    )
    return TokensOut(
        token_type="Bearer",  # noqa: S106 - the name of a kind of token
        access_token=issued.token,
        expires_in=issued.expires_in,
        refresh_token=renewal.token,
        scope=" ".join(sorted(ALL)),
        user_id=session.user_id,
        session_id=session.id,
    )
