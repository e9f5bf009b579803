"""Recording a chunk of a parsed statement: known rows out, new ones filed, all in one transaction.

Chunk k orders chunk k+1 in its own transaction, so the chunks of an import run one after the other and a
crash between any two steps repeats at most a chunk that then finds all its rows known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, partial

from chalicelib.expenses.commands import (
    CHUNKS_PER_LOOK,
    CHUNKS_PER_PAGE,
    FindMatches,
    ImportRows,
)
from chalicelib.expenses.errors import (
    AccountArchived,
    AccountNotFound,
    BalanceOutOfRange,
    UnreadableRows,
    WrongCurrency,
)
from chalicelib.expenses.events import ImportStopped, TransactionsImported
from chalicelib.expenses.model.accounts import accept, in_range
from chalicelib.expenses.model.importing import by_account, joined, totals
from chalicelib.expenses.model.judging import filed
from chalicelib.expenses.model.memory import traits_of
from chalicelib.expenses.model.movements import Moved, moves, pending_by_account, summed
from chalicelib.expenses.model.transactions import Transaction, moved
from chalicelib.expenses.repository.accounts import Accounts
from chalicelib.expenses.repository.closed_imports import require_open
from chalicelib.expenses.repository.judging import this_month
from chalicelib.expenses.repository.lookup import Found, look_up
from chalicelib.expenses.repository.memory import needed
from chalicelib.expenses.repository.movements import Movements
from chalicelib.expenses.repository.transactions import Transactions
from chalicelib.expenses.service.filing import filer_of
from chalicelib.expenses.service.joining import first_join
from chalicelib.expenses.service.ledger import Together
from chalicelib.expenses.service.meeting import Meeting, bury, meet, settle
from chalicelib.expenses.service.planning import (
    Labels,
    Planned,
    Raws,
    fitting,
    is_known,
    items_beside,
    labels_of,
    line_of_row,
    page_of,
    plan,
    recorded_by,
    siblings,
    stated,
    transaction_of_row,
)
from chalicelib.expenses.service.returning import behind_tombstone, matched, reborn
from chalicelib.kernel.blobs import BlobGone
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import Refusal

_STOPPING = (
    AccountArchived,
    AccountNotFound,
    BalanceOutOfRange,
    BlobGone,
    UnreadableRows,
    WrongCurrency,
)
"""What no second try can mend."""
_MESSAGES = 3
"""Operations that are still to come when the rows are booked: the fact, the next order, and movements that wait."""
_BESIDE = 2
"""The same, less the answer that is counted for requests and that no worker keeps."""


def import_rows(ctx: Context, order: ImportRows) -> None:
    """Record a chunk, tell `TransactionsImported` and order the next one.

    What does not fit one transaction is recorded by the same order again: then the rest is known. Tells
    `ImportStopped` instead, and orders nothing, where the rows are gone or cannot be read, or an account is
    gone, archived, or kept in another currency.
    """
    try:
        page = page_of(ctx.vault, order, order.chunk // CHUNKS_PER_PAGE)
        planned = plan(ctx.vault, order, page)
        labels = labels_of(ctx.vault, order)
        found = _look_up(ctx, order, planned)
        if found.raw("closed", order.import_id) is not None:
            _look(ctx, order.look)
            return  # the import was taken back meanwhile
        meeting = _meet(ctx, order, (planned, page), found)
        _check(ctx, found, meeting, {one.id: one for one in planned})
    except _STOPPING as refusal:
        _stop(ctx, order, refusal)
        return
    accounts = {account_id for one in planned for account_id in one.accounts}
    room = ctx.commit.room() - len(accounts) - _MESSAGES - 1
    if meeting.settled and meeting.items > room:
        settle(ctx, meeting.fitting(room))
        _again(ctx, order)
        return
    settle(ctx, meeting.settled)
    bury(ctx, meeting.copies)
    rows = {one.id: one for one in planned}
    fresh = fitting(meeting.fresh, rows, room=ctx.commit.room() - _BESIDE)
    if not (fresh or meeting.settled or meeting.copies):
        fresh = meeting.fresh[:1]  # one alone fits always
    recorded = _filed(ctx, rows, labels, fresh) if fresh else []
    _book(ctx, recorded)
    order = replace(order, look=_to_look_for(ctx, order, rows, recorded, found))
    if len(fresh) < len(meeting.fresh):
        Together(after=[one for row in recorded for one in row.postings]).tell(ctx, order.import_id)
        _again(ctx, order)
    else:
        brought = recorded_by(order.import_id, planned, found) + len(recorded)
        taken = matched(order.import_id, planned, found, meeting)
        _tell(ctx, order, recorded, brought=(brought, len(planned) - brought, taken))
    if meeting.items and ctx.commit.room() >= 0:  # a worker answers nobody, so there is one more
        require_open(ctx, order.import_id)


def _again(ctx: Context, order: ImportRows) -> None:
    ctx.commit.order(order, subject=order.import_id)


def _look_up(ctx: Context, order: ImportRows, planned: Sequence[Planned]) -> Found:
    accounts = {account_id for one in planned for account_id in one.accounts}
    own = [one.own_id for one in planned if one.own_id]
    ids = [*(one.id for one in planned), *own]
    return look_up(ctx, transaction=ids, account=accounts, closed=[order.import_id])


def _meet(
    ctx: Context, order: ImportRows, chunk: tuple[Sequence[Planned], Raws], found: Found
) -> Meeting:
    """Sort the rows that the ledger never had, each once; where it had all, nothing more is read.

    What an earlier step of this chunk recorded says nothing about how the file and the ledger go together.
    """
    planned, page = chunk
    again = reborn(ctx, planned, found)
    known = {one.id: one for one in planned if is_known(found, one, again)}
    fresh = {one.id: one for one in planned if one.id not in known}
    if not fresh:
        return Meeting()
    before = [one for one in known.values() if found.brought_by(one.id) != order.import_id]
    held = Counter(one.account_id for one in before)
    newcomers = [
        behind_tombstone(transaction_of_row(ctx, order, one), found) for one in fresh.values()
    ]
    # no statement has as one row what lies on several accounts, so nothing in the ledger is such a one
    apart = [one for one in newcomers if len(fresh[one.id].accounts) > 1]
    theirs = frozenset(one.own_id for one in known.values())
    if len(apart) == len(newcomers):
        return Meeting(fresh=apart)
    meeting = meet(
        ctx,
        [one for one in newcomers if len(fresh[one.id].accounts) == 1],
        known=theirs.union(known),
        held=held,
        siblings=partial(siblings, ctx.vault, order, page),
    )
    meeting.fresh.extend(apart)
    return meeting


def _check(ctx: Context, found: Found, meeting: Meeting, rows: Mapping[str, Planned]) -> None:
    """Check that the accounts of new rows take them, and that no balance outgrows the store.

    Known rows ask nothing of an account, so a repeat is harmless even when it was archived since.
    """
    sums = Counter[str]()
    fresh = [replace(one, parts=rows[one.id].pieces) for one in meeting.fresh]
    for one in fresh:
        for account_id in one.accounts:
            accept(found.account(account_id), one.amount)
        sums.update(moved(one))
    for known in meeting.settled:
        sums.update(moved(known.after))
        sums.subtract(moved(known.before))
    for account_id, amount in sums.items():
        in_range(found.account(account_id).balance_minor + amount)
    days = [
        {(account_id, one.booked_on): Moved(minor) for account_id, minor in moved(one).items()}
        for one in fresh
    ]
    Movements(ctx).check(summed(days))


def _filed(
    ctx: Context, rows: Mapping[str, Planned], labels: Labels, fresh: Sequence[Transaction]
) -> list[Transaction]:
    """File new transactions, each under the category that rules, the file, memory or the prior name."""
    read = cache(traits_of)
    seen = [read(line_of_row(rows[one.id])) for one in fresh]
    memory = look_up(ctx, memory=needed(ctx.vault, seen), known={one.payee_id for one in fresh})
    room = ctx.commit.room() - len(fresh) - len(items_beside(fresh)) - _MESSAGES
    filer = filer_of(ctx, memory, room=room, read=read)
    said = [stated(one, rows[one.id], labels, filer.in_use) for one in fresh]
    return [filer.carried(one, line_of_row(rows[one.id], one)) for one in said]


def _book(ctx: Context, recorded: Sequence[Transaction]) -> None:
    transactions, accounts = Transactions(ctx), Accounts(ctx)
    for one in recorded:
        transactions.add(one, over=one.version - 1)
    changes = summed(moves(one) for one in recorded)
    pending = pending_by_account(changes)
    for account_id, (amount, count) in by_account(moved(one) for one in recorded).items():
        accounts.post(
            account_id,
            amount,
            postings=count,
            entries=count,
            pending=pending.get(account_id, 0),
        )
    Movements(ctx).add(changes, keep=_MESSAGES)


def _to_look_for(
    ctx: Context,
    order: ImportRows,
    rows: Mapping[str, Planned],
    recorded: Sequence[Transaction],
    found: Found,
) -> FindMatches | None:
    """Add what the import brought to what is to be looked for, which is carried until it is worth a look.

    Rows that an earlier step recorded are among it: an import that got stuck begins anew, and nobody may have looked.
    """
    days = {
        one: rows[one].booked_on
        for one in rows
        if found.is_live("transaction", one) and found.brought_by(one) == order.import_id
    }
    days |= {one.id: one.booked_on for one in recorded}
    if not days:
        return order.look
    look = FindMatches(
        import_id=order.import_id,
        first=min(days.values()).isoformat(),
        last=max(days.values()).isoformat(),
        filed=filed(one.filing for one in recorded),
        month=this_month(ctx),
        legs=tuple(one for one in days if rows[one].extras.other_side is not None),
    )
    return look if order.look is None else joined(order.look, look)


def _look(ctx: Context, look: FindMatches | None) -> None:
    if look is not None:
        ctx.commit.order(look, subject=str(ctx.owner))


def _tell(
    ctx: Context,
    order: ImportRows,
    recorded: Sequence[Transaction],
    *,
    brought: tuple[int, int, int],
) -> None:
    """Tell how many rows of the chunk are new, duplicates, and matched among these."""
    fact = TransactionsImported(
        import_id=order.import_id,
        chunk=order.chunk,
        chunks=order.chunks,
        recorded=brought[0],
        duplicates=brought[1],
        totals=totals(posting for one in recorded for posting in one.postings),
        change=ctx.commit.sequence if recorded else 0,
        matched=brought[2],
    )
    ctx.commit.tell(fact, subject=order.import_id)
    following, look = order.chunk + 1, order.look
    if following == order.chunks or following % CHUNKS_PER_LOOK == 0:
        _look(ctx, look)
        look = None
    if following < order.chunks:
        ctx.commit.order(replace(order, chunk=following, look=look), subject=order.import_id)
    elif order.pairs:
        ctx.commit.order(first_join(order), subject=order.import_id)


def _stop(ctx: Context, order: ImportRows, refusal: Refusal) -> None:
    _look(ctx, order.look)
    fact = ImportStopped(import_id=order.import_id, chunk=order.chunk, reason=refusal.slug)
    ctx.commit.tell(fact, subject=order.import_id)
