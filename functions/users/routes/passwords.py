"""Forgotten and changed passwords, and the session that a password is shown in."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel

from chalicelib.kernel.context import Context, Visit
from chalicelib.security.api import Limit
from chalicelib.users.schemas.passwords import (
    ChangePassword,
    ForgotPassword,
    ForgottenOut,
    ProvedOut,
    ResetOut,
    ResetPassword,
    SessionNowOut,
    ShowPassword,
)
from chalicelib.users.service import password_change, password_reset
from chalicelib.users.service.password_change import Proved
from functions._edge.cookies import Cookied
from functions.users.routes.edge import edge

# By network address, which many people may share: these stop floods, not guesses.
FORGOTTEN: Final = Limit("password-forgot", quota=20, window=900)
RESETS: Final = Limit("password-reset", quota=100, window=900)


@edge.endpoint(
    "POST",
    "/v1/users/password/forgot",
    summary="Ask for a new password",
    body=ForgotPassword,
    out=ForgottenOut,
    status=202,
    public=True,
    limit=FORGOTTEN,
)
def forgot_password(visit: Visit, body: ForgotPassword) -> ForgottenOut:
    """Accept; if the address has an account, a mail with a link is on its way (five a day at most)."""
    password_reset.forgot_password(visit, body)
    return ForgottenOut(state="accepted", next="reset-password")


@edge.endpoint(
    "POST",
    "/v1/users/password/reset",
    summary="Set a new password by mail",
    body=ResetPassword,
    out=ResetOut,
    public=True,
    limit=RESETS,
)
def reset_password(visit: Visit, body: ResetPassword) -> ResetOut:
    """Take the token of the mail, which works once, within an hour; every session ends.

    Nobody is signed in by it, and a second factor is asked for as ever.
    """
    return password_reset.reset_password(visit, body)


@edge.endpoint(
    "POST",
    "/v1/users/password/change",
    summary="Change your password",
    body=ChangePassword,
    out=ProvedOut,
    scope="users:write",
    people_only=True,
    idempotent=False,
)
def change_password(ctx: Context, body: ChangePassword) -> BaseModel | Cookied:
    """Set another password and end every other session; this one goes on."""
    return _answered(password_change.change_password(ctx, body))


@edge.endpoint(
    "POST",
    "/v1/users/step-up",
    summary="Show your password once more",
    body=ShowPassword,
    out=ProvedOut,
    scope="users:write",
    people_only=True,
    idempotent=False,
)
def step_up(ctx: Context, body: ShowPassword) -> BaseModel | Cookied:
    """Renew the session's proof for ten minutes; a browser gets a new cookie with it."""
    return _answered(password_change.step_up(ctx, body))


@edge.endpoint(
    "GET",
    "/v1/users/session",
    summary="The session you are in",
    out=SessionNowOut,
    scope="users:read",
    people_only=True,
)
def read_session(ctx: Context) -> SessionNowOut:
    """Give the session that the caller is in, with the CSRF token of a cookie's."""
    return password_change.read_session(ctx)


@edge.endpoint(
    "POST",
    "/v1/users/session/renew",
    summary="Stay signed in with a cookie",
    out=SessionNowOut,
    scope="users:write",
    people_only=True,
    idempotent=False,
)
def renew_session(ctx: Context) -> SessionNowOut:
    """Let the 30 idle days of a cookie's session begin anew; its 90 days in all stay."""
    return password_change.renew_session(ctx)


def _answered(proved: Proved) -> BaseModel | Cookied:
    return Cookied(proved.out, proved.cookie, proved.life) if proved.cookie else proved.out
