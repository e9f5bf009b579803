"""The signing keys of access tokens: made once for all processes, published, rotated, held for minutes.

A new key is published an hour before it signs, twelve times as long as any process holds its copy, so no
verifier ever meets a key that it does not know.
"""

from __future__ import annotations

import secrets
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.clock import parse_rfc3339
from chalicelib.kernel.keys import provider
from chalicelib.kernel.values import dataclass
from chalicelib.security import repository
from chalicelib.security.errors import KeyMadeMeanwhile
from chalicelib.security.model.recent import Recent
from chalicelib.security.model.tokens import LIFE
from chalicelib.security.repository import SigningKeyRow

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

_HELD: Final = timedelta(minutes=5)
_PUBLISHED_BEFORE: Final = timedelta(hours=1)
_RENEWED_AFTER: Final = timedelta(days=90)
_COUNT_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An opened key."""

    kid: str
    private: EllipticCurvePrivateKey
    active_from: int


_KEYS: Final = Recent[str, tuple[SigningKey, ...]](most=1, seconds=int(_HELD.total_seconds()))


def known_keys() -> tuple[SigningKey, ...]:
    """Give the keys whose tokens count, oldest first; none when no token was ever issued."""
    at = time.monotonic()
    held = _KEYS.get("all", at)
    if held is None:
        held = tuple(_open(row) for row in repository.signing_keys())
        if held:
            _KEYS.put("all", held, at)
    return held


def current_key(*, now: datetime) -> SigningKey:
    """Give the key that signs now; make the very first one where there is none."""
    for _ in range(_COUNT_TRIES):
        second = int(now.timestamp())
        active = [key for key in known_keys() if key.active_from <= second]
        if active:
            return active[-1]
        try:
            repository.add_signing_key(_new_row(1, now, active_from=0))
        except KeyMadeMeanwhile:
            continue  # another process was first: its key is read in the next round
    raise KeyMadeMeanwhile


def rotate_signing_key(*, now: datetime) -> bool:
    """Publish a successor when the newest key is 90 days old, and give the old one its end; tell whether.

    The old key stays published until the last token that it signed has expired everywhere.
    """
    rows = repository.signing_keys()
    if not rows or now - parse_rfc3339(rows[-1].created_at) < _RENEWED_AFTER:
        return False
    newest = rows[-1]
    active = now + _PUBLISHED_BEFORE
    newest.ttl = int((active + LIFE + 2 * _HELD).timestamp())
    successor = _new_row(newest.generation + 1, now, active_from=int(active.timestamp()))
    try:
        repository.add_signing_key(successor, retiring=newest)
    except KeyMadeMeanwhile:
        return False
    _KEYS.clear()
    return True


def _new_row(generation: int, now: datetime, *, active_from: int) -> SigningKeyRow:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    kid = secrets.token_hex(8)
    der = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return repository.signing_key_row(
        generation=generation,
        kid=kid,
        wrapped=provider().wrap(der, _place(kid)),
        now=now,
        active_from=active_from,
    )


def _open(row: SigningKeyRow) -> SigningKey:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    private = load_der_private_key(provider().unwrap(row.wrapped, _place(row.kid)), password=None)
    if not isinstance(private, EllipticCurvePrivateKey):
        msg = "a signing key is an elliptic-curve key"
        raise TypeError(msg)
    return SigningKey(row.kid, private, row.active_from)


def _place(kid: str) -> str:
    return f"signing-key:{kid}"


def forget() -> None:
    """Forget all open keys."""
    _KEYS.clear()
