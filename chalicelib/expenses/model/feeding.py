"""What a bank's own word makes of transactions: facts follow the bank, what a person said or built stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.expenses.errors import NotAPair, NotSplittable
from chalicelib.expenses.model.pairing.merging import merged, named
from chalicelib.expenses.model.transactions import (
    Transaction,
    check_links,
    check_lock,
    is_locked,
    next_version,
    with_amount,
)


def amended(known: Transaction, row: Transaction, at: datetime) -> Transaction:
    """Give what a transaction becomes when the bank says `row` of it; the very same where that is nothing new.

    Amount and day stay where the user set them. Refuses what a reconciliation locked
    (`TransactionReconciled`), what refunds do not allow, and another amount of a transfer (`NotAPair`) or of what
    lies on several accounts (`NotSplittable`).
    """
    after = _taken_over(known, row)
    if known.status != "reconciled":
        after = replace(after, status=row.status)
    if known.set_by.get("booked_on") != "user":
        after = replace(after, booked_on=row.booked_on)
    if known.set_by.get("amount") != "user" and known.amount != row.amount:
        _check_amount(known)
        after = replace(with_amount(after, row.amount), original=row.original, rate=row.rate)
    if (known.bank_payee or known.payee) != row.payee:
        after = named(after, row)
    if known.source == "import" and not is_locked(known, "notes") and "notes" not in known.set_by:
        after = replace(after, notes=row.notes)
    check_lock(known, after)
    check_links(known, after)
    return next_version(known, after, at)


def standing_for(known: Transaction, row: Transaction, at: datetime) -> Transaction:
    """Let a transaction stand for a row and stay as it is otherwise."""
    return next_version(known, _taken_over(known, row), at)


def _taken_over(known: Transaction, row: Transaction) -> Transaction:
    return replace(known, bank_ref=row.bank_ref, import_id=row.import_id)


def _check_amount(known: Transaction) -> None:
    """Refuse to move one leg of a transfer alone, or a sum whose parts lie elsewhere."""
    if known.transfer is not None:
        raise NotAPair
    if len(known.accounts) > 1:
        raise NotSplittable


def adopted(known: Transaction, row: Transaction, at: datetime) -> Transaction:
    """Give a transaction of another origin that turned out to be a row of the feed: from now on it is that row.

    What a statement brought keeps its words; what was foreseen or written by hand learns what the bank says.
    Refuses an amount that refunds do not allow.
    """
    after = _taken_over(known, row)
    if known.status in {"planned", "pending"} or known.source != "import":
        # one version further, however much of it is new
        whole = merged(known, row, at)
        after = replace(_taken_over(whole, row), version=known.version, updated_at=known.updated_at)
    return next_version(known, after, at)


def is_built_on(one: Transaction) -> bool:
    """Tell whether a transaction may not vanish only because the bank took its row back.

    An authorisation that lapsed never happened, whatever somebody wrote beside it, unless other transactions
    hang on it or it was there before the bank spoke of it.
    """
    if one.source != "import" or one.status == "reconciled":
        return True
    if one.transfer is not None or one.refunds or one.refunded:
        return True
    if one.status == "pending":
        return False
    return bool(one.parts) or one.filing.by == "user" or "user" in one.set_by.values()
