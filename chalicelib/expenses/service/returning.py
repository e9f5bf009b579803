"""Rows that come again after their import was taken back, though a tombstone lies under their id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.expenses.model.transactions import Transaction
from chalicelib.expenses.repository.lookup import Found, look_up
from chalicelib.expenses.repository.table import number
from chalicelib.expenses.service.meeting import Meeting
from chalicelib.expenses.service.planning import Planned
from chalicelib.kernel.context import Context


def reborn(ctx: Context, planned: Sequence[Planned], found: Found) -> set[str]:
    """Name ids that are free again: what left when its import was reverted, and copies of such a one.

    What its owner deleted never comes again.
    """
    ids = {identity for one in planned for identity in (one.id, one.own_id) if identity}
    again = {identity for identity in ids if found.reverted(identity)}
    copies = {identity: found.copied(identity) for identity in ids}
    wanted = {known for known in copies.values() if known}
    if wanted:
        owners = look_up(ctx, transaction=wanted)
        again |= {one for one, known in copies.items() if known and owners.reverted(known)}
    return again


def matched(import_id: str, planned: Sequence[Planned], found: Found, meeting: Meeting) -> int:
    """Count rows of a chunk that an import took for transactions that are there, in this step or before."""
    before = sum(found.taken_by(one) == import_id for one in {one.id for one in planned})
    return before + len(meeting.copies) + len(meeting.settled)


def behind_tombstone(one: Transaction, found: Found) -> Transaction:
    """Let a row that comes again go on behind its tombstone: versions and history are one chain."""
    item = found.raw("transaction", one.id)
    if item is None:
        return one
    change = number(item, "change") if "change" in item else 0
    return replace(one, version=number(item, "version") + 1, change=change)
