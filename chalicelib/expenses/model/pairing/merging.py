"""Two transactions that are one movement become one: what a person said stays, what the bank knows comes in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.expenses.model.transactions import (
    Transaction,
    check_links,
    is_locked,
    next_version,
    with_amount,
)


def merged(kept: Transaction, other: Transaction, at: datetime) -> Transaction:
    """Give what `kept` becomes when `other` turns out to be the same movement.

    What was planned or pending takes the booked amount and day, unless the user set them; what was booked
    keeps its own. Refuses an amount below what was refunded (`RefundedMore`).
    """
    after = _booked(kept, other) if kept.status in {"planned", "pending"} else kept
    after = named(after, other)
    if after.filing.by != "user" and (
        other.filing.by == "user" or after.filing.category_id is None
    ):
        after = replace(after, filing=other.filing)
    after = replace(
        after,
        notes=after.notes or other.notes,
        tags=after.tags or other.tags,
        bank_ref=other.bank_ref or after.bank_ref,
    )
    check_links(kept, after)
    return next_version(kept, after, at)


def _booked(kept: Transaction, other: Transaction) -> Transaction:
    """Take over what the bank booked: amount, day, and what was paid in another currency."""
    after = replace(kept, status=other.status)
    if kept.set_by.get("booked_on") != "user":
        after = replace(after, booked_on=other.booked_on)
    if kept.set_by.get("amount") != "user":
        after = with_amount(after, other.amount)
        if after.amount != kept.amount or other.original is not None:
            after = replace(after, original=other.original or kept.original, rate=other.rate)
    return after


def named(kept: Transaction, other: Transaction) -> Transaction:
    """Let the bank's words be the key of what is learned, beside the name that somebody chose."""
    said = other.bank_payee or other.payee
    if not said or kept.bank_payee == said:
        return kept
    if is_locked(kept, "payee") or "payee" in kept.set_by or kept.source != "import":
        name = kept.payee or other.payee
    else:
        name = other.payee
    words = said if said != name else ""
    return replace(kept, payee=name, bank_payee=words, payee_id=other.payee_id)


def can_go(one: Transaction) -> bool:
    """Tell whether a transaction may vanish into another: nothing hangs on it, and it is not reconciled."""
    return one.status != "reconciled" and not (one.parts or one.refunds or one.refunded)


def can_merge(one: Transaction) -> bool:
    """Tell whether a transaction is one row of one account, as a statement has it.

    Not one with legs or parts on several, nor what a reconciliation added to make a balance right.
    """
    single = one.transfer is None and len(one.accounts) == 1
    return single and one.source != "reconciliation"
