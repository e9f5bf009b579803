from __future__ import annotations

import base64
import json
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions._edge.routing import Router
from local.serving import open_port
from tests.local.conftest import Here

ROUTER = Router(["/", "/a/{id}", "/a/fixed", "/a/{id}/b", "/{x}/{y}/{z}/w"])


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/", ("/", {})),
        ("/a/1", ("/a/{id}", {"id": "1"})),
        ("/a/1/", ("/a/{id}", {"id": "1"})),
        ("/a/fixed", ("/a/fixed", {})),
        ("/a/x%2Fy%20z", ("/a/{id}", {"id": "x/y z"})),
        ("/a/1/b", ("/a/{id}/b", {"id": "1"})),
        ("/1/2/3/w", ("/{x}/{y}/{z}/w", {"x": "1", "y": "2", "z": "3"})),
        ("/b", None),
        ("/a", None),
        ("//", ("/", {})),
        ("", None),
    ],
)
def test_a_path_finds_its_resource(path: str, found: tuple[str, dict[str, str]] | None) -> None:
    assert ROUTER.find(path) == found


@given(st.text())
def test_no_path_crashes_the_router(path: str) -> None:
    ROUTER.find("/" + path)


@pytest.mark.local
def test_the_event_is_that_of_a_rest_api(here: Here) -> None:
    answer = here.call(
        "/echo/a%20b?x=1&x=2&empty=",
        "POST",
        body='{"n":"ü"}'.encode(),
        headers={"content-type": "application/json", "x-one": "1"},
    )

    event = answer.json["event"]
    assert answer.json["name"] == "a b"
    assert (event["resource"], event["path"]) == ("/echo/{name}", "/echo/a b")
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"], "empty": [""]}
    assert event["queryStringParameters"] == {"x": "2", "empty": ""}
    assert (event["body"], event["isBase64Encoded"]) == ('{"n":"ü"}', False)
    assert event["headers"]["x-one"] == "1"
    assert event["multiValueHeaders"]["x-one"] == ["1"]
    context = event["requestContext"]
    assert context["identity"]["sourceIp"] == "127.0.0.1"
    assert (context["httpMethod"], context["resourcePath"]) == ("POST", "/echo/{name}")
    assert context["requestId"]
    assert answer.headers["set-cookie"] == "a=1, b=2"


@pytest.mark.local
@pytest.mark.parametrize(
    ("kind", "body"),
    [("application/json", b"\xff\xfe"), ("application/octet-stream", b"plain")],
)
def test_bytes_that_are_no_text_arrive_whole(here: Here, kind: str, body: bytes) -> None:
    answer = here.call("/echo/x", "POST", body=body, headers={"content-type": kind})

    event = answer.json["event"]
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == body


@pytest.mark.local
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nope", 404),
        ("GET", "/echo", 404),
        ("POST", "/health", 404),
        ("GET", "/%00", 404),
        ("DELETE", "/echo/x", 405),
        ("GET", "/crash", 500),
    ],
)
def test_every_error_is_a_problem_document(here: Here, method: str, path: str, status: int) -> None:
    answer = here.call(path, method, headers={"x-request-id": "request-1"})

    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == "request-1"
    assert answer.json["status"] == status
    assert b"secret" not in answer.body


@pytest.mark.local
def test_a_body_over_ten_megabytes_is_413(here: Here) -> None:
    limit = 10 * 1024 * 1024

    most = here.call("/echo/x", "POST", body=b"x" * limit, headers={"content-type": "text/plain"})
    over = here.call("/echo/x", "POST", body=b"x" * (limit + 1))

    assert most.status == 200
    assert over.status == 413
    assert over.json["type"] == "urn:xpense:problem:too-large"


@pytest.mark.local
def test_head_and_options_are_answered(here: Here) -> None:
    head = here.call("/echo/x", "HEAD")
    options = here.call("/echo/x", "OPTIONS")

    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["content-length"]) > 0
    assert (options.status, options.headers["allow"]) == (204, "GET, OPTIONS, POST")
    assert here.call("/health", "HEAD").body == b""


@pytest.mark.local
def test_health_names_engines_queues_and_dead_letters(here: Here) -> None:
    report = here.call("/health").json

    assert report["status"] == "ok"
    assert report["engines"]["queues"] == {"name": "local", "durable": False}
    assert report["queues"]["heard"]["waiting"] == 0
    assert report["dead_letters"] == {"heard-dead": 0}
    assert report["version"]
    assert json.dumps(report)


@pytest.mark.local
def test_the_front_page_leads_on(here: Here) -> None:
    page = here.call("/")

    assert page.status == 200
    assert b"/local/mailbox" in page.body


@pytest.mark.local
def test_an_answer_is_not_held_back_by_nagle() -> None:
    """Named for a bug: every answer took 44 ms, because asyncio only sets TCP_NODELAY by protocol."""
    with open_port(0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
