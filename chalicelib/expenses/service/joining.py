"""Joining rows that a file says belong together, when all of its rows are recorded: transfers and refunds.

What a file says of its own rows is certain, so nothing is proposed. But a row may have turned out to be one that
the ledger had, or somebody changed it meanwhile: what can no longer be joined stays what it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from chalicelib.expenses.commands import (
    PAIRS_PER_PAGE,
    Came,
    Fee,
    ImportRows,
    JoinRows,
    Label,
    Pair,
    pairs_key,
)
from chalicelib.expenses.errors import (
    AlreadyLinked,
    BadLegs,
    BadRefund,
    CategoryArchived,
    CategoryNotFound,
    HasRefunds,
    LimitReached,
    NotAPair,
    NotARefund,
    NotRefundable,
    PartNotFound,
    RefundedMore,
    RefundUsedUp,
    TransactionReconciled,
    UnreadableRows,
    WrongCurrency,
)
from chalicelib.expenses.events import ImportStopped, TransactionsImported
from chalicelib.expenses.model.attachments import MOST_ATTACHMENTS
from chalicelib.expenses.model.legs import SaidByFile
from chalicelib.expenses.model.refunding import tied
from chalicelib.expenses.model.refunds import RefundLink
from chalicelib.expenses.model.transactions import Transaction, next_version
from chalicelib.expenses.repository.attachments import Attachments
from chalicelib.expenses.repository.closed_imports import require_open
from chalicelib.expenses.repository.lookup import look_up
from chalicelib.expenses.service import ledger
from chalicelib.expenses.service.ledger import Together
from chalicelib.expenses.service.planning import labels_of, part_id, row_id
from chalicelib.expenses.service.transfers import pair_transfer
from chalicelib.kernel import blobs
from chalicelib.kernel.blobs import BlobGone
from chalicelib.kernel.context import Context

_AT_ONCE: Final = 18
"""Pairs of one step: each changes five sums at most, and analytics writes an item for each."""
_PER_PAIR: Final = 6
"""Items of a pair: two rows, two accounts, and a month of each; tags come on top, and attachments that change hands."""
_BESIDE: Final = 3
"""What tells of the step, and the next order."""
_UNFIT: Final = (
    AlreadyLinked,
    BadLegs,
    BadRefund,
    HasRefunds,
    LimitReached,
    NotAPair,
    NotARefund,
    NotRefundable,
    PartNotFound,
    RefundUsedUp,
    RefundedMore,
    TransactionReconciled,
    WrongCurrency,
)
"""Why two rows are not what the file says, any more."""


def first_join(order: ImportRows) -> JoinRows:
    """Give the order that follows the last chunk of an import with pairs."""
    return JoinRows(
        import_id=order.import_id,
        prefix=order.prefix,
        pairs=order.pairs,
        first=0,
        chunks=order.chunks,
        accounts=order.accounts,
        labels=order.labels,
    )


def join_rows(ctx: Context, order: JoinRows) -> None:
    """Join some pairs and order the next; at the end tells `TransactionsImported` of nothing.

    Tells `ImportStopped` where the pairs are gone or cannot be read.
    """
    try:
        pairs = _pairs(ctx, order)
    except (BlobGone, UnreadableRows) as refusal:
        fact = ImportStopped(import_id=order.import_id, chunk=order.chunks, reason=refusal.slug)
        ctx.commit.tell(fact, subject=order.import_id)
        return
    rows, closed = _rows(ctx, order, pairs)
    if closed:
        return  # the import was taken back meanwhile
    joining = _Joining(ctx, order, rows)
    done = joining.some(pairs)
    joining.tell()
    following = order.first + done
    if following < order.pairs and done:
        ctx.commit.order(replace(order, first=following), subject=order.import_id)
    else:
        ctx.commit.tell(_the_end(order), subject=order.import_id)


class _Two(NamedTuple):
    """A pair by the ids that its rows came under."""

    first: str
    second: str
    said: Fee | Came | None


_Sides = tuple[Transaction, Transaction]


class _Joining:
    """One transaction's part of joining the pairs of an import."""

    def __init__(self, ctx: Context, order: JoinRows, rows: Mapping[str, Transaction]) -> None:
        """Read which rows have attachments."""
        self._ctx, self._order, self._rows = ctx, order, rows
        self._attached = Attachments(ctx).bearers(one.id for one in rows.values())
        self._together = Together()
        self._used: set[str] = set()
        self._fees: dict[Label, str | None] | None = None

    def some(self, pairs: Sequence[_Two | None]) -> int:
        """Join pair after pair while there is room; gives how many are done, those that cannot be joined included."""
        for done, pair in enumerate(pairs):
            sides = self._sides(pair) if pair is not None else None
            if pair is None or sides is None:
                continue
            ids = {sides[0].id, sides[1].id}
            bare = sides[1].id not in self._attached
            # a row that this step changed is read again by the next
            if self._used & ids or (self._used and not self._has_room(sides, bare=bare)):
                return done
            self._join(sides, pair, bare=bare)
            self._used |= ids
        return len(pairs)

    def tell(self) -> None:
        """Tell what became of the sums, and change nothing of an import that was taken back meanwhile."""
        self._together.tell(self._ctx, self._order.import_id)
        if self._used:
            require_open(self._ctx, self._order.import_id)

    def _sides(self, pair: _Two) -> _Sides | None:
        """Give the rows of a pair, of which this import brought one at least: what it did not bring is not its to join."""
        first, second = self._rows.get(pair.first), self._rows.get(pair.second)
        if first is None or second is None:
            return None
        ours = self._order.import_id in {first.import_id, second.import_id}
        return (first, second) if ours else None

    def _has_room(self, sides: _Sides, *, bare: bool) -> bool:
        needed = _PER_PAIR + len(sides[1].tags) + (0 if bare else 2 * MOST_ATTACHMENTS)
        return self._ctx.commit.room() - _BESIDE >= needed

    def _join(self, sides: _Sides, pair: _Two, *, bare: bool) -> None:
        try:
            if isinstance(pair.said, Came):
                self._link(*sides, pair.said, pair.second)
            else:
                said = self._said(pair.said)
                pair_transfer(self._ctx, *sides, self._together, bare=bare, said=said)
        except _UNFIT:
            return  # changed meanwhile, or by a rule: each stays what it is

    def _said(self, fee: Fee | None) -> SaidByFile:
        if fee is None:
            return SaidByFile(import_id=self._order.import_id)
        return SaidByFile(
            import_id=self._order.import_id,
            fee_minor=fee.amount_minor,
            fee_category_id=self._category_of(fee.label),
        )

    def _category_of(self, label: Label) -> str | None:
        """Give the category of a fee, if it may still be used."""
        if not label:
            return None
        if self._fees is None:
            self._fees = dict(labels_of(self._ctx.vault, self._order))
        category_id = self._fees.get(label)
        if category_id is None:
            return None
        try:
            return look_up(self._ctx, category=[category_id]).category_to_use(category_id)
        except (CategoryNotFound, CategoryArchived):
            return None

    def _link(self, refund: Transaction, purchase: Transaction, came: Came, row: str) -> None:
        link = RefundLink(
            transaction_id=purchase.id,
            amount_minor=came.amount_minor,
            currency=purchase.amount.currency,
            covered_minor=came.covered_minor,
            part_id=None if came.part is None else part_id(row, came.part),
        )
        for before, now in zip((refund, purchase), tied(refund, purchase, link), strict=True):
            after = next_version(before, now, self._ctx.now)
            ledger.correct(self._ctx, before, after, self._together)


