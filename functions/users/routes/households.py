"""Households over HTTP. Who belongs to one, and with which rights, is people's own business: no API tokens."""

from __future__ import annotations

from chalicelib.kernel.context import Context
from chalicelib.users.schemas.households import (
    CreateHousehold,
    HouseholdDetailOut,
    HouseholdOut,
    HouseholdsOut,
    InvitationOut,
    InvitationsOut,
    Invite,
    Join,
    Leave,
    LeftOut,
    MemberOut,
    PatchHousehold,
    PatchMember,
    SplitOut,
    Take,
)
from chalicelib.users.service import (
    households,
    households_invitations,
    households_members,
    households_splits,
)
from functions.users.routes.edge import edge

READ = "users:read"
WRITE = "users:write"
ONE = "/v1/users/households/{household_id}"


@edge.endpoint(
    "GET", "/v1/users/households", summary="Your households", out=HouseholdsOut, scope=READ
)
def list_households(ctx: Context) -> HouseholdsOut:
    """List the households that the caller belongs to, at most 20, with the caller's role in each."""
    return households.list_households(ctx)


@edge.endpoint(
    "POST",
    "/v1/users/households",
    summary="Make a household",
    body=CreateHousehold,
    out=HouseholdOut,
    status=201,
    scope=WRITE,
    people_only=True,
)
def create_household(ctx: Context, body: CreateHousehold) -> HouseholdOut:
    """Make a household and become its owner; its ledger is reached by `?household=<id>`."""
    return households.create_household(ctx, body)


@edge.endpoint("GET", ONE, summary="Read a household", out=HouseholdDetailOut, scope=READ)
def read_household(ctx: Context, household_id: str) -> HouseholdDetailOut:
    """Give a household with its members; for who is none of them it does not exist."""
    return households.read_household(ctx, household_id)


@edge.endpoint(
    "PATCH",
    ONE,
    summary="Rename a household",
    body=PatchHousehold,
    out=HouseholdOut,
    scope=WRITE,
    if_match="optional",
    people_only=True,
)
def amend_household(ctx: Context, household_id: str, body: PatchHousehold) -> HouseholdOut:
    """Rename a household; owners only."""
    return households.amend_household(ctx, household_id, body)


@edge.endpoint(
    "DELETE",
    ONE,
    summary="Delete a household",
    status=204,
    scope=WRITE,
    if_match="optional",
    people_only=True,
    step_up=True,
)
def remove_household(ctx: Context, household_id: str) -> None:
    """Delete a household with everything in it; only its last member can."""
    households.remove_household(ctx, household_id)


@edge.endpoint(
    "POST",
    ONE + "/invitations",
    summary="Invite somebody",
    body=Invite,
    out=InvitationOut,
    status=201,
    scope=WRITE,
    people_only=True,
)
def invite(ctx: Context, household_id: str, body: Invite) -> InvitationOut:
    """Mail a link that works once, for seven days; the answer does not tell whether the address is known."""
    return households_invitations.invite(ctx, household_id, body)


@edge.endpoint(
    "GET",
    ONE + "/invitations",
    summary="Invitations of a household",
    out=InvitationsOut,
    scope=READ,
    people_only=True,
)
def list_invitations(ctx: Context, household_id: str) -> InvitationsOut:
    """List a household's invitations; owners only."""
    return households_invitations.list_invitations(ctx, household_id)


@edge.endpoint(
    "DELETE",
    ONE + "/invitations/{invitation_id}",
    summary="Withdraw an invitation",
    status=204,
    scope=WRITE,
    people_only=True,
)
def revoke_invitation(ctx: Context, household_id: str, invitation_id: str) -> None:
    """Withdraw an invitation; its link no longer works."""
    households_invitations.revoke_invitation(ctx, household_id, invitation_id)


@edge.endpoint(
    "POST",
    "/v1/users/households/join",
    summary="Join a household",
    body=Join,
    out=HouseholdOut,
    scope=WRITE,
    people_only=True,
)
def join(ctx: Context, body: Join) -> HouseholdOut:
    """Take up an invitation with the token of its mail; it works once."""
    return households_invitations.join(ctx, body)


@edge.endpoint(
    "PATCH",
    ONE + "/members/{user_id}",
    summary="Change what a member may do",
    body=PatchMember,
    out=MemberOut,
    scope=WRITE,
    if_match="optional",
    people_only=True,
)
def amend_member(ctx: Context, household_id: str, user_id: str, body: PatchMember) -> MemberOut:
    """Change a member's role, down to single accounts; owners only, effective on the next request."""
    return households_members.amend_member(ctx, household_id, user_id, body)


@edge.endpoint(
    "DELETE",
    ONE + "/members/{user_id}",
    summary="Remove a member",
    status=204,
    scope=WRITE,
    people_only=True,
)
def remove_member(ctx: Context, household_id: str, user_id: str) -> None:
    """Remove a member, effective on their next request; owners only, but everybody may remove themselves."""
    households_members.remove_member(ctx, household_id, user_id)


@edge.endpoint(
    "POST",
    ONE + "/leave",
    summary="Leave a household",
    body=Leave,
    out=LeftOut,
    scope=WRITE,
    people_only=True,
)
def leave(ctx: Context, household_id: str, body: Leave) -> LeftOut:
    """Leave a household, and perhaps take accounts of one's own along into the personal ledger."""
    return households_members.leave(ctx, household_id, body)


@edge.endpoint(
    "POST",
    ONE + "/split",
    summary="Take accounts along",
    body=Take,
    out=SplitOut,
    status=202,
    scope=WRITE,
    people_only=True,
)
def request_split(ctx: Context, household_id: str, body: Take) -> SplitOut:
    """Take accounts along within 30 days of leaving or being removed; poll the job that it gives."""
    return households_splits.request_split(ctx, household_id, body)


@edge.endpoint(
    "GET",
    "/v1/users/household-splits/{split_id}",
    summary="How far taking accounts along is",
    out=SplitOut,
    scope=READ,
)
def read_split(ctx: Context, split_id: str) -> SplitOut:
    """Give a job that takes accounts along, as it stands."""
    return households_splits.read_split(ctx, split_id)
