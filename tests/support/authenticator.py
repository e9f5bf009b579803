"""A software authenticator (WebAuthn Level 3), honest unless a knob says otherwise.

`Authenticator().create(options)` and `.get(options)` give what `PublicKeyCredential.toJSON()` would. Every
flag and member can be turned wrong by name, so that each check has an attack that only it stops.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

UP: Final = 0x01
UV: Final = 0x04
BE: Final = 0x08
BS: Final = 0x10
AT: Final = 0x40
ORIGIN: Final = "http://localhost:8000"
Private = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(slots=True)
class Authenticator:
    """One passkey on one device; the knobs are what it claims."""

    origin: str = ORIGIN
    algorithm: int = -7
    flags: int = UP | UV
    counter: int = 0
    step: int = 1
    """How far the counter moves at each use; 0 for authenticators that do not count."""
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user_handle: bytes | None = None
    private: Private = field(init=False)

    def __post_init__(self) -> None:
        self.private = new_key(self.algorithm)

    def create(self, options: Mapping[str, Any], **knobs: Any) -> dict[str, Any]:
        """Answer `navigator.credentials.create()`."""
        self.user_handle = unb64(options["user"]["id"])
        client = self._client_data("webauthn.create", options["challenge"], knobs)
        raw_id = knobs.get("inner_id", self.credential_id)
        attested = (
            bytes(16)
            + knobs.get("id_length", len(raw_id)).to_bytes(2, "big")
            + raw_id
            + knobs.get("cose", cbor2.dumps(cose_of(self.private)))
        )
        if knobs.get("no_credential"):
            attested = b""
        at = 0 if knobs.get("no_credential") else AT
        data = self._data(options["rp"]["id"], at, knobs) + attested + knobs.get("extra", b"")
        attestation = knobs.get("attestation") or cbor2.dumps(
            {
                "fmt": knobs.get("fmt", "none"),
                "attStmt": knobs.get("statement", {}),
                "authData": data,
            }
        )
        response = {
            "clientDataJSON": b64(client),
            "attestationObject": b64(attestation),
            "transports": ["internal"],
            "publicKeyAlgorithm": self.algorithm,
        }
        return self._credential(response, knobs)

    def get(self, options: Mapping[str, Any], **knobs: Any) -> dict[str, Any]:
        """Answer `navigator.credentials.get()`."""
        self.counter = knobs.get("count", self.counter + self.step)
        client = self._client_data("webauthn.get", options["challenge"], knobs)
        data = self._data(options["rpId"], 0, knobs)
        signed = data + hashlib.sha256(client).digest()
        signature = knobs.get("signature") or sign(knobs.get("key", self.private), signed)
        handle = knobs.get("user_handle", self.user_handle)
        response = {
            "clientDataJSON": b64(knobs.get("client_sent", client)),
            "authenticatorData": b64(knobs.get("data_sent", data)),
            "signature": b64(signature),
            **({} if handle is None else {"userHandle": b64(handle)}),
        }
        return self._credential(response, knobs)

    def _client_data(self, kind: str, challenge: str, knobs: Mapping[str, Any]) -> bytes:
        if "client_data" in knobs:
            raw: bytes = knobs["client_data"]
            return raw
        data = {
            "type": knobs.get("type", kind),
            "challenge": knobs.get("challenge", challenge),
            "origin": knobs.get("origin", self.origin),
            "crossOrigin": False,
            **knobs.get("client", {}),
        }
        return json.dumps(data, separators=(",", ":")).encode()

    def _data(self, rp_id: str, more: int, knobs: Mapping[str, Any]) -> bytes:
        return (
            hashlib.sha256(knobs.get("rp_id", rp_id).encode()).digest()
            + bytes([knobs.get("flags", self.flags) | more])
            + self.counter.to_bytes(4, "big")
        )

    def _credential(self, response: dict[str, Any], knobs: Mapping[str, Any]) -> dict[str, Any]:
        sent = knobs.get("outer_id", self.credential_id)
        return {
            "id": b64(knobs.get("id", sent)),
            "rawId": b64(sent),
            "type": knobs.get("credential_type", "public-key"),
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {**response, **knobs.get("response", {})},
        }


def new_key(algorithm: int) -> Private:
    if algorithm == -7:
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm == -8:
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def cose_of(private: Private) -> dict[int, Any]:
    """Write a public key as COSE (RFC 9053)."""
    if isinstance(private, ec.EllipticCurvePrivateKey):
        point = private.public_key().public_numbers()
        return {
            1: 2,
            3: -7,
            -1: 1,
            -2: point.x.to_bytes(32, "big"),
            -3: point.y.to_bytes(32, "big"),
        }
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return {1: 1, 3: -8, -1: 6, -2: private.public_key().public_bytes_raw()}
    numbers = private.public_key().public_numbers()
    return {
        1: 3,
        3: -257,
        -1: numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big"),
        -2: numbers.e.to_bytes(3, "big"),
    }


def sign(private: Private, data: bytes) -> bytes:
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return private.sign(data, ec.ECDSA(hashes.SHA256()))
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return private.sign(data)
    return private.sign(data, padding.PKCS1v15(), hashes.SHA256())
