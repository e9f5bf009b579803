"""How a sync begins and ends: when it may, what it leaves behind, and when the schedule comes again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.expenses.events import FeedApplied, FeedStopped
from chalicelib.interchange.commands import DropRows, FetchFeed
from chalicelib.interchange.events import (
    ConnectionBroken,
    ConnectionExpiring,
    ConnectionRestored,
    SyncProgressed,
    SyncState,
)
from chalicelib.interchange.model.bank_feeds import BankTrouble
from chalicelib.interchange.model.connections import (
    EVERY,
    Connection,
    LastSync,
    broken,
    changed,
    next_turn,
    restored,
)
from chalicelib.interchange.model.syncing import Run, begun, ended, recorded
from chalicelib.interchange.repository import connections as repository
from chalicelib.interchange.repository import feeds
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import new_id

_SOON: Final = timedelta(minutes=10)
"""When to come again after a trouble that passes; each further one doubles it."""
_LOST_CURSOR: Final = 2
"""After so many refusals in a row the cursor may be what is refused."""
_OWNERS: Final = frozenset({"login-required", "gone"})
"""Troubles that only the owner can mend."""


# --- beginning


def ask(ctx: Context, run: Run, *, rewind: bool = False) -> Run:
    """See to it that a run begins from now on: at once, or after the one that is under way. Gives how it stands."""
    if not run.is_under_way(ctx.now):
        if run.is_stuck(ctx.now):
            drop_pages(ctx, run)
        if rewind:
            feeds.drop_cursor(ctx, run.connection_id)
        cursor = "" if rewind else feeds.get_cursor(ctx, run.connection_id)
        return _begin(ctx, run, run, cursor)
    if run.again and (run.rewind or not rewind):
        return run
    after = replace(run, version=run.version + 1, again=True, rewind=rewind or run.rewind)
    feeds.keep_run(ctx, run, after)
    return after


def _begin(ctx: Context, before: Run, last: Run, cursor: str) -> Run:
    run = begun(last, new_id(), cursor, ctx.now)
    feeds.keep_run(ctx, before, run)
    order = FetchFeed(connection_id=run.connection_id, run_id=run.id, step=0, restarts=0)
    ctx.commit.order(order, subject=run.connection_id)
    tell(ctx, run.connection_id, "fetching", 0, 0)
    return run


# --- what the ledger tells


def follow(ctx: Context, fact: FeedApplied) -> None:
    """Count a step of the ledger; the last one ends the run."""
    one, run = repository.get(ctx, fact.feed_id)
    if run.state != "recording" or run.id != fact.run_id or fact.done < run.done:
        return
    after = recorded(
        run,
        done=fact.done,
        counts=(fact.added, fact.changed, fact.removed),
        kept=fact.kept,
        at=ctx.now,
    )
    if fact.done >= fact.total:
        finish(ctx, one, one, run, after)
        return
    feeds.keep_run(ctx, run, after)
    if 100 * run.done // fact.total != 100 * fact.done // fact.total:
        # a hundred messages a run are enough for any progress bar
        tell(ctx, one.id, "recording", fact.done, fact.total)


def stop(ctx: Context, fact: FeedStopped) -> None:
    """Let a run fail that the ledger could not go on with: the next one brings all of it again."""
    one, run = repository.get(ctx, fact.feed_id)
    if run.state == "recording" and run.id == fact.run_id:
        fail(ctx, one, run, fact.reason)


# --- ending


def finish(
    ctx: Context, before: Connection, now: Connection, run: Run, after: Run | None = None
) -> None:
    """End a run that did all there was: keep the cursor, say what was done, and begin again if that was asked.

    `run` is the run as it is stored, `after` what it came to; without that nothing was fetched.
    """
    last = None
    if after is not None:
        last = LastSync(
            at=ctx.now,
            added=after.added,
            changed=after.changed,
            removed=after.removed,
            skipped=after.skipped,
            kept=after.kept,
        )
        _keep_cursor(ctx, run, after.cursor)
        drop_pages(ctx, after)
    if now.state != "active" or now.problem is not None or now.failures:
        now = restored(now, ctx.now)
    now = changed(
        now,
        ctx.now,
        problem=(after.note if after is not None else "") or None,
        last=last or now.last,
        due_at=_turn(now, run, EVERY, ctx),
    )
    if before.state == "broken":
        ctx.commit.tell(ConnectionRestored(connection_id=now.id), subject=now.id)
    save(ctx, before, now)
    done = ended(after or run, ctx.now)
    if run.again or run.rewind:
        cursor = "" if run.rewind else after.cursor if after is not None else run.cursor
        _begin(ctx, run, done, cursor)
    else:
        feeds.keep_run(ctx, run, done)
    total = after.total if after is not None else 0
    tell(ctx, now.id, "done", total, total)


def _keep_cursor(ctx: Context, run: Run, cursor: str) -> None:
    if run.rewind:
        feeds.drop_cursor(ctx, run.connection_id)
    else:
        feeds.keep_cursor(ctx, run.connection_id, cursor)


def fail(
    ctx: Context,
    before: Connection,
    run: Run,
    trouble: BankTrouble | str,
    *,
    now: Connection | None = None,
) -> None:
    """End a run that came to nothing: say why, and when the schedule tries again."""
    reason = trouble if isinstance(trouble, str) else trouble.reason
    one = now or before
    if reason in _OWNERS:
        now = broken(one, reason, ctx.now)
        if before.state != "broken":
            fact = ConnectionBroken(connection_id=one.id, reason=reason)
            ctx.commit.tell(fact, subject=one.id)
    else:
        wait = _wait(one, trouble)
        turn = _turn(one, run, wait, ctx)
        failures = one.failures + 1
        now = changed(one, ctx.now, problem=reason, failures=failures, due_at=turn)
        if reason == "refused" and one.failures >= _LOST_CURSOR and not run.fresh:
            feeds.drop_cursor(ctx, one.id)
    save(ctx, before, now)
    drop_pages(ctx, run)
    if run.rewind:
        feeds.drop_cursor(ctx, one.id)
    feeds.keep_run(ctx, run, ended(run, ctx.now))
    tell(ctx, one.id, "failed", run.done, run.total)


def _wait(one: Connection, trouble: BankTrouble | str) -> timedelta:
    """Say how long to wait: as long as we were told, or longer each time."""
    if isinstance(trouble, str):
        return EVERY
    if trouble.retry_after:
        return min(timedelta(seconds=trouble.retry_after), EVERY)
    return min(_SOON * (1 << min(one.failures, 8)), EVERY)


def _turn(one: Connection, run: Run, wait: timedelta, ctx: Context) -> datetime:
    return next_turn(one.id, run.version, ctx.now, every=wait)


def save(ctx: Context, before: Connection, now: Connection) -> None:
    """Store a connection if it changed, and tell once that its owner's consent ends soon."""
    if now.is_expiring(ctx.now) and not now.expiry_told and now.consent_expires_at is not None:
        now = changed(now, ctx.now, expiry_told=True)
        at = rfc3339(now.consent_expires_at or ctx.now)
        ctx.commit.tell(ConnectionExpiring(connection_id=now.id, expires_at=at), subject=now.id)
    if now != before:
        repository.replace(ctx, before, now, logged=now.state != before.state)


def drop_pages(ctx: Context, run: Run) -> None:
    """Order that the pages of a run go."""
    for prefix, pages in (
        (run.prefix(ctx.owner), run.pages),
        (run.gone_prefix(ctx.owner), run.gone + 1 if run.gone else 0),
    ):
        if pages:
            order = DropRows(import_id=run.connection_id, prefix=prefix, pages=pages)
            ctx.commit.order(order, subject=run.connection_id)


def tell(ctx: Context, connection_id: str, state: SyncState, done: int, total: int) -> None:
    """Tell how far a sync is."""
    fact = SyncProgressed(connection_id=connection_id, state=state, done=done, total=total)
    ctx.commit.tell(fact, subject=connection_id)
