"""Households: who belongs to one with which rights, who is invited, and who left with what.

Each household has at least one owner at any time: every change of a member goes through its own item, whose
counts and version are checked in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal

from chalicelib.kernel.errors import FieldProblem, Invalid
from chalicelib.kernel.roles import Role, covers
from chalicelib.kernel.values import dataclass
from chalicelib.users.errors import HouseholdFull, LastOwner

INVITATION_LIFE: Final = timedelta(days=7)
FORMER_LIFE: Final = timedelta(days=30)
"""How long after leaving a former member may still take accounts of theirs along."""
MOST_MEMBERS: Final = 50
MOST_HOUSEHOLDS: Final = 20
"""Households that one person may belong to."""
MOST_INVITATIONS: Final = 50
"""Invitations of a household that lie there at once, used and expired ones until they vanish."""
MOST_ACCOUNTS: Final = 100
"""Accounts that a limited membership may name: one BatchGetItem reads them all."""
MOST_TAKEN: Final = 20
"""Accounts of one split."""
MOST_SPLITS: Final = 10
"""Splits that one former membership may ask for."""

Parting = Literal["left", "removed", "deleted"]
SplitMode = Literal["move", "copy"]
SplitState = Literal["waiting", "running", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """A household; `name` is sealed under its own key."""

    id: str
    name: bytes
    created_at: datetime
    members: int
    owners: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member as the household knows them; `name` is sealed under the household's key."""

    household_id: str
    user_id: str
    role: Role
    accounts: Mapping[str, Role] | None
    name: bytes | None
    joined_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An invitation; `email` is sealed under the household's key. It is used up by whoever joins with it."""

    id: str
    household_id: str
    email: bytes
    role: Role
    accounts: Mapping[str, Role] | None
    invited_by: str
    created_at: datetime
    expires_at: datetime
    used_by: str | None
    version: int

    def is_open(self, now: datetime) -> bool:
        """Tell whether somebody can still join with it."""
        return self.used_by is None and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerMember:
    """What is kept for 30 days of a membership that ended."""

    household_id: str
    user_id: str
    how: Parting
    role: Role
    accounts: Mapping[str, Role] | None
    until: datetime
    splits: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenAccount:
    """What became of one account of a split: its new id and its transactions, or why not."""

    account_id: str
    new_account_id: str | None
    transactions: int
    problem: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A job that takes accounts of a household along into a former member's own ledger.

    `step` orders what the ledger says of it, so that an older message never overwrites a newer one.
    """

    id: str
    household_id: str
    mode: SplitMode
    accounts: tuple[str, ...]
    state: SplitState
    done: int
    total: int
    step: int
    taken: tuple[TakenAccount, ...]
    created_at: datetime
    version: int


def check_rights(role: Role, accounts: Mapping[str, Role] | None) -> None:
    """Refuse account rights that say more than the role, or limit an owner."""
    if accounts is None:
        return
    if role == "owner":
        raise Invalid(errors=(FieldProblem("/accounts", "an owner sees all accounts"),))
    problems = tuple(
        FieldProblem(f"/accounts/{account_id}", f"a {role} has no more than that on an account")
        for account_id, right in accounts.items()
        if not covers(role, right)
    )
    if problems:
        raise Invalid(errors=problems)


def admitted(household: Household, role: Role) -> Household:
    """Give the household with one more member; raise `HouseholdFull`."""
    if household.members >= MOST_MEMBERS:
        raise HouseholdFull
    return _counted(household, members=1, owners=int(role == "owner"))


def released(household: Household, role: Role) -> Household:
    """Give the household with one member less; raise `LastOwner`."""
    return _counted(household, members=-1, owners=-int(role == "owner"))


def reassigned(household: Household, before: Role, after: Role) -> Household:
    """Give the household after a change of role; raise `LastOwner`."""
    return _counted(household, members=0, owners=int(after == "owner") - int(before == "owner"))


def _counted(household: Household, *, members: int, owners: int) -> Household:
    if household.owners + owners < 1:
        raise LastOwner
    return replace(
        household,
        members=household.members + members,
        owners=household.owners + owners,
        version=household.version + 1,
    )


def former(member: Member, how: Parting, now: datetime, *, version: int) -> FormerMember:
    """Give what is kept of a membership that ends; `version` is that of an older such row plus one."""
    return FormerMember(
        household_id=member.household_id,
        user_id=member.user_id,
        how=how,
        role=member.role,
        accounts=member.accounts,
        until=now + FORMER_LIFE,
        splits=0,
        version=version,
    )


def may_take(gone: FormerMember, account_id: str) -> bool:
    """Tell whether the account was within what the former member could see."""
    return gone.accounts is None or account_id in gone.accounts


def advanced(
    split: Split, *, step: int, done: int, total: int, taken: tuple[TakenAccount, ...] | None
) -> Split:
    """Give the split after what the ledger says of it; the same object where that is old news."""
    if split.state == "done" or step <= split.step:
        return split
    return replace(
        split,
        state="running" if taken is None else "done",
        done=done,
        total=max(total, done),
        step=step,
        taken=taken or (),
        version=split.version + 1,
    )
