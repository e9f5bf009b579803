"""Looking after accounts. For everybody who is no administrator these routes do not exist."""

from __future__ import annotations

from chalicelib.kernel.context import Context
from chalicelib.kernel.wire import PageOut
from chalicelib.users.schemas.admin import (
    AdminUserOut,
    ChangeUser,
    FindUser,
    FoundUsersOut,
    UsersQuery,
)
from chalicelib.users.service import admin
from functions.users.routes.edge import edge


@edge.endpoint(
    "GET",
    "/v1/users/admin/users",
    summary="Users by state",
    query=UsersQuery,
    out=PageOut[AdminUserOut],
    scope="users:read",
    admin=True,
    people_only=True,
)
def list_users(ctx: Context, query: UsersQuery) -> PageOut[AdminUserOut]:
    """List the users in a state, in no particular order and with nothing personal."""
    return admin.list_users(ctx, query)


@edge.endpoint(
    "POST",
    "/v1/users/admin/users/search",
    summary="The user of an address",
    body=FindUser,
    out=FoundUsersOut,
    scope="users:read",
    admin=True,
    people_only=True,
    idempotent=False,
)
def find_user(ctx: Context, body: FindUser) -> FoundUsersOut:
    """Find the user of an exact address; whom an administrator looked up is in their audit log."""
    return admin.find_by_email(ctx, body.email)


@edge.endpoint(
    "GET",
    "/v1/users/admin/users/{user_id}",
    summary="A user",
    out=AdminUserOut,
    scope="users:read",
    admin=True,
    people_only=True,
)
def read_user(ctx: Context, user_id: str) -> AdminUserOut:  # noqa: ARG001 - the edge gives it
    """Give a user by id."""
    return admin.read_user(user_id)


@edge.endpoint(
    "PATCH",
    "/v1/users/admin/users/{user_id}",
    summary="Disable, enable or sign out a user",
    body=ChangeUser,
    out=AdminUserOut,
    scope="users:write",
    admin=True,
    people_only=True,
    step_up=True,
    if_match="optional",
)
def change_user(ctx: Context, user_id: str, body: ChangeUser) -> AdminUserOut:
    """Change a user's state or end their sessions, effective on the very next request."""
    return admin.change_user(ctx, user_id, body)
