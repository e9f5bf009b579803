"""What is due by the schedule: syncs of connections, and accesses that wait to go back."""

from __future__ import annotations

from typing import Final

from chalicelib.interchange.commands import RevokeAccess
from chalicelib.interchange.errors import ConnectionNotFound
from chalicelib.interchange.model.connections import changed, next_turn
from chalicelib.interchange.repository import TABLE, feeds, leads
from chalicelib.interchange.repository import connections as repository
from chalicelib.interchange.repository.leads import Due, find_due
from chalicelib.interchange.service import syncing_ends
from chalicelib.interchange.service.connections_revoking import AGAIN
from chalicelib.kernel.context import Context, Visit, system_context
from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.log import logger
from chalicelib.kernel.races import until_won
from chalicelib.kernel.transaction import LostRace
from chalicelib.security import api as security

MOST_DUE: Final = 50
"""Turns of one shard in one run of the schedule."""


def run_due(visit: Visit) -> int:
    """Order what is due, up to bounds; give how much. What is left stays due."""
    return sum(_run(visit, one) for one in find_due(visit.now, most=MOST_DUE))


def _run(visit: Visit, due: Due) -> bool:
    try:
        return until_won(lambda: _step(visit, due))
    except (LostRace, Unavailable):
        logger().warning("a turn waits for the next run", extra={"id": due.id})
    except security.OwnerKeyAbsent:
        # an erasure is on its way and takes the turn along; the others' turn has come all the same
        logger().warning("a turn has no key any more", extra={"id": due.id})
    return False


def _step(visit: Visit, due: Due) -> bool:
    ctx = system_context(
        due.owner, TABLE, vaults=security.vault, request_id=visit.request_id, at=visit.now
    )
    ctx.commit.open()
    done = _sync(ctx, due) if due.what == leads.CONNECTION else _revoke(ctx, due)
    if not done:
        ctx.commit.delete(due.key)  # a turn that is no more
    ctx.commit.write()
    return done


def _sync(ctx: Context, due: Due) -> bool:
    """Begin a connection's sync and set its next turn; tells whether this was its turn."""
    try:
        one, run = repository.look(ctx, due.id)
    except ConnectionNotFound:
        return False
    if one is None or repository.turn_of(ctx.owner, one) != due.key:
        return False
    after = changed(one, ctx.now, due_at=next_turn(one.id, run.version, ctx.now))
    if one.access is None or one.state != "active":
        after = changed(one, ctx.now, due_at=None)
    else:
        syncing_ends.ask(ctx, run)
    repository.replace(ctx, one, after, logged=False)
    return True


def _revoke(ctx: Context, due: Due) -> bool:
    one = feeds.get_revocation(ctx, due.id)
    if one is None or feeds.revocation_turn(ctx.owner, one) != due.key:
        return False
    feeds.keep_revocation(ctx, feeds.put_off(one, ctx.now + AGAIN), one)
    ctx.commit.order(RevokeAccess(revocation_id=one.id), subject=one.id)
    return True
