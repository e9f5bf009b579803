"""Access tokens: what they claim, and the strict reading of a compact JWS and of its claims.

RFC 9068 (`at+jwt`) under the rules of RFC 8725: one algorithm, an explicit type, every claim required and
of one exact JSON type. The signature itself is checked by PyJWT, in the service room.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from chalicelib.kernel.ids import is_id
from chalicelib.kernel.values import dataclass
from chalicelib.security.errors import InvalidToken

ALGORITHM: Final = "ES256"
TYPE: Final = "at+jwt"
AUDIENCE: Final = "xpense-api"
CLIENT: Final = "xpense-app"
"""Our own apps; third parties have the ids that they were registered under."""
LIFE: Final = timedelta(minutes=10)
LONGEST: Final = 4_096
"""Characters; ours have about 900."""
_HEADER: Final = frozenset({"alg", "kid", "typ"})
_TEXTS: Final = ("iss", "aud", "sub", "client_id", "sid", "jti", "scope")
_TIMES: Final = ("iat", "exp")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified access token says: whose session, what it may do, and since when."""

    user_id: str
    """The user; the client itself where it acts for nobody (RFC 9068, 2.2)."""
    session_id: str
    scopes: frozenset[str]
    issued_at: datetime
    expires_at: datetime
    token_id: str
    client_id: str
    """The third-party app that the token was given to; empty for our own apps."""

    @property
    def of_client(self) -> bool:
        """Tell whether a client got the token for itself, by its credentials: no user stands behind it."""
        return self.user_id == self.client_id


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new access token and its life in seconds."""

    token: str
    expires_in: int


def claims_to_sign(
    *,
    issuer: str,
    user_id: str,
    session_id: str,
    scopes: frozenset[str],
    now: datetime,
    jti: str,
    client_id: str = "",
) -> bytes:
    """Write the claims of a new token; no client id means our own apps."""
    issued = int(now.timestamp())
    return json.dumps(
        {
            "iss": issuer,
            "aud": AUDIENCE,
            "sub": user_id,
            "client_id": client_id or CLIENT,
            "sid": session_id,
            "jti": jti,
            "scope": " ".join(sorted(scopes)),
            "iat": issued,
            "exp": issued + int(LIFE.total_seconds()),
        },
        separators=(",", ":"),
    ).encode()


def key_id_of(token: str) -> str:
    """Read which key a token says it is signed with; raise `InvalidToken` unless its form is ours exactly.

    Everything else in the header is pinned: no `crit`, no `jku`, no embedded key, no other algorithm.
    """
    parts = token.split(".")
    if len(token) > LONGEST or not token.isascii() or len(parts) != 3:
        raise InvalidToken
    header = _strict_object(_canonical(parts[0]))
    _canonical(parts[1])
    _canonical(parts[2])
    if header.keys() != _HEADER or header["alg"] != ALGORITHM or header["typ"] != TYPE:
        raise InvalidToken
    return _text(header["kid"])


def read_claims(payload: bytes, *, issuer: str, now: datetime) -> Claims:
    """Read the claims of a token whose signature holds; raise `InvalidToken` when one is amiss.

    A clock skew is not allowed for: the same service signs and verifies.
    """
    raw = _strict_object(payload)
    texts = {name: _text(raw.get(name)) for name in _TEXTS}
    client = "" if texts["client_id"] == CLIENT else texts["client_id"]
    issued, expires = (_second(raw.get(name)) for name in _TIMES)
    second = int(now.timestamp())
    fits = (
        raw.keys() == {*_TEXTS, *_TIMES},
        texts["iss"] == issuer,
        texts["aud"] == AUDIENCE,
        is_id(texts["sub"]),
        is_id(texts["sid"]),
        not client or is_id(client),
        # a client's own token says so three times: nothing else may look like one
        (texts["sub"] == client) == (texts["sid"] == client),
        issued <= second < expires,
        expires - issued == int(LIFE.total_seconds()),
    )
    if not all(fits):
        raise InvalidToken
    return Claims(
        user_id=texts["sub"],
        session_id=texts["sid"],
        scopes=frozenset(texts["scope"].split()),
        issued_at=datetime.fromtimestamp(issued, UTC),
        expires_at=datetime.fromtimestamp(expires, UTC),
        token_id=texts["jti"],
        client_id=client,
    )


def _canonical(part: str) -> bytes:
    """Decode base64url that is written in its one right way, so that no other text means the same token."""
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidToken from error
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != part:
        raise InvalidToken
    return raw


def _strict_object(raw: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(raw.decode(), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidToken from error
    if not isinstance(value, dict):
        raise InvalidToken
    return value


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidToken
    return found


def _no_constant(_name: str) -> object:
    raise InvalidToken


def _text(value: object) -> str:
    # nothing that we sign is beyond ASCII; a lone surrogate would be a crash somewhere later
    if not isinstance(value, str) or not value.isascii():
        raise InvalidToken
    return value


def _second(value: object) -> int:
    if type(value) is not int:
        raise InvalidToken
    return value
