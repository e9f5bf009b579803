"""Where an authorisation may be sent: which addresses can be registered, and the exact comparison.

RFC 9700 (4.1.3): compared character by character. The one exception is the port of a loopback address
(RFC 8252, 7.3), because a native app takes the port that is free. So that a comparison of texts is a
comparison of places, only addresses with one spelling can be registered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlencode

LONGEST: Final = 500
_PART: Final = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-F]{2})"
_PATH: Final = rf"(?P<path>(?:/{_PART}*)*)"
_QUERY: Final = rf"(?:\?(?P<query>(?:{_PART}|[/?])*))?"
_LABEL: Final = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_PORT: Final = r"(?::(?P<port>[1-9][0-9]{0,4}))?"
_WEB: Final = re.compile(
    rf"https://(?P<host>{_LABEL}(?:\.{_LABEL})+){_PORT}{_PATH}{_QUERY}", re.ASCII
)
_LOOPBACK: Final = re.compile(
    rf"(?P<host>http://(?:127\.0\.0\.1|\[::1\])){_PORT}(?P<rest>{_PATH}{_QUERY})", re.ASCII
)
_PRIVATE: Final = re.compile(
    rf"(?P<scheme>[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+):(?P<path>/(?:{_PART}+/?)*){_QUERY}", re.ASCII
)
"""A scheme of one's own is a domain name backwards (RFC 8252, 7.1): no `javascript:`, no `data:`."""
_MAX_PORT: Final = 65_535


def is_redirect(uri: str) -> bool:
    """Tell whether an address can be registered: https, a loopback address, or an app's own scheme."""
    if len(uri) > LONGEST:
        return False
    match = _WEB.fullmatch(uri) or _LOOPBACK.fullmatch(uri) or _PRIVATE.fullmatch(uri)
    if match is None:
        return False
    found = match.groupdict()
    segments = re.split(r"/", (found["path"] or "").replace("%2E", "."))
    host = found.get("host") or ""
    return (
        not {".", ".."} & set(segments)
        and int(found.get("port") or 1) <= _MAX_PORT
        # the last label of a name is never a number: this is an IP address, or is taken for one
        and not (uri.startswith("https:") and host.rpartition(".")[2].isdigit())
    )


def is_registered(registered: Iterable[str], given: str) -> bool:
    """Tell whether an address is one of those registered, exactly but for a loopback's port."""
    return any(_same(one, given) for one in registered)


def _same(registered: str, given: str) -> bool:
    if registered == given:
        return True
    ours, theirs = _LOOPBACK.fullmatch(registered), _LOOPBACK.fullmatch(given)
    if ours is None or theirs is None or len(given) > LONGEST:
        return False
    return (
        ours["host"] == theirs["host"]
        and ours["rest"] == theirs["rest"]
        and int(theirs["port"] or 1) <= _MAX_PORT
    )


def with_answer(redirect: str, answer: Mapping[str, str]) -> str:
    """Add the answer to a checked address; its own query stays as it is (RFC 6749, 3.1.2)."""
    return f"{redirect}{'&' if '?' in redirect else '?'}{urlencode(answer)}"
