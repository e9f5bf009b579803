"""Reading a document from a source of rates: bounded in time, bytes and redirects.

Nothing of the address is ever logged or told: the keys of two sources stand in it. For the same reason a
redirect is followed only to the same host and never off TLS.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from chalicelib.currency.errors import SourceFailed
from chalicelib.currency.model.quotes import is_rate
from chalicelib.kernel.currencies import CRYPTO_EXPONENTS, EXPONENTS, WITHDRAWN

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

CONNECT_S: Final = 3.0
READ_S: Final = 5.0
WHOLE_S: Final = 15.0
MOST_BYTES: Final = 3_000_000
"""The largest document, the ECB's whole history, has 0.7 MB (zip)."""
FEWEST: Final = 3
"""A table with fewer rates than this is broken, not small."""
_MOST_FRACTION: Final = 20
_CHUNK: Final = 65_536
_REDIRECTS: Final = 2
_MOVED: Final = frozenset({301, 302, 303, 307, 308})


@cache
def _pool() -> PoolManager:
    from urllib3 import PoolManager

    return PoolManager(maxsize=2)


def fetch(
    source: str,
    url: str,
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """GET a document; raise `SourceFailed` for a timeout, a bad status, too many bytes or a foreign redirect."""
    from urllib.parse import urlencode

    from urllib3.exceptions import HTTPError, NewConnectionError
    from urllib3.exceptions import TimeoutError as TooSlow

    address = f"{url}?{urlencode(query)}" if query else url
    until = time.monotonic() + WHOLE_S
    try:
        for _ in range(_REDIRECTS + 1):
            answer = _ask(address, headers or {})
            try:
                if answer.status not in _MOVED:
                    return _body(source, answer, until)
                address = _moved(source, address, answer.headers.get("Location") or "")
            finally:
                answer.close()
    except TooSlow as error:
        # urllib3 counts a connection that was refused among those that took too long
        reason = "unreachable" if isinstance(error, NewConnectionError) else "timeout"
        raise SourceFailed(source, reason) from error
    except HTTPError as error:
        raise SourceFailed(source, "unreachable") from error
    raise SourceFailed(source, "redirects")


def _ask(address: str, headers: Mapping[str, str]) -> BaseHTTPResponse:
    from urllib3 import Timeout

    return _pool().request(
        "GET",
        address,
        headers={"Accept-Encoding": "gzip", "User-Agent": "xpense-rates/1", **headers},
        timeout=Timeout(connect=CONNECT_S, read=READ_S),
        retries=False,  # the schedule comes again by itself, and the next source is there
        redirect=False,
        preload_content=False,
    )


def _body(source: str, answer: BaseHTTPResponse, until: float) -> bytes:
    if answer.status != 200:
        raise SourceFailed(source, f"status-{answer.status}")
    found = bytearray()
    for chunk in answer.stream(_CHUNK, decode_content=True):
        found += chunk
        if len(found) > MOST_BYTES:
            raise SourceFailed(source, "too-large")
        if time.monotonic() > until:
            raise SourceFailed(source, "timeout")
    return bytes(found)


def _moved(source: str, here: str, there: str) -> str:
    from urllib.parse import urljoin, urlsplit

    target = urljoin(here, there)
    old, new = urlsplit(here), urlsplit(target)
    if not there or (old.scheme, old.netloc) != (new.scheme, new.netloc):
        raise SourceFailed(source, "redirects")
    return target


def read_json(source: str, body: bytes) -> Mapping[str, Any]:
    """Read a JSON object with its numbers as the text that was sent; raise `SourceFailed`."""
    try:
        found = json.loads(body, parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        raise SourceFailed(source, "unreadable") from error
    if not isinstance(found, dict):
        raise SourceFailed(source, "unreadable")
    return found


def rates_of(source: str, pairs: Iterator[tuple[str, object]]) -> dict[str, str]:
    """Keep the numbers that are rates of living currencies; raise `SourceFailed` where hardly any is left."""
    known = (EXPONENTS.keys() | CRYPTO_EXPONENTS.keys()) - WITHDRAWN
    found = {code: _plain(number) for code, number in pairs if code in known}
    kept = {code: text for code, text in found.items() if is_rate(text)}
    if len(kept) < FEWEST:
        raise SourceFailed(source, "unreadable")
    return kept


def _plain(number: object) -> str:
    """Write a number without an exponent, at most 20 digits after the point; nothing for what is none."""
    try:
        value = Decimal(number) if isinstance(number, str) else Decimal("NaN")
    except InvalidOperation:
        return ""
    if not value.is_finite() or not -_MOST_FRACTION <= value.adjusted() <= _MOST_FRACTION:
        return ""
    text = format(value, "f")
    whole, point, fraction = text.partition(".")
    return whole + point + fraction[:_MOST_FRACTION] if point else whole
