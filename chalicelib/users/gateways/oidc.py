"""Google and Apple as OpenID providers: their addresses, the exchange of a code, and their keys.

The addresses are fixed, here or in the setting, and never come from a token or a request. Nothing is
followed, nothing is retried, and an answer is as long and takes as long as we say.
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlencode, urlsplit

from chalicelib.kernel import web
from chalicelib.kernel.keys import provider as key_provider
from chalicelib.kernel.log import logger
from chalicelib.kernel.settings import settings
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.web import Bounds, Question, WebFailed
from chalicelib.users.errors import ProviderRefused, ProviderUnavailable, ProviderUnknown
from chalicelib.users.model.identities import PROVIDERS, ProviderName
from chalicelib.users.model.oidc_tokens import SignedWith

if TYPE_CHECKING:
    from jwt import PyJWK

BOUNDS: Final = Bounds(connect_s=2.0, read_s=4.0, whole_s=8.0, most_bytes=64_000, piece=8_192)
KEYS_LIFE: Final = 3600.0
KEYS_AGAIN: Final = 30.0
"""Seconds before an unknown key id makes us ask for the keys again: a forger must not make us ask each time."""
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})
_SEALED: Final = "sealed:"
_ERROR: Final = re.compile(r"[a-z_]{1,40}", re.ASCII)
_MIN_RSA_BITS: Final = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A provider and our registration there."""

    name: ProviderName
    issuers: frozenset[str]
    authorization_url: str
    token_url: str
    jwks_url: str
    client_id: str = ""
    secret: str = field(default="", repr=False)
    """Google's client secret, or Apple's private key (PEM)."""
    team_id: str = ""
    key_id: str = ""

    def client_secret(self, now: datetime) -> str:
        """Give what we show: Google's secret, or a token signed with Apple's key for five minutes."""
        if self.name == "google":
            return self.secret
        import jwt

        issued = int(now.timestamp())
        claims = {
            "iss": self.team_id,
            "iat": issued,
            "exp": issued + 300,
            "aud": min(self.issuers),
            "sub": self.client_id,
        }
        return jwt.encode(claims, self.secret, algorithm="ES256", headers={"kid": self.key_id})


