"""Households: make one, read, rename, delete. Each has a data key and a change log of its own.

The caller's own unit is the main one (inbox, idempotency), the household's stands beside it: one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, cast

from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.roles import Role
from chalicelib.security import api as security
from chalicelib.users import repository
from chalicelib.users.commands import ContinueErasure
from chalicelib.users.errors import (
    HouseholdNotEmpty,
    HouseholdNotFound,
    NotHouseholdOwner,
    TooManyHouseholds,
)
from chalicelib.users.events import HouseholdCreated, HouseholdDeleted
from chalicelib.users.model.erasure import begun
from chalicelib.users.model.households import MOST_HOUSEHOLDS, Household, Member, former
from chalicelib.users.model.sessions import Membership
from chalicelib.users.repository import households, memberships
from chalicelib.users.repository.erasure import save_erasure
from chalicelib.users.schemas.households import (
    AccountRight,
    CreateHousehold,
    HouseholdDetailOut,
    HouseholdOut,
    HouseholdsOut,
    MemberOut,
    PatchHousehold,
)
from chalicelib.users.service import audit


def list_households(ctx: Context) -> HouseholdsOut:
    """Give the caller's households and what they may do in each."""
    mine = {one.household_id: one for one in memberships.find_memberships(ctx.owner.id)}
    found = households.find_households(mine)
    return HouseholdsOut(items=[summary(ctx, one, mine[one.id]) for one in found])


def create_household(ctx: Context, body: CreateHousehold) -> HouseholdOut:
    """Make a household whose first owner the caller is. Refuses more than 20; tells `HouseholdCreated`.

    Its key is made first: one that no household came to belongs to nobody and opens nothing.
    """
    require_room(ctx)
    household_id = new_id()
    owner = memberships.household_owner(household_id)
    vault = security.create_key(owner, now=ctx.now)
    household = Household(
        id=household_id,
        name=households.seal_household_name(vault, body.name),
        created_at=ctx.now,
        members=1,
        owners=1,
        version=1,
    )
    side = beside(ctx, household_id)
    households.save_household(side.commit, household)
    member = new_member(ctx, household_id, body.display_name, role="owner", accounts=None)
    save_membership(ctx, member)
    side.commit.record(_renamed(household, None, body.name))
    side.commit.tell(
        HouseholdCreated(household_id=household_id, user_id=ctx.owner.id), subject=household_id
    )
    audit.enter(ctx, "household-created", subject=household_id)
    return summary(ctx, household, Membership(household_id=household_id, role="owner"))


def read_household(ctx: Context, household_id: str) -> HouseholdDetailOut:
    """Give a household with its members; raises `HouseholdNotFound` for who is none of them."""
    mine = require_membership(ctx, household_id)
    household = households.get_household(household_id)
    members = memberships.find_members(household_id)
    shown = summary(ctx, household, mine)
    return HouseholdDetailOut(
        **shown.model_dump(),
        members=[member_out(ctx, one, mine) for one in members],
    )


def amend_household(ctx: Context, household_id: str, body: PatchHousehold) -> HouseholdOut:
    """Rename a household; owners only. Refuses a stale `If-Match`."""
    side = beside(ctx, household_id)
    mine = require_owner(ctx, household_id)
    before = households.get_household(household_id)
    ctx.expect_version(before.version)
    name = households.open_household_name(side.vault, before)
    if name == body.name:
        return summary(ctx, before, mine)
    sealed = households.seal_household_name(side.vault, body.name)
    after = replace(before, name=sealed, version=before.version + 1)
    households.save_household(side.commit, after)
    side.commit.record(_renamed(after, name, body.name))
    audit.enter(ctx, "household-changed", subject=household_id)
    return summary(ctx, after, mine)


def remove_household(ctx: Context, household_id: str) -> None:
    """Delete a household; again is no error. Its last member alone can; tells `HouseholdDeleted`.

    The erasure of its data begins in the same transaction: nobody is left who could take it back.
    """
    side = beside(ctx, household_id)
    if memberships.find_membership(ctx.owner.id, household_id) is None:
        gone = memberships.find_former(ctx.owner.id, household_id)
        if gone is not None and gone.how == "deleted":
            return
        raise HouseholdNotFound
    require_owner(ctx, household_id)
    household = households.get_household(household_id)
    ctx.expect_version(household.version)
    if household.members > 1:
        raise HouseholdNotEmpty
    member = memberships.get_member(household_id, ctx.owner.id)
    memberships.remove_member(side.commit, member)
    # it has taken nothing along, and there is nothing left to take
    ended = replace(former(member, "deleted", ctx.now, version=1), accounts={})
    memberships.save_former(ctx.commit, ended)
    note_membership(ctx, member, gone=True)
    households.remove_household(side.commit, household)
    side.commit.record(
        Change(kind="household", id=household_id, version=household.version + 1, op="delete")
    )
    side.commit.tell(
        HouseholdDeleted(household_id=household_id, user_id=ctx.owner.id), subject=household_id
    )
    receipt = _begin_erasure(ctx, side.owner)
    audit.enter(ctx, "household-deleted", subject=household_id, after={"receipt": receipt})


