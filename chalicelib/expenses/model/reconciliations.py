"""Comparing an account with a bank's statement: what the books say, what the bank says, and what is between them.

One goes from open over locking to finished; undoing it goes over unlocking to nothing. They stand on each other
in the order of their days, so only the newest changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final, Literal

from chalicelib.expenses.model.accounts import Account
from chalicelib.expenses.model.movements import Days, moves, up_to
from chalicelib.expenses.model.transactions import Transaction
from chalicelib.kernel.values import dataclass

State = Literal["open", "locking", "finished", "unlocking", "undone"]
MAX_RECONCILIATIONS: Final = 1_000
"""Of one account: a statement a week for nineteen years."""
MAX_LEFT_OUT: Final = 100
"""Transactions that one statement may leave out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """A statement that an account is compared with: what it says at its end, and perhaps at its beginning.

    `left_out` are posted transactions that the statement does not have yet. `previous_id` is the one that this
    stands on, `since` the earliest day that it locked something of, `locked` how much, `run_id` the work under way.
    `adjustments` are transactions that it made for what could not be explained.
    """

    id: str
    version: int
    account_id: str
    day: date
    closing_minor: int
    state: State
    created_at: datetime
    updated_at: datetime
    first: date | None = None
    opening_minor: int | None = None
    left_out: tuple[str, ...] = ()
    previous_id: str | None = None
    adjustments: tuple[str, ...] = ()
    run_id: str | None = None
    locked: int = 0
    since: date | None = None
    made: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A reconciliation and how it stands: `difference_minor` is the statement's balance less that of the books.

    `unreconciled` counts posted entries up to the day that nobody locked: while it is open those that finishing it
    will lock, and then those that were left out or came later.
    """

    reconciliation: Reconciliation
    currency: str
    booked_minor: int
    unreconciled: int
    opening_difference_minor: int | None

    @property
    def difference_minor(self) -> int:
        """What an adjustment would have to book."""
        return self.reconciliation.closing_minor - self.booked_minor


def compare(
    account: Account, one: Reconciliation, days: Days, left_out: Iterable[Transaction]
) -> Comparison:
    """Compare; `left_out` are those of the named transactions that are still there."""
    so_far = up_to(days, one.day)
    if one.state in {"finished", "unlocking"}:
        booked, unreconciled = so_far.reconciled, so_far.unreconciled
    else:
        apart = [on_statement(account.id, each, one.day) for each in left_out]
        booked = so_far.amount - so_far.pending - sum(amount for amount in apart if amount)
        unreconciled = so_far.unreconciled - sum(amount is not None for amount in apart)
    return Comparison(
        reconciliation=one,
        currency=account.currency,
        booked_minor=account.opening_minor + booked,
        unreconciled=unreconciled,
        opening_difference_minor=_opening_difference(account, one, days),
    )


def _opening_difference(account: Account, one: Reconciliation, days: Days) -> int | None:
    if one.opening_minor is None:
        return None
    if one.first is None or one.first == date.min:
        return one.opening_minor - account.opening_minor
    before = up_to(days, one.first - timedelta(days=1))
    return one.opening_minor - account.opening_minor - before.amount + before.pending


def on_statement(account_id: str, one: Transaction, day: date) -> int | None:
    """Give what a posted transaction would add to a statement up to a day, or None where it is not on it."""
    if one.status != "posted":
        return None
    here = [(when, moved) for (where, when), moved in moves(one).items() if where == account_id]
    if not here or any(when > day for when, _ in here):
        return None
    return sum(moved.amount for _, moved in here)


def advanced(
    one: Reconciliation, state: State, *, at: datetime, run_id: str | None = None
) -> Reconciliation:
    """Give a reconciliation in its next state."""
    return replace(one, state=state, run_id=run_id, version=one.version + 1, updated_at=at)
