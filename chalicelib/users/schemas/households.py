"""Households on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from chalicelib.kernel.wire import Id, Name, Progress, Wire
from chalicelib.users.model.households import MOST_ACCOUNTS, MOST_TAKEN

_HOUSEHOLD: Final = "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f"
_USER: Final = "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e40"
_ACCOUNT: Final = "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e41"
_NEW_ACCOUNT: Final = "0190b5a8-7c3e-8b1a-9d55-0a6f0c1d2e42"
_INVITATION: Final = "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e43"
_SPLIT: Final = "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e44"
_TIME: Final = "2026-11-02T09:30:00.000Z"
_SUMMARY: Final[JsonDict] = {
    "id": _HOUSEHOLD,
    "name": "The Lovelaces",
    "role": "owner",
    "accounts": None,
    "member_count": 2,
    "created_at": _TIME,
    "version": 3,
}
_MEMBER: Final[JsonDict] = {
    "user_id": _USER,
    "display_name": "Ada",
    "role": "owner",
    "accounts": None,
    "joined_at": _TIME,
    "version": 1,
}
_TAKEN: Final[JsonDict] = {
    "account_id": _ACCOUNT,
    "new_account_id": _NEW_ACCOUNT,
    "transactions": 120,
    "problem": None,
}

MemberRole = Literal["viewer", "editor", "owner"]
"""Read; write; also manage the household."""
AccountRight = Literal["viewer", "editor"]
AccountRights = Annotated[
    dict[Id, AccountRight], Field(max_length=MOST_ACCOUNTS, examples=[{_ACCOUNT: "viewer"}])
]
"""Account id to right: the member sees these accounts only. Null means all, with the role's rights."""
Address = Annotated[str, StringConstraints(max_length=320)]
"""An address as it was typed."""


def _example(value: JsonDict) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [value]})


class CreateHousehold(Wire):
    """A new household. `display_name` is how you are called in it; without one it is your profile's."""

    model_config = _example({"name": "The Lovelaces"})

    name: Name
    display_name: Name | None = None


class PatchHousehold(Wire):
    """What changes about a household."""

    model_config = _example({"name": "The Lovelaces"})

    name: Name


class HouseholdOut(Wire):
    """A household and what the caller may do in it."""

    model_config = _example(_SUMMARY)

    id: Id
    name: str
    role: MemberRole
    accounts: Mapping[Id, AccountRight] | None
    member_count: int
    created_at: str
    version: int


class HouseholdsOut(Wire):
    """All of a person's households: at most 20."""

    model_config = _example({"items": [_SUMMARY]})

    items: list[HouseholdOut]


class MemberOut(Wire):
    """A member. Which accounts somebody else may see is shown to owners only, and null to others."""

    model_config = _example(_MEMBER)

    user_id: Id
    display_name: str | None
    role: MemberRole
    accounts: Mapping[Id, AccountRight] | None
    joined_at: str
    version: int


class HouseholdDetailOut(HouseholdOut):
    """A household with its members: at most 50."""

    model_config = _example({**_SUMMARY, "members": [_MEMBER]})

    members: list[MemberOut]


class PatchMember(Wire):
    """What changes about a member; `accounts` null lifts a limit, absent keeps it."""

    model_config = _example({"role": "editor"})

    role: MemberRole | None = None
    accounts: AccountRights | None = None


class Invite(Wire):
    """Who is to be invited as what."""

    model_config = _example({"email": "charles@example.org", "role": "editor"})

    email: Address
    role: MemberRole = "editor"
    accounts: AccountRights | None = None


class InvitationOut(Wire):
    """An invitation. Nothing in it depends on whether the address has an account."""

    model_config = _example(
        {
            "id": _INVITATION,
            "email": "charles@example.org",
            "role": "editor",
            "accounts": None,
            "state": "open",
            "created_at": _TIME,
            "expires_at": "2026-11-09T09:30:00.000Z",
        }
    )

    id: Id
    email: str
    role: MemberRole
    accounts: Mapping[Id, AccountRight] | None
    state: Literal["open", "used", "expired"]
    created_at: str
    expires_at: str


class InvitationsOut(Wire):
    """All invitations of a household: at most 50."""

    items: list[InvitationOut]


class Join(Wire):
    """The token of the invitation's mail: what stands behind `token=` in its link."""

    model_config = _example(
        {"token": "AZC1qHw-exqdVQpvDB0uPwGQtaiffwB8QY4tartMPS4fVE9LRU4tVE9LRU4tVE9LRU4tVE9L"}
    )

    token: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    display_name: Name | None = None


class Take(Wire):
    """Which accounts to take along. `move` needs accounts that you opened; `copy` those that you could see."""

    model_config = _example({"accounts": [_ACCOUNT], "mode": "move"})

    accounts: Annotated[list[Id], Field(min_length=1, max_length=MOST_TAKEN)]
    mode: Literal["move", "copy"]


class Leave(Wire):
    """Leaving, perhaps with accounts of one's own."""

    model_config = _example({"take": {"accounts": [_ACCOUNT], "mode": "move"}})

    take: Take | None = None


class TakenAccountOut(Wire):
    """What became of one account: its id in your own ledger, or why it stayed."""

    model_config = _example(_TAKEN)

    account_id: Id
    new_account_id: Id | None
    transactions: int
    problem: str | None


class SplitOut(Wire):
    """A job that takes accounts along; poll it until it is done. `result` is there then."""

    model_config = _example(
        {
            "id": _SPLIT,
            "household_id": _HOUSEHOLD,
            "mode": "move",
            "accounts": [_ACCOUNT],
            "state": "done",
            "progress": {"done": 120, "total": 120},
            "result": [_TAKEN],
            "created_at": _TIME,
            "version": 4,
        }
    )

    id: Id
    household_id: Id
    mode: Literal["move", "copy"]
    accounts: list[Id]
    state: Literal["waiting", "running", "done"]
    progress: Progress
    result: list[TakenAccountOut] | None
    created_at: str
    version: int


class LeftOut(Wire):
    """You are no member any more; `split` is the job that takes your accounts along, if you asked for it."""

    split: SplitOut | None
