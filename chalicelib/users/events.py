"""Facts that the users service tells. They carry ids; who needs an address asks `users.api` for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chalicelib.kernel.events import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRegistered(Fact):
    """Somebody signed up; the address is not verified yet."""

    name: ClassVar[str] = "users.user_registered.v1"
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationRequested(Fact):
    """A mail with a link is due, which shows that the address is the user's."""

    name: ClassVar[str] = "users.verification_requested.v1"
    user_id: str
    verification_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationRepeated(Fact):
    """Somebody signed up with an address that has an account: its user is told by mail."""

    name: ClassVar[str] = "users.registration_repeated.v1"
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailVerified(Fact):
    """The address is the user's; the user may sign in."""

    name: ClassVar[str] = "users.email_verified.v1"
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshTokenReused(Fact):
    """A spent refresh token came back, so a copy of it is in other hands; the session was ended."""

    name: ClassVar[str] = "users.refresh_token_reused.v1"
    user_id: str
    session_id: str
