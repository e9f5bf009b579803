"""A unit of work for routes that nobody is signed in to: the edge cannot know whose it is, so it is made here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from chalicelib.kernel.context import Context, Visit, system_context
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.races import until_won
from chalicelib.security import api as security
from chalicelib.users.repository import TABLE

T = TypeVar("T")


def in_one_write(visit: Visit, owner: Owner, work: Callable[[Context], T]) -> T:
    """Run `work` on a fresh unit of work of the owner and write it; again when a race was lost."""
    return until_won(lambda: write(visit, owner, work))


def write(visit: Visit, owner: Owner, work: Callable[[Context], T]) -> T:
    """Run `work` on a fresh unit of work of the owner and write it; raise `LostRace`."""
    context = system_context(
        owner, TABLE, vaults=security.vault, request_id=visit.request_id, at=visit.now
    )
    result = work(context)
    context.commit.write()
    return result
