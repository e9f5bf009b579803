"""A unit of work for routes that nobody is signed in to: the edge cannot know whose it is, so it is made here."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

from chalicelib.kernel.context import Context, Owner, Visit, system_context
from chalicelib.kernel.transaction import LostRace
from chalicelib.security import api as security
from chalicelib.users.repository import TABLE

T = TypeVar("T")
TRIES: Final = 5
"""As often as the edge runs a use-case that lost a race (decision 10)."""


def in_one_write(visit: Visit, owner: Owner, work: Callable[[Context], T]) -> T:
    """Run `work` on a fresh unit of work of the owner and write it; again when a race was lost."""
    return until_won(lambda: write(visit, owner, work))


def until_won(work: Callable[[], T]) -> T:
    """Run `work`, and again when it lost a race, up to five times; raise `LostRace` then."""
    for attempt in range(TRIES):
        try:
            return work()
        except LostRace:
            time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - jitter, not a secret
    raise LostRace


def write(visit: Visit, owner: Owner, work: Callable[[Context], T]) -> T:
    """Run `work` on a fresh unit of work of the owner and write it; raise `LostRace`."""
    context = system_context(
        owner, TABLE, vaults=security.vault, request_id=visit.request_id, at=visit.now
    )
    result = work(context)
    context.commit.write()
    return result
