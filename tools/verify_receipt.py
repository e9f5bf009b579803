"""Verify a receipt offline: `python -m tools.verify_receipt FILE --keys receipt-keys.json [--issuer URL]`.

The keys are what `GET /v1/security/receipt-keys` gave, kept beside the receipt. It needs nothing of ours but
this file: only `cryptography`. Exit status 0 means that the receipt is genuine, 1 that it is not, 2 that a file
cannot be read.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

RECEIPT: Final = "receipt+jwt"
_LONGEST: Final = 1_000_000
_HALF: Final = 32


class NotGenuine(ValueError):
    """The statement is not one that the holder of the keys signed."""


def verify(
    token: str, keys: Sequence[dict[str, Any]], *, kind: str = RECEIPT, issuer: str | None = None
) -> dict[str, Any]:
    """Give what a signed statement says; raise `NotGenuine` for anything amiss (RFC 7515, ES256 of RFC 7518)."""
    parts = token.split(".")
    if len(token) > _LONGEST or len(parts) != 3:
        raise NotGenuine("not a compact JWS")
    head, body, signature = (_raw(part) for part in parts)
    header = _object(head)
    if header.keys() != {"alg", "typ", "kid"} or header["alg"] != "ES256":
        raise NotGenuine("not signed by ES256 with a named key")
    if header["typ"] != kind:
        raise NotGenuine(f"a statement of another kind: {header['typ']!r}")
    _check(_key(keys, header["kid"]), f"{parts[0]}.{parts[1]}".encode(), signature)
    said = _object(body)
    if issuer is not None and said.get("iss") != issuer:
        raise NotGenuine(f"signed by {said.get('iss')!r}")
    return said


def _key(keys: Sequence[dict[str, Any]], kid: object) -> dict[str, Any]:
    for key in keys:
        if key.get("kid") == kid:
            break
    else:
        raise NotGenuine("signed by a key that is not among the published ones")
    named = {"crv": key.get("crv"), "kty": key.get("kty"), "x": key.get("x"), "y": key.get("y")}
    if (named["crv"], named["kty"]) != ("P-256", "EC") or kid != _thumbprint(named):
        raise NotGenuine("the key is not the one that its id names")
    return named


def _thumbprint(key: dict[str, Any]) -> str:
    text = json.dumps(key, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def _check(key: dict[str, Any], message: bytes, signature: bytes) -> None:
    if len(signature) != 2 * _HALF:
        raise NotGenuine("the signature has a wrong length")
    x, y = (int.from_bytes(_raw(str(key[name])), "big") for name in ("x", "y"))
    r, s = (int.from_bytes(half, "big") for half in (signature[:_HALF], signature[_HALF:]))
    try:
        public = EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()
        public.verify(encode_dss_signature(r, s), message, ECDSA(SHA256()))
    except (InvalidSignature, ValueError) as error:
        raise NotGenuine("the signature is wrong") from error


def _raw(text: str) -> bytes:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotGenuine("not base64url") from error
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        raise NotGenuine("not canonical base64url")
    return raw


def _object(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw, object_pairs_hook=_once_each)
    except (ValueError, RecursionError) as error:
        raise NotGenuine("not JSON") from error
    if not isinstance(found, dict):
        raise NotGenuine("not a JSON object")
    return found


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a member is named twice")
    return dict(pairs)


def keys_of(text: str) -> list[dict[str, Any]]:
    """Read a JWK set; raise `NotGenuine` when it is none."""
    found = _object(text.encode()).get("keys")
    if not isinstance(found, list) or not all(isinstance(key, dict) for key in found):
        raise NotGenuine("not a set of keys")
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Verify the file and print what it says."""
    parser = argparse.ArgumentParser(prog="verify_receipt", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--keys", type=Path, required=True, help="what /v1/security/receipt-keys gave"
    )
    parser.add_argument("--issuer", help="the host that must have signed it")
    given = parser.parse_args(argv)
    try:
        token, keys = given.file.read_text().strip(), given.keys.read_text()
    except (OSError, ValueError) as error:
        print(f"cannot be read: {error}", file=sys.stderr)
        return 2
    try:
        said = verify(token, keys_of(keys), issuer=given.issuer)
    except NotGenuine as error:
        print(f"NOT GENUINE: {error}", file=sys.stderr)
        return 1
    print(json.dumps(said, indent=2, sort_keys=True))
    print("genuine", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
