"""Making transfers of rows that a file calls the two legs of one, when all of its rows are recorded.

What a file says of its own rows is certain, so nothing is proposed. But a leg may have turned out to be a row that
the ledger had, or somebody changed it meanwhile: what can no longer be a leg stays what it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from chalicelib.expenses.commands import (
    PAIRS_PER_PAGE,
    ImportRows,
    JoinRows,
    pairs_key,
)
from chalicelib.expenses.errors import BadLegs, NotAPair, TransactionReconciled, UnreadableRows
from chalicelib.expenses.events import ImportStopped, TransactionsImported
from chalicelib.expenses.model.attachments import MOST_ATTACHMENTS
from chalicelib.expenses.model.transactions import Transaction
from chalicelib.expenses.repository.attachments import Attachments
from chalicelib.expenses.repository.closed_imports import require_open
from chalicelib.expenses.repository.lookup import look_up
from chalicelib.expenses.service.ledger import Together
from chalicelib.expenses.service.planning import row_id
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


def first_join(order: ImportRows) -> JoinRows:
    """Give the order that follows the last chunk of an import with pairs."""
    return JoinRows(
        import_id=order.import_id,
        prefix=order.prefix,
        pairs=order.pairs,
        first=0,
        chunks=order.chunks,
        accounts=order.accounts,
    )


def join_rows(ctx: Context, order: JoinRows) -> None:
    """Make transfers of some pairs and order the next; at the end tells `TransactionsImported` of nothing.

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
    attached = Attachments(ctx).bearers(one.id for one in rows.values())
    together, used, done = Together(), set[str](), 0
    for pair in pairs:
        sides = _sides(rows, pair, order.import_id)
        if sides is not None and used.isdisjoint((sides[0].id, sides[1].id)):
            bare = sides[1].id not in attached
            if used and not _has_room(ctx, sides, bare=bare):
                break
            _join(ctx, sides, together, bare=bare)
            used |= {sides[0].id, sides[1].id}
        done += 1
    together.tell(ctx, order.import_id)
    if used:
        require_open(ctx, order.import_id)
    following = order.first + done
    if following < order.pairs and done:
        ctx.commit.order(replace(order, first=following), subject=order.import_id)
    else:
        ctx.commit.tell(_the_end(order), subject=order.import_id)


_Pair = tuple[str, str] | None
_Sides = tuple[Transaction, Transaction]


def _pairs(ctx: Context, order: JoinRows) -> list[_Pair]:
    """Read the ids of the next pairs; None for one of which a leg has no account."""
    page, place = divmod(order.first, PAIRS_PER_PAGE)
    raws = blobs.get(ctx.vault, pairs_key(order.prefix, page))
    try:
        legs = [
            [_leg(ctx, order, *side) for side in (sent, arrived)]
            for sent, arrived in raws[place : place + _AT_ONCE]
        ]
    except (ValueError, TypeError) as error:
        raise UnreadableRows from error
    return [(sent, arrived) if sent and arrived else None for sent, arrived in legs]


def _leg(ctx: Context, order: JoinRows, statement: int, ordinal: int, *identity: str) -> str | None:
    """Give the id that a leg has in its account; None where its statement has none."""
    account_id = order.accounts.get(str(statement))
    return None if account_id is None else row_id(ctx.vault, account_id, identity, ordinal)


def _rows(
    ctx: Context, order: JoinRows, pairs: Sequence[_Pair]
) -> tuple[dict[str, Transaction], bool]:
    """Read the rows that live, by the ids that they came under, and whether the import is closed.

    A row may be what the ledger had.
    """
    ids = [identity for pair in pairs if pair is not None for identity in pair]
    found = look_up(ctx, transaction=ids, closed=[order.import_id])
    copies = {identity: known for identity in ids if (known := found.copied(identity))}
    theirs = look_up(ctx, transaction=set(copies.values())) if copies else found
    rows = {}
    for identity in ids:
        known, there = copies.get(identity, identity), theirs if identity in copies else found
        if there.is_live("transaction", known):
            rows[identity] = there.transaction(known)
    return rows, found.raw("closed", order.import_id) is not None


def _sides(rows: Mapping[str, Transaction], pair: _Pair, import_id: str) -> _Sides | None:
    """Give the legs of a pair, of which this import brought one at least: what it did not bring is not its to join."""
    if pair is None or pair[0] not in rows or pair[1] not in rows:
        return None
    sides = rows[pair[0]], rows[pair[1]]
    return sides if import_id in {one.import_id for one in sides} else None


def _has_room(ctx: Context, sides: _Sides, *, bare: bool) -> bool:
    needed = _PER_PAIR + len(sides[1].tags) + (0 if bare else 2 * MOST_ATTACHMENTS)
    return ctx.commit.room() - _BESIDE >= needed


def _join(ctx: Context, sides: _Sides, together: Together, *, bare: bool) -> None:
    try:
        pair_transfer(ctx, *sides, together, bare=bare)
    except (NotAPair, BadLegs, TransactionReconciled):
        return  # changed meanwhile, or by a rule: each stays what it is


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
