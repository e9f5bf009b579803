"""Facts that the security service tells about second factors. Ids only; who wants a name asks for it."""

from __future__ import annotations

from typing import ClassVar

from chalicelib.kernel.events import Fact
from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorAdded(Fact):
    """The user has another way to show who they are: `totp`, `passkey` or `recovery-codes`."""

    name: ClassVar[str] = "security.factor_added.v1"
    user_id: str
    factor: str
    factor_id: str
    """The passkey's id; of the others a user has one at most, so it is the factor's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRemoved(Fact):
    """The user has one way less to show who they are."""

    name: ClassVar[str] = "security.factor_removed.v1"
    user_id: str
    factor: str
    factor_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodeUsed(Fact):
    """Somebody came in by a recovery code; so many are left."""

    name: ClassVar[str] = "security.recovery_code_used.v1"
    user_id: str
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerKeyRotated(Fact):
    """The owner's data key has a new generation: `service` (all, where empty) seals its part anew.

    The other fields come back from that service's last `ResealProgress`.
    """

    name: ClassVar[str] = "security.owner_key_rotated.v1"
    generation: int
    round: int
    service: str
    after: str
    changed: int
    unknown: int
