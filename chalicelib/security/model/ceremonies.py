"""What a browser is asked: the JSON forms of WebAuthn Level 3, 5.1.10 and 5.1.11, for `parse...FromJSON()`.

Written by hand, because the library that verifies the answers takes a third of a second to load.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Final

from chalicelib.security.model.passkeys import (
    CHALLENGE_LIFE,
    NEEDS_USER_VERIFICATION,
    Challenge,
    Passkey,
    RelyingParty,
    handle_of,
)

ALGORITHMS: Final = (-7, -8, -257)
"""COSE: ES256, EdDSA, RS256, in the order in which we like them."""
_NAME: Final = "xPense"


def registration_options(
    party: RelyingParty,
    challenge: Challenge,
    *,
    user_id: str,
    account_name: str,
    known: Sequence[Passkey],
) -> dict[str, object]:
    """Write what `navigator.credentials.create()` is asked; known passkeys are not offered again."""
    return {
        "rp": {"id": party.id, "name": _NAME},
        "user": {
            "id": text_of(handle_of(user_id)),
            "name": account_name,
            "displayName": account_name,
        },
        "challenge": text_of(challenge.secret),
        "pubKeyCredParams": [{"type": "public-key", "alg": one} for one in ALGORITHMS],
        "timeout": _timeout(),
        "excludeCredentials": [_descriptor(one) for one in known],
        "authenticatorSelection": {
            # discoverable where the authenticator can, so that it signs in without a name
            "residentKey": "preferred",
            "requireResidentKey": False,
            "userVerification": "preferred",
        },
        # we ask nobody for the make of their authenticator
        "attestation": "none",
    }


def assertion_options(
    party: RelyingParty, challenge: Challenge, *, known: Sequence[Passkey]
) -> dict[str, object]:
    """Write what `navigator.credentials.get()` is asked; without known passkeys any of ours will do."""
    needed = challenge.purpose in NEEDS_USER_VERIFICATION
    return {
        "challenge": text_of(challenge.secret),
        "timeout": _timeout(),
        "rpId": party.id,
        "allowCredentials": [_descriptor(one) for one in known],
        "userVerification": "required" if needed else "preferred",
    }


def text_of(raw: bytes) -> str:
    """Write bytes as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def bytes_of(text: object) -> bytes | None:
    """Read base64url without padding, or None for anything else."""
    if not isinstance(text, str) or not text.isascii():
        return None
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None


def _descriptor(passkey: Passkey) -> dict[str, object]:
    told: dict[str, object] = {"type": "public-key", "id": text_of(passkey.credential_id)}
    return {**told, "transports": list(passkey.transports)} if passkey.transports else told


def _timeout() -> int:
    """Milliseconds."""
    return int(CHALLENGE_LIFE.total_seconds() * 1000)
