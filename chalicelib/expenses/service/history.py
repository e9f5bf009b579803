"""What happened to a transaction: each entry of the change log names the one before it, so a page is a short walk."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.expenses.errors import TransactionNotFound
from chalicelib.expenses.errors.changes import ChangeNotFound
from chalicelib.expenses.model.history import Entry, TransactionChange
from chalicelib.expenses.model.listing import Listing
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.changes import ChangeLog
from chalicelib.expenses.repository.logged import transaction_from
from chalicelib.expenses.repository.lookup import look_up
from chalicelib.expenses.schemas.history import HistoryQuery
from chalicelib.expenses.service.paging import listed, start_of
from chalicelib.expenses.service.rights import require_transaction, sees, sees_any
from chalicelib.kernel.context import Context
from chalicelib.kernel.paging import Page
from chalicelib.kernel.wire import PageQuery


def transaction_history(
    ctx: Context, transaction_id: str, query: HistoryQuery
) -> Listing[TransactionChange]:
    """List the versions of a transaction, newest first, of a deleted one too: one read a version.

    Raises `TransactionNotFound`. A member who may see some accounts only sees what happened on these.
    """
    newest = _newest(ctx, transaction_id)
    question = f"history:{transaction_id}"
    start = start_of(ctx, query, question)
    number = int(start["at"]) if start else newest
    log = ChangeLog(ctx)
    found: list[TransactionChange] = []
    while number and len(found) < query.limit:
        change = _change(ctx, log, number, transaction_id)
        if change is None:
            number = 0
            break
        found.append(change)
        number = change.previous
    resume: Mapping[str, str] | None = {"at": str(number)} if number else None
    return listed(ctx, Page(tuple(found), resume), question)


def _newest(ctx: Context, transaction_id: str) -> int:
    """Give the change that made the present version, or the tombstone."""
    found = look_up(ctx, transaction=[transaction_id])
    if found.is_gone("transaction", transaction_id):
        if not sees(ctx, found.account_once(transaction_id)):
            raise TransactionNotFound
    else:
        require_transaction(ctx, found.transaction(transaction_id), "viewer")
    item = found.raw("transaction", transaction_id)
    return table.number(item, "change") if item and "change" in item else 0


def _change(
    ctx: Context, log: ChangeLog, number: int, transaction_id: str
) -> TransactionChange | None:
    """Read one change of a transaction; None where the log, or what the caller may see of it, ends."""
    try:
        entry = log.get(number)
    except ChangeNotFound:
        return None
    touched = entry.of("transaction", transaction_id)
    if touched is None:
        return None
    before = transaction_from(touched.before, transaction_id) if touched.before else None
    after = transaction_from(touched.after, transaction_id) if touched.after else None
    if before is not None and not sees_any(ctx, before.accounts):
        before = None  # it came from where the caller cannot see
    if after is not None and not sees_any(ctx, after.accounts):
        after = None
    if before is None and after is None:
        return None
    previous = touched.previous if before is not None or touched.before is None else 0
    return TransactionChange(
        version=touched.version,
        change_id=entry.id,
        at=entry.at,
        actor=entry.actor,
        before=before,
        after=after,
        previous=previous,
    )


def list_changes(ctx: Context, query: PageQuery) -> Listing[Entry]:
    """List the entries of the change log, newest first: what can be undone."""
    question = "changes"
    page = ChangeLog(ctx).find(start=start_of(ctx, query, question), limit=query.limit)
    return listed(ctx, page, question)
