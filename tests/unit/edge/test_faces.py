"""A function that has the rights of some routes answers no other, however it is started for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from chalice.app import Response

from chalicelib.kernel.settings import settings
from functions._edge import operations
from functions._edge.application import OURS, Application
from functions._edge.operations import Face, Operation, register
from functions._edge.routing import Router
from local.gateway import proxy_event
from local.http import Request
from tests.support.cloud import LambdaContext
from tests.support.http_api import EDGE, http_api_event

OPEN: Final = "/v1/shops/{name}/doors"
CLOSED: Final = "/v1/shops/{name}"
ROUTES: Final = [("GET", OPEN), ("GET", CLOSED)]


def declared(method: operations.Method, path: str, face: Face) -> Operation:
    return Operation(
        method=method, path=path, name="x", service="shops", summary="x", description="x", face=face
    )


@pytest.fixture(name="registry", autouse=True)
def nothing_declared_but(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "_OPERATIONS", [])
    monkeypatch.setattr(operations, "_FACES", {})
    register(declared("GET", OPEN, "public"))
    register(declared("GET", CLOSED, "api"))


@pytest.fixture(name="app")
def an_app() -> Application:
    app = Application(app_name="shops")

    def told(name: str) -> Response:
        return Response(json.dumps(name), headers={OURS: "1"})

    app.route(OPEN, methods=["GET"], name="doors")(told)
    app.route(CLOSED, methods=["GET"], name="shop")(told)
    return app


@pytest.fixture(name="face", params=["api", "public", "webhook"])
def a_functions_face(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("XPENSE_FACE", request.param)
    settings.cache_clear()
    yield request.param
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture(name="fallback")
def what_the_gateway_falls_back_to(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XPENSE_FACE", "api")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def by_http(app: Application, method: str, target: str) -> Any:
    return app(http_api_event(method, target, routes=ROUTES), LambdaContext())


def by_rest(app: Application, method: str, target: str) -> Any:
    resource, parameters = Router(app.routes).find(target) or ("/nothing", {})
    request = Request(method, target, "", (), b"", EDGE)
    event = proxy_event(request, method, resource, parameters, app.api.binary_types)
    return app(event, LambdaContext())


@pytest.mark.parametrize("call", [by_http, by_rest])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_function_answers_the_routes_of_its_face_alone(
    app: Application, face: str, call: Any, method: str
) -> None:
    answers = {
        "public": call(app, method, "/v1/shops/ours/doors"),
        "api": call(app, method, "/v1/shops/ours"),
    }

    for of, answer in answers.items():
        known = 200 if method == "GET" or call is by_http else 405
        assert answer["statusCode"] == (known if of == face else 404), of
        assert ("ours" in answer["body"]) == (of == face and method == "GET")


@pytest.mark.parametrize("path", ["/v1/shops/ours/doors", "/v1/shops/ours"])
def test_a_process_that_knows_of_no_faces_answers_every_route(app: Application, path: str) -> None:
    assert by_http(app, "GET", path)["statusCode"] == 200
    assert by_http(app, "GET", path + "/")["statusCode"] == 200


def test_a_slash_too_many_leads_to_the_function_that_may_answer(
    app: Application, fallback: None
) -> None:
    """The gateway brings what it finds no route for to one function of a service."""
    answer = by_http(app, "GET", "/v1/shops/k%C3%A4se%20x/doors/?a=1&a=%26&b=")

    assert answer["statusCode"] == 308
    assert answer["headers"]["Location"] == "/v1/shops/k%C3%A4se%20x/doors?a=1&a=%26&b="
    assert by_http(app, "GET", "/v1/shops/ours/")["statusCode"] == 200
    assert by_http(app, "GET", "/v1/nothing/")["statusCode"] == 404


def test_all_methods_of_a_path_have_one_face() -> None:
    with pytest.raises(ValueError, match="two faces"):
        register(declared("POST", OPEN, "api"))
