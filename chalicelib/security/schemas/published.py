"""What anybody may read: public keys and the rules for passwords."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, StringConstraints

from chalicelib.kernel.wire import Wire
from chalicelib.security.model.passwords import Code


class JwkOut(Wire):
    """A public key that access tokens are verified with (RFC 7517, 7518)."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    alg: Literal["ES256"]
    use: Literal["sig"]
    kid: str
    x: str
    y: str


class JwksOut(Wire):
    """All public keys whose tokens count: one, or two while keys change."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "keys": [
                        {
                            "kty": "EC",
                            "crv": "P-256",
                            "alg": "ES256",
                            "use": "sig",
                            "kid": "8f3a1c5e7b9d2046",
                            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
                            "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
                        }
                    ]
                }
            ]
        }
    )

    keys: list[JwkOut]


class PasswordPolicyOut(Wire):
    """What a password must be. There are no rules about kinds of characters, and none expires."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "min_length": 15,
                    "max_length": 128,
                    "normalisation": "NFC",
                    "composition_rules": [],
                    "common_passwords": 29_000,
                }
            ]
        }
    )

    min_length: int
    """Code points, after normalisation."""
    max_length: int
    normalisation: Literal["NFC"]
    composition_rules: list[str]
    common_passwords: int
    """How many common passwords are refused, and with them what is plainly made of one or two."""


class CheckPassword(Wire):
    """A password to be judged; the address and the name are what it must not hold."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"password": "seven tall lamps hum", "email": "ada@example.org"}]
        }
    )

    password: Annotated[str, StringConstraints(max_length=1_000)]
    email: Annotated[str, StringConstraints(max_length=254)] | None = None
    display_name: Annotated[str, StringConstraints(max_length=100)] | None = None


class WeaknessOut(Wire):
    """One reason against a password."""

    code: Code
    detail: str


class PasswordCheckOut(Wire):
    """Whether a password would be taken, and what speaks against it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "acceptable": False,
                    "reasons": [{"code": "too-short", "detail": "at least 15 characters"}],
                }
            ]
        }
    )

    acceptable: bool
    reasons: list[WeaknessOut]
