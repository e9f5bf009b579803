"""Events as an HTTP API writes them in payload format 1.0, as far as AWS documents them and recordings show.

Other than a REST API it decodes the path, sends all but text and JSON as base64, gives `$default` as the resource of
what no route matches, and ends its request ids in `=`.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote

from functions._edge.gateway import DEFAULT
from functions._edge.routing import Router

EDGE: Final = "130.176.1.1"
"""The address of CloudFront's server that called the gateway."""
_TEXT: Final = ("application/json", "application/xml", "application/javascript", "text/")


def http_api_event(
    method: str,
    target: str,
    *,
    routes: Iterable[tuple[str, str]],
    headers: Sequence[tuple[str, str]] = (),
    body: bytes = b"",
    source: str = EDGE,
) -> dict[str, Any]:
    """Write the event of a request; `routes` are methods with resources that have a route of their own."""
    raw_path, _, raw_query = target.partition("?")
    path = unquote(raw_path).partition("?")[0]
    mine = Router([resource for known, resource in routes if known == method])
    # the gateway matches the path as it is, and a slash at its end is another path
    found = None if path.endswith("/") else mine.find(quote(path))
    resource, parameters = found or (DEFAULT, {})
    sent = _many([*headers, ("X-Forwarded-For", source)] if not _given(headers) else headers)
    query = _many(parse_qsl(raw_query, keep_blank_values=True))
    text, encoded = _body(body, sent)
    return {
        "version": "1.0",
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": {name: values[-1] for name, values in sent.items()},
        "multiValueHeaders": sent,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "domainName": "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com",
            "domainPrefix": "a1b2c3d4e5",
            "extendedRequestId": "JKJaXmPLvHcESHA=",
            "httpMethod": method,
            "identity": {"sourceIp": source, "userAgent": "test/1", "user": None},
            "path": path,
            "protocol": "HTTP/1.1",
            "requestId": "JKJaXmPLvHcESHA=",
            "requestTime": "28/Nov/2026:12:00:00 +0000",
            "requestTimeEpoch": 1_795_867_200_000,
            "resourceId": f"{method} {resource}" if resource != DEFAULT else DEFAULT,
            "resourcePath": resource,
            "stage": "$default",
        },
        "pathParameters": parameters or None,
        "stageVariables": None,
        "body": text,
        "isBase64Encoded": encoded,
    }


def _given(headers: Sequence[tuple[str, str]]) -> bool:
    return any(name.lower() == "x-forwarded-for" for name, _ in headers)


def _many(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _body(body: bytes, headers: dict[str, list[str]]) -> tuple[str | None, bool]:
    if not body:
        return None, False
    kind = next(
        (values[-1] for name, values in headers.items() if name.lower() == "content-type"), ""
    )
    if kind.startswith(_TEXT):
        return body.decode(), False
    return base64.b64encode(body).decode(), True
