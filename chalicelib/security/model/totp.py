"""Time-based one-time codes (RFC 6238): SHA-1, 6 digits, 30 seconds, which is what authenticator apps know.

The library makes codes; that a step counts once, and that digits are ASCII digits, is decided here, because
it takes the same code twice and full-width digits too.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.kernel.regex import regex
from chalicelib.kernel.values import dataclass

ISSUER: Final = "xPense"
STEP: Final = 30
"""Seconds."""
SKEW: Final = 1
"""Steps to both sides: clocks of phones differ, and people take a while to type."""
PENDING_LIFE: Final = timedelta(hours=1)
"""How long a secret waits for the first code that shows that it arrived."""
_CODE: Final = regex(r"[0-9]{6}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totp:
    """A user's secret, sealed, and the last step that was used."""

    user_id: str
    secret: bytes
    live: bool
    """Whether a first code has shown that the secret arrived; until then it opens nothing."""
    last_step: int
    created_at: datetime
    version: int


def step_at(now: datetime) -> int:
    """Give the number of the 30 seconds that an instant lies in, since 1970."""
    return int(now.timestamp()) // STEP


def code_of(secret: str, step: int) -> str:
    """Give the code of a step; `secret` is base32 (RFC 4226 on the step's number)."""
    from pyotp import TOTP

    return str(TOTP(secret).generate_otp(step))


def step_of(code: str, secret: str, *, last_step: int, now: datetime) -> int | None:
    """Find the unused step that a code belongs to, or None for a wrong, used, early or late one.

    Only steps after the last used one count. Should two steps share a code, the later one is taken, so that
    the code does not come to count again.
    """
    plain = code.replace(" ", "")
    if _CODE.fullmatch(plain) is None:
        return None
    here, found = step_at(now), None
    for step in range(here - SKEW, here + SKEW + 1):
        fits = hmac.compare_digest(code_of(secret, step), plain)
        if fits and step > last_step:
            found = step
    return found


def used(totp: Totp, step: int) -> Totp:
    """Give the secret as it lies there once a step was used; the first one makes it live."""
    return replace(totp, live=True, last_step=step, version=totp.version + 1)


def otpauth_uri(secret: str, account_name: str) -> str:
    """Write what an authenticator app reads from the QR code (Google's Key URI format)."""
    from pyotp import TOTP

    return str(TOTP(secret).provisioning_uri(name=account_name, issuer_name=ISSUER))
