"""One request and one answer, as plain values; what carries them is the business of host.py."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request whose body is read; header names are lower case, `raw_path` is as sent."""

    method: str
    raw_path: str
    raw_query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    client: str = "127.0.0.1"

    def header(self, name: str, default: str = "") -> str:
        """Give a header, its repetitions joined by commas (RFC 9110, 5.3)."""
        values = [value for key, value in self.headers if key == name]
        return ", ".join(values) if values else default

    def pairs(self) -> list[tuple[str, str]]:
        """Give the decoded query parameters in their order."""
        return parse_qsl(self.raw_query, keep_blank_values=True)

    def parameter(self, name: str, default: str = "") -> str:
        """Give the last value of a query parameter."""
        return dict(self.pairs()).get(name, default)


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)


def json_response(
    value: object, *, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> Response:
    """Write a value as JSON."""
    return Response(
        status,
        (("content-type", "application/json"), *(headers or {}).items()),
        json.dumps(value).encode(),
    )


def html_response(title: str, body: str, *, script: str = "") -> Response:
    """Write a page; the body is HTML that is escaped already, and only the given script can run on it."""
    page = (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width, initial-scale=1'>"
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style><h1>{html.escape(title)}</h1>{body}"
        + (f"<script>{script}</script>" if script else "")
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    if script:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        policy += f"; script-src 'sha256-{digest}'; connect-src 'self'"
    headers = (
        ("content-type", "text/html; charset=utf-8"),
        ("content-security-policy", policy),
        ("cache-control", "no-store"),
    )
    return Response(HTTPStatus.OK, headers, page.encode())


_STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;"
    "margin:2rem auto;padding:0 1rem}article{border:1px solid #8886;border-radius:.5rem;"
    "padding:.75rem 1rem;margin:1rem 0}h2{font-size:1.1rem;margin:0}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:.5rem 0 0}.dim{opacity:.7}"
)
