"""Counts what a matcher found, missed and made up, class by class; a pair's class is what the known row is.

Pairs under one and the same id are left out of what there is to find: everybody finds those.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from chalicelib.expenses.model.pairing.arrivals import place
from chalicelib.expenses.model.pairing.candidate import Candidate, Texts
from chalicelib.expenses.model.pairing.proposals import Proposal
from chalicelib.expenses.model.pairing.refunds import link
from chalicelib.expenses.model.pairing.transfers import join
from chalicelib.expenses.model.payee import fold
from tests.corpus.matching.baselines import BASELINES, Baseline
from tests.corpus.matching.life import START
from tests.corpus.matching.records import CLASSES, Pair, Record, World


@dataclass(slots=True)
class Score:
    """Right, made up, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 0.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


Scores = dict[str, dict[str, Score]]


def candidate(row: Record) -> Candidate:
    """Read a record as the ledger does."""
    return Candidate(
        id=row.id,
        account_id=row.account,
        day=row.day.toordinal(),
        amount=row.amount,
        currency=row.currency,
        texts=Texts(row.payee, row.memo),
        bank_ref=row.ref.encode() or None,
        status=row.status,  # type: ignore[arg-type]
        source=row.source,  # type: ignore[arg-type]
        batch=row.batch or None,
        original=row.original,
        filed_as=row.filed_as,  # type: ignore[arg-type]
        trade=row.trade,  # type: ignore[arg-type]
    )


def ours(world: World) -> list[Proposal]:
    """Let our deciders look at a world."""
    found = place(list(map(candidate, world.arriving)), list(map(candidate, world.known)))
    rows = [candidate(one) for one in world.ledger]
    names = {one: frozenset(fold(name).split()) for one, (name, _) in world.accounts.items()}

    def convert(minor: int, source: str, target: str, day: int) -> int | None:
        at = (date.fromordinal(day) - START).days

        def per_euro(one: str) -> float:
            return 1.0 if one == "EUR" else world.rates[one][at]

        return round(minor * per_euro(target) / per_euro(source))

    moved = join(rows, convert=convert, names=names)
    legs = {leg for one in moved for leg in (one.first, one.second)}
    rest = [row for row in rows if row.id not in legs]
    return [*found, *moved, *link(rest, given_back={})]


def measured(worlds: Iterable[World]) -> Scores:
    """Score everybody on the same worlds: by matcher and class."""
    scores: Scores = {}
    for world in worlds:
        found = ours(world)
        _count(scores, "ours, certain", world, [one for one in found if one.certain])
        _count(scores, "ours, with proposals", world, found)
        for one in BASELINES:
            _count_pairs(scores, one.name, world, _by_class(world, one))
    return scores


def _count(scores: Scores, name: str, world: World, found: Iterable[Proposal]) -> None:
    pairs: dict[str, set[Pair]] = {one: set() for one in CLASSES}
    for one in found:
        kind = one.kind if one.kind in {"transfer", "refund"} else _class(world, one.second)
        pairs[kind].add((one.first, one.second))
    _count_pairs(scores, name, world, pairs)


def _by_class(world: World, one: Baseline) -> Mapping[str, set[Pair]]:
    pairs: dict[str, set[Pair]] = {name: set() for name in CLASSES}
    for first, second in one.arrivals(world):
        pairs[_class(world, second)].add((first, second))
    pairs["transfer"] = set(one.transfers(world))
    pairs["refund"] = set(one.refunds(world))
    return pairs


def _class(world: World, known_id: str) -> str:
    row = next(one for one in world.known if one.id == known_id)
    if row.status == "pending":
        return "pending"
    if row.status == "planned" or row.source != "import":
        return "planned"
    return "rekeyed" if world.modes[row.account] == "churn" else "duplicate"


def _count_pairs(scores: Scores, name: str, world: World, pairs: Mapping[str, set[Pair]]) -> None:
    refs = {one.id: (one.account, one.ref) for one in (*world.known, *world.arriving) if one.ref}
    for kind, truth in world.truth.items():
        easy = {pair for pair in truth if kind == "duplicate" and _same(refs, pair)}
        true = Counter(_grouped(world, pair) for pair in truth)
        found = pairs[kind] - easy
        right = sum((true & Counter(_grouped(world, pair) for pair in found)).values())
        score = scores.setdefault(name, {}).setdefault(kind, Score())
        score.right += right
        score.wrong += len(found) - right
        score.missed += len(truth - easy) - right


def _same(refs: Mapping[str, tuple[str, str]], pair: Pair) -> bool:
    return pair[0] in refs and refs[pair[0]] == refs.get(pair[1])


def _grouped(world: World, pair: Pair) -> tuple[str, str]:
    """Name a pair by what its rows show.

    Equal purchases at one place that change places within the days of a match count as found: as many of
    them live on as there were. Rows of transfers and refunds must be of the very day.
    """
    return world.groups[pair[0]], world.groups[pair[1]]
