"""A unit of work of our own, for what must be counted once however often a race is lost.

The edge runs a route's use-case again when it lost a race; a try at a code is taken from its limit before
that loop, not in it, so the count stays exact.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from chalicelib.kernel.commit import Commit
from chalicelib.kernel.context import Actor, Context
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.races import until_won
from chalicelib.security.repository import TABLE
from chalicelib.security.service.owner_keys import vault

T = TypeVar("T")
_SYSTEM = Actor(kind="system")


def in_one_write(
    owner: Owner,
    work: Callable[[Context], T],
    *,
    now: datetime,
    actor: Actor = _SYSTEM,
    request_id: str = "",
) -> T:
    """Run `work` on a fresh unit of work of the owner and write it; again when a race was lost."""
    trace = request_id or new_id()

    def attempt() -> T:
        commit = Commit(TABLE, owner, actor=actor, request_id=trace, now=now, vaults=vault)
        context = Context(
            owner=owner, actor=actor, request_id=trace, now=now, commit=commit, vaults=vault
        )
        result = work(context)
        commit.write()
        return result

    return until_won(attempt)


def like(ctx: Context, work: Callable[[Context], T]) -> T:
    """Run `work` in a unit of its own for the same caller, who acts on what is theirs."""
    return in_one_write(ctx.person, work, now=ctx.now, actor=ctx.actor, request_id=ctx.request_id)
