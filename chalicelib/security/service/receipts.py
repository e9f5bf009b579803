"""Receipts: statements of ours that anybody can verify offline, for years, by published keys.

Their keys are of their own: a receipt is never an access token, nor the other way round (another key, another
`typ`). A key's id is its RFC 7638 thumbprint, so a set of keys that was kept cannot be mixed up.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.clock import parse_rfc3339
from chalicelib.kernel.keys import provider
from chalicelib.kernel.settings import settings
from chalicelib.kernel.values import dataclass
from chalicelib.security.errors import KeyMadeMeanwhile
from chalicelib.security.model.recent import Recent
from chalicelib.security.repository import receipt_keys as stored
from chalicelib.security.repository.receipt_keys import ReceiptKeyRow

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

RECEIPT_TYPE: Final = "receipt+jwt"
ANCHOR_TYPE: Final = "anchor+jwt"
_ALGORITHM: Final = "ES256"
_OURS: Final = frozenset({"iss", "iat"})
_HELD: Final = 300
_PUBLISHED_BEFORE: Final = timedelta(hours=1)
_RENEWED_AFTER: Final = timedelta(days=365)
_COUNT_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class ReceiptKey:
    """An opened receipt key."""

    kid: str
    private: EllipticCurvePrivateKey


_KEYS: Final = Recent[int, ReceiptKey](most=4, seconds=_HELD)


def sign_receipt(payload: Mapping[str, object], *, now: datetime) -> str:
    """Sign a receipt: a compact JWS (RFC 7515) of JSON with our `iss` and `iat` added; ids and sums only.

    Raises ValueError for a payload that names `iss` or `iat` itself.
    """
    return sign(payload, kind=RECEIPT_TYPE, now=now)


def sign(payload: Mapping[str, object], *, kind: str, now: datetime) -> str:
    """Sign a statement of a kind (`typ`)."""
    from jwt import PyJWS

    if _OURS & payload.keys():
        raise ValueError("iss and iat are ours to say")
    said = {"iss": settings().public_url, "iat": int(now.timestamp()), **payload}
    body = json.dumps(said, separators=(",", ":"), sort_keys=True).encode()
    key = _current(now)
    return PyJWS(algorithms=[_ALGORITHM]).encode(
        body, key.private, algorithm=_ALGORITHM, headers={"typ": kind, "kid": key.kid}
    )


def rotate_receipt_key(*, now: datetime) -> bool:
    """Publish a successor when the newest key is a year old, and drop private halves that no longer sign."""
    rows = stored.receipt_keys()
    active = [row for row in rows if row.active_from <= int(now.timestamp())]
    for row in active[:-1]:
        if row.attribute_values.get("wrapped") is not None:
            stored.forget_private_half(row.generation)
    if not rows or now - parse_rfc3339(rows[-1].created_at) < _RENEWED_AFTER:
        return False
    try:
        _make(rows[-1].generation + 1, now, active_from=int((now + _PUBLISHED_BEFORE).timestamp()))
    except KeyMadeMeanwhile:
        return False
    return True


def _current(now: datetime) -> ReceiptKey:
    """Give the key that signs now; make the very first one where there is none."""
    held = _KEYS.get(0, time.monotonic())
    if held is not None:
        return held
    for _ in range(_COUNT_TRIES):
        active = [row for row in stored.receipt_keys() if row.active_from <= int(now.timestamp())]
        if active:
            opened = _open(active[-1])
            _KEYS.put(0, opened, time.monotonic())
            return opened
        try:
            _make(1, now, active_from=0)
        except KeyMadeMeanwhile:
            continue  # another process was first: its key is read in the next round
    raise KeyMadeMeanwhile


def _make(generation: int, now: datetime, *, active_from: int) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.generate_private_key(ec.SECP256R1())
    numbers = private.public_key().public_numbers()
    point = (_coordinate(numbers.x), _coordinate(numbers.y))
    kid = thumbprint(*point)
    der = private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    stored.add_receipt_key(
        generation=generation,
        kid=kid,
        point=point,
        wrapped=provider().wrap(der, _place(kid)),
        now=now,
        active_from=active_from,
    )


def thumbprint(x: str, y: str) -> str:
    """Give the RFC 7638 thumbprint of a P-256 key (SHA-256 of its required members in order)."""
    text = json.dumps({"crv": "P-256", "kty": "EC", "x": x, "y": y}, separators=(",", ":"))
    return _text(hashlib.sha256(text.encode()).digest())


def _open(row: ReceiptKeyRow) -> ReceiptKey:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    private = load_der_private_key(provider().unwrap(row.wrapped, _place(row.kid)), password=None)
    if not isinstance(private, EllipticCurvePrivateKey):
        msg = "a receipt key is an elliptic-curve key"
        raise TypeError(msg)
    return ReceiptKey(row.kid, private)


def _place(kid: str) -> str:
    return f"receipt-key:{kid}"


def _coordinate(value: int) -> str:
    return _text(value.to_bytes(32, "big"))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def forget() -> None:
    """Forget the open key."""
    _KEYS.clear()
