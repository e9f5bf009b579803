"""Chalice as router and registry, with two things mended at its public seams.

The current request is kept per call, not per app, because the local host calls the app from many threads;
and errors that Chalice makes by itself (405, 415, a crash) leave as problem documents like all others. Events of an
HTTP API become those of a REST API first (gateway.py). A function that has the rights of some routes only
(`XPENSE_FACE`, docs/adr/0024) answers no other, whoever starts it for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from typing import Any, Final

from chalice.app import Chalice, Request
from typing_extensions import override

from chalicelib.kernel.log import logger
from chalicelib.kernel.settings import settings
from functions._edge import gateway
from functions._edge.imports import load
from functions._edge.operations import face_of
from functions._edge.problems import of_status
from functions._edge.requests import request_id_of
from functions._edge.routing import Router

OURS: Final = "X-Xpense"
_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    # what the gateway's throttle allows; routes with an exact limit name their own
    "RateLimit-Policy": '"default";q=600;w=60',
}
_REQUEST: ContextVar[Request | None] = ContextVar("request", default=None)


class Application(Chalice):
    """The composition root's app."""

    _found: Router | None = None

    def __init__(self, app_name: str) -> None:
        """Start without routes."""
        super().__init__(app_name)
        self._held: set[str] = set()
        self._waiting: dict[str, list[str]] = {}

    def is_new(self, module: str) -> bool:
        """Tell whether a module's handlers are not held yet; from now on they are."""
        new = module not in self._held
        self._held.add(module)
        return new

    def expect(self, modules: Mapping[str, Iterable[str]]) -> None:
        """Name modules with the paths that each has, to be loaded with the first call of one."""
        for module, paths in modules.items():
            for path in paths:
                self._waiting.setdefault(path, []).append(module)

    def _methods(self, path: str) -> Mapping[str, Any] | None:
        """The methods of a path, whose modules are loaded for it, or None where nobody has it."""
        for module in self._waiting.get(path, ()):
            load(module)
        self._waiting.pop(path, None)
        return self.routes.get(path)

    @property
    def current_request(self) -> Request | None:
        """The request of this call: Chalice has one attribute, which threads would share."""
        return _REQUEST.get()

    @current_request.setter
    def current_request(self, request: Request | None) -> None:
        _REQUEST.set(request)

    @override
    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        if gateway.is_http_api(event):
            return self._by_http_api(event, context)
        return self._answered(event, context)

    def _by_http_api(self, event: gateway.Event, context: object) -> dict[str, Any]:
        """Answer an HTTP API's event; what a REST API would do for methods without a route is done here."""
        secrets = settings().front_door_secret
        trusted = gateway.came_by_the_front_door(event, secrets)
        if secrets and not trusted:
            return _finished(_answer(of_status(404, request_id_of(event))))
        given = gateway.settled(event, self._router(), trusted=trusted)
        resource = given["requestContext"]["resourcePath"]
        methods = self._methods(resource) or {}
        if methods and not _ours(resource) and gateway.has_a_slash_too_many(event):
            return _finished(gateway.sent_on(event))
        method = given["requestContext"]["httpMethod"]
        if method == "OPTIONS" and methods and method not in methods:
            allow = {"Allow": ", ".join(sorted({*methods, "OPTIONS"}))}
            return _finished({"statusCode": 204, "headers": allow, "body": ""})
        if method == "HEAD" and method not in methods and "GET" in methods:
            given["httpMethod"] = given["requestContext"]["httpMethod"] = "GET"
            return {**self._answered(given, context), "body": "", "isBase64Encoded": False}
        return self._answered(given, context)

    def _router(self) -> Router:
        """The routes do not change any more once somebody calls."""
        if self._found is None:
            self._found = Router({*self.routes, *self._waiting})
        return self._found

    def _answered(self, event: gateway.Event, context: object) -> dict[str, Any]:
        resource = event.get("requestContext", {}).get("resourcePath", "")
        found = self._methods(resource)
        if found is None or not _ours(resource):
            if found is not None:
                logger().error("a route of another function", extra={"route": resource})
            return _finished(_answer(of_status(404, request_id_of(event))))
        return _finished(_problem_unless_ours(super().__call__(event, context), event))


def _ours(resource: str) -> bool:
    """Tell whether this function may answer a path; one that knows of no faces answers all."""
    return settings().face in {"", face_of(resource)}


def _problem_unless_ours(response: dict[str, Any], event: Mapping[str, Any]) -> dict[str, Any]:
    headers = response.get("multiValueHeaders") or {}
    names = {name.lower() for name in (*headers, *(response.get("headers") or {}))}
    if OURS.lower() in names:
        return response
    allow = {"Allow": (response.get("headers") or {}).get("Allow", "")}
    status = int(response["statusCode"])
    return _answer(of_status(status, request_id_of(event), allow if status == 405 else None))


def _answer(answer: Any) -> dict[str, Any]:  # noqa: ANN401 - problems.Answer
    return {"statusCode": answer.status, "headers": dict(answer.headers), "body": answer.body}


def _finished(response: dict[str, Any]) -> dict[str, Any]:
    """Drop the mark that told our answers from Chalice's, and name what every answer carries."""
    headers = {
        name: value for name, value in (response.get("headers") or {}).items() if name != OURS
    }
    response["headers"] = {**_ALWAYS, **headers}
    return response
