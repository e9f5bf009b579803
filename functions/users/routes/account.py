"""What signed-in people do with themselves."""

from __future__ import annotations

from chalicelib.kernel.context import Context
from chalicelib.kernel.wire import PageOut, PageQuery
from chalicelib.users.schemas.account import SessionOut, UpdateMe, UserOut
from chalicelib.users.service import account
from functions._edge.cookies import Cookied
from functions.users.routes.edge import edge


@edge.endpoint("POST", "/v1/users/logout", summary="Sign out", status=204, scope="users:write")
def sign_out(ctx: Context) -> Cookied:
    """End this session; the next request with its tokens or its cookie is refused."""
    account.sign_out(ctx)
    return Cookied(None)


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
