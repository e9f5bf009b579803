"""Asking a server that is not ours: bounded in time, bytes and redirects, and never asked again here.

Nothing of the address is ever logged or told: keys and passwords may stand in it. For the same reason a
redirect is followed only to the same host and never off TLS, and only where nothing is sent.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from chalicelib.kernel.values import dataclass

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager
    from urllib3.connectionpool import HTTPConnectionPool

Reason = Literal["timeout", "unreachable", "too-large", "redirects"]
_MOVED: Final = frozenset({301, 302, 303, 307, 308})


class WebFailed(Exception):
    """There is no whole answer: `reason` says why, and nothing else is said."""

    def __init__(self, reason: Reason) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What an answer may cost: seconds to connect, between two pieces and altogether; bytes; redirects."""

    connect_s: float = 3.0
    read_s: float = 5.0
    whole_s: float = 15.0
    most_bytes: int = 3_000_000
    redirects: int = 0
    piece: int = 65_536
    """Bytes that are taken at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. `pinned` is the address that the host's name was found to have, where that was checked."""

    method: Literal["GET", "POST"]
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    pinned: str | None = None


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """What came back, whatever its status."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """By lower-case name."""
    body: bytes = field(repr=False)


@cache
def _pool() -> PoolManager:
    from urllib3 import PoolManager

    return PoolManager(maxsize=4)


def ask(question: Question, bounds: Bounds) -> WebAnswer:
    """Ask once; raise `WebFailed` where no whole answer came within the bounds."""
    from urllib3.exceptions import HTTPError, NewConnectionError
    from urllib3.exceptions import TimeoutError as TooSlow

    until = time.monotonic() + bounds.whole_s
    address = question.url
    try:
        for _ in range(bounds.redirects + 1):
            answer = _send(question, address, bounds)
            try:
                moved = answer.status in _MOVED
                if not moved:
                    headers = {name.lower(): value for name, value in answer.headers.items()}
                    return WebAnswer(answer.status, headers, _body(answer, bounds, until))
                address = _moved(address, answer.headers.get("Location") or "")
            finally:
                answer.close()
    except TooSlow as error:
        # urllib3 counts a connection that was refused among those that took too long
        reason: Reason = "unreachable" if isinstance(error, NewConnectionError) else "timeout"
        raise WebFailed(reason) from error
    except (HTTPError, OSError) as error:
        raise WebFailed("unreachable") from error
    raise WebFailed("redirects")


def _send(question: Question, address: str, bounds: Bounds) -> BaseHTTPResponse:
    from urllib.parse import urlsplit

    from urllib3 import Timeout

    host = {"Host": urlsplit(address).netloc.rpartition("@")[2]} if question.pinned else {}
    asked: dict[str, Any] = {
        "body": question.body,
        "headers": {"Accept-Encoding": "gzip", **host, **question.headers},
        "timeout": Timeout(connect=bounds.connect_s, read=bounds.read_s),
        "retries": False,  # who asks knows whether a question may be asked twice
        "redirect": False,
        "preload_content": False,
    }
    if question.pinned is None:
        return _pool().request(question.method, address, **asked)
    pool, path = _pinned(address, question.pinned)
    return pool.urlopen(question.method, path, **asked)


def _pinned(address: str, pinned: str) -> tuple[HTTPConnectionPool, str]:
    """Connect to the address that was checked; the certificate and the Host header are the name's."""
    from urllib.parse import urlsplit

    from urllib3 import HTTPConnectionPool, HTTPSConnectionPool

    parts = urlsplit(address)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    if parts.scheme != "https":
        return HTTPConnectionPool(pinned, parts.port or 80, maxsize=1), path
    name = parts.hostname or ""
    pool = HTTPSConnectionPool(
        pinned, parts.port or 443, maxsize=1, server_hostname=name, assert_hostname=name
    )
    return pool, path


def _body(answer: BaseHTTPResponse, bounds: Bounds, until: float) -> bytes:
    """Read whatever has come as it comes: a server that drips is noticed between two drops."""
    found = bytearray()
    while piece := answer.read1(bounds.piece, decode_content=True):
        found += piece
        if len(found) > bounds.most_bytes:
            raise WebFailed("too-large")
        if time.monotonic() > until:
            raise WebFailed("timeout")
    return bytes(found)


def _moved(here: str, there: str) -> str:
    from urllib.parse import urljoin, urlsplit

    target = urljoin(here, there)
    old, new = urlsplit(here), urlsplit(target)
    if not there or (old.scheme, old.netloc) != (new.scheme, new.netloc):
        raise WebFailed("redirects")
    return target
