"""The front door of the users service for the edge and for the services above.

Its own routes call the service room: so nobody else loads the wire shapes of a sign-up.
"""

from __future__ import annotations

from chalicelib.users.model.sessions import Standing
from chalicelib.users.model.users import MailFacts
from chalicelib.users.service.mails import notice_address, verification_mail
from chalicelib.users.service.standing import authenticate

__all__ = ["MailFacts", "Standing", "authenticate", "notice_address", "verification_mail"]
