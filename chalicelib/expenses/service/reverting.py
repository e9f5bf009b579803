"""Taking an import back, chunk by chunk from the last to the first, each in a transaction of its own.

A row is found by the id that it has in its account for ever, so nothing has to be remembered of what an import
did. What it recorded leaves, if nobody built on it since; what took one of its rows in becomes what it was
before; copies are dug up. A chunk that touches more than one transaction can hold goes on in the next, which
finds done what was done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, NamedTuple

from chalicelib.expenses.commands import (
    CHUNKS_PER_PAGE,
    ROWS_PER_CHUNK,
    DropCategories,
    ImportRow,
    RevertImport,
    page_key,
)
from chalicelib.expenses.errors import UnreadableRows
from chalicelib.expenses.events import ImportReverted, KeptRow, RevertStopped
from chalicelib.expenses.model.history import Entry
from chalicelib.expenses.model.judging import filed
from chalicelib.expenses.model.legs import unpaired
from chalicelib.expenses.model.pairing.matches import Match
from chalicelib.expenses.model.refunding import linked_to
from chalicelib.expenses.model.refunds import MAX_REFUNDS
from chalicelib.expenses.model.reverting import Kept, is_same, why_kept, why_not_restored
from chalicelib.expenses.model.transactions import Filing, Transaction
from chalicelib.expenses.repository import judging, table
from chalicelib.expenses.repository.absorbed import read_absorbed
from chalicelib.expenses.repository.attachments import Attachments
from chalicelib.expenses.repository.changes import ChangeLog
from chalicelib.expenses.repository.closed_imports import close
from chalicelib.expenses.repository.logged import is_by_links, transaction_from
from chalicelib.expenses.repository.lookup import Found, look_up
from chalicelib.expenses.repository.matches import Matches
from chalicelib.expenses.repository.transactions import Leaving, Transactions
from chalicelib.expenses.service import ledger
from chalicelib.expenses.service.ledger import Together
from chalicelib.expenses.service.planning import row_id
from chalicelib.kernel import blobs
from chalicelib.kernel.blobs import BlobGone
from chalicelib.kernel.context import Context
from chalicelib.kernel.tables import Raw
from chalicelib.kernel.values import dataclass

_TOLD: Final = 2
"""Operations that are still to come: the facts, and the order for what is next."""
_MOST_LINKED: Final = 2 * MAX_REFUNDS + 2
"""Changes that are looked through at most: links of refunds that an import made, and that went with the other side."""


class _Row(NamedTuple):
    """A row of the chunk: its place in the file, and the id that its transaction has."""

    place: int
    id: str


def revert_import(ctx: Context, order: RevertImport) -> None:
    """Take a chunk back as far as one transaction holds, and order the rest of it or the chunk before it.

    Tells `ImportReverted` when the whole chunk is done, with the rows that stay; `RevertStopped`, and orders
    nothing, where the rows are gone or cannot be read.
    """
    ctx.commit.on_behalf(order.asked_by)
    try:
        rows = _rows(ctx, order)
    except (BlobGone, UnreadableRows) as refusal:
        fact = RevertStopped(import_id=order.import_id, chunk=order.chunk, reason=refusal.slug)
        ctx.commit.tell(fact, subject=order.import_id)
        return
    if order.chunk == order.chunks - 1:
        close(ctx, order.import_id)
    taking = _Taking(ctx, order, rows)
    whole = taking.all()
    taking.book()
    done = replace(
        order,
        removed=order.removed + taking.removed,
        restored=order.restored + taking.restored,
    )
    if not whole:
        ctx.commit.order(done, subject=order.import_id)
        return
    _tell(ctx, done, taking.kept)


def _tell(ctx: Context, order: RevertImport, kept: Sequence[KeptRow]) -> None:
    fact = ImportReverted(
        import_id=order.import_id,
        chunk=order.chunk,
        chunks=order.chunks,
        removed=order.removed,
        restored=order.restored,
        kept=tuple(kept),
    )
    ctx.commit.tell(fact, subject=order.import_id)
    if order.chunk:
        following = replace(order, chunk=order.chunk - 1, removed=0, restored=0)
        ctx.commit.order(following, subject=order.import_id)
    elif order.labels:
        drop = DropCategories(import_id=order.import_id, asked_by=order.asked_by)
        ctx.commit.order(drop, subject=order.import_id)


def _rows(ctx: Context, order: RevertImport) -> list[_Row]:
    """Read the chunk's rows that had an account to go to, each id once."""
    number, place = divmod(order.chunk, CHUNKS_PER_PAGE)
    first = place * ROWS_PER_CHUNK
    page = blobs.get(ctx.vault, page_key(order.prefix, number))
    found: dict[str, _Row] = {}
    try:
        for at, raw in enumerate(
            page[first : first + ROWS_PER_CHUNK], order.chunk * ROWS_PER_CHUNK
        ):
            row = ImportRow.from_json(raw)
            account_id = order.accounts.get(str(row.statement))
            if row.importable and account_id is not None:
                identity = row_id(ctx.vault, account_id, row.identity(), row.ordinal)
                found.setdefault(identity, _Row(at, identity))
    except (ValueError, TypeError) as error:
        raise UnreadableRows from error
    return list(found.values())


