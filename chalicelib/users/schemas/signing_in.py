"""Signing up and signing in."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import ConfigDict, StringConstraints

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


class SignIn(Wire):
    """An address and its password."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"email": "ada@example.org", "password": "seven tall lamps hum"}]
        }
    )

    email: Email
    password: Password


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
