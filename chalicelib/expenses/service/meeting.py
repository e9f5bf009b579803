"""What the rows of an import are to what the ledger has: new, copies, or what was pending, planned, written down.

Only what is certain is done here, in the chunk's own transaction; everything else is proposed later
(`service/matches.py`). A row that is no new transaction leaves a tombstone under its id, so that no
statement ever brings it again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Final

from chalicelib.expenses.errors import HasRefunds, RefundedMore, RefundUsedUp
from chalicelib.expenses.model.pairing.arrivals import WINDOW, place
from chalicelib.expenses.model.pairing.candidate import (
    Candidate,
    candidate_of,
    legs_of,
    whole_id,
)
from chalicelib.expenses.model.pairing.merging import merged
from chalicelib.expenses.model.transactions import Transaction
from chalicelib.expenses.repository.lookup import look_up
from chalicelib.expenses.repository.neighbours import neighbours
from chalicelib.expenses.repository.transactions import Transactions
from chalicelib.expenses.service import ledger
from chalicelib.kernel.context import Context
from chalicelib.kernel.values import dataclass

_AROUND: Final = timedelta(days=WINDOW)
_PER_SETTLED: Final = 3
"""Items: the transaction, its newcomer's tombstone, and a month of its account; tags come on top."""


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another row of the same file, which belongs to a chunk before or after this one."""

    id: str
    account_id: str
    amount_minor: int
    own_id: str
    """The id that it has in the ledger that it was exported from, or nothing."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A newcomer that is a transaction which is known already."""

    newcomer: Transaction
    known: str


@dataclass(frozen=True, slots=True)
class Settled:
    """A known transaction that a newcomer turned out to be, before and after it took that in."""

    newcomer: Transaction
    before: Transaction
    after: Transaction

    @property
    def items(self) -> int:
        """How many items it takes to write, its account left aside."""
        return _PER_SETTLED + len({*self.after.tags} - {*self.before.tags})


@dataclass(frozen=True, slots=True)
class Meeting:
    """Newcomers sorted by what they are."""

    fresh: list[Transaction] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)

    @property
    def items(self) -> int:
        """How many items it takes to write, accounts left aside."""
        return len(self.fresh) + len(self.copies) + sum(one.items for one in self.settled)

    def fitting(self, room: int) -> list[Settled]:
        """Give as many of the settled ones as so many items hold, one at least."""
        ends = accumulate(one.items for one in self.settled)
        return self.settled[: max(1, sum(end <= room for end in ends))]


def meet(
    ctx: Context,
    newcomers: Sequence[Transaction],
    *,
    known: frozenset[str],
    held: Mapping[str, int],
    siblings: Callable[[], Sequence[Sibling]],
) -> Meeting:
    """Sort newcomers; `known` are other rows of the chunk that the ledger has, `held` counts them by account.

    What a sibling is, or was a copy of, is no newcomer's other self: two equal rows of one file are two, also
    where they stand in two chunks. They are asked for only where the ledger has anything near.
    """
    days = [one.booked_on for one in newcomers]
    accounts = frozenset(one.account_id for one in newcomers)
    first, last = min(days) - _AROUND, max(days) + _AROUND
    near = [
        leg
        for one in neighbours(ctx, first, last, accounts=accounts, but=newcomers[0].import_id)
        for leg in legs_of(one)
        if leg.id not in known
    ]
    if near:
        near = _unclaimed(ctx, newcomers, near, siblings())
    found = place([candidate_of(one) for one in newcomers], near, held=held)
    known_legs = {leg.id: leg for leg in near}
    certain = {one.first: known_legs[one.second] for one in found if one.certain}
    return _sorted(ctx, newcomers, certain)


def _sorted(
    ctx: Context, newcomers: Sequence[Transaction], certain: Mapping[str, Candidate]
) -> Meeting:
    """Sort them by what the known ones are now: the index that named them may lag behind."""
    now = look_up(ctx, transaction=[whole_id(leg.id) for leg in certain.values()])
    result = Meeting()
    for one in newcomers:
        leg = certain.get(one.id)
        if leg is None or not now.is_live("transaction", whole_id(leg.id)):
            result.fresh.append(one)
            continue
        before = now.transaction(whole_id(leg.id))
        if leg not in legs_of(before):
            result.fresh.append(one)
        elif before.transfer is None and _takes_more(before):
            _settle_into(result, one, before, ctx.now)
        else:
            result.copies.append(Copy(one, before.id))
    return result


def _unclaimed(
    ctx: Context,
    newcomers: Sequence[Transaction],
    near: Sequence[Candidate],
    siblings: Sequence[Sibling],
) -> list[Candidate]:
    """Leave out what siblings are, and what they were found to be before.

    The latter is looked up only where a newcomer is equal to both.
    """
    ids = {one.id for one in siblings} | {one.own_id for one in siblings}
    near = [leg for leg in near if leg.id not in ids]
    worth = {(one.account_id, one.amount.amount_minor) for one in newcomers}
    worth &= {(leg.account_id, leg.amount) for leg in near}
    rivals = [one.id for one in siblings if (one.account_id, one.amount_minor) in worth]
    if not rivals:
        return near
    found = look_up(ctx, transaction=rivals)
    claimed = {found.copied(one) for one in rivals}
    return [leg for leg in near if whole_id(leg.id) not in claimed]


def _takes_more(known: Transaction) -> bool:
    """Tell whether the bank's row says more than is known: what is not booked yet, or was written by hand."""
    return known.status in {"planned", "pending"} or known.source != "import"


def _settle_into(result: Meeting, one: Transaction, before: Transaction, at: datetime) -> None:
    try:
        after = merged(before, one, at)
    except (HasRefunds, RefundUsedUp, RefundedMore):
        result.fresh.append(one)
        return
    result.settled.append(Settled(one, before, after))


def settle(ctx: Context, settled: Sequence[Settled]) -> None:
    """Let known transactions take their newcomers in."""
    for one in settled:
        change = None
        if one.after is not one.before:
            ledger.correct(ctx, one.before, one.after)
            change = ctx.commit.sequence
        Transactions(ctx).bury(one.newcomer, copy_of=one.before.id, settled=change)


def bury(ctx: Context, copies: Sequence[Copy]) -> None:
    """Leave tombstones of copies."""
    for one in copies:
        Transactions(ctx).bury(one.newcomer, copy_of=one.known)
