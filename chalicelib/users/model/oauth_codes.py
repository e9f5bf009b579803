"""Authorisation codes: a minute of life, one use, and only together with the secret behind their challenge.

A code has the id of the session that comes of it. So when a code comes back, what came of it is found by
that id alone, and is ended.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import datetime, timedelta
from typing import Final

from chalicelib.kernel.values import dataclass

CODE_LIFE: Final = timedelta(seconds=60)
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code that was given and not used yet: what was allowed to whom, and where it was sent."""

    id: str
    user_id: str
    client_id: str
    redirect_uri: str
    challenge: str
    scopes: frozenset[str]
    nonce: str
    proved_at: datetime
    """When the user had last shown who they are, and how (`methods`), as the code was given."""
    methods: tuple[str, ...]
    hash: bytes
    created_at: datetime

    def fits(self, *, presented: bytes, client_id: str, redirect_uri: str, verifier: str) -> bool:
        """Tell whether the code came from the client that it was given to, to the address, with the secret."""
        return (
            hmac.compare_digest(presented, self.hash)
            and client_id == self.client_id
            and redirect_uri == self.redirect_uri
            and hmac.compare_digest(challenge_of(verifier).encode(), self.challenge.encode())
        )

    def lives(self, now: datetime) -> bool:
        """Tell whether the minute is not over."""
        return now - self.created_at < CODE_LIFE


def challenge_of(verifier: str) -> str:
    """Give the S256 challenge of a verifier (RFC 7636, 4.2); empty for what is no verifier."""
    if not _VERIFIER.fullmatch(verifier):
        return ""
    return (
        base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    )


def half_hash(token: str) -> str:
    """Give the `at_hash` of an access token signed with ES256 (OpenID Connect Core 1.0, 3.1.3.6)."""
    half = hashlib.sha256(token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode()
