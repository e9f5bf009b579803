"""Personal API tokens. Only a person makes, sees and revokes them; no token makes another."""

from __future__ import annotations

from chalicelib.kernel.context import Context
from chalicelib.users.schemas.api_tokens import ApiTokensOut, CreateApiToken, NewApiTokenOut
from chalicelib.users.service import api_tokens
from functions.users.routes.edge import edge


@edge.endpoint(
    "GET",
    "/v1/users/me/api-tokens",
    summary="Your API tokens",
    out=ApiTokensOut,
    scope="users:read",
    people_only=True,
)
def list_api_tokens(ctx: Context) -> ApiTokensOut:
    """List the caller's tokens, newest first, with enough of each to recognise it."""
    return api_tokens.list_api_tokens(ctx)


@edge.endpoint(
    "POST",
    "/v1/users/me/api-tokens",
    summary="Make an API token",
    body=CreateApiToken,
    out=NewApiTokenOut,
    status=201,
    scope="users:write",
    people_only=True,
    step_up=True,
    idempotent=False,
)
def create_api_token(ctx: Context, body: CreateApiToken) -> NewApiTokenOut:
    """Make a token and show it this once; it works as `Authorization: Bearer xpt_...`.

    An `Idempotency-Key` is not honoured here: an answer that holds a secret is never stored.
    """
    return api_tokens.create_api_token(ctx, body)


@edge.endpoint(
    "DELETE",
    "/v1/users/me/api-tokens/{token_id}",
    summary="Revoke an API token",
    status=204,
    scope="users:write",
    people_only=True,
)
def revoke_api_token(ctx: Context, token_id: str) -> None:
    """Revoke a token, effective on its very next request."""
    api_tokens.revoke_api_token(ctx, token_id)


@edge.endpoint(
    "DELETE",
    "/v1/users/me/api-tokens",
    summary="Revoke all API tokens",
    status=204,
    scope="users:write",
    people_only=True,
)
def revoke_all_api_tokens(ctx: Context) -> None:
    """Revoke every token of the caller at once."""
    api_tokens.revoke_all_api_tokens(ctx)
