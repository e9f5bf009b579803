"""The front door of the users service for the edge and for the services above.

Its own routes call the service room: so nobody else loads the wire shapes of a sign-up.
"""

from __future__ import annotations

from chalicelib.users.model.scopes import ALL as ALL_SCOPES
from chalicelib.users.model.sessions import Credential, Membership, Standing
from chalicelib.users.model.users import MailFacts
from chalicelib.users.service.credentials import csrf_token, read_credential
from chalicelib.users.service.mails import notice_address, verification_mail
from chalicelib.users.service.standing import authenticate, require_session

__all__ = [
    "ALL_SCOPES",
    "Credential",
    "MailFacts",
    "Membership",
    "Standing",
    "authenticate",
    "csrf_token",
    "notice_address",
    "read_credential",
    "require_session",
    "verification_mail",
]
