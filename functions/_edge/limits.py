"""What an answer says of limits that were counted exactly (the IETF's RateLimit header fields)."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.security.api import Counted


def headers(found: Mapping[str, Counted]) -> dict[str, str]:
    """Name each limit with its quota and window in seconds, what is left of it and for how long."""
    if not found:
        return {}
    return {
        "RateLimit-Policy": ", ".join(
            f'"{one.name}";q={one.quota};w={one.window}' for one in found.values()
        ),
        "RateLimit": ", ".join(
            f'"{one.name}";r={one.allowance.remaining};t={one.allowance.reset}'
            for one in found.values()
        ),
    }
