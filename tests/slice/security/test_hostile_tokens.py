"""Tokens that a stranger, a thief or another issuer could make: none is taken, none is a crash."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from chalicelib.kernel.clock import now
from chalicelib.kernel.errors import Unauthenticated
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.settings import settings
from chalicelib.security import api as security
from chalicelib.security.service.signing import SigningKey, current_key
from tests.factories.users import SignedIn, signed_in
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = [pytest.mark.slice, pytest.mark.attack]
MUTATIONS: Final = 20_000 if os.environ.get("XPENSE_FULL") else 2_000
_ALPHABET: Final = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ {}"é\x00'


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def es256(private: ec.EllipticCurvePrivateKey, signing_input: bytes) -> bytes:
    r, s = decode_dss_signature(private.sign(signing_input, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


@dataclass(frozen=True, slots=True)
class Forge:
    """Makes tokens with our own key, so that only what is hostile about them can be the reason."""

    key: SigningKey
    user_id: str
    session_id: str
    at: datetime

    @property
    def header(self) -> dict[str, Any]:
        return {"alg": "ES256", "kid": self.key.kid, "typ": "at+jwt"}

    @property
    def claims(self) -> dict[str, Any]:
        issued = int(self.at.timestamp())
        return {
            "iss": settings().public_url,
            "aud": "xpense-api",
            "sub": self.user_id,
            "client_id": "xpense-app",
            "sid": self.session_id,
            "jti": new_id(),
            "scope": "users:read users:write",
            "iat": issued,
            "exp": issued + 600,
        }

    def token(
        self,
        header: dict[str, Any] | bytes | None = None,
        claims: dict[str, Any] | bytes | None = None,
        sign: Callable[[bytes], bytes] | None = None,
    ) -> str:
        head = header if isinstance(header, bytes) else json.dumps(header or self.header).encode()
        body = claims if isinstance(claims, bytes) else json.dumps(claims or self.claims).encode()
        signing_input = f"{b64(head)}.{b64(body)}"
        signature = (sign or (lambda data: es256(self.key.private, data)))(signing_input.encode())
        return f"{signing_input}.{b64(signature)}"

    def without(self, name: str) -> str:
        return self.token(claims={k: v for k, v in self.claims.items() if k != name})

    def claiming(self, **changed: Any) -> str:
        return self.token(claims={**self.claims, **changed})

    def headed(self, **changed: Any) -> str:
        return self.token(header={**self.header, **changed})

    def raw_claims(self, change: Callable[[str], str]) -> str:
        return self.token(claims=change(json.dumps(self.claims)).encode())

    def public_pem(self) -> bytes:
        return self.key.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


def _hs256(key: bytes) -> Callable[[bytes], bytes]:
    return lambda data: hmac.new(key, data, hashlib.sha256).digest()


def _foreign(data: bytes) -> bytes:
    return es256(ec.generate_private_key(ec.SECP256R1()), data)


def _rs256(data: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import padding

    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    return key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def _jwk_of_stranger() -> dict[str, str]:
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    x, y = (b64(value.to_bytes(32, "big")) for value in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def _spare_bits(token: str) -> str:
    """Another last character that decodes to the same signature."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]


