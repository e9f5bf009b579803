"""Ways into a session: what was shown so far, by the names of RFC 8176."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal

TICKET_LIFE: Final = timedelta(minutes=5)
RESET_LIFE: Final = timedelta(hours=1)

First = Literal["pwd", "fed"]
"""A first factor: a password, or another service's word for the user (not registered in RFC 8176)."""
FIRSTS: Final[tuple[First, ...]] = ("pwd", "fed")

Second = Literal["totp", "recovery_code", "passkey"]
_SECOND: Final[dict[Second, str]] = {"totp": "otp", "recovery_code": "otp", "passkey": "hwk"}
PASSKEY_ALONE: Final = ("hwk", "mfa", "user")
"""A passkey with the user verified: something one has, and something one knows or is."""


def with_second(first: First, second: Second) -> tuple[str, ...]:
    """Give the methods of a sign-in with two factors, sorted."""
    return tuple(sorted({first, _SECOND[second], "mfa"}))
