"""Who sent a message: Plaid signs a token over the body's hash with ES256, under keys that it gives by their ids.

A key is asked for once and kept for a day. An id that nobody gave could be anybody's invention: only a few of
them a minute are asked for, whatever comes. https://plaid.com/docs/api/webhooks/webhook-verification/
"""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from chalicelib.interchange.model.bank_feeds import BankTrouble
from chalicelib.kernel.values import dataclass

if TYPE_CHECKING:
    from jwt import PyJWK

Fetch = Callable[[str], dict[str, Any] | BankTrouble]
MAX_AGE: Final = timedelta(minutes=5)
AHEAD: Final = timedelta(minutes=1)
"""How far another clock may go before ours."""
MAX_TOKEN: Final = 4_000
KEYS_LIFE: Final = 86_400.0
MOST_KEYS: Final = 16
MOST_FETCHES: Final = 4
"""Keys that one process asks for a minute."""
_MINUTE: Final = 60.0
_KEY_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,100}", re.ASCII)
_FORGED: Final = BankTrouble("refused")


@dataclass(slots=True)
class _Keys:
    """Keys that were given, newest use last, and when keys were asked for."""

    known: OrderedDict[str, tuple[float, PyJWK]] = field(default_factory=OrderedDict)
    asked: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_FETCHES))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, key_id: str, fetch: Fetch, now: datetime) -> PyJWK | BankTrouble:
        with self.lock:
            at = time.monotonic()
            kept = self.known.get(key_id)
            if kept is not None and at - kept[0] < KEYS_LIFE:
                self.known.move_to_end(key_id)
                return kept[1]
            if len(self.asked) == MOST_FETCHES and at - self.asked[0] < _MINUTE:
                return BankTrouble("rate-limited")
            self.asked.append(at)
        found = fetch(key_id)
        if isinstance(found, BankTrouble):
            return found if found.reason not in {"refused", "gone"} else _FORGED
        key = _read_key(found, key_id, now)
        if key is None:
            return _FORGED
        with self.lock:
            self.known[key_id] = (at, key)
            while len(self.known) > MOST_KEYS:
                self.known.popitem(last=False)
        return key


_KEYS: Final = _Keys()


def forget() -> None:
    """Forget all keys, and when they were asked for."""
    with _KEYS.lock:
        _KEYS.known.clear()
        _KEYS.asked.clear()


def verify(token: str, raw: bytes, now: datetime, fetch: Fetch) -> str | BankTrouble:
    """Check a message and give its mark; `refused` for one that Plaid did not sign, not over this body, or not just now.

    The mark is of the body and the second of its signing, not of the token, whose signature has two forms.
    """
    import jwt
    from jwt.exceptions import PyJWTError

    if not token or len(token) > MAX_TOKEN or not token.isascii():
        return _FORGED
    try:
        header = jwt.get_unverified_header(token)
    except (PyJWTError, ValueError, TypeError, RecursionError):
        return _FORGED
    key_id = header.get("kid")
    # before any key is asked for: nothing but this one algorithm
    if header.get("alg") != "ES256" or not isinstance(key_id, str) or not _KEY_ID.fullmatch(key_id):
        return _FORGED
    key = _KEYS.find(key_id, fetch, now)
    if isinstance(key, BankTrouble):
        return key
    try:
        claims = jwt.decode(
            token,
            key.key,
            algorithms=["ES256"],
            options={"require": ["iat", "request_body_sha256"], "verify_iat": False},
        )
    except (PyJWTError, ValueError, TypeError, RecursionError):
        return _FORGED
    if not _is_of(claims, raw, now):
        return _FORGED
    return hashlib.sha256(raw + str(claims["iat"]).encode()).hexdigest()


def _is_of(claims: dict[str, Any], raw: bytes, now: datetime) -> bool:
    issued, digest = claims.get("iat"), claims.get("request_body_sha256")
    if type(issued) is not int or not isinstance(digest, str) or not digest.isascii():
        return False
    age = now.timestamp() - issued
    if not -AHEAD.total_seconds() <= age <= MAX_AGE.total_seconds():
        return False
    return hmac.compare_digest(hashlib.sha256(raw).hexdigest(), digest.lower())


def _read_key(raw: dict[str, Any], key_id: str, now: datetime) -> PyJWK | None:
    """Read a public key for this one algorithm, which is no other's and not withdrawn."""
    from jwt import PyJWK
    from jwt.exceptions import PyJWTError

    wanted = {"kid": key_id, "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig"}
    if any(raw.get(name) != value for name, value in wanted.items()) or "d" in raw:
        return None
    ended = raw.get("expired_at")
    if isinstance(ended, Decimal) and ended < Decimal(int(now.timestamp())):
        return None
    try:
        return PyJWK({name: raw[name] for name in ("kty", "crv", "x", "y", "alg", "use", "kid")})
    except (PyJWTError, KeyError, ValueError, TypeError):
        return None
