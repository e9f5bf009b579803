"""What holds on every route that exists, found by walking the registry: no list to forget to extend."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterable
from typing import Any, Final

import pytest

from chalicelib.kernel.ids import is_id, new_id
from chalicelib.users.api import ALL_SCOPES
from functions._edge.operations import Operation, operations
from tests.support.client import Client, Reply
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
_PROBLEM: Final = "application/problem+json"
_BAD_BODIES: Final[dict[str, tuple[bytes, int]]] = {
    "not JSON": (b"{", 400),
    "empty": (b"", 400),
    "NaN": (b'{"a": NaN}', 400),
    "Infinity": (b'{"a": -Infinity}', 400),
    "duplicate keys": (b'{"a": 1, "a": 2}', 400),
    "bad UTF-8": (b'{"a": "\xff"}', 400),
    "a lone surrogate": (b'{"a": "\\ud800"}', 400),
    "very deep": (b"[" * 50_000 + b"]" * 50_000, 400),
    "not an object": (b"[]", 422),
    "null": (b"null", 422),
    "an unknown field": (b'{"nobody_knows_this": 1}', 422),
}


def _load() -> list[Operation]:
    import app

    assert app.SERVICES
    return operations()


OPERATIONS: Final = _load()
OWNED: Final = [one for one in OPERATIONS if not one.public]
WITH_BODY: Final = [one for one in OPERATIONS if one.body is not None]


def _name(operation: object) -> str:
    return f"{operation.method} {operation.path}" if isinstance(operation, Operation) else ""


def _mixed(operations: list[Operation], kinds: Iterable[str]) -> list[tuple[Operation, str]]:
    """Every route with every kind in the full run; each day every route with three, and every kind often."""
    every = list(kinds)
    if os.environ.get("XPENSE_FULL"):
        return list(itertools.product(operations, every))
    return [
        (operation, every[(3 * place + step) % len(every)])
        for place, operation in enumerate(operations)
        for step in range(3)
    ]


def _path(operation: Operation) -> str:
    path = operation.path
    while "{" in path:
        start, end = path.index("{"), path.index("}")
        path = path[:start] + new_id() + path[end + 1 :]
    return path


@pytest.fixture(scope="module")
def client(cloud: Cloud) -> Client:
    return Client(cloud.app)


@pytest.fixture(scope="module")
def token(client: Client, cloud: Cloud) -> str:
    from tests.factories.users import signed_in

    # an administrator may call every route
    return signed_in(client, cloud, admin=True).access_token


def _is_problem(reply: Reply, status: int) -> dict[str, Any]:
    assert reply.status == status, reply.text
    assert reply.headers["Content-Type"] == _PROBLEM
    document: dict[str, Any] = json.loads(reply.text)
    assert document["type"].startswith("urn:xpense:problem:")
    assert document["status"] == status
    assert document["title"]
    assert document["instance"] == reply.headers["X-Request-Id"]
    assert "Traceback" not in reply.text
    return document


@pytest.mark.covers("V7.2.1", "V8.3.1")
@pytest.mark.parametrize("operation", OWNED, ids=_name)
def test_without_a_token_every_owned_route_answers_401(
    client: Client, operation: Operation
) -> None:
    reply = client.call(operation.method, _path(operation), body=b"{}")
    _is_problem(reply, 401)
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.covers("V7.2.1", "V8.3.1")
@pytest.mark.parametrize(
    ("operation", "bad"),
    _mixed(OWNED, ["x", "a.b.c", "", "null", "é", "A" * 20_000]),
    ids=lambda value: _name(value) or str(value)[:8],
)
def test_with_a_token_of_nobody_every_owned_route_answers_401(
    client: Client, operation: Operation, bad: str
) -> None:
    _is_problem(client.call(operation.method, _path(operation), body=b"{}", token=bad), 401)


@pytest.mark.parametrize(
    ("operation", "kind"),
    _mixed(WITH_BODY, _BAD_BODIES),
    ids=lambda value: _name(value) or str(value),
)
def test_a_bad_body_is_a_clear_problem(
    client: Client, token: str, operation: Operation, kind: str
) -> None:
    body, status = _BAD_BODIES[kind]
    # an own address a call: the limits of sign-up and log-in count by address
    reply = client.call(
        operation.method,
        _path(operation),
        body=body,
        token=None if operation.public else token,
        address=f"10.{list(_BAD_BODIES).index(kind)}.{OPERATIONS.index(operation)}.7",
        headers={"If-Match": '"1"'},
    )
    if reply.status == 200 and kind == "an unknown field":
        pytest.fail("an unknown field was swallowed")
    if status == 422 and reply.status == 200 and operation.body is not None:
        operation.body.model_validate_json(body)  # a body may be all optional
        return
    document = _is_problem(reply, status)
    if status == 422:
        assert document["errors"]
        assert all(one["pointer"].startswith("/") for one in document["errors"])


@pytest.mark.parametrize("operation", OPERATIONS, ids=_name)
def test_an_unknown_query_parameter_is_refused_by_name(
    client: Client, token: str, operation: Operation
) -> None:
    if operation.scope is not None and operation.scope not in ALL_SCOPES:
        pytest.skip("for apps that a user let in: people's tokens do not carry the scope")
    reply = client.call(
        operation.method,
        _path(operation),
        query={"nobody_knows_this": "1"},
        body=b"{}",
        token=None if operation.public else token,
        address="10.251.0.1",
    )
    if reply.status == 429:
        pytest.skip("the limit of this route goes first")
    document = _is_problem(reply, 422)
    assert "?nobody_knows_this" in {one["pointer"] for one in document["errors"]}


@pytest.mark.parametrize("operation", [one for one in OWNED if "_id}" in one.path], ids=_name)
@pytest.mark.parametrize("identity", ["1", "..%2f", "0190B5A8-7C3E-7B1A-9D55-0A6F0C1D2E3F", "%00"])
def test_an_id_that_is_none_names_nothing(
    client: Client, token: str, operation: Operation, identity: str
) -> None:
    path = operation.path
    while "{" in path:
        start, end = path.index("{"), path.index("}")
        path = path[:start] + identity + path[end + 1 :]
    reply = client.call(
        operation.method, path, body=b"{}", token=token, headers={"If-Match": '"1"'}
    )
    assert reply.status in {404, 422}, reply.text
    _is_problem(reply, reply.status)


@pytest.mark.parametrize("operation", OPERATIONS, ids=_name)
def test_a_method_that_is_not_there_is_405_with_allow(client: Client, operation: Operation) -> None:
    taken = {one.method for one in OPERATIONS if one.path == operation.path}
    free = next(one for one in ("PUT", "PATCH", "DELETE", "POST", "GET") if one not in taken)
    reply = client.call(free, _path(operation), body=b"{}")
    _is_problem(reply, 405)
    assert taken <= {one.strip() for one in reply.headers["Allow"].split(",")}


def test_a_route_that_is_not_there_is_404(client: Client) -> None:
    _is_problem(client.call("GET", "/v1/nowhere"), 404)


@pytest.mark.parametrize("operation", WITH_BODY, ids=_name)
def test_another_content_type_is_415(client: Client, token: str, operation: Operation) -> None:
    reply = client.call(
        operation.method,
        _path(operation),
        body=b"a=1",
        token=token,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    _is_problem(reply, 415)


@pytest.mark.parametrize("operation", OPERATIONS, ids=_name)
def test_every_answer_names_the_request_and_the_policy(
    client: Client, operation: Operation
) -> None:
    reply = client.call(
        operation.method, _path(operation), headers={"X-Request-Id": "my-request-0001"}, body=b"{}"
    )
    assert reply.headers["X-Request-Id"] == "my-request-0001"
    assert "RateLimit-Policy" in reply.headers
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_a_request_id_that_is_not_plain_is_replaced(client: Client) -> None:
    reply = client.call("GET", "/v1/users/me", headers={"X-Request-Id": "a\x7fb c"})
    assert is_id(reply.headers["X-Request-Id"]) or len(reply.headers["X-Request-Id"]) >= 8


def test_every_operation_says_what_it_is() -> None:
    for operation in OPERATIONS:
        assert len(operation.summary) > 5, _name(operation)
        assert operation.public or operation.scope, _name(operation)
        # OAuth's own answers are as its standards say: RFC 7009 wants an empty 200
        bare = operation.form is not None or operation.status in {202, 204}
        assert operation.out is not None or bare, _name(operation)
