"""The browser's cookie: `__Host-`, so that no other host or path can set it, and out of reach of scripts.

A view gives `Cookied(result, value, life)` and the endpoint writes the header. SameSite=Strict: the app is
never entered by a link that should carry the cookie, for its pages hold no data.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import Final

from chalice.app import Request
from pydantic import BaseModel

from chalicelib.kernel.values import dataclass

NAME: Final = "__Host-xpense"


@dataclass(frozen=True, slots=True)
class Cookied:
    """A view's result with a cookie: `life` in seconds, or no value to remove it."""

    result: BaseModel | None
    value: str = ""
    life: int = 0


def header(cookie: Cookied) -> str:
    """Write `Set-Cookie` (RFC 6265bis): no Domain, for the prefix forbids it."""
    life = cookie.life if cookie.value else 0
    return f"{NAME}={cookie.value}; Path=/; Max-Age={life}; Secure; HttpOnly; SameSite=Strict"


def read(request: Request) -> str:
    """Give the value of our cookie, or nothing where there is none that can be read."""
    try:
        jar = SimpleCookie(request.headers.get("cookie") or "")
    except CookieError:
        return ""
    return str(jar[NAME].value) if NAME in jar else ""
