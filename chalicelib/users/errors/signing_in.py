"""Refusals on the way in. None tells whether an address has an account."""

from __future__ import annotations

from chalicelib.kernel.errors import Conflict, FieldProblem, Invalid, NotFound, Unauthenticated


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


class WrongPassword(Invalid):
    """The caller is signed in, but the password that should show it once more is not theirs."""

    slug = "wrong-password"
    title = "The password is wrong"

    def __init__(self, pointer: str) -> None:
        """Point at the field."""
        super().__init__(errors=(FieldProblem(pointer, "not the password of this account"),))


class TicketRefused(Unauthenticated):
    """The ticket of a half-done sign-in is damaged, expired, used, of another device, or overtaken."""

    slug = "ticket-refused"
    title = "This sign-in cannot be finished any more; begin again"


class ResetUnusable(Invalid):
    """The token of the reset mail is damaged, expired or used, or the password was changed meanwhile."""

    slug = "reset-unusable"
    title = "This link cannot be used any more; ask for another"

    def __init__(self) -> None:
        """Point at the field."""
        super().__init__(errors=(FieldProblem("/token", "expired, used or damaged"),))


class ResetGone(NotFound):
    """There is nothing to mail: the password was changed meanwhile, or the time for it is over."""

    slug = "reset-gone"


class CookieOnly(Conflict):
    """What is asked for exists only where a cookie stands for the session."""

    slug = "cookie-only"
    title = "This session has tokens, not a cookie"


class NoPassword(Conflict):
    """The user signs in by other means only, so a password shows nothing."""

    slug = "no-password"
    title = "This account has no password; the mail for a forgotten one sets it"
