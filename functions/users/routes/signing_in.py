"""Signing up and signing in."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel

from chalicelib.kernel.context import Visit
from chalicelib.security.api import Limit
from chalicelib.users.schemas.second_step import (
    AskPasskey,
    FinishSignIn,
    PasskeyAskedOut,
    PasskeySignIn,
)
from chalicelib.users.schemas.signing_in import (
    Refresh,
    Register,
    RegisteredOut,
    SessionStartOut,
    SignIn,
    SignInOut,
    TokensOut,
    VerifyEmail,
)
from chalicelib.users.service import passkey_sign_in, registration, signing_in, tickets
from functions._edge.cookies import Cookied
from functions.users.routes.answers import answered
from functions.users.routes.edge import edge

# By network address, which many people may share: these stop floods, not guesses. Signing in counts for
# itself, because a known device must get through whatever others do from its network.
SIGN_UPS: Final = Limit("sign-up", quota=100, window=3600)
VERIFICATIONS: Final = Limit("verify-email", quota=100, window=900)
PASSKEYS: Final = Limit("passkey-options", quota=100, window=900)


@edge.endpoint(
    "POST",
    "/v1/users/register",
    summary="Sign up",
    body=Register,
    out=RegisteredOut,
    status=202,
    public=True,
    limit=SIGN_UPS,
    flag="registration",
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
    out=SignInOut,
    public=True,
)
def sign_in(visit: Visit, body: SignIn) -> Cookied | BaseModel:
    """Begin a session, or ask for the second factor; every reason against it looks the same.

    Ten tries are free, then each waits longer (429, `Retry-After`); `device_token`, kept from the last
    sign-in, spares a device the delays that strangers cause.
    """
    return answered(signing_in.sign_in(visit, body))


@edge.endpoint(
    "POST",
    "/v1/users/login/mfa",
    summary="Show the second factor",
    body=FinishSignIn,
    out=SessionStartOut,
    public=True,
)
def finish_sign_in(visit: Visit, body: FinishSignIn) -> Cookied | BaseModel:
    """Finish a sign-in with its ticket and one second factor; the ticket works once, for five minutes."""
    return answered(tickets.finish(visit, body))


@edge.endpoint(
    "POST",
    "/v1/users/login/passkey/options",
    summary="Ask a passkey",
    body=AskPasskey,
    out=PasskeyAskedOut,
    public=True,
    limit=PASSKEYS,
)
def ask_passkey(visit: Visit, body: AskPasskey) -> PasskeyAskedOut:
    """Give a challenge for signing in with a passkey alone, or, with a ticket, for a second factor."""
    return passkey_sign_in.passkey_options(visit, body)


@edge.endpoint(
    "POST",
    "/v1/users/login/passkey",
    summary="Sign in with a passkey",
    body=PasskeySignIn,
    out=SessionStartOut,
    public=True,
)
def sign_in_with_passkey(visit: Visit, body: PasskeySignIn) -> Cookied | BaseModel:
    """Begin a session with a passkey alone, whose user was verified where it lies."""
    return answered(passkey_sign_in.sign_in_with_passkey(visit, body))


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
