"""An OpenID provider over real HTTP, with keys of its own: what Google and Apple answer, and what they never should.

`provider.person` is who signs in; `provider.claims` changes or drops (None) claims of the ID token; `provider.fault`
makes the next answers wrong in a named way.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID = "xpense.apps.example"
SECRET = "provider-secret"


def _key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=bits)


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass(slots=True)
class Grant:
    """What a code was given for."""

    nonce: str
    challenge: str
    redirect_uri: str
    tells_time: bool


@dataclass(slots=True)
class IdentityProvider:
    """The provider's state; tests change it between calls."""

    url: str = ""
    issuer: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    fault: str = ""
    key: rsa.RSAPrivateKey = field(default_factory=_key)
    signing_key: Any = None
    algorithm: str = "RS256"
    kid: str = "key-1"
    published: dict[str, rsa.RSAPrivateKey] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def reset(self) -> None:
        """Be honest again, with one key."""
        self.issuer = self.url
        self.person = {
            "sub": secrets.token_hex(10),
            "email": f"{secrets.token_hex(6)}@example.org",
            "email_verified": True,
            "name": "Ada",
        }
        self.claims, self.header, self.fault = {}, {}, ""
        self.signing_key, self.algorithm, self.kid = None, "RS256", "key-1"
        self.published = {"key-1": self.key}
        self.calls.clear()

    def setting(self, name: str = "google", **more: str) -> str:
        """The setting of a stage that is registered here."""
        return json.dumps(
            {
                "client_id": CLIENT_ID,
                "client_secret": SECRET,
                "issuer": self.url,
                "authorization_url": f"{self.url}/authorize",
                "token_url": f"{self.url}/token",
                "jwks_url": f"{self.url}/keys",
                **more,
            }
        )

    def signs_in(self, authorization_url: str) -> dict[str, str]:
        """The person says yes in the browser: what comes back to the app's page."""
        asked = {
            name: values[0] for name, values in parse_qs(urlsplit(authorization_url).query).items()
        }
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.grants[code] = Grant(
            asked["nonce"],
            asked["code_challenge"],
            asked["redirect_uri"],
            # as Google: only who asks hears since when somebody is signed in
            tells_time='"auth_time"' in asked.get("claims", ""),
        )
        return {"code": code, "state": asked["state"]}

    def rotate(self) -> None:
        """Sign with a new key, and publish it."""
        self.key, self.kid = _key(), f"key-{secrets.token_hex(3)}"
        self.published = {self.kid: self.key}

    def token_answer(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        grant = self.grants.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if form.get("client_id") != CLIENT_ID:
            return 401, {"error": "invalid_client"}
        fits = (
            grant is not None
            and grant.challenge == _b64(verifier)
            and grant.redirect_uri == form.get("redirect_uri")
        )
        if grant is None or not fits:
            return 400, {"error": "invalid_grant", "error_description": "Bad Request"}
        access = "ya29." + secrets.token_urlsafe(24)
        return 200, {
            "access_token": access,
            "expires_in": 3599,
            "scope": "openid email profile",
            "token_type": "Bearer",
            "id_token": self.id_token(grant, access),
        }

    def id_token(self, grant: Grant, access_token: str) -> str:
        at = int(time.time())
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        claims = {
            "iss": self.issuer,
            "azp": CLIENT_ID,
            "aud": CLIENT_ID,
            "nonce": grant.nonce,
            "at_hash": _b64(half),
            "iat": at,
            "exp": at + 3600,
            **({"auth_time": at} if grant.tells_time else {}),
            **self.person,
            **self.claims,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(
            kept,
            self.key if self.signing_key is None else self.signing_key,
            algorithm=self.algorithm,
            headers={"kid": self.kid, **self.header},
        )

    def jwks(self) -> dict[str, Any]:
        return {
            "keys": [
                {
                    **jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True),
                    "kid": kid,
                    "use": "sig",
                    "alg": "RS256",
                }
                for kid, key in self.published.items()
            ]
        }


_KEY_FAULTS = {
    "keys-500": (500, b"oops"),
    "keys-html": (200, b"<html>"),
    "keys-huge": (200, b'{"keys": [' + b" " * 200_000 + b"]}"),
}
_TOKEN_FAULTS = {
    "500": (500, b"<html>Internal Server Error</html>"),
    "invalid_client": (401, b'{"error": "invalid_client"}'),
    "html": (200, b"<html>hello</html>"),
    "list": (200, b"[]"),
    "no-id-token": (200, b'{"access_token": "x"}'),
    "huge": (200, b'{"id_token": "' + b"a" * 200_000 + b'"}'),
    "redirect": (302, b""),
    "slow": (200, b"{}"),
}


class _Handler(BaseHTTPRequestHandler):
    state: IdentityProvider

    def do_GET(self) -> None:
        self.state.calls.append((self.path, {}))
        fault = _KEY_FAULTS.get(self.state.fault)
        self._send(*(fault or (200, json.dumps(self.state.jwks()).encode())))

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        form = dict(parse_qsl(raw.decode()))
        self.state.calls.append((self.path, form))
        if self.state.fault == "hangs-up":
            self.connection.close()
            return
        if self.state.fault == "slow":
            time.sleep(1)
        fault = _TOKEN_FAULTS.get(self.state.fault)
        if fault is None:
            status, document = self.state.token_answer(form)
            fault = status, json.dumps(document).encode()
        self._send(*fault)

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if status == 302:
            self.send_header("Location", f"{self.state.url}/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that gave up is no news."""


@contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    """Run a provider on a free port."""
    state = IdentityProvider()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"state": state}))
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    )
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    state.reset()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
