"""Taking a committed import back, and following how far the ledger is with that."""

from __future__ import annotations

from chalicelib.expenses.commands import RevertImport
from chalicelib.expenses.events import ImportReverted, RevertStopped
from chalicelib.interchange.model.following import Progress, begin_reversal, standing
from chalicelib.interchange.model.importing import Import, read_rows
from chalicelib.interchange.repository import imports as repository
from chalicelib.interchange.repository.imports import ANY_ACCOUNT
from chalicelib.interchange.schemas.import_answers import ImportOut
from chalicelib.interchange.schemas.import_requests import RevertIn
from chalicelib.interchange.service.committing import follow, tell
from chalicelib.kernel.context import Context


def revert_import(ctx: Context, import_id: str, body: RevertIn) -> ImportOut:
    """Order the ledger to take back what an import did; again is the same job.

    One that failed gives back what it had recorded, and a job that got stuck goes on where it was. Refuses an import
    that was never committed (`ImportNotCommitted`), or is being recorded (`ImportIsCommitting`), and another
    manner while it is being taken back (`ImportIsReverting`).
    """
    one, progress = repository.get(ctx, import_id)
    reversal = begin_reversal(progress, body.edited, ctx.now)
    if progress is None or reversal is None:
        return ImportOut.of(one, progress, ctx.now)
    ctx.expect_version(standing(one, progress, ctx.now).version)
    begun = progress.with_reversal(reversal, ctx.now)
    _order(ctx, one, begun)
    return ImportOut.of(one, begun, ctx.now)


def _order(ctx: Context, one: Import, progress: Progress) -> None:
    reading, accounts = read_rows(one), dict(one.accounts or {})
    repository.keep_progress(ctx, progress)
    repository.log_outcome(ctx, progress)
    repository.forget_file(
        ctx, account_ids={*accounts.values(), ANY_ACCOUNT}, sha256=reading.sha256, import_id=one.id
    )
    order = RevertImport(
        import_id=one.id,
        prefix=reading.prefix,
        chunk=progress.next_to_revert,
        chunks=reading.chunks,
        accounts=accounts,
        edited=progress.reversal.edited if progress.reversal is not None else "keep",
        asked_by=ctx.actor.user_id,
        labels=one.labels,
    )
    ctx.commit.order(order, subject=one.id)
    tell(ctx, progress)


def count_reverted(ctx: Context, fact: ImportReverted) -> None:
    """Count a chunk that was taken back; the last one makes the import reverted."""
    before = repository.get_progress(ctx, fact.import_id)
    if before.reversal is None or not 0 <= fact.chunk < before.chunks:
        return
    after = before.reversal.with_chunk(
        fact.chunk,
        removed=fact.removed,
        restored=fact.restored,
        kept=[(one.place, one.reason) for one in fact.kept],
    )
    if after is not None:
        follow(ctx, before, before.with_reversal(after, ctx.now))


def stop_reverting(ctx: Context, fact: RevertStopped) -> None:
    """Let the taking back fail that the ledger could not go on with; what was taken back stays so."""
    before = repository.get_progress(ctx, fact.import_id)
    if before.reversal is not None:
        stopped = before.reversal.stop(fact.reason)
        follow(ctx, before, before.with_reversal(stopped, ctx.now))
