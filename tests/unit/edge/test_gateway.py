"""One handler, two kinds of events: whatever an HTTP API sends, the app answers as it answers a REST API."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from chalice.app import Response
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.settings import settings
from functions._edge import gateway
from functions._edge.application import OURS, Application
from functions._edge.routing import Router
from local.gateway import proxy_event
from local.http import Request
from tests.support.cloud import LambdaContext
from tests.support.http_api import EDGE, http_api_event

JSON = ("Content-Type", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded")
ROUTES = [
    ("GET", "/v1/things"),
    ("POST", "/v1/things"),
    ("GET", "/v1/things/{name}"),
    ("GET", "/v1/things/fixed"),
]


def echo_app() -> Application:
    """An app that answers with all that it was asked."""
    app = Application(app_name="echo")

    def echo(**params: str) -> Response:
        request = app.current_request
        assert request is not None
        raw = request.raw_body
        query = request.query_params
        told = {
            "method": request.method,
            "path": request.path,
            "params": params,
            "query": {name: query.getlist(name) for name in query} if query else {},
            "cookie": request.headers.get("cookie"),
            "body": (raw.encode() if isinstance(raw, str) else raw).decode("latin-1"),
            "address": request.context["identity"]["sourceIp"],
        }
        cookies: Any = ["a=1; Secure", "b=2; Secure"]
        headers: dict[str, Any] = {
            OURS: "1",
            "Content-Type": "application/json",
            "Set-Cookie": cookies,
        }
        return Response(json.dumps(told), headers=headers)

    app.route("/v1/things", methods=["GET", "POST"], content_types=[JSON[1], FORM[1]], name="all")(
        echo
    )
    app.route("/v1/things/{name}", methods=["GET"], name="one")(lambda name: echo(name=name))
    app.route("/v1/things/fixed", methods=["GET"], name="fixed")(echo)
    return app


def rest(
    app: Application, method: str, target: str, headers: list[tuple[str, str]], body: bytes
) -> Any:
    path, _, query = target.partition("?")
    lower = tuple((name.lower(), value) for name, value in headers)
    request = Request(method, path, query, lower, body, EDGE)
    resource, parameters = Router(app.routes).find(path) or ("/nothing", {})
    event = proxy_event(request, method, resource, parameters, app.api.binary_types)
    return app(event, LambdaContext())


def http(
    app: Application,
    method: str,
    target: str,
    headers: list[tuple[str, str]],
    body: bytes = b"",
    **more: Any,
) -> Any:
    event = http_api_event(method, target, routes=ROUTES, headers=headers, body=body, **more)
    return app(event, LambdaContext())


def told(answer: Any) -> Any:
    return json.loads(answer["body"])


@pytest.mark.parametrize(
    ("method", "target", "headers", "body"),
    [
        ("GET", "/v1/things", [], b""),
        ("GET", "/v1/things/fixed", [], b""),
        ("GET", "/v1/things/another", [], b""),
        ("GET", "/v1/things/a%20b%2Bc%C3%A4", [], b""),
        ("GET", "/v1/things/100%25", [], b""),
        ("GET", "/v1/things/%2541", [], b""),
        ("GET", "/v1/things/another/", [], b""),
        ("GET", "/v1/things?a=1&a=2&b=&c=x%20y%26z", [], b""),
        ("POST", "/v1/things", [JSON], '{"name": "Käse"}'.encode()),
        ("POST", "/v1/things", [FORM], b"a=1&b=%20x"),
        ("POST", "/v1/things", [FORM], bytes(range(256))),
        ("POST", "/v1/things", [("Content-Type", "text/plain")], b"no"),
        ("DELETE", "/v1/things", [], b""),
        ("GET", "/v1/nothing", [], b""),
        ("GET", "/v1/things", [("Cookie", "a=1; b=2")], b""),
    ],
)
def test_both_kinds_of_events_get_the_same_answer(
    method: str, target: str, headers: list[tuple[str, str]], body: bytes
) -> None:
    app = echo_app()
    request_id = ("X-Request-Id", "one-and-the-same")

    of_rest = rest(app, method, target, [*headers, request_id], body)
    of_http = http(app, method, target, [*headers, request_id], body)

    assert of_http == of_rest


def test_answers_carry_several_cookies() -> None:
    answer = http(echo_app(), "GET", "/v1/things", [])

    assert answer["multiValueHeaders"]["Set-Cookie"] == ["a=1; Secure", "b=2; Secure"]


def test_cookies_that_http_2_sent_apart_are_read_together() -> None:
    answer = http(echo_app(), "GET", "/v1/things", [("cookie", "a=1"), ("cookie", "b=2")])

    assert told(answer)["cookie"] == "a=1; b=2"


@given(st.binary(max_size=300))
def test_a_signed_body_arrives_byte_by_byte(body: bytes) -> None:
    answer = http(echo_app(), "POST", "/v1/things", [FORM], body)

    assert told(answer)["body"].encode("latin-1") == body


@given(st.text(min_size=1, max_size=30).filter(lambda one: not set(one) & set("/?")))
def test_a_name_in_the_path_is_decoded_once(name: str) -> None:
    if name in {"fixed", ".", ".."}:
        return
    answer = http(echo_app(), "GET", "/v1/things/" + quote(name, safe=""), [])

    assert told(answer)["params"] == {"name": name}


def test_options_name_the_methods_and_run_nothing() -> None:
    answer = http(echo_app(), "OPTIONS", "/v1/things", [])

    assert answer["statusCode"] == 204
    assert answer["headers"]["Allow"] == "GET, OPTIONS, POST"
    assert http(echo_app(), "OPTIONS", "/v1/nothing", [])["statusCode"] == 404


def test_head_is_a_get_without_its_body() -> None:
    whole = http(echo_app(), "GET", "/v1/things", [])
    answer = http(echo_app(), "HEAD", "/v1/things", [])

    assert answer["statusCode"] == 200
    assert answer["body"] == ""
    assert answer["headers"] == whole["headers"]
    assert http(echo_app(), "HEAD", "/v1/nothing", [])["statusCode"] == 404


def test_what_no_route_matches_is_a_problem_document() -> None:
    for method, target, status in (("PATCH", "/v1/things", 405), ("GET", "/v1/x", 404)):
        answer = http(echo_app(), method, target, [])

        assert answer["statusCode"] == status
        assert answer["headers"]["Content-Type"] == "application/problem+json"
        assert told(answer)["instance"] == "JKJaXmPLvHcESHA", (
            "the gateway's id, as its logs have it"
        )


@pytest.fixture(name="guarded")
def behind_a_front_door(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("XPENSE_FRONT_DOOR_SECRET", "new,old")
    settings.cache_clear()
    yield echo_app()
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.parametrize("secret", ["new", "old"])
def test_behind_the_front_door_the_callers_address_is_the_one_that_it_saw(
    guarded: Application, secret: str
) -> None:
    headers = [("x-front-door", secret), ("X-Forwarded-For", f"6.6.6.6, 203.0.113.7, {EDGE}")]

    answer = http(guarded, "GET", "/v1/things", headers)

    assert told(answer)["address"] == "203.0.113.7"


@pytest.mark.parametrize("headers", [[], [("X-Front-Door", "")], [("X-Front-Door", "guess")]])
def test_who_does_not_come_by_the_front_door_finds_nothing(
    guarded: Application, headers: list[tuple[str, str]]
) -> None:
    assert http(guarded, "GET", "/v1/things", headers)["statusCode"] == 404


def test_without_a_front_door_nobody_is_believed_another_address() -> None:
    headers = [("X-Forwarded-For", f"6.6.6.6, {EDGE}"), ("X-Front-Door", "x")]

    assert told(http(echo_app(), "GET", "/v1/things", headers))["address"] == EDGE


def test_an_ipv6_address_is_taken_as_it_stands() -> None:
    event = http_api_event(
        "GET", "/v1/things", routes=ROUTES, headers=[("X-Forwarded-For", f"2001:db8::1, {EDGE}")]
    )

    made = gateway.settled(event, Router([]), trusted=True)

    assert made["requestContext"]["identity"]["sourceIp"] == "2001:db8::1"
