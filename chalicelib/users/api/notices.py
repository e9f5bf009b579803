"""What notifications asks of the users service: whom to write to, and what a mail says."""

from __future__ import annotations

from chalicelib.users.model.email_change import ChangeMails
from chalicelib.users.model.erasure import ReceiptMail
from chalicelib.users.model.sessions import SessionPlace
from chalicelib.users.model.users import MailFacts
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
from chalicelib.users.service.password_mails import reset_mail
from chalicelib.users.service.session_place import session_place

__all__ = [
    "ChangeMails",
    "InvitationMail",
    "MailFacts",
    "ReceiptMail",
    "SessionPlace",
    "account_address",
    "email_change_mails",
    "email_changed_mails",
    "household_members",
    "invitation_mail",
    "notice_address",
    "receipt_mail",
    "reset_mail",
    "session_place",
    "verification_mail",
]
