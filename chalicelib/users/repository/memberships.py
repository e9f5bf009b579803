"""Who belongs to which household, on both sides and always in one transaction.

`U#<user>` / `MEM#<household>` is read with the session on every request; `H#<household>` / `MEM#<user>` is the
household's own list. `U#<user>` / `FMR#<household>` stays for 30 days after the end.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, cast

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.kernel.commit import Commit
from chalicelib.kernel.owners import HOUSEHOLD, Owner
from chalicelib.kernel.roles import Role
from chalicelib.kernel.tables import Key, Raw, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.users.errors import MemberNotFound
from chalicelib.users.model.households import (
    MOST_HOUSEHOLDS,
    MOST_MEMBERS,
    FormerMember,
    Member,
    Parting,
)
from chalicelib.users.model.sessions import Membership
from chalicelib.users.repository.table import TABLE, instant, maybe, millis, owner_of

MEMBERSHIP: Final = "MEM#"
FORMER: Final = "FMR#"


class MembershipRow(Row):
    """A user's role in a household; `accounts` is JSON: account id to role, absent for all accounts."""

    role = UnicodeAttribute()
    accounts = UnicodeAttribute(null=True)
    version = WholeNumber()


class MemberRow(Row):
    """The household's side of it; `name` is sealed under the household's key."""

    role = UnicodeAttribute()
    accounts = UnicodeAttribute(null=True)
    name = BinaryAttribute(legacy_encoding=False, null=True)
    joined = WholeNumber()
    version = WholeNumber()


class FormerMemberRow(Row):
    """A membership that ended; it vanishes after 30 days."""

    how = UnicodeAttribute()
    role = UnicodeAttribute()
    accounts = UnicodeAttribute(null=True)
    splits = WholeNumber()
    version = WholeNumber()
    ttl = WholeNumber()


def household_owner(household_id: str) -> Owner:
    """Give the owner of a household's data."""
    return Owner(HOUSEHOLD, household_id)


def membership_key(user_id: str, household_id: str) -> Key:
    """Give the key of a membership, on the user's side."""
    return (str(owner_of(user_id)), MEMBERSHIP + household_id)


def member_key(household_id: str, user_id: str) -> Key:
    """Give the key of a membership, on the household's side."""
    return (str(household_owner(household_id)), MEMBERSHIP + user_id)


def former_key(user_id: str, household_id: str) -> Key:
    """Give the key of a membership that ended."""
    return (str(owner_of(user_id)), FORMER + household_id)


def membership_from(raw: Raw) -> Membership:
    """Read a membership."""
    row = MembershipRow.from_raw_data(dict(raw))
    return Membership(
        household_id=row.sk.removeprefix(MEMBERSHIP),
        role=cast("Role", row.role),
        accounts=read_accounts(maybe(row.accounts)),
    )


def read_accounts(text: str | None) -> Mapping[str, Role] | None:
    """Read account rights."""
    return None if text is None else json.loads(text)


def write_accounts(accounts: Mapping[str, Role] | None) -> str | None:
    """Write account rights."""
    if accounts is None:
        return None
    return json.dumps(dict(accounts), separators=(",", ":"), sort_keys=True)


def find_membership(user_id: str, household_id: str) -> Membership | None:
    """Read what a user may do in a household, or None."""
    raw = Table(TABLE).get(membership_key(user_id, household_id))
    return None if raw is None else membership_from(raw)


def find_memberships(user_id: str) -> tuple[Membership, ...]:
    """Read all households of a user."""
    raws = Table(TABLE).query_all(
        str(owner_of(user_id)),
        MEMBERSHIP,
        MEMBERSHIP + "~",
        most=MOST_HOUSEHOLDS + 1,
        consistent=True,
    )
    return tuple(membership_from(raw) for raw in raws)


def find_members(household_id: str) -> tuple[Member, ...]:
    """Read all members of a household."""
    raws = Table(TABLE).query_all(
        str(household_owner(household_id)),
        MEMBERSHIP,
        MEMBERSHIP + "~",
        most=MOST_MEMBERS + 1,
        consistent=True,
    )
    return tuple(_member_from(raw) for raw in raws)


def get_member(household_id: str, user_id: str) -> Member:
    """Read a member; raise `MemberNotFound`."""
    raw = Table(TABLE).get(member_key(household_id, user_id))
    if raw is None:
        raise MemberNotFound
    return _member_from(raw)


def _member_from(raw: Raw) -> Member:
    row = MemberRow.from_raw_data(dict(raw))
    return Member(
        household_id=Owner.parse(row.pk).id,
        user_id=row.sk.removeprefix(MEMBERSHIP),
        role=cast("Role", row.role),
        accounts=read_accounts(maybe(row.accounts)),
        name=maybe(row.name),
        joined_at=instant(row.joined),
        version=row.version,
    )


def save_member(commit: Commit, member: Member) -> None:
    """Write both sides of a membership over the version before it."""
    rights = write_accounts(member.accounts)
    before = member.version - 1
    theirs = MembershipRow(
        *membership_key(member.user_id, member.household_id),
        role=member.role,
        accounts=rights,
        version=member.version,
    )
    ours = MemberRow(
        *member_key(member.household_id, member.user_id),
        role=member.role,
        accounts=rights,
        name=member.name,
        joined=millis(member.joined_at),
        version=member.version,
    )
    for row in (theirs, ours):
        commit.put(row, expect=before, refusal=LostRace())


def remove_member(commit: Commit, member: Member) -> None:
    """Delete both sides of a membership."""
    keys = (
        membership_key(member.user_id, member.household_id),
        member_key(member.household_id, member.user_id),
    )
    for key in keys:
        commit.delete(key, expect=member.version, refusal=LostRace())


def find_former(user_id: str, household_id: str) -> FormerMember | None:
    """Read a membership that ended, or None."""
    raw = Table(TABLE).get(former_key(user_id, household_id))
    if raw is None:
        return None
    row = FormerMemberRow.from_raw_data(dict(raw))
    return FormerMember(
        household_id=household_id,
        user_id=user_id,
        how=cast("Parting", row.how),
        role=cast("Role", row.role),
        accounts=read_accounts(maybe(row.accounts)),
        until=datetime.fromtimestamp(row.ttl, UTC),
        splits=row.splits,
        version=row.version,
    )


def save_former(commit: Commit, gone: FormerMember) -> None:
    """Write what is kept of a membership that ended, over whatever an earlier one left."""
    row = FormerMemberRow(
        *former_key(gone.user_id, gone.household_id),
        how=gone.how,
        role=gone.role,
        accounts=write_accounts(gone.accounts),
        splits=gone.splits,
        version=gone.version,
        ttl=int(gone.until.timestamp()),
    )
    # an expired row may still lie there; writes of one user's part are serial by the change log
    commit.put(row, expect=None)
