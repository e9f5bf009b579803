"""A user's passkeys: all people only; every change after a fresh proof."""

from __future__ import annotations

from chalicelib.kernel.context import Context
from chalicelib.kernel.wire import PageOut, PageQuery
from chalicelib.security.schemas.passkeys import (
    AddPasskey,
    PasskeyOptionsOut,
    PasskeyOut,
    RenamePasskey,
    StartPasskey,
)
from chalicelib.security.service import passkeys
from functions.security.routes.edge import edge


@edge.endpoint(
    "POST",
    "/v1/security/passkeys/options",
    summary="Begin to register a passkey",
    body=StartPasskey,
    out=PasskeyOptionsOut,
    scope="security:write",
    people_only=True,
    step_up=True,
    idempotent=False,
)
def start_passkey(ctx: Context, body: StartPasskey) -> PasskeyOptionsOut:
    """Give a challenge for `navigator.credentials.create()`; it is answered once, within five minutes."""
    return passkeys.start(ctx, body)


@edge.endpoint(
    "POST",
    "/v1/security/passkeys",
    summary="Register a passkey",
    body=AddPasskey,
    out=PasskeyOut,
    status=201,
    scope="security:write",
    people_only=True,
    step_up=True,
)
def add_passkey(ctx: Context, body: AddPasskey) -> PasskeyOut:
    """Take the browser's answer; up to 25 passkeys, each with a name."""
    return passkeys.add(ctx, body)


@edge.endpoint(
    "GET",
    "/v1/security/passkeys",
    summary="Your passkeys",
    query=PageQuery,
    out=PageOut[PasskeyOut],
    scope="security:read",
    people_only=True,
)
def list_passkeys(ctx: Context, query: PageQuery) -> PageOut[PasskeyOut]:
    """List the caller's passkeys, oldest first."""
    return passkeys.list_passkeys(ctx, query)


@edge.endpoint(
    "PATCH",
    "/v1/security/passkeys/{passkey_id}",
    summary="Rename a passkey",
    body=RenamePasskey,
    out=PasskeyOut,
    scope="security:write",
    if_match="optional",
    people_only=True,
    step_up=True,
)
def rename_passkey(ctx: Context, passkey_id: str, body: RenamePasskey) -> PasskeyOut:
    """Give a passkey another name."""
    return passkeys.rename(ctx, passkey_id, body)


@edge.endpoint(
    "DELETE",
    "/v1/security/passkeys/{passkey_id}",
    summary="Remove a passkey",
    status=204,
    scope="security:write",
    if_match="optional",
    people_only=True,
    step_up=True,
)
def remove_passkey(ctx: Context, passkey_id: str) -> None:
    """Remove a passkey; it opens nothing from then on. With the last second factor the recovery codes go too."""
    passkeys.remove(ctx, passkey_id)
