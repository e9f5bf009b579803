"""Making the ledger say what a bank says: what is there, what changed, and what was taken back.

A row of a feed has one id for its whole life, and a transaction's id follows from that alone; so a step that
comes again, or a whole run that is made again from its beginning, finds what it did before. Which row a
transaction stands for now is told by its `bank_ref`: what was pending stands for the booked row afterwards, and
that its pending row is taken back says nothing about it any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import field, replace
from datetime import timedelta
from typing import Any, Final

from chalicelib.expenses.commands import ApplyFeed, FindMatches, page_key
from chalicelib.expenses.errors import (
    AccountArchived,
    AccountNotFound,
    BalanceOutOfRange,
    HasRefunds,
    NotAPair,
    NotSplittable,
    RefundedMore,
    RefundUsedUp,
    TransactionReconciled,
    UnreadableRows,
    WrongCurrency,
)
from chalicelib.expenses.events import FeedApplied, FeedStopped
from chalicelib.expenses.model.accounts import accept
from chalicelib.expenses.model.feeding import adopted, amended, is_built_on, standing_for
from chalicelib.expenses.model.memory import traits_of
from chalicelib.expenses.model.pairing.arrivals import WINDOW, place
from chalicelib.expenses.model.pairing.candidate import Candidate, candidate_of, legs_of, whole_id
from chalicelib.expenses.model.transactions import Transaction
from chalicelib.expenses.repository.attachments import Attachments
from chalicelib.expenses.repository.lookup import look_up
from chalicelib.expenses.repository.memory import needed
from chalicelib.expenses.repository.neighbours import neighbours
from chalicelib.expenses.repository.transactions import Leaving, Transactions
from chalicelib.expenses.service import ledger
from chalicelib.expenses.service.categorising import tally
from chalicelib.expenses.service.feed_rows import (
    Entry,
    Traces,
    read_entries,
    read_gone,
    ref_of,
    row_id,
)
from chalicelib.expenses.service.filing import Filer, filer_of
from chalicelib.kernel import blobs
from chalicelib.kernel.blobs import BlobGone
from chalicelib.kernel.context import Context
from chalicelib.kernel.values import dataclass

_STOPPING: Final = (
    AccountArchived,
    AccountNotFound,
    BalanceOutOfRange,
    BlobGone,
    UnreadableRows,
    WrongCurrency,
)
"""What no second try can mend."""
_KEPT: Final = (
    HasRefunds,
    NotAPair,
    NotSplittable,
    RefundedMore,
    RefundUsedUp,
    TransactionReconciled,
)
"""Why a transaction stays as it is although the bank says otherwise."""
_ROWS: Final = 70
"""Rows that one step looks at: a new one writes one item, a settled one two, beside accounts, months and rules."""
_BACK: Final = 20
"""Ids that one step takes back: each may ask for attachments."""
_ROOM: Final = 16
"""Operations that a row may take with all that hangs on it; with less room the step ends before it."""
_MOST_KEPT: Final = 50
_AROUND: Final = timedelta(days=WINDOW)


@dataclass(slots=True)
class _Step:
    """What a step did: `done` are rows of its page."""

    together: ledger.Together = field(default_factory=ledger.Together)
    fresh: list[Transaction] = field(default_factory=list)
    done: int = 0
    changed: int = 0
    removed: int = 0
    kept: list[str] = field(default_factory=list)
    is_last: bool = False
    """Of its page."""


def apply_feed(ctx: Context, order: ApplyFeed) -> None:
    """Work through a step of a feed, tell `FeedApplied`, and order the next one.

    Tells `FeedStopped` instead, and orders nothing, where the rows are gone or cannot be read, or an account is
    gone, archived, or kept in another currency.
    """
    try:
        gone = read_gone(ctx.vault, order)
        if order.page < order.pages:
            raws: list[Any] = blobs.get(ctx.vault, page_key(order.prefix, order.page))
            refs = {ref_of(ctx.vault, account_id, one) for account_id, one in gone}
            step = _take(ctx, order, raws[order.place : order.place + _ROWS], refs)
            step.is_last = order.place + step.done >= len(raws)
        else:
            step = _take_back(ctx, order, gone[order.place : order.place + _BACK])
            step.is_last = order.place + step.done >= len(gone)
    except _STOPPING as refusal:
        fact = FeedStopped(feed_id=order.feed_id, run_id=order.run_id, reason=refusal.slug)
        ctx.commit.tell(fact, subject=order.feed_id)
        return
    _tell(ctx, order, step)


# --- rows that are there


@dataclass(slots=True)
class _Sorted:
    """The rows of a step by what they are; whatever is in none of these was deleted by its owner, or came to naught."""

    known: dict[str, Transaction] = field(default_factory=dict)
    """By row: the transaction that stands for it."""
    settled: dict[str, Transaction] = field(default_factory=dict)
    """By row: the transaction of the pending row that it was."""
    early: dict[str, str] = field(default_factory=dict)
    """New pending rows that became another row of the same step: by their id, that one's."""
    returning: dict[str, tuple[str, int]] = field(default_factory=dict)
    fresh: dict[str, Entry] = field(default_factory=dict)
    met: dict[str, Candidate] = field(default_factory=dict)
    """New rows that are a transaction of another origin, or one that the bank calls by another id now."""


