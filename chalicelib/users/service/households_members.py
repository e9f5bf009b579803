"""Changing what members may do, and ending memberships: effective on the very next request.

Every change rewrites the household's own item with its counts, so of two owners who leave or demote each other
at the same moment one is refused: `LastOwner`.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.kernel.changes import Change
from chalicelib.kernel.context import Context
from chalicelib.users.errors import HouseholdNotFound, MemberNotFound
from chalicelib.users.events import MemberChanged, MemberLeft
from chalicelib.users.model.households import (
    FormerMember,
    Member,
    check_rights,
    former,
    reassigned,
    released,
)
from chalicelib.users.repository import households, memberships
from chalicelib.users.schemas.households import Leave, LeftOut, MemberOut, PatchMember
from chalicelib.users.service import audit
from chalicelib.users.service.households import (
    beside,
    member_out,
    note_membership,
    require_membership,
    require_owner,
    save_membership,
)
from chalicelib.users.service.households_splits import begin_split


def amend_member(ctx: Context, household_id: str, user_id: str, body: PatchMember) -> MemberOut:
    """Change a member's role or accounts; owners only. Tells `MemberChanged`.

    Refuses `LastOwner`, a stale `If-Match`, and account rights beyond the role.
    """
    side = beside(ctx, household_id)
    mine = require_owner(ctx, household_id)
    before = memberships.get_member(household_id, user_id)
    ctx.expect_version(before.version)
    role = before.role if body.role is None else body.role
    accounts = before.accounts
    if "accounts" in body.model_fields_set:
        accounts = body.accounts
    check_rights(role, accounts)
    after = replace(before, role=role, accounts=accounts, version=before.version + 1)
    if (before.role, before.accounts) == (after.role, after.accounts):
        return member_out(ctx, before, mine)
    household = reassigned(households.get_household(household_id), before.role, role)
    households.save_household(side.commit, household)
    save_membership(ctx, after, before)
    side.commit.tell(
        MemberChanged(household_id=household_id, user_id=user_id, role=role), subject=household_id
    )
    audit.enter(
        ctx,
        "member-role-changed",
        subject=user_id,
        before={"household": household_id, "role": before.role},
        after={"household": household_id, "role": role},
    )
    return member_out(ctx, after, mine)


def remove_member(ctx: Context, household_id: str, user_id: str) -> None:
    """Remove a member, or oneself; again is no error. Owners only, but for oneself; tells `MemberLeft`.

    For 30 days the removed member may still take accounts along that they opened.
    """
    beside(ctx, household_id)
    if user_id == ctx.owner.id:
        _leave(ctx, household_id)
        return
    require_owner(ctx, household_id)
    try:
        member = memberships.get_member(household_id, user_id)
    except MemberNotFound:
        if memberships.find_former(user_id, household_id) is None:
            raise
        return
    end_membership(ctx, member, removed=True)
    audit.enter(ctx, "member-removed", subject=user_id, after={"household": household_id})


def leave(ctx: Context, household_id: str, body: Leave) -> LeftOut:
    """Leave a household, perhaps with accounts; raises `LastOwner`. Tells `MemberLeft`.

    Again is no error, and begins no second split.
    """
    beside(ctx, household_id)
    gone = _leave(ctx, household_id)
    if gone is None or body.take is None:
        return LeftOut(split=None)
    return LeftOut(split=begin_split(ctx, gone, body.take))


def _leave(ctx: Context, household_id: str) -> FormerMember | None:
    try:
        require_membership(ctx, household_id)
    except HouseholdNotFound:
        if memberships.find_former(ctx.owner.id, household_id) is None:
            raise
        return None
    member = memberships.get_member(household_id, ctx.owner.id)
    gone = end_membership(ctx, member, removed=False)
    audit.enter(ctx, "member-left", subject=household_id)
    return gone


def end_membership(ctx: Context, member: Member, *, removed: bool) -> FormerMember:
    """End a membership in the context's unit; raises `LastOwner`, tells `MemberLeft`."""
    side = beside(ctx, member.household_id)
    household = released(households.get_household(member.household_id), member.role)
    households.save_household(side.commit, household)
    memberships.remove_member(side.commit, member)
    older = memberships.find_former(member.user_id, member.household_id)
    gone = former(
        member,
        "removed" if removed else "left",
        ctx.now,
        version=older.version + 1 if older else 1,
    )
    memberships.save_former(ctx.commit, gone)
    note_membership(ctx, member, gone=True)
    side.commit.record(
        Change(kind="member", id=member.user_id, version=member.version + 1, op="delete")
    )
    side.commit.tell(
        MemberLeft(
            household_id=member.household_id,
            user_id=member.user_id,
            how="removed" if removed else "left",
        ),
        subject=member.household_id,
    )
    return gone
