"""What a user lets support read. Only the person decides, freshly proved."""

from __future__ import annotations

from chalicelib.kernel.context import Context
from chalicelib.users.schemas.support import CreateSupportGrant, SupportGrantOut, SupportGrantsOut
from chalicelib.users.service import support
from functions.users.routes.edge import edge


@edge.endpoint(
    "GET",
    "/v1/users/me/support-grants",
    summary="What support may read",
    out=SupportGrantsOut,
    scope="users:read",
    people_only=True,
)
def list_support_grants(ctx: Context) -> SupportGrantsOut:
    """List the caller's open grants, newest first."""
    return support.list_support_grants(ctx)


@edge.endpoint(
    "POST",
    "/v1/users/me/support-grants",
    summary="Let support read",
    body=CreateSupportGrant,
    out=SupportGrantOut,
    status=201,
    scope="users:write",
    people_only=True,
    step_up=True,
)
def create_support_grant(ctx: Context, body: CreateSupportGrant) -> SupportGrantOut:
    """Let an administrator read some of the caller's data for up to 72 hours; never write."""
    return support.create_support_grant(ctx, body)


@edge.endpoint(
    "DELETE",
    "/v1/users/me/support-grants/{grant_id}",
    summary="Stop support from reading",
    status=204,
    scope="users:write",
    people_only=True,
)
def withdraw_support_grant(ctx: Context, grant_id: str) -> None:
    """Withdraw a grant, effective on the very next request."""
    support.withdraw_support_grant(ctx, grant_id)