def _pairs(ctx: Context, order: JoinRows) -> list[_Two | None]:
    """Read the ids of the next pairs; None for one of which a row has no account."""
    page, place = divmod(order.first, PAIRS_PER_PAGE)
    raws = blobs.get(ctx.vault, pairs_key(order.prefix, page))
    try:
        pairs = [Pair.from_json(raw) for raw in raws[place : place + _AT_ONCE]]
        found = [(_leg(ctx, order, *one.first), _leg(ctx, order, *one.second)) for one in pairs]
    except (ValueError, TypeError) as error:
        raise UnreadableRows from error
    return [
        _Two(first, second, one.said) if first and second else None
        for one, (first, second) in zip(pairs, found, strict=True)
    ]


def _leg(ctx: Context, order: JoinRows, statement: int, ordinal: int, *identity: str) -> str | None:
    """Give the id that a leg has in its account; None where its statement has none."""
    account_id = order.accounts.get(str(statement))
    return None if account_id is None else row_id(ctx.vault, account_id, identity, ordinal)


def _rows(
    ctx: Context, order: JoinRows, pairs: Sequence[_Two | None]
) -> tuple[dict[str, Transaction], bool]:
    """Read the rows that live, by the ids that they came under, and whether the import is closed.

    A row may be what the ledger had.
    """
    ids = {identity for pair in pairs if pair is not None for identity in pair[:2]}
    found = look_up(ctx, transaction=ids, closed=[order.import_id])
    copies = {identity: known for identity in ids if (known := found.copied(identity))}
    theirs = look_up(ctx, transaction=set(copies.values())) if copies else found
    rows = {}
    for identity in ids:
        known, there = copies.get(identity, identity), theirs if identity in copies else found
        if there.is_live("transaction", known):
            rows[identity] = there.transaction(known)
    return rows, found.raw("closed", order.import_id) is not None


def _the_end(order: JoinRows) -> TransactionsImported:
    return TransactionsImported(
        import_id=order.import_id,
        chunk=order.chunks,
        chunks=order.chunks + 1,
        recorded=0,
        duplicates=0,
        totals=(),
        change=0,
    )
