"""Opaque tokens of our own: ids, then secret bytes, then a tag under a key of the stage.

The tag tells a token that we once gave from one that somebody made up, before anything is read. So nobody
can end a stranger's session by guessing, and a flood of made-up tokens costs no read.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import uuid
from typing import Final

from chalicelib.kernel.values import dataclass

REFRESH_PREFIX: Final = "xpr_"
COOKIE_PREFIX: Final = "xps_"
API_TOKEN_PREFIX: Final = "xpt_"  # noqa: S105 - a prefix
DEVICE_PREFIX: Final = "xpd_"
TICKET_PREFIX: Final = "xpm_"
RESET_PREFIX: Final = "xpw_"
CODE_PREFIX: Final = "xpc_"
APP_REFRESH_PREFIX: Final = "xpo_"
APP_SECRET_PREFIX: Final = "xpk_"  # noqa: S105 - a prefix
"""Prefixes let secret scanners find a token that was committed or logged, and keep the kinds apart."""
SECRET_BYTES: Final = 32
_ID: Final = 16
_TAG: Final = 32
_LONGEST: Final = 300


def hash_of(token: str) -> bytes:
    """Hash a token of 256 random bits: SHA-256 is enough where nothing can be guessed."""
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True, slots=True)
class Opaque:
    """A token that we gave: whose, of what, and the hash that is kept of it."""

    user_id: str
    id: str
    hash: bytes


def opaque_token(prefix: str, key: bytes, *, user_id: str, identity: str, secret: bytes) -> str:
    """Write a token of a kind; `secret` is 32 bytes that nobody can guess."""
    return prefix + _write(key, _ids(user_id, identity) + secret)


def read_opaque_token(prefix: str, key: bytes, token: str) -> Opaque | None:
    """Read a token of a kind, or None when we never gave it."""
    if not token.startswith(prefix):
        return None
    body = _read(key, token.removeprefix(prefix), 2 * _ID + SECRET_BYTES)
    return None if body is None else Opaque(*_two_ids(body), hash_of(token))


def verification_token(key: bytes, *, user_id: str, verification_id: str) -> str:
    """Write the token of a verification mail; the same ids give the same token whenever it is sent."""
    return _write(key, _ids(user_id, verification_id))


def read_verification_token(key: bytes, token: str) -> tuple[str, str] | None:
    """Read user id and verification id, or None when we never gave the token."""
    body = _read(key, token, 2 * _ID)
    return None if body is None else _two_ids(body)


def _write(key: bytes, body: bytes) -> str:
    return base64.urlsafe_b64encode(body + _tag(key, body)).rstrip(b"=").decode()


def _read(key: bytes, text: str, length: int) -> bytes | None:
    if len(text) > _LONGEST or not text.isascii():
        return None
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    body, tag = raw[:length], raw[length:]
    if len(body) != length or not hmac.compare_digest(tag, _tag(key, body)):
        return None
    # one spelling only: spare bits of the last character would make twins with other hashes
    return body if _write(key, body) == text else None


def _tag(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, body, hashlib.sha256).digest()[:_TAG]


def _ids(first: str, second: str) -> bytes:
    return uuid.UUID(first).bytes + uuid.UUID(second).bytes


def _two_ids(body: bytes) -> tuple[str, str]:
    return str(uuid.UUID(bytes=body[:_ID])), str(uuid.UUID(bytes=body[_ID : 2 * _ID]))


def tagged(key: bytes, body: bytes) -> str:
    """Write bytes with our tag, for what is no token of a user."""
    return _write(key, body)


def read_tagged(key: bytes, text: str, length: int) -> bytes | None:
    """Read so many bytes that we tagged, or None when we never did."""
    return _read(key, text, length)