HOSTILE: Final[dict[str, Callable[[Forge], str]]] = {
    # what is no token at all
    "empty": lambda _: "",
    "one dot": lambda _: ".",
    "two dots": lambda _: "..",
    "only a header": lambda f: f.token().split(".", 1)[0],
    "no signature part": lambda f: f.token().rsplit(".", 1)[0],
    "an empty signature": lambda f: f.token().rsplit(".", 1)[0] + ".",
    "four parts": lambda f: f.token() + ".e30",
    "five parts, an encrypted one": lambda _: "e30.e30.e30.e30.e30",
    "a megabyte": lambda f: f.claiming(jti="x" * 1_000_000),
    "just over the length": lambda f: f.claiming(jti="x" * 4_000),
    "not ASCII": lambda f: f.token() + "é",
    "NUL inside": lambda f: f.token().replace(".", ".\x00", 1),
    "line break inside": lambda f: f.token().replace(".", ".\n", 1),
    "padding signs": lambda f: f.token() + "==",
    "spare bits of the signature": lambda f: _spare_bits(f.token()),
    "standard base64 in place of base64url": lambda f: f.token(sign=lambda d: b"\xfb\xff" * 32),
    "a header that is an array": lambda f: f.token(header=b"[]"),
    "a header that is no JSON": lambda f: f.token(header=b"{alg:ES256}"),
    "a header that is not UTF-8": lambda f: f.token(header=b'{"alg":"\xff"}'),
    "a header nested too deep": lambda f: f.token(header=b"[" * 1_400),
    # algorithms
    "alg none": lambda f: f.token({**f.header, "alg": "none"}, sign=lambda _: b""),
    "alg None in capitals": lambda f: f.token({**f.header, "alg": "NONE"}, sign=lambda _: b""),
    "alg none with a good signature": lambda f: f.headed(alg="none"),
    "HS256 with our public key as secret": lambda f: f.token(
        {**f.header, "alg": "HS256"}, sign=_hs256(f.public_pem())
    ),
    "HS256 with the key id as secret": lambda f: f.token(
        {**f.header, "alg": "HS256"}, sign=_hs256(f.key.kid.encode())
    ),
    "HS256 with an empty secret": lambda f: f.token({**f.header, "alg": "HS256"}, sign=_hs256(b"")),
    "RS256": lambda f: f.token({**f.header, "alg": "RS256"}, sign=_rs256),
    "EdDSA": lambda f: f.token(
        {**f.header, "alg": "EdDSA"}, sign=ed25519.Ed25519PrivateKey.generate().sign
    ),
    "ES384 by name": lambda f: f.headed(alg="ES384"),
    "alg in small letters": lambda f: f.headed(alg="es256"),
    "alg as a list": lambda f: f.headed(alg=["ES256"]),
    "no alg": lambda f: f.token({k: v for k, v in f.header.items() if k != "alg"}),
    # kinds of tokens
    "typ JWT": lambda f: f.headed(typ="JWT"),
    "typ of an ID token": lambda f: f.headed(typ="id+jwt"),
    "typ with its media type": lambda f: f.headed(typ="application/at+jwt"),
    "typ in capitals": lambda f: f.headed(typ="AT+JWT"),
    "typ null": lambda f: f.headed(typ=None),
    "no typ": lambda f: f.token({k: v for k, v in f.header.items() if k != "typ"}),
    # keys
    "a kid that nobody has": lambda f: f.headed(kid="0" * 16),
    "no kid": lambda f: f.token({k: v for k, v in f.header.items() if k != "kid"}),
    "a kid that is a number": lambda f: f.headed(kid=1),
    "a kid that is a path": lambda f: f.headed(kid="../../dev/null"),
    "a kid that is a query": lambda f: f.headed(kid="' OR 1=1 --"),
    "a stranger's key under our kid": lambda f: f.token(sign=_foreign),
    "a key of its own in the header": lambda f: f.token(
        {**f.header, "jwk": _jwk_of_stranger()}, sign=_foreign
    ),
    "jku of a stranger": lambda f: f.headed(jku="https://evil.example/jwks.json"),
    "x5u of a stranger": lambda f: f.headed(x5u="https://evil.example/cert.pem"),
    "an unknown crit": lambda f: f.headed(crit=["exp2"]),
    "an empty crit": lambda f: f.headed(crit=[]),
    "b64 false": lambda f: f.headed(b64=False, crit=["b64"]),
    "zip": lambda f: f.headed(zip="DEF"),
    # signatures
    "r and s zero": lambda f: f.token(sign=lambda _: bytes(64)),
    "a signature as DER": lambda f: f.token(
        sign=lambda data: f.key.private.sign(data, ec.ECDSA(hashes.SHA256()))
    ),
    "a signature cut short": lambda f: f.token(sign=lambda d: es256(f.key.private, d)[:63]),
    "a signature with a tail": lambda f: f.token(sign=lambda d: es256(f.key.private, d) + b"\x00"),
    "claims of another token": lambda f: ".".join(
        (f.token().split(".")[0], f.claiming(sub=new_id()).split(".")[1], f.token().split(".")[2])
    ),
    "duplicate members in the header": lambda f: f.token(
        header=json.dumps(f.header).replace("{", '{"alg": "none", ', 1).encode()
    ),
    "duplicate members in the claims": lambda f: f.raw_claims(
        lambda text: text.replace("{", '{"sub": "' + new_id() + '", ', 1)
    ),
    # claims
    **{
        f"without {name}": partial(Forge.without, name=name)
        for name in ("iss", "aud", "sub", "client_id", "sid", "jti", "scope", "iat", "exp")
    },
    "another issuer": lambda f: f.claiming(iss="https://evil.example"),
    "an issuer with a slash more": lambda f: f.claiming(iss=settings().public_url + "/"),
    "another audience": lambda f: f.claiming(aud="other-api"),
    "an audience list with ours": lambda f: f.claiming(aud=["xpense-api", "other"]),
    "sub as a number": lambda f: f.claiming(sub=7),
    "sub null": lambda f: f.claiming(sub=None),
    "sub empty": lambda f: f.claiming(sub=""),
    "sub in capitals": lambda f: f.claiming(sub=f.user_id.upper()),
    "sub with a partition in it": lambda f: f.claiming(sub=f"U#{f.user_id}"),
    "sid as a list": lambda f: f.claiming(sid=[f.session_id]),
    "scope as a list": lambda f: f.claiming(scope=["users:read"]),
    "expired a second ago": lambda f: f.claiming(
        iat=int(f.at.timestamp()) - 601, exp=int(f.at.timestamp()) - 1
    ),
    "expires this second": lambda f: f.claiming(
        iat=int(f.at.timestamp()) - 600, exp=int(f.at.timestamp())
    ),
    "issued in the future": lambda f: f.claiming(
        iat=int(f.at.timestamp()) + 60, exp=int(f.at.timestamp()) + 660
    ),
    "lives for a year": lambda f: f.claiming(exp=int(f.at.timestamp()) + 31_536_000),
    "exp 1e300": lambda f: f.claiming(exp=1e300),
    "exp with 400 digits": lambda f: f.claiming(exp=10**400),
    "exp with 3,000 digits": lambda f: f.raw_claims(
        lambda text: text[: text.rindex(":")] + ": " + "9" * 2_600 + "}"
    ),
    "exp Infinity": lambda f: f.claiming(exp=float("inf")),
    "exp NaN": lambda f: f.claiming(exp=float("nan")),
    "exp as text": lambda f: f.claiming(exp=str(int(f.at.timestamp()) + 600)),
    "exp as a fraction": lambda f: f.claiming(exp=f.at.timestamp() + 600),
    "exp true": lambda f: f.claiming(exp=True),
    "exp negative": lambda f: f.claiming(exp=-1),
    "iat true": lambda f: f.claiming(iat=True),
    "a claim too many": lambda f: f.claiming(admin=True),
    "nbf in the future": lambda f: f.claiming(nbf=int(f.at.timestamp()) + 3_600),
    "claims that are a text": lambda f: f.token(claims=b'"sub"'),
    "claims that are null": lambda f: f.token(claims=b"null"),
    "claims that are nested too deep": lambda f: f.token(claims=b"[" * 1_400),
    "claims that are not UTF-8": lambda f: f.token(claims=b'{"sub": "\xff\xfe"}'),
    "no claims": lambda f: f.token(claims=b"{}"),
    "a lone surrogate": lambda f: f.raw_claims(lambda text: text.replace("users", "\\ud800", 1)),
}


