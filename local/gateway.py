"""API Gateway (REST, Lambda proxy integration) in front of the Chalice app."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import unquote

from chalice.app import Chalice, CORSConfig

from chalicelib.kernel import clock
from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.ids import new_id
from functions._edge import problems
from functions._edge.requests import request_id_of
from functions._edge.routing import Router
from local.http import Request, Response
from local.invoke import API_SECONDS, LambdaContext

MAX_BODY: Final = 10 * 1024 * 1024
"""Bytes that API Gateway takes."""
STAGE: Final = "local"
API_ID: Final = "local"
_HOP_BY_HOP: Final = frozenset({"connection", "content-length", "transfer-encoding"})


class Gateway:
    """Turns HTTP into the app's event and its answer into HTTP."""

    def __init__(self, app: Chalice) -> None:
        self._app = app
        self._router = Router(app.routes)
        self._resources = {resource: frozenset(methods) for resource, methods in app.routes.items()}

    def answer(self, request: Request) -> Response:
        """Answer one request; every error has the product's problem shape."""
        found = self._router.find(request.raw_path)
        if found is None:
            return self.problem(404, request)
        resource, parameters = found
        methods = self._resources[resource]
        if request.method == "OPTIONS" and "OPTIONS" not in methods:
            return self._options(resource, methods)
        method = "GET" if request.method == "HEAD" and "HEAD" not in methods else request.method
        event = proxy_event(request, method, resource, parameters, self._app.api.binary_types)
        try:
            result = self._app(event, LambdaContext("api", API_SECONDS))
            return _response(result, keep_body=request.method != "HEAD")
        except Exception:
            self._app.log.exception("the app crashed")
            return self.problem(500, request)

    def _options(self, resource: str, methods: frozenset[str]) -> Response:
        allow = ("allow", ", ".join(sorted(methods | {"OPTIONS"})))
        entry = next(iter(self._app.routes[resource].values()))  # all methods of a path agree
        cors: CORSConfig | None = entry.cors
        headers = {} if cors is None else cors.get_access_control_headers()
        return Response(204, (allow, *((name.lower(), value) for name, value in headers.items())))

    def problem(self, status: int, request: Request) -> Response:
        """Write the problem document of an error that the gateway makes by itself."""
        return _problem(problems.of_status(status, _request_id(request)), request)

    def closing(self, request: Request) -> Response:
        """Refuse a request because the host is about to stop."""
        refusal = Unavailable("xPense is stopping")
        return _problem(problems.of_refusal(refusal, _request_id(request)), request)


def _request_id(request: Request) -> str:
    return request_id_of({"headers": dict(request.headers)})


def _problem(answer: problems.Answer, request: Request) -> Response:
    body = b"" if request.method == "HEAD" else answer.body.encode()
    return Response(answer.status, tuple(answer.headers.items()), body)


def proxy_event(
    request: Request,
    method: str,
    resource: str,
    parameters: Mapping[str, str],
    binary_types: Iterable[str],
) -> dict[str, object]:
    """Write the REST API's Lambda proxy event (payload version 1.0)."""
    headers: dict[str, list[str]] = {}
    query: dict[str, list[str]] = {}
    for pairs, into in ((request.headers, headers), (request.pairs(), query)):
        for name, value in pairs:
            into.setdefault(name, []).append(value)
    body, encoded = _body(request, binary_types)
    return {
        "resource": resource,
        "path": unquote(request.raw_path),
        "httpMethod": method,
        "headers": _last(headers),
        "multiValueHeaders": headers,
        "queryStringParameters": _last(query) or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": dict(parameters) or None,
        "stageVariables": None,
        "requestContext": _context(request, method, resource),
        "body": body,
        "isBase64Encoded": encoded,
    }


def _last(values: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: found[-1] for name, found in values.items()}


def _context(request: Request, method: str, resource: str) -> dict[str, object]:
    now = clock.now()
    path = unquote(request.raw_path)
    return {
        "accountId": "000000000000",
        "apiId": API_ID,
        "domainName": request.header("host"),
        "extendedRequestId": new_id(),
        "httpMethod": method,
        "identity": {"sourceIp": request.client, "userAgent": request.header("user-agent") or None},
        "path": path,
        "protocol": "HTTP/1.1",
        "requestId": new_id(),
        "requestTime": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": int(now.timestamp() * 1000),
        "resourceId": "local",
        "resourcePath": resource,
        "stage": STAGE,
    }


def _body(request: Request, binary_types: Iterable[str]) -> tuple[str | None, bool]:
    """Give the body as text, or as base64 where it is binary or not UTF-8, so that no byte is lost."""
    if not request.body:
        return None, False
    kind = request.header("content-type").partition(";")[0].strip().lower()
    if kind not in set(binary_types):
        try:
            return request.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(request.body).decode(), True


def _response(result: Mapping[str, object], *, keep_body: bool) -> Response:
    single, multi = result.get("headers") or {}, result.get("multiValueHeaders") or {}
    if not isinstance(single, Mapping) or not isinstance(multi, Mapping):
        raise TypeError("headers of an answer are a mapping")
    headers = [(name.lower(), str(value)) for name, value in single.items() if name not in multi]
    headers += [(name.lower(), str(value)) for name, values in multi.items() for value in values]
    text = result.get("body") or ""
    raw = text if isinstance(text, bytes) else str(text).encode()
    body = base64.b64decode(raw) if result.get("isBase64Encoded") else raw
    kept = [(name, value) for name, value in headers if name not in _HOP_BY_HOP]
    status = int(str(result["statusCode"]))
    if status not in {204, 304}:
        kept.append(("content-length", str(len(body))))
    return Response(status, tuple(kept), body if keep_body else b"")