_KNOWN: Final[Mapping[ProviderName, Provider]] = {
    "google": Provider(
        name="google",
        issuers=frozenset({"https://accounts.google.com", "accounts.google.com"}),
        authorization_url="https://accounts.google.com/o/oauth2/v2/auth",
        token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
        jwks_url="https://www.googleapis.com/oauth2/v3/certs",
    ),
    "apple": Provider(
        name="apple",
        issuers=frozenset({"https://appleid.apple.com"}),
        authorization_url="https://appleid.apple.com/auth/authorize",
        token_url="https://appleid.apple.com/auth/token",  # noqa: S106 - an address
        jwks_url="https://appleid.apple.com/auth/keys",
    ),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider gave for a code; the access token is only compared with the ID token, never used."""

    id_token: str
    access_token: str


def get_provider(name: str) -> Provider:
    """Give a provider that this stage is registered with; raise `ProviderUnknown`."""
    if name not in PROVIDERS:
        raise ProviderUnknown
    here = settings()
    text = here.oidc_google if name == "google" else here.oidc_apple
    if not text:
        raise ProviderUnknown
    return _configured(name, text)


@cache
def _configured(name: ProviderName, text: str) -> Provider:
    """Read the setting: JSON, plain or sealed under the stage's key for the owner `oidc:<provider>`."""
    if text.startswith(_SEALED):
        sealed = base64.b64decode(text.removeprefix(_SEALED), validate=True)
        text = key_provider().unwrap(sealed, f"oidc:{name}").decode()
    given: dict[str, str] = json.loads(text)
    known = _KNOWN[name]
    made = replace(
        known,
        issuers=frozenset({given["issuer"]}) if "issuer" in given else known.issuers,
        authorization_url=given.get("authorization_url", known.authorization_url),
        token_url=given.get("token_url", known.token_url),
        jwks_url=given.get("jwks_url", known.jwks_url),
        client_id=given.get("client_id", ""),
        secret=given.get("client_secret") or given.get("private_key") or "",
        team_id=given.get("team_id", ""),
        key_id=given.get("key_id", ""),
    )
    for url in (made.authorization_url, made.token_url, made.jwks_url):
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise ValueError("a provider is asked by https")
    if not made.client_id or not made.secret:
        raise ValueError("the setting of a provider names client_id and its secret or private_key")
    return made


def exchange(
    who: Provider, *, code: str, verifier: str, redirect_uri: str, now: datetime
) -> Answer:
    """Exchange a code; raise `ProviderRefused` for a code that is not good, `ProviderUnavailable` for the rest."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": who.client_id,
        "client_secret": who.client_secret(now),
        "code_verifier": verifier,
    }
    status, document = _ask("POST", who.token_url, body=urlencode(form).encode())
    if status != 200:
        _refuse(who, status, document)
    id_token, access_token = document.get("id_token"), document.get("access_token")
    if not isinstance(id_token, str) or not isinstance(access_token, str):
        raise ProviderUnavailable("the provider gave no ID token")
    return Answer(id_token, access_token)


def _refuse(who: Provider, status: int, document: Mapping[str, object]) -> None:
    code = str(document.get("error", ""))
    if status == 400 and code == "invalid_grant":
        raise ProviderRefused("the provider does not take the code")
    # a wrong secret of ours is an operator's matter; the code is one word of the standard, or nothing
    reason = code if _ERROR.fullmatch(code) else "unreadable"
    logger().warning(
        "a provider refused us", extra={"provider": who.name, "status": status, "reason": reason}
    )
    raise ProviderUnavailable


# --- keys


@dataclass(frozen=True, slots=True)
class _Keys:
    by_id: Mapping[str, PyJWK]
    at: float


_KEYS: Final[dict[str, _Keys]] = {}


def key_of(who: Provider, signed: SignedWith) -> PyJWK:
    """Give the key that a token says it is signed with; raise `ProviderRefused` for one that is not published.

    Keys are held for an hour; one that is not among them may be new, so they are asked for again.
    """
    held = _KEYS.get(who.jwks_url)
    at = time.monotonic()
    age = at - held.at if held else KEYS_LIFE
    unknown = held is not None and signed.key_id not in held.by_id
    if held is None or age >= KEYS_LIFE or (unknown and age >= KEYS_AGAIN):
        held = _KEYS[who.jwks_url] = _Keys(_fetch_keys(who), at)
    found = held.by_id.get(signed.key_id)
    if found is None or found.algorithm_name != signed.algorithm:
        raise ProviderRefused(
            "the ID token is signed with a key that the provider does not publish"
        )
    return found


def _fetch_keys(who: Provider) -> Mapping[str, PyJWK]:
    status, document = _ask("GET", who.jwks_url)
    given = document.get("keys")
    if status != 200 or not isinstance(given, list):
        raise ProviderUnavailable("the provider gave no keys")
    found = {}
    for one in given[:20]:
        key = _read_key(one)
        if key is not None:
            found[str(key.key_id)] = key
    return found


def _read_key(raw: object) -> PyJWK | None:
    """Read a key for signatures; those of other kinds, and RSA keys that are too short, are left out."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from jwt import PyJWK
    from jwt.exceptions import PyJWTError

    if not isinstance(raw, dict) or raw.get("use", "sig") != "sig" or "kid" not in raw:
        return None
    if {"d", "k"} & raw.keys() or raw.get("kty") not in {"RSA", "EC"}:
        return None
    try:
        key = PyJWK(raw)
    except (PyJWTError, ValueError, TypeError):
        return None
    if isinstance(key.key, RSAPublicKey) and key.key.key_size < _MIN_RSA_BITS:
        return None
    return key


def forget() -> None:
    """Forget all keys."""
    _KEYS.clear()


# --- the wire


def _ask(
    method: Literal["GET", "POST"], url: str, body: bytes | None = None
) -> tuple[int, Mapping[str, object]]:
    """Ask a fixed address for a JSON object; raise `ProviderUnavailable` for anything else."""
    headers = {"Accept": "application/json", "User-Agent": "xPense"}
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        answer = web.ask(Question(method=method, url=url, headers=headers, body=body), BOUNDS)
        document = json.loads(answer.body)
    except (WebFailed, ValueError, RecursionError) as error:
        raise ProviderUnavailable from error
    if not isinstance(document, dict):
        raise ProviderUnavailable
    return answer.status, document
