"""Signing up and signing in."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, RootModel, StringConstraints

from chalicelib.kernel.wire import Id, Name, Wire

_USER: Final = "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f"
_SESSION: Final = "0190b5a8-9f00-7c41-8e2d-6b5a4c3d2e1f"

Password = Annotated[str, StringConstraints(max_length=1_000)]
"""A password as it was typed; the policy bounds it more tightly, with its reason."""
Email = Annotated[str, StringConstraints(max_length=320)]
"""An address as it was typed."""


class Register(Wire):
    """A sign-up."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "email": "ada@example.org",
                    "password": "seven tall lamps hum",
                    "display_name": "Ada",
                }
            ]
        }
    )

    email: Email
    password: Password
    display_name: Name | None = None


class RegisteredOut(Wire):
    """The same for every sign-up: look into the mailbox."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"state": "accepted", "next": "verify-email"}]}
    )

    state: Literal["accepted"]
    next: Literal["verify-email"]


class VerifyEmail(Wire):
    """The token of the verification mail: what stands behind `token=` in its link."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "token": "AZC1qHw-exqdVQpvDB0uPwGQtaiffwB8QY4tartMPS4fVE9LRU4tVE9LRU4tVE9LRU4tVE9L"
                }
            ]
        }
    )

    token: Annotated[str, StringConstraints(min_length=1, max_length=300)]


DeviceToken = Annotated[
    str, StringConstraints(max_length=300), Field(examples=["xpd_AZC1qHw-exqdVQpvDB0uPwGQtaif"])
]
"""What this device was given when it signed in last; without it strangers' delays hold for it too."""


class SignIn(Wire):
    """An address and its password. `cookie` asks for a browser's cookie in place of tokens."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"email": "ada@example.org", "password": "seven tall lamps hum"}]
        }
    )

    email: Email
    password: Password
    device_token: DeviceToken = ""
    cookie: bool = False


class Refresh(Wire):
    """The newest refresh token of a session."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"refresh_token": "xpr_AZC1qHw-exqdVQpvDB0uPwGQtaiffwB8QY4tartMPS4fVE9LRU4tVE9LRU4"}
            ]
        }
    )

    refresh_token: Annotated[str, StringConstraints(min_length=1, max_length=300)]


class TokensOut(Wire):
    """A session's tokens. The refresh token works once; keep the newest."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "token_type": "Bearer",
                    "access_token": "eyJhbGciOiJFUzI1NiIsImtpZCI6IjhmM2EiLCJ0eXAiOiJhdCtqd3QifQ.e30.c2ln",
                    "expires_in": 600,
                    "refresh_token": "xpr_AZC1qHw-exqdVQpvDB0uPwGQtaiffwB8QY4tartMPS4fVE9LRU4",
                    "scope": "expenses:read expenses:write",
                    "user_id": _USER,
                    "session_id": _SESSION,
                }
            ]
        }
    )

    token_type: Literal["Bearer"]
    access_token: str
    expires_in: int
    """Seconds."""
    refresh_token: str
    scope: str
    user_id: Id
    session_id: Id


class SignedInOut(TokensOut):
    """A new session's tokens, and the device's own, which is to be kept when the session is over."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "token_type": "Bearer",
                    "access_token": "eyJhbGciOiJFUzI1NiIsImtpZCI6IjhmM2EiLCJ0eXAiOiJhdCtqd3QifQ.e30.c2ln",
                    "expires_in": 600,
                    "refresh_token": "xpr_AZC1qHw-exqdVQpvDB0uPwGQtaiffwB8QY4tartMPS4fVE9LRU4",
                    "scope": "expenses:read expenses:write",
                    "user_id": _USER,
                    "session_id": _SESSION,
                    "device_token": "xpd_AZC1qHw-exqdVQpvDB0uPwGQtaif",
                }
            ]
        }
    )

    device_token: str


class CookieOut(Wire):
    """A session that a cookie stands for; `csrf_token` comes along in `X-CSRF-Token` on every change."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "csrf_token": "5f0c7c1f6f3f0a7e",
                    "expires_in": 2_592_000,
                    "user_id": _USER,
                    "session_id": _SESSION,
                    "device_token": "xpd_AZC1qHw-exqdVQpvDB0uPwGQtaif",
                }
            ]
        }
    )

    csrf_token: str
    expires_in: int
    """Seconds without use."""
    user_id: Id
    session_id: Id
    device_token: str


Method = Literal["totp", "recovery_code", "passkey"]


class MfaNeeded(Wire):
    """Which second factors there are, and the ticket that one of them is to be shown with."""

    ticket: str
    methods: list[Method]
    expires_in: int
    """Seconds."""


class MfaOut(Wire):
    """The password was right; now the second factor."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "mfa": {
                        "ticket": "xpm_AZC1qHw-exqdVQpvDB0uPwGQtaif",
                        "methods": ["totp", "recovery_code"],
                        "expires_in": 300,
                    }
                }
            ]
        }
    )

    mfa: MfaNeeded


class SignInOut(RootModel[SignedInOut | CookieOut | MfaOut]):
    """A session, with tokens or with a cookie, or the question for the second factor."""

    model_config = ConfigDict(json_schema_extra=SignedInOut.model_config["json_schema_extra"])


class SessionStartOut(RootModel[SignedInOut | CookieOut]):
    """A session, with tokens or with a cookie."""

    model_config = ConfigDict(json_schema_extra=SignedInOut.model_config["json_schema_extra"])
