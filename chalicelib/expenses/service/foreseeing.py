"""What the ledger would make of rows before they are imported, and made of those that were; nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from chalicelib.expenses.commands import ImportRow, ImportRows
from chalicelib.expenses.model.importing import Duplicate
from chalicelib.expenses.model.transactions import Transaction
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.lookup import Found, look_up
from chalicelib.expenses.service.meeting import Sibling, meet
from chalicelib.expenses.service.planning import Planned, plan, transaction_of_row
from chalicelib.expenses.service.returning import behind_tombstone, reborn
from chalicelib.kernel.context import Context
from chalicelib.kernel.tables import Raw


def foresee(
    ctx: Context, order: ImportRows, rows: Mapping[int, ImportRow], asked: Collection[int]
) -> dict[int, Duplicate]:
    """Say of the rows that are `asked` for which are duplicates, as an import would find or found it.

    `rows` are those around them in the file, too, by place: two equal rows of one file are two. At most 1,000
    transactions around their days are looked at, as for a chunk.
    """
    planned = {
        place: one for place, row in rows.items() for one in plan(ctx.vault, order, [row.to_json()])
    }
    wanted = {place: planned[place] for place in asked if place in planned}
    ids = {identity for one in wanted.values() for identity in (one.id, one.own_id) if identity}
    found = look_up(ctx, transaction=ids)
    again = reborn(ctx, list(wanted.values()), found)
    result: dict[int, Duplicate] = {}
    fresh: dict[int, Planned] = {}
    for place, one in wanted.items():
        item = _item_of(found, one, again)
        if item is None:
            fresh[place] = one
        elif (said := _of_known(item, order.import_id)) is not None:
            result[place] = said
    if fresh:
        others = [one for place, one in planned.items() if place not in fresh]
        held = Counter(one.account_id for place, one in wanted.items() if place in result)
        newcomers = {
            one.id: behind_tombstone(transaction_of_row(ctx, order, one), found)
            for one in fresh.values()
            if len(one.accounts) == 1
        }
        claimed = _claimed(ctx, newcomers, others, held) if newcomers else set()
        result |= {place: "suspected" for place, one in fresh.items() if one.id in claimed}
    return result


def _item_of(found: Found, one: Planned, again: Collection[str]) -> Raw | None:
    for identity in (one.id, one.own_id):
        item = found.raw("transaction", identity) if identity and identity not in again else None
        if item is not None:
            return item
    return None


def _of_known(item: Raw, import_id: str) -> Duplicate | None:
    """Say what a row is that is there: recorded by this very import, or taken by it for another one, or known."""
    if table.text(item, "import_id") != import_id:
        return "certain"
    joined = table.text(item, "into") is not None  # it is a leg of a transfer now
    return "suspected" if table.is_deleted(item) and not joined else None


def _claimed(
    ctx: Context,
    newcomers: Mapping[str, Transaction],
    others: Collection[Planned],
    held: Mapping[str, int],
) -> set[str]:
    """Name the rows that an import would take for transactions that are there."""
    siblings = [
        Sibling(one.id, one.account_id, one.amount.amount_minor, one.own_id) for one in others
    ]
    meeting = meet(
        ctx,
        list(newcomers.values()),
        known=frozenset(one.id for one in others),
        held=held,
        siblings=lambda: siblings,
    )
    copies = {one.newcomer.id for one in meeting.copies}
    return copies.union(one.newcomer.id for one in meeting.settled)
