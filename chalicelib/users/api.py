"""The front door of the users service for the edge and for the services above.

Its own routes call the service room: so nobody else loads the wire shapes of a sign-up.
"""

from __future__ import annotations

from chalicelib.users.errors import OAuthRefusal
from chalicelib.users.model.clients import SCOPES as APP_SCOPES
from chalicelib.users.model.email_change import ChangeMails
from chalicelib.users.model.erasure import ReceiptMail
from chalicelib.users.model.preferences import Preferences
from chalicelib.users.model.scopes import ALL as ALL_SCOPES
from chalicelib.users.model.sessions import Credential, Membership, SessionPlace, Standing
from chalicelib.users.model.support import SupportGrant
from chalicelib.users.model.users import MailFacts
from chalicelib.users.repository import get_preferences as preferences
from chalicelib.users.service.credentials import csrf_token, read_credential
from chalicelib.users.service.email_mails import (
    account_address,
    email_change_mails,
    email_changed_mails,
)
from chalicelib.users.service.households_facts import (
    InvitationMail,
    household_members,
    invitation_mail,
)
from chalicelib.users.service.last_mail import receipt_mail
from chalicelib.users.service.mails import notice_address, verification_mail
from chalicelib.users.service.parts_above import erase_part, export_part
from chalicelib.users.service.password_mails import reset_mail
from chalicelib.users.service.session_place import session_place
from chalicelib.users.service.standing import authenticate, require_client, require_session
from chalicelib.users.service.support_use import support_grant
from chalicelib.users.service.token_use import take_request

__all__ = [
    "ALL_SCOPES",
    "APP_SCOPES",
    "ChangeMails",
    "Credential",
    "InvitationMail",
    "MailFacts",
    "Membership",
    "OAuthRefusal",
    "Preferences",
    "ReceiptMail",
    "SessionPlace",
    "Standing",
    "SupportGrant",
    "account_address",
    "authenticate",
    "csrf_token",
    "email_change_mails",
    "email_changed_mails",
    "erase_part",
    "export_part",
    "household_members",
    "invitation_mail",
    "notice_address",
    "preferences",
    "read_credential",
    "receipt_mail",
    "require_client",
    "require_session",
    "reset_mail",
    "session_place",
    "support_grant",
    "take_request",
    "verification_mail",
]
