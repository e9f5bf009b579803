"""A client that drives the real app through API Gateway's own event, in this process.

`Client(app).post("/v1/users/login", {...})` gives a `Reply`. Each client has a network address of its own,
because some limits count by address.
"""

from __future__ import annotations

import base64
import itertools
import json as jsonlib
from collections import UserDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from chalicelib.kernel.ids import new_id
from tests.support.cloud import LambdaContext

_ADDRESSES: Final = itertools.count(1)


class Headers(UserDict[str, str]):
    """Headers of an answer, by name in any case."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        super().__init__()
        for name, value in pairs:
            self.data[name.lower()] = value

    def __getitem__(self, name: str) -> str:
        return self.data[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self.data


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer."""

    status: int
    headers: Headers
    text: str

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return jsonlib.loads(self.text)

    @property
    def problem(self) -> str:
        """The slug of the problem that the body is."""
        assert self.headers["Content-Type"] == "application/problem+json", self.text
        slug: str = self.json["type"].removeprefix("urn:xpense:problem:")
        return slug

    @property
    def etag(self) -> str:
        return self.headers["ETag"]


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes | None
    address: str


class Client:
    """Calls the app as one device at one address, signed in where a token is given."""

    def __init__(
        self,
        app: Any,
        *,
        token: str | None = None,
        address: str | None = None,
        user_agent: str = "xpense-test/1",
    ) -> None:
        number = next(_ADDRESSES)
        self._app = app
        self.token = token
        self.address = address or f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        self.user_agent = user_agent

    def signed_in(self, token: str) -> Client:
        """Give the same device with a token."""
        return Client(self._app, token=token, address=self.address, user_agent=self.user_agent)

    def get(self, path: str, **more: Any) -> Reply:
        return self.call("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> Reply:
        return self.call("POST", path, json=json, **more)

    def put(self, path: str, json: Any = None, **more: Any) -> Reply:
        return self.call("PUT", path, json=json, **more)

    def patch(self, path: str, json: Any = None, **more: Any) -> Reply:
        return self.call("PATCH", path, json=json, **more)

    def delete(self, path: str, **more: Any) -> Reply:
        return self.call("DELETE", path, **more)

    def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        body: bytes | None = None,
        query: Mapping[str, str] | None = None,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        address: str | None = None,
    ) -> Reply:
        """Call a route; `json` is written as the body, `body` is sent as it is."""
        plain, _, asked = path.partition("?")
        given = self.token if token is None else token
        sent = {
            "User-Agent": self.user_agent,
            "Content-Type": "application/json",
            **({} if given is None else {"Authorization": f"Bearer {given}"}),
            **(headers or {}),
        }
        call = _Call(
            method,
            plain,
            [*parse_qsl(asked, keep_blank_values=True), *(query or {}).items()],
            sent,
            jsonlib.dumps(json).encode() if json is not None else body,
            address or self.address,
        )
        return _reply(self._app(_event(self._app, call), LambdaContext()))


def _event(app: Any, call: _Call) -> dict[str, Any]:
    resource, params = _resource(app.routes, call.path)
    query: dict[str, list[str]] = {}
    for name, value in call.query:
        query.setdefault(name, []).append(value)
    text, encoded = _text(call.body)
    return {
        "resource": resource,
        "path": unquote(call.path),
        "httpMethod": call.method,
        "headers": call.headers,
        "multiValueHeaders": {name: [value] for name, value in call.headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": params or None,
        "stageVariables": None,
        "requestContext": {
            "httpMethod": call.method,
            "identity": {"sourceIp": call.address, "userAgent": call.headers["User-Agent"]},
            "path": unquote(call.path),
            "requestId": new_id(),
            "resourcePath": resource,
            "stage": "test",
        },
        "body": text,
        "isBase64Encoded": encoded,
    }


def _text(body: bytes | None) -> tuple[str | None, bool]:
    try:
        return (body.decode() if body else None), False
    except UnicodeDecodeError:
        return base64.b64encode(body or b"").decode(), True


def _resource(routes: Iterable[str], path: str) -> tuple[str, dict[str, str]]:
    """Find the route of a path as API Gateway does: a literal part wins over a parameter."""
    parts = path.split("/")
    for resource in sorted(routes, key=lambda one: [part[:1] == "{" for part in one.split("/")]):
        pattern = resource.split("/")
        if len(pattern) == len(parts) and all(
            mine[:1] == "{" or mine == given for mine, given in zip(pattern, parts, strict=True)
        ):
            pairs = zip(pattern, parts, strict=True)
            return resource, {
                mine[1:-1]: unquote(given) for mine, given in pairs if mine[:1] == "{"
            }
    return path, {}


def _reply(answer: Mapping[str, Any]) -> Reply:
    single = dict(answer.get("headers") or {})
    multi = {name: values[-1] for name, values in (answer.get("multiValueHeaders") or {}).items()}
    body = answer.get("body") or ""
    if answer.get("isBase64Encoded"):
        body = base64.b64decode(body).decode()
    headers = Headers((name, str(value)) for name, value in {**single, **multi}.items())
    return Reply(int(answer["statusCode"]), headers, body)
