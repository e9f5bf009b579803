"""Refusals of the users service. None tells whether an address has an account."""

from __future__ import annotations

from chalicelib.kernel.errors import FieldProblem, Invalid, NotFound, Unauthenticated


class BadAddress(Invalid):
    """The text is not an e-mail address that mail can be sent to."""

    slug = "bad-address"
    title = "This is not an e-mail address"

    def __init__(self) -> None:
        """Point at the field."""
        super().__init__(errors=(FieldProblem("/email", "an address such as ada@example.org"),))


class SignInRefused(Unauthenticated):
    """Unknown address, wrong password, unverified or disabled: one answer for all of them."""

    slug = "sign-in-refused"
    title = "The e-mail address or the password is wrong, or the address is not verified yet"


class SessionOver(Unauthenticated):
    """The session was ended, has expired, or its user may not sign in any more."""

    slug = "session-over"
    title = "The session is over; sign in again"


class RefreshRefused(Unauthenticated):
    """The refresh token is unknown, expired, spent, or its session is over."""

    slug = "refresh-refused"
    title = "The refresh token cannot be used; sign in again"


class VerificationUnusable(Invalid):
    """The token of the mail is damaged, expired, used, or was replaced by a newer one."""

    slug = "verification-unusable"
    title = "This link cannot be used any more; sign up again to get another"

    def __init__(self) -> None:
        """Point at the field."""
        super().__init__(errors=(FieldProblem("/token", "expired, used or damaged"),))


class VerificationGone(NotFound):
    """There is nothing to mail: the address was verified meanwhile, or the time for it is over."""

    slug = "verification-gone"


class UserNotFound(NotFound):
    """There is no such user."""

    slug = "user-not-found"


class HouseholdNotFound(NotFound):
    """There is no such household, or the caller is no member of it."""

    slug = "household-not-found"


class SessionNotFound(NotFound):
    """There is no such session of this user."""

    slug = "session-not-found"
