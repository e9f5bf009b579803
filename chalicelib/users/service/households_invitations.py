"""Invitations by mail: a link that works once, for seven days, whoever opens the mailbox.

Inviting does the same work and gives the same answer whether or not the address has an account: nothing is
looked up. The token is derived from ids, so it lies in no table and in no queue.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import NotFound, TooMany
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.keys import provider
from chalicelib.security import api as security
from chalicelib.users import repository
from chalicelib.users.errors import (
    AlreadyMember,
    InvitationUnusable,
    TooManyInvitations,
)
from chalicelib.users.events import InvitationSent, MemberJoined
from chalicelib.users.model.addresses import normalise
from chalicelib.users.model.households import (
    INVITATION_LIFE,
    MOST_INVITATIONS,
    Invitation,
    admitted,
    check_rights,
)
from chalicelib.users.model.sessions import Membership
from chalicelib.users.model.tokens import read_verification_token
from chalicelib.users.repository import households, memberships
from chalicelib.users.schemas.households import (
    HouseholdOut,
    InvitationOut,
    InvitationsOut,
    Invite,
    Join,
)
from chalicelib.users.service import audit
from chalicelib.users.service.households import (
    beside,
    new_member,
    require_owner,
    require_room,
    rights,
    save_membership,
    summary,
)

BY_HOUSEHOLD: Final = security.Limit("invitations", quota=50, window=24 * 3600)
MAILS: Final = security.Limit("invitation-mail", quota=5, window=24 * 3600, told=False)
"""Invitations that all households together can make us mail to one address in a day."""


def invite(ctx: Context, household_id: str, body: Invite) -> InvitationOut:
    """Invite an address; owners only. Tells `InvitationSent`, but for an address that got five mails today.

    Refuses what is no address, rights that do not fit, and too many invitations.
    """
    side = beside(ctx, household_id)
    require_owner(ctx, household_id)
    email = normalise(body.email)
    check_rights(body.role, body.accounts)
    if len(households.find_invitations(household_id)) >= MOST_INVITATIONS:
        raise TooManyInvitations
    security.take(BY_HOUSEHOLD, household_id, now=ctx.now)
    invitation = _new(side, body, email)
    households.save_invitation(side.commit, invitation)
    side.commit.record(
        Change(
            kind="invitation",
            id=invitation.id,
            version=1,
            # not the address: the log stays as long as the household, and it is somebody else's
            fields={"role": body.role},
        )
    )
    if _may_mail(ctx, email):
        fact = InvitationSent(household_id=household_id, invitation_id=invitation.id)
        side.commit.tell(fact, subject=household_id)
    audit.enter(
        ctx,
        "member-invited",
        subject=invitation.id,
        after={"household": household_id, "role": body.role},
    )
    return _out(side, invitation)


def _new(side: Context, body: Invite, email: str) -> Invitation:
    identity = new_id()
    return Invitation(
        id=identity,
        household_id=side.owner.id,
        email=households.seal_invited(side.vault, identity, email),
        role=body.role,
        accounts=body.accounts,
        invited_by=side.actor.user_id,
        created_at=side.now,
        expires_at=side.now + INVITATION_LIFE,
        used_by=None,
        version=1,
    )


def _may_mail(ctx: Context, email: str) -> bool:
    try:
        security.take(MAILS, repository.address_key(email), now=ctx.now)
    except TooMany:
        return False
    return True


def list_invitations(ctx: Context, household_id: str) -> InvitationsOut:
    """Give a household's invitations, oldest first; owners only."""
    require_owner(ctx, household_id)
    side = replace(ctx, owner=memberships.household_owner(household_id))
    found = households.find_invitations(household_id)
    return InvitationsOut(items=[_out(side, one) for one in found])


def revoke_invitation(ctx: Context, household_id: str, invitation_id: str) -> None:
    """Withdraw an invitation, so that its link no longer works; owners only."""
    side = beside(ctx, household_id)
    require_owner(ctx, household_id)
    invitation = households.get_invitation(household_id, invitation_id)
    households.remove_invitation(side.commit, invitation)
    side.commit.record(
        Change(kind="invitation", id=invitation_id, version=invitation.version + 1, op="delete")
    )
    audit.enter(ctx, "invitation-revoked", subject=invitation_id, after={"household": household_id})


def join(ctx: Context, body: Join) -> HouseholdOut:
    """Take up an invitation; the same person may repeat it. Tells `MemberJoined`.

    Refuses `InvitationUnusable`, `AlreadyMember`, `HouseholdFull` and `TooManyHouseholds`.
    """
    ids = read_verification_token(provider().secret("invitation"), body.token)
    if ids is None:
        raise InvitationUnusable
    household_id, invitation_id = ids
    side = beside(ctx, household_id)
    invitation = _usable(household_id, invitation_id)
    known = memberships.find_membership(ctx.owner.id, household_id)
    if known is not None and invitation.used_by == ctx.owner.id:
        return summary(ctx, households.get_household(household_id), known)
    if not invitation.is_open(ctx.now):
        raise InvitationUnusable
    if known is not None:
        raise AlreadyMember
    require_room(ctx)
    household = admitted(households.get_household(household_id), invitation.role)
    households.save_household(side.commit, household)
    used = replace(invitation, used_by=ctx.owner.id, version=invitation.version + 1)
    households.save_invitation(side.commit, used)
    member = new_member(
        ctx,
        household_id,
        body.display_name,
        role=invitation.role,
        accounts=invitation.accounts,
    )
    save_membership(ctx, member)
    side.commit.tell(
        MemberJoined(household_id=household_id, user_id=ctx.owner.id, role=member.role),
        subject=household_id,
    )
    audit.enter(ctx, "member-joined", subject=household_id, after={"role": member.role})
    mine = Membership(household_id=household_id, role=member.role, accounts=member.accounts)
    return summary(ctx, household, mine)


def _usable(household_id: str, invitation_id: str) -> Invitation:
    try:
        households.get_household(household_id)
        return households.get_invitation(household_id, invitation_id)
    except NotFound as gone:
        raise InvitationUnusable from gone


def _out(side: Context, invitation: Invitation) -> InvitationOut:
    is_open = invitation.is_open(side.now)
    return InvitationOut(
        id=invitation.id,
        email=households.open_invited(side.vault, invitation),
        role=invitation.role,
        accounts=rights(invitation.accounts),
        state="open" if is_open else "used" if invitation.used_by else "expired",
        created_at=rfc3339(invitation.created_at),
        expires_at=rfc3339(invitation.expires_at),
    )
