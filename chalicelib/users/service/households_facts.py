"""What services above ask about households: no wire shapes here, so that asking costs no import of them."""

from __future__ import annotations

from datetime import datetime

from chalicelib.kernel.clock import now
from chalicelib.kernel.keys import provider
from chalicelib.kernel.settings import settings
from chalicelib.kernel.values import dataclass
from chalicelib.security import api as security
from chalicelib.users.errors import (
    HouseholdNotFound,
    InvitationGone,
    InvitationNotFound,
    MemberNotFound,
)
from chalicelib.users.model.households import Invitation
from chalicelib.users.model.tokens import verification_token
from chalicelib.users.repository import households, memberships


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationMail:
    """What an invitation's mail says: known only at the moment of sending, never queued."""

    address: str
    link: str
    expires_at: datetime
    household_name: str
    invited_by: str | None
    """How the member who invites is called in the household."""


def invitation_mail(household_id: str, invitation_id: str) -> InvitationMail:
    """Give what the mail says, at the moment of sending; raise `InvitationGone` when none is due."""
    try:
        household = households.get_household(household_id)
        invitation = households.get_invitation(household_id, invitation_id)
    except (HouseholdNotFound, InvitationNotFound) as gone:
        raise InvitationGone from gone
    if not invitation.is_open(now()):
        raise InvitationGone
    vault = security.vault(memberships.household_owner(household_id))
    token = verification_token(
        provider().secret("invitation"), user_id=household_id, verification_id=invitation_id
    )
    return InvitationMail(
        address=households.open_invited(vault, invitation),
        # behind `#`, so that no server, proxy or referrer ever sees it
        link=f"{settings().public_url}/join-household#token={token}",
        expires_at=invitation.expires_at,
        household_name=households.open_household_name(vault, household),
        invited_by=_inviter(invitation),
    )


def household_members(household_id: str, *, whole: bool = False) -> tuple[str, ...]:
    """Give the ids of a household's members; none where it is gone.

    With `whole` only of those who may see all accounts: whom a message about any of its data is for.
    """
    return tuple(
        one.user_id
        for one in memberships.find_members(household_id)
        if one.accounts is None or not whole
    )


def _inviter(invitation: Invitation) -> str | None:
    try:
        member = memberships.get_member(invitation.household_id, invitation.invited_by)
    except MemberNotFound:
        return None
    vault = security.vault(memberships.household_owner(invitation.household_id))
    return households.open_member_name(vault, member.user_id, member.name)
