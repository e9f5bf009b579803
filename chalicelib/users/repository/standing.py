"""Everything that decides whether a caller is let in, in one strongly consistent call."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.kernel.tables import Table
from chalicelib.users.model.sessions import Membership, Session
from chalicelib.users.model.users import User
from chalicelib.users.repository.memberships import membership_from, membership_key
from chalicelib.users.repository.sessions import session_from, session_key
from chalicelib.users.repository.table import TABLE
from chalicelib.users.repository.users import user_from, user_key


@dataclass(frozen=True, slots=True)
class Found:
    """What is there of what was asked for."""

    user: User | None
    session: Session | None
    membership: Membership | None


def find_standing(user_id: str, session_id: str, household_id: str | None) -> Found:
    """Read a user, one of their sessions and, where asked for, one of their memberships."""
    keys = [user_key(user_id), session_key(user_id, session_id)]
    if household_id is not None:
        keys.append(membership_key(user_id, household_id))
    found = Table(TABLE).get_many(keys)
    user, session, membership = (*(found.get(key) for key in keys), None)[:3]
    return Found(
        user_from(user) if user else None,
        session_from(session) if session else None,
        membership_from(membership) if membership else None,
    )