@dataclass(slots=True)
class _Step:
    """What taking one row back does: `objects` are touched by it, `alone` if what else it touches is not known."""

    do: Callable[[], None]
    objects: frozenset[str]
    cost: int
    alone: bool = False


class _Taking:
    """One transaction's part of taking a chunk back."""

    def __init__(self, ctx: Context, order: RevertImport, rows: Sequence[_Row]) -> None:
        """Read what the ledger has of the rows, and of what they went into."""
        self._ctx, self._order, self._rows = ctx, order, rows
        self._found = look_up(ctx, transaction=[one.id for one in rows])
        self._others = self._look_beyond()
        live = [one.id for one in rows if self._is_ours(one.id)]
        live += self._others.brought(order.import_id)
        self._attached = Attachments(ctx).bearers(live) if live else set()
        self._matches = _by_transaction(Matches(ctx).open() if live else ())
        self._entries: dict[int, Entry] = {}
        self._together = Together()
        self._touched: set[str] = set()
        self._accounts: set[str] = set()
        self._dropped: set[str] = set()
        self._counted: dict[str, Counter[str]] = {}
        self.removed = 0
        self.restored = 0
        self.kept: list[KeptRow] = []

    def _look_beyond(self) -> Found:
        """Read the transactions that rows went into."""
        wanted = {
            other
            for one in self._rows
            if (item := self._found.raw("transaction", one.id)) is not None
            and (other := table.text(item, "copy_of") or table.text(item, "into"))
        }
        return look_up(self._ctx, transaction=wanted) if wanted else Found(self._ctx, {})

    def _is_ours(self, identity: str) -> bool:
        item = self._found.raw("transaction", identity)
        return (
            item is not None
            and not table.is_deleted(item)
            and table.text(item, "import_id") == self._order.import_id
        )

    def all(self) -> bool:
        """Take back row after row while there is room; tells whether that was all of them."""
        for row in self._rows:
            step = self._step(row)
            if not isinstance(step, _Step):
                if step is not None:
                    self.kept.append(KeptRow(place=row.place, reason=step))
                continue
            if self._touched and (step.alone or step.objects & self._touched):
                return False
            if self._ctx.commit.room() < step.cost + _TOLD:
                return False
            step.do()
            self._touched |= step.objects
            if step.alone:
                return False
        return True

    def book(self) -> None:
        """Count back who filed what left, and tell what became of the sums."""
        for month, counts in self._counted.items():
            judging.add(self._ctx, {name: -count for name, count in counts.items()}, month)
        self._together.tell(self._ctx, self._order.import_id)

    # --- what is to be done for a row

    def _step(self, row: _Row) -> _Step | Kept | None:
        item = self._found.raw("transaction", row.id)
        if item is None:
            return None
        if not table.is_deleted(item):
            return self._of_live(row) if self._is_ours(row.id) else None
        if table.text(item, "into"):
            return self._of_merged(row, item)
        if table.text(item, "import_id") == self._order.import_id:
            return self._of_copy(row, item)
        return None

    def _of_live(self, row: _Row) -> _Step | Kept:
        one = self._found.transaction(row.id)
        as_made = self._is_as_made(one)
        why = why_kept(one, as_made=as_made, attached=row.id in self._attached)
        if why == "reconciled" or (why is not None and self._order.edited == "keep"):
            return why
        links = bool(linked_to(one)) or self._absorbed_other(one)
        return _Step(
            do=partial(self._remove, one, as_made=why is None),
            objects=frozenset({one.id}),
            cost=self._cost_of(one),
            alone=links,
        )

    def _cost_of(self, one: Transaction) -> int:
        """Say how many items it takes at most: itself, accounts and a month of each, tags, matches, a count."""
        accounts = set(one.accounts)
        matches = {match.id for match in self._matches.get(one.id, ())} - self._dropped
        return (
            1
            + len(accounts - self._accounts)
            + len(accounts)
            + len(one.tags)
            + len(matches)
            + (_month_of(one) not in self._counted)
        )

    def _absorbed_other(self, one: Transaction) -> bool:
        """Tell whether it is a transfer that took in a row which this import did not bring."""
        if not one.absorbed:
            return False
        return read_absorbed(one.absorbed).row.import_id != self._order.import_id

    def _is_as_made(self, one: Transaction) -> bool:
        """Tell whether the change that recorded it was the last that it saw, but for the import's own joining."""
        number = self._before_joining(one) if one.absorbed else one.change
        for _ in range(_MOST_LINKED):
            entry = self._entry(number) if number else None
            touched = entry.of("transaction", one.id) if entry else None
            if entry is None or touched is None:
                return False
            if touched.before is None:
                return entry.at == one.created_at
            if not is_by_links(entry, touched):
                return False
            number = touched.previous
        return False

    def _before_joining(self, one: Transaction) -> int:
        """Give the change before an import made a transfer of it, if that was the last one: people accept matches."""
        entry = self._entry(one.change) if one.change else None
        touched = entry.of("transaction", one.id) if entry else None
        if entry is None or touched is None or entry.actor != "system":
            return 0
        return touched.previous

    def _entry(self, number: int) -> Entry:
        if number not in self._entries:
            self._entries[number] = ChangeLog(self._ctx).get(number)
        return self._entries[number]

    def _of_copy(self, row: _Row, item: Raw) -> _Step | Kept | None:
        """A row that another transaction was, or took in."""
        other = table.text(item, "copy_of") or ""
        settled = "settled" in item and self._others.is_live("transaction", other)
        if not settled:
            if not self._others.is_live("transaction", other) and not self._others.reverted(other):
                return None  # its owner deleted that one, and this row with it
            return _Step(do=partial(self._dig_up, item), objects=frozenset({row.id}), cost=1)
        now = self._others.transaction(other)
        touched = self._entry(table.number(item, "settled")).of("transaction", other)
        if touched is None or touched.before is None or touched.after is None:
            return "edited"
        before = transaction_from(touched.before, other, version=now.version + 1)
        made = transaction_from(touched.after, other)
        why = why_not_restored(now, made=made, before=before, edited=self._order.edited)
        if why is not None:
            return why
        if not self._are_there(set(before.accounts) - set(now.accounts)):
            return "edited"  # it was moved away, and its account deleted
        return _Step(
            do=partial(self._restore, item, now, before),
            objects=frozenset({row.id, other}),
            cost=2 + 2 * len({*now.accounts, *before.accounts}) + len(now.tags) + len(before.tags),
        )

    def _are_there(self, accounts: Collection[str]) -> bool:
        if not accounts:
            return True
        found = look_up(self._ctx, account=accounts)
        return all(found.is_live("account", one) for one in accounts)

    def _of_merged(self, row: _Row, item: Raw) -> _Step | Kept | None:
        """A row that its owner let go into another transaction, which stands for both."""
        other = table.text(item, "into") or ""
        if self._others.is_live("transaction", other):
            whole = self._others.transaction(other)
            ours = whole.import_id == self._order.import_id
            goes = self._order.edited == "revert" and whole.status != "reconciled"
            as_made = goes or (self._is_as_made(whole) and whole.id not in self._attached)
            if not (ours and as_made):
                return "linked"
        elif not self._others.reverted(other):
            return None  # it was deleted, and this row with it
        return _Step(do=partial(self._dig_up, item), objects=frozenset({row.id}), cost=1)

    # --- doing it

    def _remove(self, one: Transaction, *, as_made: bool) -> None:
        leaving = Leaving(reverted=self._order.import_id)
        bare = one.id not in self._attached
        ledger.strike(self._ctx, one, self._together, leaving=leaving, bare=bare)
        if one.absorbed:
            self._revive_leg(one)
        for match in self._matches.get(one.id, ()):
            if match.id not in self._dropped:
                self._dropped.add(match.id)
                Matches(self._ctx).drop(match)
        if as_made:
            counts = self._counted.setdefault(_month_of(one), Counter())
            counts.update(filed(_filings(one)))
        self._accounts.update(one.accounts)
        self.removed += 1

    def _revive_leg(self, transfer: Transaction) -> None:
        """Bring back the row that a transfer took in, with its leg as that is now, unless it is of this import."""
        _, arrived = unpaired(transfer, read_absorbed(transfer.absorbed))
        if arrived.import_id == self._order.import_id:
            return
        gone = look_up(self._ctx, transaction=[arrived.id])
        version = gone.version_once(arrived.id) + 1
        back = replace(arrived, version=version, updated_at=self._ctx.now)
        ledger.revive(self._ctx, back, self._together)

    def _restore(self, item: Raw, now: Transaction, before: Transaction) -> None:
        if not is_same(now, before):
            again = replace(before, updated_at=self._ctx.now, change=now.change)
            ledger.correct(self._ctx, now, again, self._together)
        self._dig_up(item)
        self._accounts.update((*now.accounts, *before.accounts))
        self.restored += 1

    def _dig_up(self, item: Raw) -> None:
        Transactions(self._ctx).dig_up(item, import_id=self._order.import_id)


def _month_of(one: Transaction) -> str:
    """Name the month in which an import counted who filed a transaction."""
    return one.created_at.date().isoformat()[:7]


def _filings(one: Transaction) -> list[Filing]:
    """Give under what a transaction was filed when it was recorded; both rows where the import joined two."""
    if not one.absorbed:
        return [one.filing]
    kept = read_absorbed(one.absorbed)
    own = kept.row.import_id == one.import_id
    return [kept.filing, *([kept.row.filing] if own else [])]


def _by_transaction(matches: Sequence[Match]) -> Mapping[str, list[Match]]:
    found: dict[str, list[Match]] = {}
    for one in matches:
        for identity in (one.first, one.second):
            found.setdefault(identity, []).append(one)
    return found
