"""A signed-in user shows the password once more: to go on with something delicate, or to change it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import now, rfc3339
from chalicelib.kernel.context import Context, Visit
from chalicelib.kernel.values import dataclass
from chalicelib.security import api as security
from chalicelib.security.api import factors as security_factors
from chalicelib.security.api import passwords as security_passwords
from chalicelib.users import repository
from chalicelib.users.errors import CookieOnly, NoPassword, SessionOver, WrongPassword
from chalicelib.users.events import PasswordChanged
from chalicelib.users.model import sessions
from chalicelib.users.model.sessions import Session
from chalicelib.users.model.tokens import hash_of
from chalicelib.users.model.users import User
from chalicelib.users.schemas.passwords import (
    ChangePassword,
    ProvedOut,
    SessionNowOut,
    ShowPassword,
)
from chalicelib.users.service import audit, devices, passwords
from chalicelib.users.service.beginning import as_user, cookie_life, seconds_left
from chalicelib.users.service.credentials import csrf_token, csrf_token_of, new_token
from chalicelib.users.service.unit import write

_FRESH: Final = timedelta(minutes=10)
_INSTANT: Final = timedelta(milliseconds=1)
"""The table's resolution of time."""


@dataclass(frozen=True, slots=True)
class Proved:
    """The answer, and the new cookie of a session that has one, with its life in seconds."""

    out: ProvedOut
    cookie: str
    life: int


def step_up(ctx: Context, body: ShowPassword) -> Proved:
    """Renew the session's proof; raise `WrongPassword`, `NoPassword`, or `TooMany`.

    It shows a password and no more: where there is a second factor, what asks for a proof asks for that one.
    """
    user, session = _here(ctx)
    tries = _show(ctx, user, body.password, pointer="/password", failure="step-up-failed")
    devices.succeeded(ctx, tries)
    repository.check_user(ctx.commit, user.id, version=user.version)
    proved, cookie = _proved(session, ctx.now)
    repository.save_session(ctx.commit, proved)
    audit.enter(ctx, "step-up", subject=session.id, after={"methods": " ".join(proved.methods)})
    return _answer(proved, cookie, ctx.now)


def change_password(ctx: Context, body: ChangePassword) -> Proved:
    """Set another password and end every other session; raise what `step_up` does, or `WeakPassword`.

    Where there is a second factor it must have been shown within ten minutes (`StepUpRequired`). This
    session goes on as one that begins now. Tells `PasswordChanged`.
    """
    user, session = _here(ctx)
    _require_second(ctx, session)
    tries = _show(
        ctx,
        user,
        body.current_password,
        pointer="/current_password",
        failure="password-change-failed",
    )
    profile = repository.profile(user, ctx.vault)
    context = (profile.email, profile.display_name or "")
    security_passwords.require_strong(body.new_password, context=context, pointer="/new_password")
    devices.succeeded(ctx, tries)
    # the clock at the end, not at the beginning, of a request that hashed twice: no session slips between
    at = max(now(), ctx.now)
    set_password(ctx, user, body.new_password, how="change", at=at)
    proved, cookie = _proved(session, at)
    begins = at + _INSTANT
    goes_on = replace(proved, created_at=begins, used_at=at, expires_at=sessions.expiry(begins, at))
    repository.save_session(ctx.commit, goes_on)
    return _answer(goes_on, cookie, at)


def set_password(ctx: Context, user: User, password: str, *, how: str, at: datetime) -> None:
    """Save a user with another password, every session until `at` ended, and tell and enter it."""
    changed = replace(
        user,
        password=passwords.hashed(password),
        signed_out_at=at,
        version=user.version + 1,
    )
    repository.save_user(ctx.commit, changed)
    ctx.commit.record(
        Change(
            kind="user",
            id=user.id,
            version=changed.version,
            fields={"state": changed.state},
            after={"signed_out_at": rfc3339(at)},
        )
    )
    reset = how == "reset"
    fact = PasswordChanged(user_id=user.id, how="reset" if reset else "change")
    ctx.commit.tell(fact, subject=user.id)
    audit.enter(ctx, "password-reset" if reset else "password-changed", subject=user.id)


def read_session(ctx: Context) -> SessionNowOut:
    """Give the session that the caller is in."""
    _, session = _here(ctx)
    return _now(session, ctx.now)


def renew_session(ctx: Context) -> SessionNowOut:
    """Use a cookie's session, so that its 30 idle days begin anew; raise `CookieOnly` for one with tokens."""
    _, session = _here(ctx)
    if session.cookie is None:
        raise CookieOnly
    renewed = replace(
        session,
        used_at=ctx.now,
        expires_at=sessions.expiry(session.created_at, ctx.now),
        version=session.version + 1,
    )
    repository.save_session(ctx.commit, renewed)
    return _now(renewed, ctx.now)


def _here(ctx: Context) -> tuple[User, Session]:
    user, session = repository.find_user_and_session(ctx.actor.user_id, ctx.actor.session_id)
    if user is None or session is None or not session.live:
        raise SessionOver
    return user, session


def _show(ctx: Context, user: User, password: str, *, pointer: str, failure: str) -> devices.Tries:
    """Count and compare; a failure is entered at once, for its refusal undoes the unit of work."""
    if not user.password:
        raise NoPassword
    visit = Visit(request_id=ctx.request_id, now=ctx.now)
    tries = devices.count_proof(visit, ctx.actor.session_id)
    if passwords.compare(user.password, password).fits:
        return tries

    def note(unit: Context) -> None:
        acting = as_user(unit, user.id, ctx.actor.session_id)
        audit.enter(acting, failure, subject=ctx.actor.session_id)

    write(visit, ctx.owner, note)
    raise WrongPassword(pointer)


def _require_second(ctx: Context, session: Session) -> None:
    if security_factors.second_factors(ctx.actor.user_id).any:
        security.require_proof(
            user_id=ctx.actor.user_id,
            session_id=session.id,
            proved_at=session.proved_at,
            methods=session.methods,
            now=ctx.now,
        )


def _proved(session: Session, at: datetime) -> tuple[Session, str]:
    """Give the session as proved by a password, and its new cookie where it has one.

    A fresh proof by two factors is worth more and stays.
    """
    stronger = "mfa" in session.methods and at - session.proved_at < _FRESH
    cookie = ""
    if session.cookie is not None:
        cookie = new_token("cookie", user_id=session.user_id, identity=session.id)
    proved = replace(
        session,
        proved_at=session.proved_at if stronger else at,
        methods=session.methods if stronger else ("pwd",),
        cookie=hash_of(cookie) if cookie else None,
        version=session.version + 1,
    )
    return proved, cookie


def _answer(session: Session, cookie: str, at: datetime) -> Proved:
    out = ProvedOut(
        proved_at=rfc3339(session.proved_at),
        csrf_token=csrf_token(cookie) if cookie else None,
        device_token=devices.new_device(session.user_id, at),
    )
    return Proved(out, cookie, cookie_life(session, at))


def _now(session: Session, at: datetime) -> SessionNowOut:
    return SessionNowOut(
        user_id=session.user_id,
        session_id=session.id,
        expires_in=seconds_left(session, at),
        proved_at=rfc3339(session.proved_at),
        methods=list(session.methods),
        csrf_token=csrf_token_of(session.cookie) if session.cookie else None,
    )