@pytest.fixture(scope="module")
def user(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app), cloud)


@pytest.fixture
def forge(user: SignedIn) -> Forge:
    at = now()
    return Forge(current_key(now=at), user.user_id, user.session_id, at)


def test_what_the_forge_makes_is_good_unless_it_is_changed(forge: Forge) -> None:
    claims = security.verify_access_token(forge.token(), now=forge.at)

    assert (claims.user_id, claims.session_id) == (forge.user_id, forge.session_id)
    assert claims.scopes == {"users:read", "users:write"}


def test_the_table_is_long_enough() -> None:
    assert len(HOSTILE) >= 40


@pytest.mark.covers("V9.1.1", "V9.1.2", "V9.1.3", "V9.2.1", "V9.2.3", "V10.3.1")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_token_is_refused(forge: Forge, name: str) -> None:
    with pytest.raises(Unauthenticated):
        security.verify_access_token(HOSTILE[name](forge), now=forge.at)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_token_opens_no_route_and_is_no_crash(
    forge: Forge, user: SignedIn, name: str
) -> None:
    reply = user.client.get("/v1/users/me", token=HOSTILE[name](forge))

    assert reply.status == 401, reply.text
    assert reply.headers["Content-Type"] == "application/problem+json"


def _mutated(good: str, rng: random.Random) -> str:
    text = list(good)
    for _ in range(rng.choice((1, 1, 1, 2, 5, 50))):
        place = rng.randrange(len(text))
        match rng.randrange(4):
            case 0:
                text[place] = rng.choice(_ALPHABET)
            case 1:
                del text[place]
            case 2:
                text.insert(place, rng.choice(_ALPHABET))
            case _:
                other = rng.randrange(len(text))
                text[place], text[other] = text[other], text[place]
    return "".join(text)


@pytest.mark.covers("V9.1.1")
def test_mutated_tokens_are_refused(forge: Forge) -> None:
    rng = random.Random(20_261_122)
    good = forge.token()

    for token in (_mutated(good, rng) for _ in range(MUTATIONS)):
        if token != good:
            with pytest.raises(Unauthenticated):
                security.verify_access_token(token, now=forge.at)


@pytest.mark.covers("V9.2.1")
def test_a_token_ends_on_the_second(user: SignedIn) -> None:
    at = now()
    issued = security.issue_access_token(
        user_id=user.user_id, session_id=user.session_id, scopes=frozenset({"a:b"}), now=at
    )

    last = at.replace(microsecond=0) + timedelta(seconds=issued.expires_in)
    security.verify_access_token(issued.token, now=last - timedelta(microseconds=1))
    with pytest.raises(Unauthenticated):
        security.verify_access_token(issued.token, now=last)
    with pytest.raises(Unauthenticated):
        security.verify_access_token(issued.token, now=at - timedelta(seconds=1))


def test_a_refresh_token_is_no_access_token(cloud: Cloud, user: SignedIn) -> None:
    from chalicelib.kernel.keys import provider
    from chalicelib.users.model.tokens import opaque_token, verification_token

    secret = provider().secret("refresh")
    refresh = opaque_token(
        "xpr_", secret, user_id=user.user_id, identity=user.session_id, secret=bytes(32)
    )
    mail = verification_token(secret, user_id=user.user_id, verification_id=new_id())

    for token in (refresh, mail):
        assert Client(cloud.app).get("/v1/users/me", token=token).problem == "invalid-token"
