"""The opaque credentials of our own making: refresh tokens, the browser's cookie, personal API tokens."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final, Literal

from chalicelib.kernel.keys import provider
from chalicelib.users.model.sessions import Credential
from chalicelib.users.model.tokens import (
    API_TOKEN_PREFIX,
    COOKIE_PREFIX,
    REFRESH_PREFIX,
    SECRET_BYTES,
    Opaque,
    opaque_token,
    read_opaque_token,
)

Kind = Literal["refresh", "cookie", "token"]
_PREFIX: Final[dict[Kind, str]] = {
    "refresh": REFRESH_PREFIX,
    "cookie": COOKIE_PREFIX,
    "token": API_TOKEN_PREFIX,
}


def new_token(kind: Kind, *, user_id: str, identity: str) -> str:
    """Make a token of a kind for a session's or an API token's id; only its hash is to be kept."""
    return opaque_token(
        _PREFIX[kind],
        provider().secret(kind),
        user_id=user_id,
        identity=identity,
        secret=secrets.token_bytes(SECRET_BYTES),
    )


def read_token(kind: Kind, text: str) -> Opaque | None:
    """Read a token of a kind, or None when we never gave it; nothing is read from the table."""
    return read_opaque_token(_PREFIX[kind], provider().secret(kind), text)


def read_credential(text: str, *, kind: Literal["cookie", "token"]) -> Credential | None:
    """Read what a caller shows as their credential, or None when we never gave it."""
    given = read_token(kind, text)
    if given is None:
        return None
    return Credential(kind=kind, user_id=given.user_id, id=given.id, hash=given.hash)


def csrf_token(cookie: str) -> str:
    """Give the token that must come with a cookie in a header: another site can cause neither."""
    key = provider().secret("csrf")
    return hmac.new(key, cookie.encode(), hashlib.sha256).hexdigest()
