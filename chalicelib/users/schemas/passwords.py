"""Forgotten, new and shown passwords, and the session that they are shown in."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import ConfigDict, StringConstraints

from chalicelib.kernel.wire import Id, Wire
from chalicelib.users.schemas.signing_in import Email, Password

_USER: Final = "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f"
_SESSION: Final = "0190b5a8-9f00-7c41-8e2d-6b5a4c3d2e1f"


class ForgotPassword(Wire):
    """Whose password is forgotten."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "ada@example.org"}]})

    email: Email


class ForgottenOut(Wire):
    """The same for every address: look into the mailbox."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"state": "accepted", "next": "reset-password"}]}
    )

    state: Literal["accepted"]
    next: Literal["reset-password"]


class ResetPassword(Wire):
    """The token of the mail, what stands behind `token=` in its link, and the new password."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "token": "xpw_AZC1qHw-exqdVQpvDB0uPwGQtaiffwB8",
                    "password": "seven tall lamps hum",
                }
            ]
        }
    )

    token: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    password: Password


class ResetOut(Wire):
    """What this device signs in with from now on, so that strangers' tries do not keep it waiting."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"device_token": "xpd_AZC1qHw-exqdVQpvDB0uPwGQtaif"}]}
    )

    device_token: str


class ChangePassword(Wire):
    """The password as it is, and as it shall be."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "current_password": "seven tall lamps hum",
                    "new_password": "nine short lamps buzz",
                }
            ]
        }
    )

    current_password: Password
    new_password: Password


class ShowPassword(Wire):
    """The password, once more."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"password": "seven tall lamps hum"}]}
    )

    password: Password


class ProvedOut(Wire):
    """A session whose user just showed who they are; a browser's cookie and `csrf_token` are new ones."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "proved_at": "2026-11-02T09:30:00.000Z",
                    "csrf_token": None,
                    "device_token": "xpd_AZC1qHw-exqdVQpvDB0uPwGQtaif",
                }
            ]
        }
    )

    proved_at: str
    csrf_token: str | None
    """Null where the session has tokens."""
    device_token: str


class SessionNowOut(Wire):
    """The session that the caller is in: for a page that was loaded anew and knows its cookie only."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "user_id": _USER,
                    "session_id": _SESSION,
                    "expires_in": 2_592_000,
                    "proved_at": "2026-11-02T09:30:00.000Z",
                    "methods": ["pwd"],
                    "csrf_token": "5f0c7c1f6f3f0a7e",
                }
            ]
        }
    )

    user_id: Id
    session_id: Id
    expires_in: int
    """Seconds without renewal."""
    proved_at: str
    methods: list[str]
    """How they showed it: names of RFC 8176."""
    csrf_token: str | None
    """Null where the session has tokens."""
