"""What an answer says of a limit that was counted exactly (the IETF's RateLimit header fields)."""

from __future__ import annotations

from chalicelib.security.api import Allowance, Limit


def headers(limit: Limit, left: Allowance) -> dict[str, str]:
    """Name the limit, its quota and window in seconds, what is left of it and for how long."""
    return {
        "RateLimit-Policy": f'"{limit.name}";q={limit.quota};w={limit.window}',
        "RateLimit": f'"{limit.name}";r={left.remaining};t={left.reset}',
    }
