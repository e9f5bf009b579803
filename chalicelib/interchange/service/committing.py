"""Committing an import, and following what the ledger does with it."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from chalicelib.expenses import api as expenses
from chalicelib.expenses.commands import ImportRows, JoinRows
from chalicelib.expenses.events import ImportStopped, TransactionsImported
from chalicelib.interchange.commands import DropRows
from chalicelib.interchange.errors import (
    AccountArchived,
    ImportAlreadyCommitted,
    ImportNotFound,
    ImportNotReady,
    ImportWasReverted,
)
from chalicelib.interchange.events import ImportProgressed
from chalicelib.interchange.gateways import originals
from chalicelib.interchange.model.following import Progress, standing
from chalicelib.interchange.model.importing import (
    Import,
    Reading,
    check_currencies,
    read_rows,
    recognised,
    settle_accounts,
    when_ordered,
)
from chalicelib.interchange.model.labels import laid_keys
from chalicelib.interchange.repository import imports as repository
from chalicelib.interchange.repository.imports import ANY_ACCOUNT
from chalicelib.interchange.schemas.import_answers import ImportOut
from chalicelib.interchange.schemas.import_requests import CommitImport
from chalicelib.interchange.service import labelling
from chalicelib.interchange.service.recognising import remember, still_open
from chalicelib.kernel import blobs
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import NotFound

MOST_COMPARED: Final = 50
"""Statements of an import whose closing balance is compared with the books."""


def commit_import(ctx: Context, import_id: str, body: CommitImport) -> ImportOut:
    """Order the ledger to record the importable rows; again with the same accounts is the same job.

    Before that the categories are made that the file names and the owner does not have. A job that got stuck goes
    on where it was. Refuses an import that is not ready or failed, accounts that are foreign, archived or of another
    currency, statements without a word on where they go, a file without an importable row, and what
    `labelling.decide` refuses.
    """
    one, progress = repository.get(ctx, import_id)
    now = standing(one, progress, ctx.now)
    reading = read_rows(one)
    if progress is not None:
        _check_same(ctx, one, reading, body)
        return ImportOut.of(one, _again(ctx, one, reading, progress), ctx.now)
    ctx.expect_version(now.version)
    known = recognised(one, reading, body.accounts)
    if one.account_id not in known.values():
        known = still_open(ctx, known)
    accounts = settle_accounts(reading, body.accounts, known)
    _check_accounts(ctx, reading, accounts)
    labels, choice = labelling.decide(ctx, one, reading, body), labelling.choice_of(ctx, body)
    ordered = when_ordered(one, accounts, ctx.now, labels=labels, choice=choice)
    begun = Progress(
        import_id=one.id,
        base=ordered.version,
        version=1,
        updated_at=ctx.now,
        rows=reading.rows,
        chunks=reading.chunks,
        pairs=bool(reading.pairs),
    )
    repository.replace(ctx, ordered)
    for account_id in sorted({*accounts.values(), ANY_ACCOUNT}):
        repository.remember_file(
            ctx, account_id=account_id, sha256=reading.sha256, import_id=one.id
        )
    remember(ctx, reading, accounts)
    _order(ctx, ordered, reading, begun)
    return ImportOut.of(ordered, begun, ctx.now)


def _again(ctx: Context, one: Import, reading: Reading, progress: Progress) -> Progress:
    if progress.reversal is not None:
        raise ImportWasReverted
    if progress.stopped:
        raise ImportNotReady
    if not progress.is_stuck(ctx.now):
        return progress
    resumed = progress.resume(ctx.now)
    _order(ctx, one, reading, resumed)
    return resumed


def _order(ctx: Context, one: Import, reading: Reading, progress: Progress) -> None:
    repository.keep_progress(ctx, progress)
    accounts = dict(one.accounts or {})
    rows = ImportRows(
        import_id=one.id,
        prefix=reading.prefix,
        chunk=progress.next_chunk,
        chunks=reading.chunks,
        accounts=accounts,
        labels=one.labels,
        pairs=reading.pairs,
    )
    last = JoinRows(
        import_id=one.id,
        prefix=reading.prefix,
        pairs=reading.pairs,
        first=0,
        chunks=reading.chunks,
        accounts=accounts,
        labels=one.labels,
    )
    # all chunks are recorded, and what got stuck is the joining
    ctx.commit.order(last if rows.chunk == reading.chunks else rows, subject=one.id)
    tell(ctx, progress)


def _check_same(ctx: Context, one: Import, reading: Reading, body: CommitImport) -> None:
    if body.categories is not None and labelling.choice_of(ctx, body) != one.choice:
        raise ImportAlreadyCommitted
    if body.accounts is None:
        return
    known = recognised(one, reading, body.accounts)
    if settle_accounts(reading, body.accounts, known) != one.accounts:
        raise ImportAlreadyCommitted
    if body.categories is not None and labelling.choice_of(ctx, body) != one.choice:
        raise ImportAlreadyCommitted


def _check_accounts(ctx: Context, reading: Reading, accounts: dict[str, str]) -> None:
    views = expenses.account_states(ctx.owner, accounts.values())
    if any(view.archived for view in views):
        raise AccountArchived
    check_currencies(reading, accounts, {view.id: view.currency for view in views})


def count_chunk(ctx: Context, fact: TransactionsImported) -> None:
    """Count a recorded chunk; the last one makes the import done."""
    before = repository.get_progress(ctx, fact.import_id)
    after = before.with_chunk(
        fact.chunk,
        recorded=fact.recorded,
        duplicates=fact.duplicates,
        matched=fact.matched,
        at=ctx.now,
    )
    if after is not None:
        follow(ctx, before, after)


def _in_the_books(ctx: Context, import_id: str) -> dict[str, int]:
    """Ask what the ledger came to on the last day of each statement that says its closing balance."""
    try:
        one, _ = repository.get(ctx, import_id)
    except ImportNotFound:
        return {}
    found = {}
    for part in read_rows(one).statements[:MOST_COMPARED]:
        account_id = (one.accounts or {}).get(str(part.index))
        if account_id is None or part.closing_minor is None or part.period_end is None:
            continue
        with suppress(NotFound):
            found[str(part.index)] = expenses.booked_balance(
                ctx.owner, ctx.vault, account_id, part.period_end
            )
    return found


def stop_import(ctx: Context, fact: ImportStopped) -> None:
    """Let an import fail that the ledger could not go on with; what it recorded stays."""
    before = repository.get_progress(ctx, fact.import_id)
    follow(ctx, before, before.stop(fact.reason, ctx.now))


def follow(ctx: Context, before: Progress, after: Progress) -> None:
    """Keep how far the ledger is, and tell what is worth a word; at the end compare the books with the statements."""
    if after.state == "done" != before.state:
        after = after.compared(_in_the_books(ctx, after.import_id))
    repository.keep_progress(ctx, after)
    if after.state != before.state:
        repository.log_outcome(ctx, after)
        tell(ctx, after)
    elif after.state in {"committing", "reverting"} and after.told != before.told:
        # twenty messages an import are enough for any progress bar
        tell(ctx, after)


def drop_rows(ctx: Context, order: DropRows) -> None:
    """Delete the sealed pages of a deleted import, what lies beside them, and its file."""
    blobs.remove(laid_keys(order.prefix, pages=order.pages, pairs=order.pairs, labels=order.labels))
    originals.remove(ctx.owner, order.import_id)


def tell(ctx: Context, progress: Progress) -> None:
    """Tell `ImportProgressed` with rows that were done."""
    fact = ImportProgressed(
        import_id=progress.import_id,
        state=progress.state,
        done=progress.rows_done,
        total=progress.rows,
    )
    ctx.commit.tell(fact, subject=progress.import_id)
