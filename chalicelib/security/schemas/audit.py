"""Audit and receipts on the wire."""

from __future__ import annotations

from pydantic import ConfigDict

from chalicelib.kernel.wire import Wire
from chalicelib.security.schemas.published import JwkOut


class ReceiptKeysOut(Wire):
    """The public keys of receipts and anchors of all times (RFC 7517): old receipts stay verifiable."""

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
                            "kid": "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s",
                            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
                            "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
                        }
                    ]
                }
            ]
        }
    )

    keys: list[JwkOut]
