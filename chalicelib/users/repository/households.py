"""Households, invitations to them, and splits: `H#<id>` / `HOUSEHOLD` and `INV#<id>`, `U#<user>` / `SPL#<id>`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Final, cast

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.kernel.commit import Commit
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.roles import Role
from chalicelib.kernel.tables import Key, Raw, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.vault import Vault
from chalicelib.users.errors import HouseholdNotFound, InvitationNotFound, SplitNotFound
from chalicelib.users.model.households import (
    MOST_INVITATIONS,
    Household,
    Invitation,
    Split,
    SplitMode,
    SplitState,
    TakenAccount,
)
from chalicelib.users.repository.memberships import (
    MEMBERSHIP,
    household_owner,
    read_accounts,
    write_accounts,
)
from chalicelib.users.repository.table import TABLE, instant, maybe, millis, owner_of

HOUSEHOLD_SK: Final = "HOUSEHOLD"
INVITATION: Final = "INV#"
SPLIT: Final = "SPL#"
_KEPT: Final = timedelta(days=1)
"""An invitation stays a day longer than it can be used, so that a repeat finds out what became of it."""
_SPLIT_LIFE: Final = timedelta(days=90)


class HouseholdRow(Row):
    """A household: `name` is sealed under its own key, `members` and `owners` count."""

    name = BinaryAttribute(legacy_encoding=False)
    created = WholeNumber()
    members = WholeNumber()
    owners = WholeNumber()
    version = WholeNumber()


class InvitationRow(Row):
    """An invitation: `email` is sealed under the household's key."""

    email = BinaryAttribute(legacy_encoding=False)
    role = UnicodeAttribute()
    accounts = UnicodeAttribute(null=True)
    invited_by = UnicodeAttribute()
    created = WholeNumber()
    until = WholeNumber()
    used_by = UnicodeAttribute(null=True)
    version = WholeNumber()
    ttl = WholeNumber()


class SplitRow(Row):
    """A split: ids, counts and states alone. `accounts` and `taken` are JSON."""

    household_id = UnicodeAttribute()
    mode = UnicodeAttribute()
    accounts = UnicodeAttribute()
    state = UnicodeAttribute()
    done = WholeNumber()
    total = WholeNumber()
    step = WholeNumber()
    taken = UnicodeAttribute()
    created = WholeNumber()
    version = WholeNumber()
    ttl = WholeNumber()


def get_household(household_id: str) -> Household:
    """Read a household; raise `HouseholdNotFound`."""
    raw = Table(TABLE).get(_household_key(household_id))
    if raw is None:
        raise HouseholdNotFound
    return _household_from(raw)


def find_households(household_ids: Iterable[str]) -> tuple[Household, ...]:
    """Read households in one call, in the order of the ids; those that are gone are left out."""
    keys = [_household_key(one) for one in household_ids]
    found = Table(TABLE).get_many(keys)
    return tuple(_household_from(found[key]) for key in keys if key in found)


def save_household(commit: Commit, household: Household) -> None:
    """Write a household over the version before it."""
    row = HouseholdRow(
        *_household_key(household.id),
        name=household.name,
        created=millis(household.created_at),
        members=household.members,
        owners=household.owners,
        version=household.version,
    )
    commit.put(row, expect=household.version - 1, refusal=LostRace())


def remove_household(commit: Commit, household: Household) -> None:
    """Delete a household's item; its change log stays until the household's data is erased."""
    commit.delete(_household_key(household.id), expect=household.version, refusal=LostRace())


def _household_from(raw: Raw) -> Household:
    row = HouseholdRow.from_raw_data(dict(raw))
    return Household(
        id=Owner.parse(row.pk).id,
        name=row.name,
        created_at=instant(row.created),
        members=row.members,
        owners=row.owners,
        version=row.version,
    )


def _household_key(household_id: str) -> Key:
    return (str(household_owner(household_id)), HOUSEHOLD_SK)


# --- what is sealed under the household's key


def seal_household_name(vault: Vault, name: str) -> bytes:
    """Seal a household's name."""
    return vault.seal(name, TABLE.service, HOUSEHOLD_SK, "name")


def open_household_name(vault: Vault, household: Household) -> str:
    """Open a household's name."""
    return vault.open(household.name, TABLE.service, HOUSEHOLD_SK, "name")


def seal_member_name(vault: Vault, user_id: str, name: str | None) -> bytes | None:
    """Seal how a member is called in a household."""
    return vault.seal(name, TABLE.service, MEMBERSHIP + user_id, "name") if name else None


