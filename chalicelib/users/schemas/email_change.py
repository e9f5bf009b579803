"""Changing one's address, on the wire."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, StringConstraints

from chalicelib.kernel.wire import Wire
from chalicelib.users.schemas.account import Email


class ChangeEmail(Wire):
    """The address that one wants from now on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "ada@example.net"}]})

    email: Email


class EmailChangeAcceptedOut(Wire):
    """The same for every address: look into the mailbox."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"state": "accepted", "next": "confirm-email"}]}
    )

    state: Literal["accepted"]
    next: Literal["confirm-email"]


class PendingEmailOut(Wire):
    """An address that is not proved yet, and until when it can be."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"email": "ada@example.net", "expires_at": "2026-11-03T09:30:00.000Z"}]
        }
    )

    email: str
    expires_at: str


class EmailOut(Wire):
    """The address that holds, and the one that is to be proved."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "email": "ada@example.org",
                    "pending": {
                        "email": "ada@example.net",
                        "expires_at": "2026-11-03T09:30:00.000Z",
                    },
                }
            ]
        }
    )

    email: str
    pending: PendingEmailOut | None


class EmailToken(Wire):
    """The token of a mail: what stands behind `token=` in its link."""

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
