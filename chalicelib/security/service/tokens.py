"""Issuing and verifying access tokens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.kernel.ids import new_id
from chalicelib.kernel.settings import settings
from chalicelib.security.errors import InvalidToken
from chalicelib.security.model.tokens import (
    ALGORITHM,
    LIFE,
    TYPE,
    Claims,
    IssuedToken,
    claims_to_sign,
    key_id_of,
    read_claims,
)
from chalicelib.security.service.signing import current_key, known_keys

if TYPE_CHECKING:
    from jwt import PyJWS


@cache
def _jws() -> PyJWS:
    from jwt import PyJWS

    return PyJWS(algorithms=[ALGORITHM])


def issue_access_token(
    *,
    user_id: str,
    session_id: str,
    scopes: frozenset[str],
    now: datetime,
    client_id: str = "",
) -> IssuedToken:
    """Sign a token for a session; it lives ten minutes. `client_id` names the third-party app, if one.

    A client that acts for nobody is user and session of its own token.
    """
    key = current_key(now=now)
    payload = claims_to_sign(
        issuer=settings().public_url,
        user_id=user_id,
        session_id=session_id,
        scopes=scopes,
        now=now,
        jti=new_id(),
        client_id=client_id,
    )
    token = _jws().encode(
        payload, key.private, algorithm=ALGORITHM, headers={"typ": TYPE, "kid": key.kid}
    )
    return IssuedToken(token, int(LIFE.total_seconds()))


def verify_access_token(token: str, *, now: datetime) -> Claims:
    """Verify form, type, algorithm, key, signature and every claim; raise `InvalidToken` for anything amiss."""
    from jwt.exceptions import PyJWTError

    kid = key_id_of(token)
    key = next((known for known in known_keys() if known.kid == kid), None)
    if key is None:
        raise InvalidToken
    try:
        payload: bytes = _jws().decode(token, key.private.public_key(), algorithms=[ALGORITHM])
    except PyJWTError as error:
        raise InvalidToken from error
    return read_claims(payload, issuer=settings().public_url, now=now)


def sign_id_token(claims: Mapping[str, object], *, now: datetime) -> str:
    """Sign an ID token (OpenID Connect Core 1.0, 2) with the key of access tokens, published in the same JWKS.

    Its `typ` is `JWT`, so it is never taken for an access token.
    """
    key = current_key(now=now)
    payload = json.dumps(claims, separators=(",", ":")).encode()
    return _jws().encode(
        payload, key.private, algorithm=ALGORITHM, headers={"typ": "JWT", "kid": key.kid}
    )
