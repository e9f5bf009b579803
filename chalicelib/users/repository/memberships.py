"""What a user may do in a household: `U#<user>` / `MEM#<household>`, read with the session on every request."""

from __future__ import annotations

import json
from typing import Final, cast

from pynamodb.attributes import UnicodeAttribute

from chalicelib.kernel.roles import Role
from chalicelib.kernel.tables import Key, Raw, Row, WholeNumber
from chalicelib.users.model.sessions import Membership
from chalicelib.users.repository.table import maybe, owner_of

MEMBERSHIP: Final = "MEM#"


class MembershipRow(Row):
    """A user's role in a household; `accounts` is JSON: account id to role, absent for all accounts."""

    role = UnicodeAttribute()
    accounts = UnicodeAttribute(null=True)
    version = WholeNumber()


def membership_key(user_id: str, household_id: str) -> Key:
    """Give the key of a membership, on the user's side."""
    return (str(owner_of(user_id)), MEMBERSHIP + household_id)


def membership_from(raw: Raw) -> Membership:
    """Read a membership."""
    row = MembershipRow.from_raw_data(dict(raw))
    accounts = maybe(row.accounts)
    return Membership(
        household_id=row.sk.removeprefix(MEMBERSHIP),
        role=cast("Role", row.role),
        accounts=None if accounts is None else json.loads(accounts),
    )
