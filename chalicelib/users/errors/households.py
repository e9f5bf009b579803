"""Refusals about households and their members."""

from __future__ import annotations

from chalicelib.kernel.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound


class HouseholdNotFound(NotFound):
    """There is no such household, or the caller is no member of it."""

    slug = "household-not-found"


class MemberNotFound(NotFound):
    """There is no such member of this household."""

    slug = "member-not-found"


class InvitationNotFound(NotFound):
    """There is no such invitation to this household."""

    slug = "invitation-not-found"


class SplitNotFound(NotFound):
    """The user never asked for such a split."""

    slug = "split-not-found"


class NotHouseholdOwner(Forbidden):
    """Only owners manage a household."""

    slug = "missing-role"
    title = "Your role in this household does not allow this"


class HouseholdFull(Conflict):
    """The household has as many members as one may have."""

    slug = "household-full"
    title = "The household has as many members as one may have"


class HouseholdNotEmpty(Conflict):
    """A household is deleted by its last member, so that nobody loses data by another's hand."""

    slug = "household-not-empty"
    title = "Other people belong to this household: only its last member can delete it"


class TooManyHouseholds(Conflict):
    """The user belongs to as many households as one may."""

    slug = "too-many-households"
    title = "You belong to as many households as one may"


class TooManyInvitations(Conflict):
    """The household has as many invitations as one may have."""

    slug = "too-many-invitations"
    title = "The household has as many invitations as one may have; withdraw one first"


class AlreadyMember(Conflict):
    """The user belongs to the household already."""

    slug = "already-member"
    title = "You belong to this household already"


class InvitationUnusable(Invalid):
    """The token of the mail is damaged, expired, used or withdrawn."""

    slug = "invitation-unusable"
    title = "This invitation cannot be used any more; ask for another"

    def __init__(self) -> None:
        """Point at the field."""
        super().__init__(errors=(FieldProblem("/token", "expired, used or withdrawn"),))


class InvitationGone(NotFound):
    """There is nothing to mail: the invitation was used or withdrawn, or its time is over."""

    slug = "invitation-gone"


class NotYours(Forbidden):
    """The account was not within what the former member could see."""

    slug = "account-not-yours"
    title = "You could not see this account"


class TooManySplits(Conflict):
    """The former member asked for as many splits as one may."""

    slug = "too-many-splits"
    title = "You have taken accounts along as often as one may"


class LastOwner(Conflict):
    """The user is the last owner of a household: somebody must be able to look after it, or it must go first."""

    slug = "last-owner"
    title = "You are the last owner of a household: hand it over or delete it first"