def _take(ctx: Context, order: ApplyFeed, raws: Sequence[Any], refs: set[bytes]) -> _Step:
    """Let the ledger say what the bank says of some rows, as many as fit. `refs` are rows that it took back."""
    entries = read_entries(ctx, order, raws)
    found = _sort(ctx, entries, refs)
    found.met = _meet(ctx, order, found, refs)
    _check(ctx, found.fresh.values())
    filer = _filer(ctx, list(found.fresh.values())) if found.fresh else None
    step = _Step(done=len(raws))
    for entry in entries:
        if ctx.commit.room() < _ROOM:
            step.done = entry.place
            break
        _do(ctx, step, found, entry, filer)
    tally(ctx, step.fresh)
    return step


def _sort(ctx: Context, entries: Sequence[Entry], refs: set[bytes]) -> _Sorted:
    traces = Traces(ctx, {one for row in entries for one in (row.id, row.settles) if one})
    rows = {row.id for row in entries}
    became = {row.settles: row.id for row in entries if row.settles in rows}
    found = _Sorted()
    for row in entries:
        holder = traces.holder(row.id, row.ref)
        if row.id in became:
            if traces.is_new(row.id):
                found.early[row.id] = became[row.id]
        elif holder is not None:
            found.known[row.id] = holder
        elif traces.is_new(row.id):
            _sort_new(found, traces, row, refs)
        elif (back := traces.returning(row.id)) is not None:
            found.returning[row.id] = back
    return found


def _sort_new(found: _Sorted, traces: Traces, row: Entry, refs: set[bytes]) -> None:
    pending = traces.holder(row.settles, row.settled_ref) if row.settles else None
    if pending is not None and all(pending.id != one.id for one in found.settled.values()):
        found.settled[row.id] = pending
    elif row.ref not in refs:  # else it came and went since the last time
        found.fresh[row.id] = row


def _meet(ctx: Context, order: ApplyFeed, found: _Sorted, refs: set[bytes]) -> dict[str, Candidate]:
    """Find new rows that are known under another id: by hand, from a file, or taken back in this very run.

    What the bank still has under its own id is another movement, however alike.
    """
    rows = [one.transaction for one in found.fresh.values()]
    if not rows:
        return {}
    days = [one.booked_on for one in rows]
    taken = {one.id for one in (*found.known.values(), *found.settled.values())}
    near: dict[str, Candidate] = {}
    going: set[str] = set()
    for one in neighbours(
        ctx,
        min(days) - _AROUND,
        max(days) + _AROUND,
        accounts=frozenset(row.account_id for row in rows),
        # nothing was taken back: then none of the feed's own rows is opened at all
        but=None if refs else order.feed_id,
    ):
        if one.id in taken or (one.import_id == order.feed_id and one.bank_ref not in refs):
            continue
        if one.bank_ref in refs:
            going.add(one.id)
        near.update({leg.id: replace(leg, batch=None) for leg in legs_of(one)})
    held = Counter(one.account_id for one in found.known.values())
    pairs = place([candidate_of(one) for one in rows], list(near.values()), held=held)
    # what goes anyway may as well become what looks like it
    fit = (pair for pair in pairs if pair.certain or pair.second in going)
    return {pair.first: near[pair.second] for pair in fit}


def _check(ctx: Context, entries: Iterable[Entry]) -> None:
    rows = [one.transaction for one in entries]
    accounts = look_up(ctx, account={one.account_id for one in rows})
    for one in rows:
        accept(accounts.account(one.account_id), one.amount)


def _filer(ctx: Context, entries: Sequence[Entry]) -> Filer:
    seen = [traits_of(one.line) for one in entries]
    known = {one.transaction.payee_id for one in entries}
    return filer_of(ctx, look_up(ctx, memory=needed(ctx.vault, seen), known=known), room=_ROOM)


