"""Signing in at a provider, from our start to their answer: what `state` says, and the secrets made of it.

Nothing is stored when it starts. `state` carries, under our tag, what the answer is judged by; nonce and the
provider's PKCE verifier are derived from its id. The app that started keeps a secret of its own, whose hash
is in `state`: so another browser that is led to our page with somebody else's answer cannot finish it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from datetime import UTC, datetime, timedelta
from typing import Final

from chalicelib.kernel.values import dataclass
from chalicelib.users.model.identities import PROVIDERS, ProviderName
from chalicelib.users.model.oauth_codes import challenge_of
from chalicelib.users.model.tokens import read_tagged, tagged

FLOW_LIFE: Final = timedelta(minutes=10)
_NOBODY: Final = bytes(16)
_LENGTH: Final = 16 + 8 + 1 + 32 + 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A sign-in that was started; `user_id` where a signed-in user links an identity."""

    id: str
    provider: ProviderName
    challenge: bytes
    expires_at: datetime
    user_id: str = ""

    def fits(self, *, provider: str, verifier: str, user_id: str, now: datetime) -> bool:
        """Tell whether the answer comes for this flow: same provider and purpose, same browser, in time."""
        ours = base64.urlsafe_b64encode(self.challenge).rstrip(b"=").decode()
        return (
            provider == self.provider
            and user_id == self.user_id
            and now < self.expires_at
            and hmac.compare_digest(challenge_of(verifier).encode(), ours.encode())
        )


def write_state(key: bytes, flow: Flow) -> str:
    """Write the `state` that travels to the provider and back."""
    user = uuid.UUID(flow.user_id).bytes if flow.user_id else _NOBODY
    body = b"".join(
        (
            uuid.UUID(flow.id).bytes,
            int(flow.expires_at.timestamp()).to_bytes(8, "big"),
            bytes([PROVIDERS.index(flow.provider)]),
            flow.challenge,
            user,
        )
    )
    return tagged(key, body)


def read_state(key: bytes, text: str) -> Flow | None:
    """Read a `state`, or None when we never gave it."""
    body = read_tagged(key, text, _LENGTH)
    if body is None:
        return None
    user = body[57:73]
    return Flow(
        id=str(uuid.UUID(bytes=body[:16])),
        expires_at=datetime.fromtimestamp(int.from_bytes(body[16:24], "big"), UTC),
        provider=PROVIDERS[body[24]],
        challenge=body[25:57],
        user_id="" if user == _NOBODY else str(uuid.UUID(bytes=user)),
    )


def read_challenge(text: str) -> bytes | None:
    """Read the app's S256 challenge: 43 characters of base64url, 32 bytes."""
    try:
        raw = base64.urlsafe_b64decode(text + "=")
    except ValueError:
        return None
    same = base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == text
    return raw if same and len(raw) == 32 else None


def derived_secret(key: bytes, flow_id: str) -> str:
    """Derive a secret of a flow: 43 characters, which is also a PKCE verifier (RFC 7636, 4.1)."""
    digest = hmac.new(key, flow_id.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
