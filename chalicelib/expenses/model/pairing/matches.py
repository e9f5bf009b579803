"""A match that was proposed: two transactions, why, how sure, and what the user said about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import permutations
from typing import Final, Literal

from chalicelib.expenses.model.pairing.arrivals import WINDOW, place
from chalicelib.expenses.model.pairing.candidate import (
    Candidate,
    arrived_id,
    candidate_of,
    legs_of,
    whole_id,
)
from chalicelib.expenses.model.pairing.merging import can_merge
from chalicelib.expenses.model.pairing.proposals import Kind, Proposal, pair_key
from chalicelib.expenses.model.pairing.refunds import link
from chalicelib.expenses.model.pairing.transfers import Convert, join
from chalicelib.expenses.model.transactions import Transaction
from chalicelib.kernel.values import dataclass

State = Literal["open", "accepted", "rejected"]
MOST_OPEN: Final = 500
"""Open matches that an owner may have; while there are so many, no more are proposed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """`first` is the newcomer, the leg that leaves, or the refund; `amount_minor` is what a refund gives back."""

    id: str
    version: int
    kind: Kind
    first: str
    second: str
    accounts: tuple[str, ...]
    confidence: int
    reason: str
    amount_minor: int
    state: State
    created_at: datetime
    updated_at: datetime


def propose(
    rows: Sequence[Transaction],
    fresh: Collection[str],
    *,
    convert: Convert,
    names: Mapping[str, frozenset[str]],
    rejected: Collection[frozenset[str]],
) -> list[Proposal]:
    """Propose matches that at least one of the `fresh` rows is in, the surest first; each row in one at most."""
    read = {one.id: candidate_of(one) for one in rows}
    seen = [read[one.id] for one in rows if can_merge(one)]
    legs = [leg for one in rows if one.id not in fresh for leg in legs_of(one, read[one.id])]
    found = _copies([one for one in seen if one.id in fresh], legs, rejected)
    taken = {one for proposal in found for one in (proposal.first, proposal.second)}
    whole = {one.id: one for one in rows if not (one.parts or one.refunds or one.refunded)}
    free = [one for one in seen if one.id in whole and one.id not in taken]
    moved = join(free, convert=convert, names=names, rejected=rejected)
    taken |= {one for proposal in moved for one in (proposal.first, proposal.second)}
    linked = {one.id for one in rows if one.refunds}
    free = [one for one in seen if one.id not in taken and one.id not in linked]
    back = {one.id: one.refunded_minor for one in rows if one.refunded}
    found += [*moved, *link(free, given_back=back, rejected=rejected)]
    about = [one for one in found if one.first in fresh or one.second in fresh]
    return sorted(about, key=lambda one: (-one.points, one.first, one.second))


def _copies(
    fresh: Sequence[Candidate], others: Sequence[Candidate], rejected: Collection[frozenset[str]]
) -> list[Proposal]:
    """Look at fresh rows as if they came now; what an import did not do by itself is at most proposed."""
    arrivals = [one for one in fresh if one.status != "planned"]
    if not arrivals:
        return []
    first = min(one.day for one in arrivals) - WINDOW
    known = [one for one in others if one.day >= first]
    found = place(arrivals, known, rejected=_with_legs(rejected))
    return [replace(one, second=whole_id(one.second)) for one in found]


def _with_legs(pairs: Collection[frozenset[str]]) -> set[frozenset[str]]:
    """Say the same of a pair where one of the two is a transfer, met on the account where it arrives."""
    legs = (
        pair_key(one, arrived_id(other)) for pair in pairs for one, other in permutations(pair, 2)
    )
    return {*pairs, *legs}


def pairs_of(matches: Sequence[Match]) -> set[frozenset[str]]:
    """Give the pairs of matches."""
    return {pair_key(one.first, one.second) for one in matches}
