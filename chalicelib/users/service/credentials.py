"""The opaque credentials of our own making: refresh tokens, the browser's cookie, personal API tokens.

And those that open nothing by themselves: a device's token, the ticket of a sign-in that is half done, the
token of a reset mail.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Final, Literal

from chalicelib.kernel.keys import provider
from chalicelib.users.model.sessions import Credential
from chalicelib.users.model.tokens import (
    API_TOKEN_PREFIX,
    APP_REFRESH_PREFIX,
    APP_SECRET_PREFIX,
    CODE_PREFIX,
    COOKIE_PREFIX,
    DEVICE_PREFIX,
    REFRESH_PREFIX,
    RESET_PREFIX,
    SECRET_BYTES,
    TICKET_PREFIX,
    Opaque,
    hash_of,
    opaque_token,
    read_opaque_token,
)

Kind = Literal[
    "refresh", "cookie", "token", "device", "ticket", "reset", "code", "app-refresh", "app-secret"
]
_PREFIX: Final[dict[Kind, str]] = {
    "refresh": REFRESH_PREFIX,
    "cookie": COOKIE_PREFIX,
    "token": API_TOKEN_PREFIX,
    "device": DEVICE_PREFIX,
    "ticket": TICKET_PREFIX,
    "reset": RESET_PREFIX,
    "code": CODE_PREFIX,
    "app-refresh": APP_REFRESH_PREFIX,
    "app-secret": APP_SECRET_PREFIX,
}


def new_token(kind: Kind, *, user_id: str, identity: str) -> str:
    """Make a token of a kind for a session's or an API token's id; only its hash is to be kept."""
    secret = secrets.token_bytes(SECRET_BYTES)
    return _token(kind, user_id=user_id, identity=identity, secret=secret)


def bound_token(kind: Kind, *, user_id: str, identity: str, to: Sequence[bytes]) -> str:
    """Make a token that is good only while what it is bound to stays the same; the same each time.

    So nothing of it is kept: whoever checks one makes it again, and compares.
    """
    message = b"".join(len(part).to_bytes(4, "big") + part for part in to)
    key = provider().secret(f"{kind}-binding")
    secret = hmac.new(key, message, hashlib.sha256).digest()
    return _token(kind, user_id=user_id, identity=identity, secret=secret)


def _token(kind: Kind, *, user_id: str, identity: str, secret: bytes) -> str:
    return opaque_token(
        _PREFIX[kind],
        provider().secret(kind),
        user_id=user_id,
        identity=identity,
        secret=secret,
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
    return csrf_token_of(hash_of(cookie))


def csrf_token_of(cookie_hash: bytes) -> str:
    """Give the same, from what is kept of the cookie."""
    return hmac.new(provider().secret("csrf"), cookie_hash, hashlib.sha256).hexdigest()
