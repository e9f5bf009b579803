"""Refusals about one's own account, and those that administrators and support meet."""

from __future__ import annotations

from chalicelib.kernel.errors import Conflict, FieldProblem, Invalid, NotFound, TooMany


class UserNotFound(NotFound):
    """There is no such user."""

    slug = "user-not-found"


class SessionNotFound(NotFound):
    """There is no such session of this user."""

    slug = "session-not-found"


class ApiTokenNotFound(NotFound):
    """There is no such API token of this user."""

    slug = "api-token-not-found"


class TooManyApiTokens(Conflict):
    """The user has as many API tokens as one may have."""

    slug = "too-many-api-tokens"
    title = "You have as many API tokens as one may have; revoke one first"


class SameAddress(Invalid):
    """The address is the one that the user has already."""

    slug = "same-address"
    title = "This is your address already"

    def __init__(self) -> None:
        """Point at the field."""
        super().__init__(errors=(FieldProblem("/email", "another address than yours"),))


class EmailChangeUnusable(Invalid):
    """The token of the mail is damaged, expired or used, or the change was stopped or overtaken."""

    slug = "email-change-unusable"
    title = "This link cannot be used any more"

    def __init__(self) -> None:
        """Point at the field."""
        super().__init__(errors=(FieldProblem("/token", "expired, used or damaged"),))


class EmailChangeGone(NotFound):
    """There is nothing to mail: the change was confirmed or stopped meanwhile, or its time is over."""

    slug = "email-change-gone"


class SupportGrantNotFound(NotFound):
    """There is no such grant, or not for this administrator; to everybody else there are no grants at all."""

    slug = "support-grant-not-found"


class TooManySupportGrants(Conflict):
    """The user has as many open grants as one may have."""

    slug = "too-many-support-grants"
    title = "You have as many open grants as one may have; withdraw one first"


class AdminUntouchable(Conflict):
    """Administrators change no administrator, themselves included: that is done by the operator's command."""

    slug = "admin-untouchable"
    title = "An administrator cannot be changed here"


class NotChangeable(Conflict):
    """The user never verified the address, or is being erased: nothing to suspend or restore."""

    slug = "user-not-changeable"
    title = "This user cannot be changed now"


class ReceiptNotFound(NotFound):
    """There is no such receipt of an erasure."""

    slug = "receipt-not-found"


class ExportRunning(Conflict):
    """An export of the user's data is on its way."""

    slug = "export-running"
    title = "Your data is being exported already"


class TooManyExports(TooMany):
    """The user asked for as many exports today as anybody may."""

    slug = "too-many-exports"
    title = "You can export your data twice a day"


class ExportNotFound(NotFound):
    """There is no such export of this user, or it has expired."""

    slug = "export-not-found"
