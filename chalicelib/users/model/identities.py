"""Identities: an account at a provider that signs its owner in here, known by issuer and subject alone."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from chalicelib.kernel.values import dataclass

ProviderName = Literal["google", "apple"]
PROVIDERS: Final[tuple[ProviderName, ...]] = ("google", "apple")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A provider's account that is linked to a user; `key` is the keyed hash of issuer and subject."""

    user_id: str
    provider: ProviderName
    key: str
    linked_at: datetime
