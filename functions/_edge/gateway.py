"""From the event of an HTTP API (payload format 1.0) to that of a REST API, which Chalice expects.

Format 1.0 was made to be alike, so little is left to do (docs/adr/0020): find the route of what came to `$default`,
join cookies that HTTP/2 sent apart, write ids as we do, and take the caller's address from the front door. Events of
other kinds pass as they are: the local gateway writes those of a REST API.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

from functions._edge.requests import header
from functions._edge.routing import Router

DEFAULT: Final = "$default"
SECRET: Final = "x-front-door"  # noqa: S105 - a header's name
"""The header in which CloudFront says that it is ours."""
_FORMAT: Final = "1.0"

Event = Mapping[str, Any]


def is_http_api(event: Event) -> bool:
    """Tell an HTTP API's event; a REST API's has no version."""
    return event.get("version") == _FORMAT and "requestContext" in event


def came_by_the_front_door(event: Event, secrets: str) -> bool:
    """Tell whether the front door sent an event: it shows one of the secrets, which stand with commas between them.

    There may be two while one takes the other's place.
    """
    given = (header(event, SECRET) or "").encode()
    known = [one.encode() for one in secrets.split(",") if one]
    return any(hmac.compare_digest(given, one) for one in known)


def settled(event: Event, router: Router, *, trusted: bool) -> dict[str, Any]:
    """Give the event as a REST API would have written it.

    With `trusted` the front door is known to have sent it, so what it says of the caller's address counts.
    """
    context = dict(event["requestContext"])
    made = {**event, "requestContext": context}
    if context.get("resourcePath") == DEFAULT:
        # the gateway has decoded the path already, and the router is about to
        resource, parameters = router.find(quote(str(event["path"]))) or (DEFAULT, {})
        context["resourcePath"] = made["resource"] = resource
        made["pathParameters"] = parameters or None
    context["requestId"] = str(context.get("requestId") or "").rstrip("=")
    if trusted:
        context["identity"] = {**(context.get("identity") or {}), "sourceIp": _caller(event)}
    made["headers"] = {**(event.get("headers") or {}), **_cookie(event)}
    return made


def has_a_slash_too_many(event: Event) -> bool:
    """Tell whether the gateway found no route because of a slash at the path's end."""
    return event["requestContext"].get("resourcePath") == DEFAULT and str(event["path"])[-1:] == "/"


def sent_on(event: Event) -> dict[str, Any]:
    """Send a caller to the path without the slash, with the same method and body (RFC 9110, 15.4.9).

    What no route matches comes to one function of a service, and another may have to answer this.
    """
    query = urlencode(event.get("multiValueQueryStringParameters") or {}, doseq=True)
    path = quote(str(event["path"]).rstrip("/"))
    location = f"{path}?{query}" if query else path
    return {"statusCode": 308, "headers": {"Location": location}, "body": ""}


def _caller(event: Event) -> str:
    """Give the address that CloudFront saw: the last but the gateway's own caller; what a client adds stands before."""
    seen = str((event["requestContext"].get("identity") or {}).get("sourceIp") or "")
    hops = [hop.strip() for hop in (header(event, "x-forwarded-for") or "").split(",")]
    others = [hop for hop in hops if hop]
    if others and others[-1] == seen:
        others.pop()
    return others[-1] if others else seen


def _cookie(event: Event) -> dict[str, str]:
    """Join the cookie's lines into one (RFC 9113, 8.2.3): HTTP/2 may send each cookie in a line of its own."""
    for name, lines in (event.get("multiValueHeaders") or {}).items():
        if name.lower() == "cookie" and len(lines) > 1:
            return {name: "; ".join(lines)}
    return {}
