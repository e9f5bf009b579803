"""Passwords known from breaches, asked by k-anonymity: five hex digits of a SHA-1 leave, hundreds come back.

The range protocol of Have I Been Pwned (https://haveibeenpwned.com/API/v3#PwnedPasswords): `GET
/range/<5 hex>` answers lines `<35 hex>:<count>`; with `Add-Padding` the answer's length says nothing, and
lines that only pad have the count 0. `XPENSE_BREACHES` names the service; `offline` asks nobody.
"""

from __future__ import annotations

import hashlib
import re
import time
from functools import cache
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

from chalicelib.kernel.log import logger
from chalicelib.kernel.settings import settings

if TYPE_CHECKING:
    from http.client import HTTPConnection

OFFLINE: Final = "offline"
PREFIX_LENGTH: Final = 5
WAIT: Final = 1.0
"""Seconds for any one answer of the network."""
WHOLE: Final = 2.0
"""Seconds in all: somebody is waiting for their sign-up."""
REST: Final = 60.0
"""Seconds in which a service that failed is not asked again."""
MOST_BYTES: Final = 200_000
"""Padded answers have up to 1,500 lines of some 40 bytes."""
_CHUNK: Final = 16_384
_LINE: Final = re.compile(r"([0-9A-F]{35}):([0-9]{1,12})", re.ASCII)


class Unanswered(Exception):
    """The service did not answer, or with something that is no range."""


class Breaches(Protocol):
    """What knows breached passwords."""

    def known(self, password: str) -> bool | None:
        """Tell whether a password is known from a breach; None when nobody could say."""


class Nobody:
    """Asks nobody: the packaged list of common passwords is all there is."""

    def known(self, password: str) -> bool | None:  # noqa: ARG002 - the port's shape
        """Say nothing."""
        return None


class RangeService:
    """Asks a service of the range protocol, and leaves it in peace for a minute after a failure."""

    def __init__(self, base: str) -> None:
        """Keep the address; raise ValueError unless it is one of HTTP."""
        parts = urlsplit(base)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            msg = "XPENSE_BREACHES must be `offline` or the URL of a range service"
            raise ValueError(msg)
        self._scheme = parts.scheme
        self._host = parts.hostname
        self._port = parts.port
        self._path = parts.path.rstrip("/")
        self._silent_until = 0.0

    def known(self, password: str) -> bool | None:
        """Ask for the password's range; None when the service fails or failed just now."""
        if time.monotonic() < self._silent_until:
            return None
        digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
        try:
            counts = read_range(self._fetch(digest[:PREFIX_LENGTH]))
        except Unanswered as error:
            self._silent_until = time.monotonic() + REST
            logger().warning("the breach service failed", extra={"reason": str(error)})
            return None
        return counts.get(digest[PREFIX_LENGTH:], 0) > 0

    def _fetch(self, prefix: str) -> str:
        from http.client import HTTPException

        connection = self._connection()
        headers = {"Add-Padding": "true", "User-Agent": "xPense", "Accept": "text/plain"}
        try:
            connection.request("GET", f"{self._path}/range/{prefix}", headers=headers)
            return _read(connection)
        except (OSError, HTTPException) as error:
            raise Unanswered(type(error).__name__) from error
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        from http.client import HTTPConnection, HTTPSConnection

        kind = HTTPSConnection if self._scheme == "https" else HTTPConnection
        return kind(self._host, self._port, timeout=WAIT)


def _read(connection: HTTPConnection) -> str:
    """Read an answer within time and size: a socket's timeout alone lets one drip for ever."""
    until = time.monotonic() + WHOLE
    answer = connection.getresponse()
    if answer.status != 200:
        raise Unanswered(f"status {answer.status}")
    body = b""
    while piece := answer.read1(_CHUNK):
        body += piece
        if len(body) > MOST_BYTES:
            raise Unanswered("too long")
        if time.monotonic() > until:
            raise Unanswered("too slow")
    try:
        return body.decode("ascii")
    except UnicodeDecodeError as error:
        raise Unanswered("not ASCII") from error


def read_range(text: str) -> dict[str, int]:
    """Read a range's lines; raise `Unanswered` for anything else, such as a page of HTML."""
    counts: dict[str, int] = {}
    for line in text.splitlines():
        match = _LINE.fullmatch(line.strip().upper())
        if match is None:
            raise Unanswered("not a range")
        counts[match.group(1)] = int(match.group(2))
    if not counts:
        raise Unanswered("empty")
    return counts


@cache
def breaches() -> Breaches:
    """Give what `XPENSE_BREACHES` names; raise ValueError for what it cannot name."""
    named = settings().breaches
    return Nobody() if named == OFFLINE else RangeService(named)
