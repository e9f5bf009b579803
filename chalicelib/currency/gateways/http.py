"""Reading a document from a source of rates: bounded in time, bytes and redirects.

Nothing of the address is ever logged or told: the keys of two sources stand in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from chalicelib.currency.errors import SourceFailed
from chalicelib.currency.model.quotes import is_rate
from chalicelib.kernel import web
from chalicelib.kernel.currencies import CRYPTO_EXPONENTS, EXPONENTS, WITHDRAWN

CONNECT_S: Final = 3.0
READ_S: Final = 5.0
WHOLE_S: Final = 15.0
MOST_BYTES: Final = 3_000_000
"""The largest document, the ECB's whole history, has 0.7 MB (zip)."""
FEWEST: Final = 3
"""A table with fewer rates than this is broken, not small."""
_MOST_FRACTION: Final = 20
_REDIRECTS: Final = 2


def fetch(
    source: str,
    url: str,
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """GET a document; raise `SourceFailed` for a timeout, a bad status, too many bytes or a foreign redirect."""
    from urllib.parse import urlencode

    question = web.Question(
        method="GET",
        url=f"{url}?{urlencode(query)}" if query else url,
        headers={"User-Agent": "xpense-rates/1", **(headers or {})},
    )
    bounds = web.Bounds(
        connect_s=CONNECT_S,
        read_s=READ_S,
        whole_s=WHOLE_S,
        most_bytes=MOST_BYTES,
        redirects=_REDIRECTS,
    )
    try:
        # not asked twice: the schedule comes again by itself, and the next source is there
        answer = web.ask(question, bounds)
    except web.WebFailed as failed:
        raise SourceFailed(source, failed.reason) from failed
    if answer.status != 200:
        raise SourceFailed(source, f"status-{answer.status}")
    return answer.body


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
