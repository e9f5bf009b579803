"""Fresh proofs: within ten minutes of one, people may do what would hurt most in other hands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

from chalicelib.kernel.values import dataclass

LIFE: Final = timedelta(minutes=10)
MFA: Final = "mfa"
"""RFC 8176: more than one factor was used."""

ProofMethod = Literal["totp", "recovery-code", "passkey"]


@dataclass(frozen=True, slots=True)
class Proof:
    """That the user showed a second factor in a session."""

    session_id: str
    method: ProofMethod
    at: datetime


def is_fresh(at: datetime | None, now: datetime) -> bool:
    """Tell whether a proof still counts."""
    return at is not None and now - at <= LIFE
