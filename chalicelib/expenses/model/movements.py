"""What moved on an account by day, so that its balance on any day is a sum of few numbers.

Days are kept and not only months, because a statement ends on any day. Beside the money that moved stands how
much of it is only pending, how much was compared with the bank, and how many entries are still to be compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Final, Literal

from chalicelib.expenses.model.transactions import Transaction
from chalicelib.kernel.clock import Period
from chalicelib.kernel.values import dataclass

Every = Literal["day", "month"]
MOST_POINTS: Final = 400
"""Balances of one answer: more than a year of days."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved on one account on one day: amounts in minor units, and a number of entries.

    `pending` and `reconciled` are parts of `amount`; `unreconciled` counts posted entries that no
    reconciliation has locked.
    """

    amount: int = 0
    pending: int = 0
    reconciled: int = 0
    unreconciled: int = 0

    def __add__(self, other: Moved) -> Moved:
        return Moved(
            self.amount + other.amount,
            self.pending + other.pending,
            self.reconciled + other.reconciled,
            self.unreconciled + other.unreconciled,
        )

    def __neg__(self) -> Moved:
        return Moved(-self.amount, -self.pending, -self.reconciled, -self.unreconciled)

    def __bool__(self) -> bool:
        return bool(self.amount or self.pending or self.reconciled or self.unreconciled)


NOTHING: Final = Moved()
Place = tuple[str, date]
"""An account and a day."""
Days = Mapping[date, Moved]


def moves(transaction: Transaction | None) -> dict[Place, Moved]:
    """Say what a transaction moves, on each of its accounts and days; None and a planned one move nothing."""
    found: dict[Place, Moved] = {}
    if transaction is None:
        return found
    for posting in transaction.postings:
        place = (posting.account_id, posting.booked_on)
        amount = posting.amount_minor
        found[place] = found.get(place, NOTHING) + Moved(
            amount,
            amount if transaction.status == "pending" else 0,
            amount if transaction.status == "reconciled" else 0,
        )
    if transaction.status == "posted":
        # one entry an account and day, however many parts of it lie there
        found = {place: one + Moved(unreconciled=1) for place, one in found.items()}
    return found


def difference(before: Transaction | None, after: Transaction | None) -> dict[Place, Moved]:
    """Say what changes when one version of a transaction takes the place of another."""
    return summed([moves(after), {place: -one for place, one in moves(before).items()}])


def summed(parts: Iterable[Mapping[Place, Moved]]) -> dict[Place, Moved]:
    """Add movements up, and leave out what comes to nothing."""
    found: dict[Place, Moved] = {}
    for part in parts:
        for place, one in part.items():
            found[place] = found.get(place, NOTHING) + one
    return {place: one for place, one in found.items() if one}


def pending_by_account(changes: Mapping[Place, Moved]) -> dict[str, int]:
    """Give by how much the pending money of each account grows."""
    found: dict[str, int] = {}
    for (account_id, _), one in changes.items():
        found[account_id] = found.get(account_id, 0) + one.pending
    return found


# --- balances


@dataclass(frozen=True, slots=True)
class Balance:
    """An account at the end of a day: all that moved, without what is pending, and what was reconciled."""

    on: date
    amount_minor: int
    booked_minor: int
    reconciled_minor: int


def up_to(days: Days, last: date) -> Moved:
    """Sum everything up to a day, that day included."""
    return sum((one for day, one in days.items() if day <= last), NOTHING)


def balances(opening_minor: int, days: Days, wanted: Iterable[date]) -> tuple[Balance, ...]:
    """Give the balance at the end of each of some days, which are in order.

    The opening balance has no day: it is there before the first movement.
    """
    left = sorted(days.items())
    left.reverse()
    sums = NOTHING
    found: list[Balance] = []
    for day in wanted:
        while left and left[-1][0] <= day:
            sums += left.pop()[1]
        amount = opening_minor + sums.amount
        found.append(Balance(day, amount, amount - sums.pending, opening_minor + sums.reconciled))
    return tuple(found)


def points(first: date, last: date, every: Every) -> Iterator[date]:
    """Give each day of a span, or each last day of a month; the span's own last day always ends it."""
    if every == "day":
        yield from (first + timedelta(days=count) for count in range((last - first).days + 1))
        return
    period = Period.of(first)
    while period.last() < last:
        yield period.last()
        period = period.next()
    yield last


def count_points(first: date, last: date, every: Every) -> int:
    """Count what `points` would give."""
    if every == "day":
        return (last - first).days + 1
    return (last.year - first.year) * 12 + last.month - first.month + 1
