"""What administrators see of users: ids and states, and nothing personal."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import ConfigDict
from pydantic.config import JsonDict

from chalicelib.kernel.wire import Id, PageQuery, Wire
from chalicelib.users.model.users import State
from chalicelib.users.schemas.account import Email

_USER: Final[JsonDict] = {
    "id": "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f",
    "state": "active",
    "admin": False,
    "created_at": "2026-11-02T09:30:00.000Z",
    "signed_out_at": None,
    "erase_after": None,
    "version": 2,
}
Reason = Literal["abuse", "compromised", "legal", "mistake", "payment", "user-request"]


class UsersQuery(PageQuery):
    """Users in a state, in no particular order."""

    state: State = "active"


class FindUser(Wire):
    """The exact address of the user that is looked for; in a body, because addresses of pages are logged."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "ada@example.org"}]})

    email: Email


class ChangeUser(Wire):
    """What an administrator can do to a user, and why."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"state": "disabled", "reason": "compromised"}]}
    )

    state: Literal["active", "disabled"] | None = None
    """Absent keeps it. Disabling ends every session; API tokens rest until the user is enabled again."""
    sign_out: bool = False
    """End every session."""
    reason: Reason


class AdminUserOut(Wire):
    """A user, as administrators see it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_USER]})

    id: Id
    state: State
    admin: bool
    created_at: str
    signed_out_at: str | None
    """Sessions begun until then are over."""
    erase_after: str | None
    """When the user asked to be erased: the end of the time in which they may take it back."""
    version: int


class FoundUsersOut(Wire):
    """Who was found: one user, or nobody."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_USER]}]})

    items: list[AdminUserOut]
