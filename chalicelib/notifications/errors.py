"""What notifications refuses."""

from __future__ import annotations

from chalicelib.kernel.errors import Conflict, Invalid, NotFound, Unauthenticated, Unavailable


class BadTicket(Unauthenticated):
    """The ticket is damaged, used, expired or was never given."""

    slug = "bad-ticket"
    title = "The ticket is not valid; ask for a new one"


class UnknownConnection(NotFound):
    """Nobody listens on this connection any more."""

    slug = "unknown-connection"
    title = "The connection is not known; connect again"


class ClaimTaken(Conflict):
    """Somebody claimed this mail before."""

    slug = "claim-taken"
    title = "The mail is claimed"


class BeingSent(Unavailable):
    """Another delivery of the same message is sending this mail; whether it succeeds is known soon."""

    slug = "being-sent"
    title = "The mail is being sent"


class MailDown(Unavailable):
    """The mail service does not take mail now."""

    slug = "mail-down"
    title = "Mail cannot be sent now"


class MailRefused(Invalid):
    """The mail service will never take this mail."""

    slug = "mail-refused"
    title = "The mail was refused"