def _begin_erasure(ctx: Context, owner: Owner) -> str:
    """Let the household's data go as a user's does (service/erasing.py); give the id of its receipt."""
    erasure = begun(new_id(), owner, requested_at=ctx.now, now=ctx.now)
    save_erasure(ctx.commit, erasure)
    unit = ctx.commit.beside(repository.owner_of(erasure.id))
    unit.order(ContinueErasure(stage="close"), subject=erasure.id)
    return erasure.id


# --- what the modules of this subject share


def beside(ctx: Context, household_id: str) -> Context:
    """Give the household's own unit of work; call it before anything of the household is read."""
    owner = memberships.household_owner(household_id)
    return replace(ctx, owner=owner, commit=ctx.commit.beside(owner))


def require_membership(ctx: Context, household_id: str) -> Membership:
    """Give what the caller may do in a household; raise `HouseholdNotFound` for who is no member."""
    found = memberships.find_membership(ctx.owner.id, household_id)
    if found is None:
        raise HouseholdNotFound
    return found


def require_owner(ctx: Context, household_id: str) -> Membership:
    """Give the caller's membership; raise `HouseholdNotFound`, or `NotHouseholdOwner` for other members."""
    found = require_membership(ctx, household_id)
    if found.role != "owner":
        raise NotHouseholdOwner
    return found


def require_room(ctx: Context) -> None:
    """Refuse one household too many; the membership that follows is in the caller's log, so no race is won."""
    if len(memberships.find_memberships(ctx.owner.id)) >= MOST_HOUSEHOLDS:
        raise TooManyHouseholds


def new_member(
    ctx: Context,
    household_id: str,
    display_name: str | None,
    *,
    role: Role,
    accounts: Mapping[str, Role] | None,
) -> Member:
    """Make the caller a member, called as they say or else as in their profile."""
    vault = ctx.vaults(memberships.household_owner(household_id))
    user_id = ctx.owner.id
    name = (
        display_name
        or repository.profile(repository.get_user(user_id), ctx.vaults(ctx.owner)).display_name
    )
    return Member(
        household_id=household_id,
        user_id=user_id,
        role=role,
        accounts=accounts,
        name=households.seal_member_name(vault, user_id, name),
        joined_at=ctx.now,
        version=1,
    )


def save_membership(ctx: Context, member: Member, before: Member | None = None) -> None:
    """Write both sides of a membership, and enter it in the household's log and the member's own."""
    side = beside(ctx, member.household_id)
    memberships.save_member(side.commit, member)
    side.commit.record(
        Change(
            kind="member",
            id=member.user_id,
            version=member.version,
            fields={"role": member.role},
            before=None if before is None else _rights(before),
            after=_rights(member),
        )
    )
    note_membership(ctx, member)


def note_membership(ctx: Context, member: Member, *, gone: bool = False) -> None:
    """Enter a membership in the member's own change log, whoever changed it."""
    commit = ctx.commit.beside(repository.owner_of(member.user_id))
    commit.record(
        Change(
            kind="membership",
            id=member.household_id,
            version=member.version + int(gone),
            op="delete" if gone else "put",
            fields={} if gone else {"role": member.role},
        )
    )


def summary(ctx: Context, household: Household, mine: Membership) -> HouseholdOut:
    """Show a household to a member."""
    vault = ctx.vaults(memberships.household_owner(household.id))
    return HouseholdOut(
        id=household.id,
        name=households.open_household_name(vault, household),
        role=mine.role,
        accounts=rights(mine.accounts),
        member_count=household.members,
        created_at=rfc3339(household.created_at),
        version=household.version,
    )


def member_out(ctx: Context, member: Member, mine: Membership) -> MemberOut:
    """Show a member to another one."""
    vault = ctx.vaults(memberships.household_owner(member.household_id))
    open_to = mine.role == "owner" or member.user_id == ctx.owner.id
    return MemberOut(
        user_id=member.user_id,
        display_name=households.open_member_name(vault, member.user_id, member.name),
        role=member.role,
        accounts=rights(member.accounts) if open_to else None,
        joined_at=rfc3339(member.joined_at),
        version=member.version,
    )


def rights(accounts: Mapping[str, Role] | None) -> dict[str, AccountRight] | None:
    """Write account rights; nobody owns an account of a household."""
    if accounts is None:
        return None
    return {
        account_id: cast("Literal['viewer', 'editor']", one) for account_id, one in accounts.items()
    }


def _rights(member: Member) -> dict[str, object]:
    return {"role": member.role, "accounts": rights(member.accounts)}


def _renamed(household: Household, before: str | None, after: str) -> Change:
    return Change(
        kind="household",
        id=household.id,
        version=household.version,
        before=None if before is None else {"name": before},
        after={"name": after},
    )
