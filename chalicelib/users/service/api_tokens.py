"""Personal API tokens: made, listed and revoked by their user."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import new_id
from chalicelib.users import repository
from chalicelib.users.errors import TooManyApiTokens
from chalicelib.users.events import ApiTokenCreated
from chalicelib.users.model.api_tokens import MOST, ApiToken, hint_of
from chalicelib.users.model.tokens import hash_of
from chalicelib.users.schemas.api_tokens import (
    ApiTokenOut,
    ApiTokensOut,
    CreateApiToken,
    NewApiTokenOut,
)
from chalicelib.users.service import audit
from chalicelib.users.service.credentials import new_token


def list_api_tokens(ctx: Context) -> ApiTokensOut:
    """Give the caller's tokens that have not expired, newest first."""
    found = repository.find_api_tokens(ctx.owner.id)
    return ApiTokensOut(items=[_out(ctx, one) for one in found if one.stands(ctx.now)])


def create_api_token(ctx: Context, body: CreateApiToken) -> NewApiTokenOut:
    """Make a token and show it this once; raise `TooManyApiTokens`. Tells `ApiTokenCreated`."""
    if len(list_api_tokens(ctx).items) >= MOST:
        raise TooManyApiTokens
    user_id, token_id = ctx.owner.id, new_id()
    text = new_token("token", user_id=user_id, identity=token_id)
    token = ApiToken(
        id=token_id,
        user_id=user_id,
        hash=hash_of(text),
        hint=hint_of(text),
        name=repository.seal_token_name(ctx.vault, token_id, body.name),
        scopes=frozenset(body.scopes),
        created_at=ctx.now,
        expires_at=ctx.now.replace(microsecond=0) + timedelta(days=body.expires_in_days),
    )
    repository.add_api_token(ctx.commit, token)
    scopes = " ".join(sorted(token.scopes))
    # the change number makes two creations at once take turns, so that the bound above is exact
    ctx.commit.record(_change(token, scopes, after={"name": body.name}))
    ctx.commit.tell(ApiTokenCreated(user_id=user_id, token_id=token_id), subject=user_id)
    expires = rfc3339(token.expires_at)
    audit.enter(
        ctx,
        "api-token-created",
        subject=token_id,
        after={"expires_at": expires, "scopes": str(len(token.scopes))},
    )
    return NewApiTokenOut(**_out(ctx, token).model_dump(), token=text)


def revoke_api_token(ctx: Context, token_id: str) -> None:
    """Revoke a token, effective on its very next request; raise `ApiTokenNotFound`."""
    _revoke(ctx, repository.get_api_token(ctx.owner.id, token_id))


def revoke_all_api_tokens(ctx: Context) -> None:
    """Revoke every token of the caller, in one transaction."""
    for token in repository.find_api_tokens(ctx.owner.id)[:MOST]:
        _revoke(ctx, token)


def _revoke(ctx: Context, token: ApiToken) -> None:
    repository.remove_api_token(ctx.commit, token)
    ctx.commit.record(
        Change(kind="api_token", id=token.id, version=2, op="delete", fields={}, before=None)
    )
    audit.enter(ctx, "api-token-revoked", subject=token.id)


def _change(token: ApiToken, scopes: str, *, after: dict[str, object]) -> Change:
    return Change(
        kind="api_token",
        id=token.id,
        version=1,
        fields={"scopes": scopes, "expires_at": rfc3339(token.expires_at)},
        after=after,
    )


def _out(ctx: Context, token: ApiToken) -> ApiTokenOut:
    return ApiTokenOut(
        id=token.id,
        name=repository.open_token_name(ctx.vault, token),
        hint=token.hint,
        scopes=sorted(token.scopes),
        created_at=rfc3339(token.created_at),
        expires_at=rfc3339(token.expires_at),
        last_used_at=rfc3339(token.used_at) if token.used_at else None,
    )