def _do(ctx: Context, step: _Step, found: _Sorted, entry: Entry, filer: Filer | None) -> None:
    if entry.id in found.known:
        _amend(ctx, step, found.known[entry.id], entry)
    elif entry.id in found.settled:
        _settle(ctx, step, found.settled[entry.id], entry)
    elif entry.id in found.early:
        Transactions(ctx).bury(entry.transaction, copy_of=found.early[entry.id])
    elif entry.id in found.returning:
        identity, version = found.returning[entry.id]
        ledger.revive(ctx, replace(entry.transaction, id=identity, version=version), step.together)
        step.changed += 1
    elif entry.id in found.met and _adopt(ctx, step, found.met[entry.id], entry):
        pass
    elif entry.id in found.fresh and filer is not None:
        made = filer.carried(entry.transaction, entry.line)
        ledger.enter(ctx, made, step.together)
        step.fresh.append(made)


def _amend(ctx: Context, step: _Step, known: Transaction, entry: Entry) -> None:
    """Let a transaction follow its row, as far as it may."""
    try:
        after = amended(known, entry.transaction, ctx.now)
    except _KEPT:
        step.kept.append(known.id)
        after = standing_for(known, entry.transaction, ctx.now)
    if after is not known:
        ledger.correct(ctx, known, after, step.together)
        step.changed += 1


def _settle(ctx: Context, step: _Step, pending: Transaction, entry: Entry) -> None:
    """Let a pending transaction become the booked row, whatever changed about it."""
    _amend(ctx, step, pending, entry)
    Transactions(ctx).bury(entry.transaction, copy_of=pending.id)


def _adopt(ctx: Context, step: _Step, leg: Candidate, entry: Entry) -> bool:
    """Let a transaction that was there stand for the row; False where it turns out to be a movement of its own."""
    now = look_up(ctx, transaction=[whole_id(leg.id)])
    if not now.is_live("transaction", whole_id(leg.id)):
        return False
    known = now.transaction(whole_id(leg.id))
    if known.transfer is not None:
        Transactions(ctx).bury(entry.transaction, copy_of=known.id)
        return True
    try:
        change = amended if known.import_id == entry.transaction.import_id else adopted
        after = change(known, entry.transaction, ctx.now)
    except _KEPT:
        return False
    ledger.correct(ctx, known, after, step.together)
    Transactions(ctx).bury(entry.transaction, copy_of=known.id)
    step.changed += 1
    return True


# --- rows that the bank took back


def _take_back(ctx: Context, order: ApplyFeed, gone: Sequence[tuple[str, str]]) -> _Step:
    """Strike what stands for rows that the bank took back, unless somebody built on it."""
    step = _Step(done=len(gone))
    refs = {
        row_id(ctx.vault, account_id, one): ref_of(ctx.vault, account_id, one)
        for account_id, one in gone
    }
    traces = Traces(ctx, refs)
    for number, (identity, ref) in enumerate(refs.items()):
        if ctx.commit.room() < _ROOM:
            step.done = number
            break
        holder = traces.holder(identity, ref)
        if holder is None:
            continue
        if is_built_on(holder) or Attachments(ctx).any_of(holder.id):
            step.kept.append(holder.id)
        else:
            leaving = Leaving(reverted=order.feed_id)  # so that it may come again
            ledger.strike(ctx, holder, step.together, leaving=leaving, bare=True)
            step.removed += 1
    return step


# --- telling


def _tell(ctx: Context, order: ApplyFeed, step: _Step) -> None:
    step.together.tell(ctx, order.run_id)
    after = replace(
        order,
        place=order.place + step.done,
        done=min(order.done + step.done, order.total),
        added=order.added + len(step.fresh),
        changed=order.changed + step.changed,
        removed=order.removed + step.removed,
        kept=(*order.kept, *step.kept)[:_MOST_KEPT],
    )
    if step.is_last:
        after = replace(after, page=order.page + 1, place=0)
    is_over = after.page > order.pages or (after.page == order.pages and not order.gone)
    ctx.commit.tell(
        FeedApplied(
            feed_id=order.feed_id,
            run_id=order.run_id,
            done=order.total if is_over else after.done,
            total=order.total,
            added=after.added,
            changed=after.changed,
            removed=after.removed,
            kept=after.kept,
        ),
        subject=order.feed_id,
    )
    if step.fresh:
        days = [one.booked_on.isoformat() for one in step.fresh]
        look = FindMatches(import_id=order.feed_id, first=min(days), last=max(days))
        ctx.commit.order(look, subject=str(ctx.owner))
    if not is_over:
        ctx.commit.order(after, subject=order.feed_id)
