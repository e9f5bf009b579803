"""Routes of the users service."""

from __future__ import annotations

from typing import Final

from chalice.app import Blueprint

from chalicelib.kernel.context import Context, Visit
from chalicelib.kernel.wire import PageOut, PageQuery
from chalicelib.security.api import Limit
from chalicelib.users.repository import TABLE
from chalicelib.users.schemas import (
    Refresh,
    Register,
    RegisteredOut,
    SessionOut,
    SignIn,
    TokensOut,
    UpdateMe,
    UserOut,
    VerifyEmail,
)
from chalicelib.users.service import account, registration, signing_in
from functions._edge.endpoint import Edge

blueprint = Blueprint(__name__)
edge = Edge(blueprint, TABLE)

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


@edge.endpoint("POST", "/v1/users/logout", summary="Sign out", status=204, scope="users:write")
def sign_out(ctx: Context) -> None:
    """End this session; the next request with its tokens is refused."""
    account.sign_out(ctx)


@edge.endpoint("GET", "/v1/users/me", summary="Your profile", out=UserOut, scope="users:read")
def read_me(ctx: Context) -> UserOut:
    """Give the caller's own profile."""
    return account.read_me(ctx)


@edge.endpoint(
    "PATCH",
    "/v1/users/me",
    summary="Change your profile",
    body=UpdateMe,
    out=UserOut,
    scope="users:write",
    if_match="optional",
)
def update_me(ctx: Context, body: UpdateMe) -> UserOut:
    """Change the display name; null removes it."""
    return account.update_me(ctx, body)


@edge.endpoint(
    "GET",
    "/v1/users/me/sessions",
    summary="Where you are signed in",
    query=PageQuery,
    out=PageOut[SessionOut],
    scope="users:read",
)
def list_sessions(ctx: Context, query: PageQuery) -> PageOut[SessionOut]:
    """List the caller's live sessions, newest first."""
    return account.list_sessions(ctx, query)


@edge.endpoint(
    "DELETE",
    "/v1/users/me/sessions/{session_id}",
    summary="Sign out one device",
    status=204,
    scope="users:write",
)
def end_session(ctx: Context, session_id: str) -> None:
    """End one session, effective on its next request."""
    account.end_session(ctx, session_id)


@edge.endpoint(
    "DELETE",
    "/v1/users/me/sessions",
    summary="Sign out everywhere",
    status=204,
    scope="users:write",
)
def end_all_sessions(ctx: Context) -> None:
    """End every session, this one too."""
    account.end_all_sessions(ctx)
