"""What anybody may read: the keys of access tokens, and the rules for passwords.

Apart from the rest of the room, so that services which only check tokens do not load the wire shapes.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from chalicelib.security.gateways import common_passwords
from chalicelib.security.model.passwords import MAX_LENGTH, MIN_LENGTH
from chalicelib.security.schemas.published import (
    JwkOut,
    JwksOut,
    PasswordCheckOut,
    PasswordPolicyOut,
    WeaknessOut,
)
from chalicelib.security.service.passwords import find_weaknesses
from chalicelib.security.service.signing import SigningKey, known_keys


def check_password(password: str, *, context: Sequence[str] = ()) -> PasswordCheckOut:
    """Say what speaks against a password, for a form that is being filled in."""
    found = find_weaknesses(password, context=context)
    return PasswordCheckOut(
        acceptable=not found,
        reasons=[WeaknessOut(code=one.code, detail=one.detail) for one in found],
    )


def password_policy() -> PasswordPolicyOut:
    """Say what a password must be."""
    return PasswordPolicyOut(
        min_length=MIN_LENGTH,
        max_length=MAX_LENGTH,
        normalisation="NFC",
        composition_rules=[],
        common_passwords=common_passwords.count(),
    )


def jwks() -> JwksOut:
    """Give the public halves of all keys whose tokens count (RFC 7517)."""
    return JwksOut(keys=[_jwk(key) for key in known_keys()])


def _jwk(key: SigningKey) -> JwkOut:
    numbers = key.private.public_key().public_numbers()
    return JwkOut(
        kty="EC",
        crv="P-256",
        alg="ES256",
        use="sig",
        kid=key.kid,
        x=_coordinate(numbers.x),
        y=_coordinate(numbers.y),
    )


def _coordinate(value: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes(32, "big")).rstrip(b"=").decode()
