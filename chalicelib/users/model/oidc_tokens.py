"""A provider's ID token, read strictly: OpenID Connect Core 1.0 (3.1.3.7) under the rules of RFC 8725.

The signature is checked elsewhere, by PyJWT; here are the form of the header and every claim that counts.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from chalicelib.kernel.values import dataclass
from chalicelib.users.errors import ProviderRefused
from chalicelib.users.model.oauth_codes import half_hash

ALGORITHMS: Final = ("RS256", "ES256")
LONGEST: Final = 16_000
"""Characters; Google's have some 1,200."""
_LEEWAY: Final = 60
"""Seconds that a provider's clock may differ from ours."""
_OLDEST: Final = 600
_LONGEST_SUBJECT: Final = 255
_PLAIN: Final = frozenset({"alg", "kid", "typ"})


@dataclass(frozen=True, slots=True)
class SignedWith:
    """What a token says of its signature."""

    key_id: str
    algorithm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a token has to say to be the answer to our flow."""

    issuers: frozenset[str]
    client_id: str
    nonce: str
    access_token: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who a provider says that somebody is."""

    issuer: str
    subject: str
    email: str
    """Empty where the provider gave none."""
    email_verified: bool
    name: str
    signed_in_at: datetime | None = None
    """When they showed the provider who they are, or None where it does not say."""


def signed_with(token: str) -> SignedWith:
    """Read key id and algorithm; raise `ProviderRefused` for a header with anything else that could matter."""
    parts = token.split(".")
    if len(token) > LONGEST or not token.isascii() or len(parts) != 3:
        raise ProviderRefused("the ID token is no compact JWS")
    header = _object(_decoded(parts[0]))
    key_id, algorithm = header.get("kid"), header.get("alg")
    if not header.keys() <= _PLAIN or not isinstance(key_id, str) or algorithm not in ALGORITHMS:
        raise ProviderRefused("the ID token is signed in a way that is not taken")
    return SignedWith(key_id, str(algorithm))


def read_person(payload: bytes, expected: Expected) -> Person:
    """Read who it is, from a token whose signature holds; raise `ProviderRefused` when a claim is amiss."""
    claims = _object(payload)
    reasons = {
        "iss": claims.get("iss") not in expected.issuers,
        "aud": not _is_for(claims, expected.client_id),
        "time": not _is_now(claims, int(expected.now.timestamp())),
        "auth_time": not _was(claims.get("auth_time"), int(expected.now.timestamp())),
        "nonce": not _equal(claims.get("nonce"), expected.nonce),
        "at_hash": "at_hash" in claims
        and not _equal(claims["at_hash"], half_hash(expected.access_token)),
    }
    subject = claims.get("sub")
    wrong = [name for name, fails in reasons.items() if fails]
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        wrong.append("sub")
    if wrong:
        raise ProviderRefused(f"claims of the ID token do not fit: {', '.join(wrong)}")
    email, name = claims.get("email"), claims.get("name")
    return Person(
        issuer=str(claims["iss"]),
        subject=str(subject),
        email=email if isinstance(email, str) else "",
        # Apple writes it as a text
        email_verified=claims.get("email_verified") in (True, "true"),
        name=name if isinstance(name, str) else "",
        signed_in_at=_instant(claims.get("auth_time"), expected.now),
    )


def _is_for(claims: Mapping[str, object], client_id: str) -> bool:
    audience = claims.get("aud")
    party = claims.get("azp")
    if party is not None and party != client_id:
        return False
    if isinstance(audience, list):
        return client_id in audience and (len(audience) == 1 or party == client_id)
    return audience == client_id


def _is_now(claims: Mapping[str, object], second: int) -> bool:
    issued, expires = claims.get("iat"), claims.get("exp")
    if type(issued) is not int or type(expires) is not int:
        return False
    return second - _OLDEST <= issued <= second + _LEEWAY and second < expires + _LEEWAY


def _was(claim: object, second: int) -> bool:
    """Tell whether a time lies behind us, if there is one."""
    return claim is None or (type(claim) is int and 0 < claim <= second + _LEEWAY)


def _instant(claim: object, now: datetime) -> datetime | None:
    return min(datetime.fromtimestamp(claim, UTC), now) if isinstance(claim, int) else None


def _equal(claim: object, wanted: str) -> bool:
    return isinstance(claim, str) and hmac.compare_digest(claim.encode(), wanted.encode())


def _decoded(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProviderRefused("the ID token is not base64url") from error


def _object(raw: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(raw.decode(), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise ProviderRefused("the ID token is not JSON") from error
    if not isinstance(value, dict):
        raise ProviderRefused("the ID token is not an object")
    return value


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member twice")
    return found
