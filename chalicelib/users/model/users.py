"""A user, as far as it is known without opening what is sealed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

from chalicelib.kernel.values import dataclass

VERIFICATION_LIFE: Final = timedelta(hours=24)

State = Literal["pending", "active", "disabled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """A mailed proof that is due: which, and until when."""

    id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user. `email` and `display_name` are sealed under the user's own key."""

    id: str
    state: State
    email: bytes
    display_name: bytes | None
    password: str
    address_key: str
    created_at: datetime
    version: int
    admin: bool = False
    """May look after other users' accounts, never into their data."""
    erase_after: datetime | None = None
    """When the user asked to be erased: the end of the time in which they may take it back."""
    signed_out_at: datetime | None = None
    """Sessions begun until this instant are over."""
    verification: Verification | None = None

    def awaits(self, verification_id: str, now: datetime) -> bool:
        """Tell whether this verification is the one that is due, and not too late."""
        due = self.verification
        return (
            self.state == "pending"
            and due is not None
            and due.id == verification_id
            and now < due.expires_at
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a user sees of themselves, opened."""

    id: str
    email: str
    display_name: str | None
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Whose an address is; a pending one gives way to the next sign-up with it."""

    key: str
    user_id: str
    verified: bool
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFacts:
    """What a verification mail says: known only at the moment of sending, never queued."""

    address: str
    link: str
    expires_at: datetime
