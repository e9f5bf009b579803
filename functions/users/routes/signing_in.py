"""Signing up and signing in."""

from __future__ import annotations

from typing import Final

from chalicelib.kernel.context import Visit
from chalicelib.security.api import Limit
from chalicelib.users.schemas.signing_in import (
    Refresh,
    Register,
    RegisteredOut,
    SignIn,
    TokensOut,
    VerifyEmail,
)
from chalicelib.users.service import registration, signing_in
from functions.users.routes.edge import edge

# By network address, which many people may share: these stop floods, not guesses.
SIGN_UPS: Final = Limit("sign-up", quota=100, window=3600)
SIGN_INS: Final = Limit("sign-in", quota=100, window=900)
VERIFICATIONS: Final = Limit("verify-email", quota=100, window=900)


@edge.endpoint(
    "POST",
    "/v1/users/register",
    summary="Sign up",
    body=Register,
    out=RegisteredOut,
    status=202,
    public=True,
    limit=SIGN_UPS,
)
def register(visit: Visit, body: Register) -> RegisteredOut:
    """Accept a sign-up; the answer is the same whether or not the address has an account."""
    registration.register(visit, body)
    return RegisteredOut(state="accepted", next="verify-email")


@edge.endpoint(
    "POST",
    "/v1/users/verify-email",
    summary="Show that the address is yours",
    body=VerifyEmail,
    status=204,
    public=True,
    limit=VERIFICATIONS,
)
def verify_email(visit: Visit, body: VerifyEmail) -> None:
    """Take the token of the verification mail; it works once, within 24 hours."""
    registration.verify_email(visit, body.token)


@edge.endpoint(
    "POST",
    "/v1/users/login",
    summary="Sign in",
    body=SignIn,
    out=TokensOut,
    public=True,
    limit=SIGN_INS,
)
def sign_in(visit: Visit, body: SignIn) -> TokensOut:
    """Begin a session; every reason against it looks the same."""
    return signing_in.sign_in(visit, body)


@edge.endpoint(
    "POST",
    "/v1/users/token/refresh",
    summary="Get new tokens",
    body=Refresh,
    out=TokensOut,
    public=True,
)
def refresh(visit: Visit, body: Refresh) -> TokensOut:
    """Spend a refresh token; the same device may repeat the last one for 30 seconds after a lost answer."""
    return signing_in.refresh(visit, body.refresh_token)
