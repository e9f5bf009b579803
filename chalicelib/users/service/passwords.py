"""Hashing and checking passwords with the stage's pepper."""

from __future__ import annotations

import secrets

from chalicelib.kernel.keys import provider
from chalicelib.kernel.values import dataclass
from chalicelib.users.model.passwords import (
    COST,
    NOBODY,
    SALT_BYTES,
    PasswordHash,
    hash_password,
)


@dataclass(frozen=True, slots=True)
class Match:
    """Whether the password fits, and whether it is stored at another cost than today's."""

    fits: bool
    outdated: bool


def hashed(password: str) -> str:
    """Hash a new password at today's cost."""
    salt = secrets.token_bytes(SALT_BYTES)
    return str(hash_password(password, salt=salt, pepper=_pepper(COST.pepper), cost=COST))


def compare(stored: str | None, password: str) -> Match:
    """Compare a password with a stored hash, or with nobody's, which takes as long and never fits."""
    # empty: a user who signs in by other means only
    known = PasswordHash.parse(stored) if stored else NOBODY
    fits = known.fits(password, _pepper(known.cost.pepper))
    return Match(fits=fits and bool(stored), outdated=known.cost != COST)


def _pepper(version: int) -> bytes:
    return provider().secret("pepper" if version == 1 else f"pepper:{version}")
