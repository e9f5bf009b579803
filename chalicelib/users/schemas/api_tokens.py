"""Personal API tokens on the wire. The token itself is in one answer only, and never in a stored one."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.config import JsonDict

from chalicelib.kernel.wire import Id, Name, Wire
from chalicelib.users.model.api_tokens import DEFAULT_DAYS, LONGEST
from chalicelib.users.model.scopes import ALL

_TOKEN: Final[JsonDict] = {
    "id": "0190b5a8-b100-7d10-8c3d-4e5f6a7b8c9d",
    "name": "Budget script",
    "hint": "xpt_AZC1q…x7Qf",
    "scopes": ["analytics:read", "expenses:read"],
    "created_at": "2026-11-02T09:30:00.000Z",
    "expires_at": "2027-01-31T09:30:00.000Z",
    "last_used_at": "2026-11-20T18:00:00.000Z",
}


def _known(scope: str) -> str:
    if scope not in ALL:
        raise ValueError("there is no such scope")
    return scope


Scope = Annotated[str, AfterValidator(_known), Field(examples=["expenses:read"])]
"""What a token may do, such as `expenses:read`."""


class CreateApiToken(Wire):
    """A new token: what it is for, what it may do, and for how long."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Budget script",
                    "scopes": ["analytics:read", "expenses:read"],
                    "expires_in_days": 90,
                }
            ]
        }
    )

    name: Name
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(ALL))]
    expires_in_days: Annotated[int, Field(ge=1, le=LONGEST.days)] = DEFAULT_DAYS


class ApiTokenOut(Wire):
    """A token, as its user sees it in the list."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TOKEN]})

    id: Id
    name: str
    hint: str
    """The beginning and the last four characters."""
    scopes: list[str]
    created_at: str
    expires_at: str
    last_used_at: str | None
    """To the hour."""


class ApiTokensOut(Wire):
    """All tokens, newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_TOKEN]}]})

    items: list[ApiTokenOut]


class NewApiTokenOut(ApiTokenOut):
    """A token that was just made, with the token itself: it is shown this once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _TOKEN
                | {
                    "last_used_at": None,
                    "token": "xpt_AZC1qHw-exqdVQpvDB0uPwGQtaiffwB8QY4tartMPS4fVE9LRU4tVE9LRU4tx7Qf",
                }
            ]
        }
    )

    token: str
