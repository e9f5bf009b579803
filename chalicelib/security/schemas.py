"""Wire shapes of the security service."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict

from chalicelib.kernel.wire import Wire


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
