"""Passkeys (WebAuthn Level 3): what is kept of one, and what the library does not look at.

It is stateless: that a challenge counts once, for one purpose, one user and five minutes, that no other site
frames the ceremony, and that a passkey's nature does not change, is decided here.
"""

from __future__ import annotations

import ipaddress
import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlsplit

from chalicelib.kernel.values import dataclass

CHALLENGE_BYTES: Final = 32
CHALLENGE_LIFE: Final = timedelta(minutes=5)

AssertionPurpose = Literal["sign-in", "second-factor", "step-up"]
Purpose = Literal["registration", "sign-in", "second-factor", "step-up"]
NEEDS_USER_VERIFICATION: Final[frozenset[Purpose]] = frozenset({"sign-in", "step-up"})
"""Where the passkey must show possession and the person (PIN, finger, face); elsewhere a password has."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Who asks: the domain that passkeys are bound to, and the one origin that may use them."""

    id: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """Random bytes that a passkey signs, for one purpose. Without a user: whoever has a passkey."""

    id: str
    user_id: str | None
    purpose: Purpose
    secret: bytes
    expires_at: datetime

    def serves(self, purpose: Purpose, now: datetime) -> bool:
        """Tell whether this is a challenge for the purpose, and not too late."""
        return self.purpose == purpose and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A passkey. The name is sealed under the user's own key."""

    id: str
    user_id: str
    name: bytes
    credential_id: bytes
    public_key: bytes
    """COSE, as the authenticator gave it."""
    sign_count: int
    synced: bool
    """Whether it may live on several devices (WebAuthn's backup eligibility); never changes."""
    backed_up: bool
    transports: tuple[str, ...]
    aaguid: str
    """Which model of authenticator; all zeros where it does not say."""
    created_at: datetime
    used_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What a verified registration gives."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    synced: bool
    backed_up: bool
    aaguid: str
    user_verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asserted:
    """What a verified use of a passkey gives."""

    sign_count: int
    synced: bool
    backed_up: bool
    user_verified: bool


@dataclass(frozen=True, slots=True)
class PasskeyOptions:
    """What to hand to `navigator.credentials`, and the id to come back with."""

    challenge_id: str
    options: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PasskeyProof:
    """Whose passkey it was."""

    user_id: str
    passkey_id: str
    user_verified: bool = False
    """Whether the authenticator checked the person too, so that this is two factors in one."""


def relying_party(public_url: str) -> RelyingParty:
    """Give who we are, from the URL that people see.

    Browsers bind passkeys to names, never to addresses: on a loopback address it is `localhost`, which is
    the one name that counts as secure without TLS.
    """
    parts = urlsplit(public_url)
    host = parts.hostname or "localhost"
    if _is_loopback(host):
        host = "localhost"
    port = f":{parts.port}" if parts.port else ""
    return RelyingParty(host, f"{parts.scheme}://{host}{port}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def handle_of(user_id: str) -> bytes:
    """Give the user handle that passkeys carry: the id's 16 bytes, which say nothing of the person."""
    return uuid.UUID(user_id).bytes


def user_of(handle: bytes) -> str | None:
    """Read a user handle, or None when it is none of ours."""
    return str(uuid.UUID(bytes=handle)) if len(handle) == 16 else None


def is_framed(client_data: bytes) -> bool:
    """Tell whether the ceremony ran inside another site's page, or does not say so plainly.

    `crossOrigin` must be absent or false, `topOrigin` absent (WebAuthn Level 3, 7.1 step 9 and 7.2 step 13).
    """
    try:
        data = json.loads(client_data)
    except (ValueError, RecursionError):
        return True
    return (
        not isinstance(data, dict)
        or data.get("crossOrigin", False) is not False
        or "topOrigin" in data
    )


def after_use(passkey: Passkey, asserted: Asserted, now: datetime) -> Passkey:
    """Give the passkey as it lies there once it was used."""
    return replace(
        passkey,
        sign_count=asserted.sign_count,
        backed_up=asserted.backed_up,
        used_at=now,
        version=passkey.version + 1,
    )
