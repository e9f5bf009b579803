"""A receipt that a stranger signed, beside a key of theirs that goes by the name of ours."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from chalicelib.security.service.receipts import thumbprint
from tools.verify_receipt import RECEIPT, NotGenuine, verify


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def jwk(private: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    numbers = private.public_key().public_numbers()
    x, y = (b64(value.to_bytes(32, "big")) for value in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": thumbprint(x, y)}


def signed(private: ec.EllipticCurvePrivateKey, kid: str) -> str:
    head = json.dumps({"alg": "ES256", "typ": RECEIPT, "kid": kid}).encode()
    said = f"{b64(head)}.{b64(b'{}')}"
    r, s = decode_dss_signature(private.sign(said.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{said}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def test_a_strangers_key_does_not_pass_by_our_keys_name() -> None:
    ours, theirs = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    name = jwk(ours)["kid"]

    assert verify(signed(ours, name), [jwk(ours)]) == {}
    with pytest.raises(NotGenuine, match="not the one that its id names"):
        verify(signed(theirs, name), [{**jwk(theirs), "kid": name}])
