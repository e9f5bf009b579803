"""What anybody may read: public keys and the rules for passwords."""

from __future__ import annotations

from typing import Final

from chalicelib.kernel.context import Visit
from chalicelib.security.api import Limit
from chalicelib.security.schemas.published import (
    CheckPassword,
    JwksOut,
    PasswordCheckOut,
    PasswordPolicyOut,
)
from chalicelib.security.service import published
from functions.security.routes.edge import edge

CHECKS: Final = Limit("password-check", quota=60, window=60)


@edge.endpoint(
    "GET",
    "/.well-known/jwks.json",
    summary="Public keys of access tokens",
    out=JwksOut,
    public=True,
)
def read_jwks(_visit: Visit) -> JwksOut:
    """Give the keys to verify access tokens with; a new key stands here an hour before it signs."""
    return published.jwks()


@edge.endpoint(
    "GET",
    "/v1/security/password-policy",
    summary="What a password must be",
    out=PasswordPolicyOut,
    public=True,
)
def read_password_policy(_visit: Visit) -> PasswordPolicyOut:
    """Give the lengths and the size of the list of refused passwords; nothing else is asked of one."""
    return published.password_policy()


@edge.endpoint(
    "POST",
    "/v1/security/password-check",
    summary="Judge a password",
    body=CheckPassword,
    out=PasswordCheckOut,
    public=True,
    limit=CHECKS,
)
def check_password(_visit: Visit, body: CheckPassword) -> PasswordCheckOut:
    """Say whether sign-up would take the password, and why not; it is not kept.

    Of its hash, five hex digits may be shown to a service that knows breached passwords; nothing else leaves.
    """
    context = [text for text in (body.email, body.display_name) if text]
    return published.check_password(body.password, context=context)