def open_member_name(vault: Vault, user_id: str, name: bytes | None) -> str | None:
    """Open how a member is called in a household."""
    return vault.open(name, TABLE.service, MEMBERSHIP + user_id, "name") if name else None


def seal_invited(vault: Vault, invitation_id: str, email: str) -> bytes:
    """Seal the address that an invitation goes to."""
    return vault.seal(email, TABLE.service, INVITATION + invitation_id, "email")


def open_invited(vault: Vault, invitation: Invitation) -> str:
    """Open the address that an invitation goes to."""
    return vault.open(invitation.email, TABLE.service, INVITATION + invitation.id, "email")


# --- invitations


def find_invitations(household_id: str) -> tuple[Invitation, ...]:
    """Read a household's invitations, oldest first, used and expired ones too."""
    raws = Table(TABLE).query_all(
        str(household_owner(household_id)),
        INVITATION,
        INVITATION + "~",
        most=MOST_INVITATIONS + 1,
        consistent=True,
    )
    return tuple(_invitation_from(raw) for raw in raws)


def get_invitation(household_id: str, invitation_id: str) -> Invitation:
    """Read an invitation; raise `InvitationNotFound`."""
    raw = Table(TABLE).get(_invitation_key(household_id, invitation_id))
    if raw is None:
        raise InvitationNotFound
    return _invitation_from(raw)


def save_invitation(commit: Commit, invitation: Invitation) -> None:
    """Write an invitation over the version before it."""
    row = InvitationRow(
        *_invitation_key(invitation.household_id, invitation.id),
        email=invitation.email,
        role=invitation.role,
        accounts=write_accounts(invitation.accounts),
        invited_by=invitation.invited_by,
        created=millis(invitation.created_at),
        until=millis(invitation.expires_at),
        used_by=invitation.used_by,
        version=invitation.version,
        ttl=int((invitation.expires_at + _KEPT).timestamp()),
    )
    commit.put(row, expect=invitation.version - 1, refusal=LostRace())


def remove_invitation(commit: Commit, invitation: Invitation) -> None:
    """Delete an invitation."""
    key = _invitation_key(invitation.household_id, invitation.id)
    commit.delete(key, expect=invitation.version, refusal=LostRace())


def _invitation_from(raw: Raw) -> Invitation:
    row = InvitationRow.from_raw_data(dict(raw))
    return Invitation(
        id=row.sk.removeprefix(INVITATION),
        household_id=Owner.parse(row.pk).id,
        email=row.email,
        role=cast("Role", row.role),
        accounts=read_accounts(maybe(row.accounts)),
        invited_by=row.invited_by,
        created_at=instant(row.created),
        expires_at=instant(row.until),
        used_by=maybe(row.used_by),
        version=row.version,
    )


def _invitation_key(household_id: str, invitation_id: str) -> Key:
    return (str(household_owner(household_id)), INVITATION + invitation_id)


# --- splits


def get_split(user_id: str, split_id: str) -> Split:
    """Read a split of a user; raise `SplitNotFound`."""
    raw = Table(TABLE).get(_split_key(user_id, split_id))
    if raw is None:
        raise SplitNotFound
    row = SplitRow.from_raw_data(dict(raw))
    return Split(
        id=split_id,
        household_id=row.household_id,
        mode=cast("SplitMode", row.mode),
        accounts=tuple(json.loads(row.accounts)),
        state=cast("SplitState", row.state),
        done=row.done,
        total=row.total,
        step=row.step,
        taken=tuple(
            TakenAccount(account_id=old, new_account_id=new, transactions=count, problem=problem)
            for old, new, count, problem in json.loads(row.taken)
        ),
        created_at=instant(row.created),
        version=row.version,
    )


def save_split(commit: Commit, user_id: str, split: Split) -> None:
    """Write a split over the version before it."""
    taken = [
        (one.account_id, one.new_account_id, one.transactions, one.problem) for one in split.taken
    ]
    ends = split.created_at + _SPLIT_LIFE
    row = SplitRow(
        *_split_key(user_id, split.id),
        household_id=split.household_id,
        mode=split.mode,
        accounts=json.dumps(split.accounts),
        state=split.state,
        done=split.done,
        total=split.total,
        step=split.step,
        taken=json.dumps(taken),
        created=millis(split.created_at),
        version=split.version,
        ttl=int(ends.timestamp()),
    )
    commit.put(row, expect=split.version - 1, refusal=LostRace())


def _split_key(user_id: str, split_id: str) -> Key:
    return (str(owner_of(user_id)), SPLIT + split_id)
