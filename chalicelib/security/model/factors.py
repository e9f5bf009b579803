"""What second factors a user has, and how often their codes may be tried."""

from __future__ import annotations

from typing import Final, Literal

from chalicelib.kernel.values import dataclass
from chalicelib.security.model.limits import Limit

FactorKind = Literal["totp", "passkey", "recovery-codes"]

TOTP_TRIES: Final = Limit("totp", quota=5, window=900)
RECOVERY_TRIES: Final = Limit("recovery-code", quota=5, window=900)
"""Right and wrong tries alike, per user; each kind has its own, so that one used up leaves the other."""
PASSKEY_CHALLENGES: Final = Limit("passkey-challenge", quota=30, window=900)
"""Nothing can be guessed here; this bounds what lies in the table."""
MOST_PASSKEYS: Final = 25


@dataclass(frozen=True, slots=True)
class Factors:
    """The second factors of a user. Recovery codes stand in for one; they are none by themselves."""

    totp: bool
    passkeys: int
    recovery_codes_left: int

    @property
    def any(self) -> bool:
        """Whether the user has a second factor, so that a password alone is not enough."""
        return self.totp or self.passkeys > 0
