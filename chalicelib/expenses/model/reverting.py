"""What becomes of a row when its import is taken back: it leaves, or it stays because somebody built on it."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from chalicelib.expenses.model.transactions import Transaction

Kept = Literal["edited", "split", "linked", "attached", "reconciled"]
"""Why a row stays: what its owner, or another import, made of it since."""
Edited = Literal["keep", "revert"]
"""What is to become of rows that somebody built on; what is reconciled stays in either case."""


def why_kept(one: Transaction, *, as_made: bool, attached: bool) -> Kept | None:
    """Say what was built on a transaction since its import recorded it; None where it is as it came.

    It may have come reconciled: then nobody compared it with a bank here.
    """
    if one.status == "reconciled" and not as_made:
        return "reconciled"
    if attached:
        return "attached"
    if as_made:
        return None
    if _links(one) != _links(None):
        return "linked"
    return "split" if one.parts else "edited"


def why_not_restored(
    now: Transaction, *, made: Transaction, before: Transaction, edited: Edited
) -> Kept | None:
    """Say why a transaction that took a row in cannot be what it was `before`: `made` is what the row made of it.

    What was linked to it since has another end, so it stays in either case.
    """
    if now.status == "reconciled":
        return "reconciled"
    if _links(now) != _links(before):
        return "linked"
    if edited == "revert" or is_same(now, made) or is_same(now, before):
        return None
    return "split" if now.parts != made.parts else "edited"


def is_same(now: Transaction, logged: Transaction) -> bool:
    """Tell whether a transaction says what a logged version said, whatever its version is."""
    return now == replace(
        logged,
        version=now.version,
        change=now.change,
        payee_id=now.payee_id,
        source=now.source,
        import_id=now.import_id,
        made=now.made,
        bank_ref=now.bank_ref,
        absorbed=now.absorbed,
        created_at=now.created_at,
        updated_at=now.updated_at,
    )


def _links(one: Transaction | None) -> tuple[object, ...]:
    return ((), (), "") if one is None else (one.refunds, one.refunded, one.absorbed)
