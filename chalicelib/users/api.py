"""The front door of the users service for the edge and for the services above."""

from __future__ import annotations

from chalicelib.users.model.sessions import Standing
from chalicelib.users.model.users import MailFacts
from chalicelib.users.service.account import (
    end_all_sessions,
    end_session,
    list_sessions,
    read_me,
    sign_out,
    update_me,
)
from chalicelib.users.service.registration import (
    notice_address,
    register,
    verification_mail,
    verify_email,
)
from chalicelib.users.service.sign_in import refresh, sign_in
from chalicelib.users.service.standing import authenticate

__all__ = [
    "MailFacts",
    "Standing",
    "authenticate",
    "end_all_sessions",
    "end_session",
    "list_sessions",
    "notice_address",
    "read_me",
    "refresh",
    "register",
    "sign_in",
    "sign_out",
    "update_me",
    "verification_mail",
    "verify_email",
]
