"""Support grants on the wire."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.config import JsonDict

from chalicelib.kernel.wire import Id, Wire
from chalicelib.users.model.support import LONGEST_HOURS, READABLE

_GRANT: Final[JsonDict] = {
    "id": "0190b5a8-c200-7e20-9d4e-5f6a7b8c9d0e",
    "handle": "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f.0190b5a8-c200-7e20-9d4e-5f6a7b8c9d0e",
    "scopes": ["expenses:read", "interchange:read"],
    "admin_id": None,
    "created_at": "2026-11-02T09:30:00.000Z",
    "expires_at": "2026-11-03T09:30:00.000Z",
    "last_used_at": "2026-11-02T10:05:00.000Z",
}


def _readable(scope: str) -> str:
    if scope not in READABLE:
        raise ValueError("support may be allowed to read only")
    return scope


class CreateSupportGrant(Wire):
    """What support may read, for how long, and who; without `admin_id` any administrator."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"scopes": ["expenses:read", "interchange:read"], "hours": 24}]
        }
    )

    scopes: Annotated[
        list[Annotated[str, AfterValidator(_readable), Field(examples=["expenses:read"])]],
        Field(min_length=1, max_length=len(READABLE)),
    ]
    hours: Annotated[int, Field(ge=1, le=LONGEST_HOURS)] = 24
    admin_id: Id | None = None


class SupportGrantOut(Wire):
    """A grant. `handle` is what the administrator presents; it is no secret and helps nobody else."""

    model_config = ConfigDict(json_schema_extra={"examples": [_GRANT]})

    id: Id
    handle: str
    scopes: list[str]
    admin_id: Id | None
    created_at: str
    expires_at: str
    last_used_at: str | None
    """To the hour."""


class SupportGrantsOut(Wire):
    """All open grants, newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_GRANT]}]})

    items: list[SupportGrantOut]
