"""All users by state, for administrators: a sparse index that only users' own rows stand in.

Eight parts a state, because an index partition with all users would be a hot one; a page goes through them
one after the other, so users come in no particular order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chalicelib.kernel.paging import Page
from chalicelib.kernel.tables import Table
from chalicelib.users.model.users import State, User
from chalicelib.users.repository.table import BY_STATE, PARTS, TABLE, listed_in
from chalicelib.users.repository.users import user_from

_PART: Final = "part"


def find_users(state: State, *, limit: int, start: Mapping[str, str] | None) -> Page[User]:
    """Read a page of the users in a state, with at most one query a part."""
    resume = dict(start or {})
    part = int(resume.pop(_PART, "0"))
    found: list[User] = []
    while part < PARTS:
        piece = Table(TABLE).query(
            listed_in(state, part),
            "U#",
            "U#~",
            limit=limit - len(found),
            index=BY_STATE,
            start=resume or None,
        )
        found += [user_from(raw) for raw in piece.items]
        if piece.resume is not None:
            return Page(tuple(found), {**piece.resume, _PART: str(part)})
        part, resume = part + 1, {}
        if len(found) >= limit and part < PARTS:
            return Page(tuple(found), {_PART: str(part)})
    return Page(tuple(found), None)
