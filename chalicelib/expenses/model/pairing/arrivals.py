"""What newcomers are to the rows that an account already has: nothing, a copy, or the same movement later.

Every newcomer claims at most one known row and every known row is claimed once, so that two equal purchases
of a day both live: one copy takes one of them, the next the other, a third is new.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from chalicelib.expenses.model.pairing.assignment import assign, clear
from chalicelib.expenses.model.pairing.candidate import Candidate, Days, of_one_file
from chalicelib.expenses.model.pairing.evidence import (
    Amounts,
    by_distance,
    names_agree,
    of_names,
    of_references,
)
from chalicelib.expenses.model.pairing.names import TRANSFER_WORDS
from chalicelib.expenses.model.pairing.proposals import CERTAIN, PROPOSED, Edge, Proposal, pair_key
from chalicelib.expenses.model.pairing.rekeying import renamed

WINDOW: Final = 12
"""Days around a newcomer in which its other self may lie."""
_KNOWN_ID: Final = 60
_OVERLAP_LEAST: Final = 6
_LAG_LEAST: Final = 3
_Scorer = Callable[[Candidate, Candidate, "_Scene"], tuple[int, str] | None]


class _Scene:
    """What all newcomers of an import say together."""

    def __init__(
        self,
        arrivals: Sequence[Candidate],
        known: Sequence[Candidate],
        rekeyed: Collection[str],
        held: Mapping[str, int],
    ) -> None:
        self.amounts = Amounts([*arrivals, *known])
        self.days = Days(((row.account_id, row.currency), row) for row in known)
        self.rekeyed = rekeyed
        self.held = held
        self.overlap = _overlap(arrivals, self.days)
        self.lag = _lag(arrivals, self.days)


def place(
    arrivals: Sequence[Candidate],
    known: Sequence[Candidate],
    *,
    held: Mapping[str, int] | None = None,
    rejected: Collection[frozenset[str]] = (),
) -> list[Proposal]:
    """Say which newcomers are known rows; who is not named is new. Rejected pairs are never named again.

    `held` says of how many other rows of the same import each account knew the id: where the ids hold, and
    the source writes as it did before, what it does not know by id is hardly a copy.
    """
    held = held or {}
    sure = _by_id(arrivals, known, rejected)
    claimed = {one for proposal in sure for one in (proposal.first, proposal.second)}
    rest = [row for row in arrivals if row.id not in claimed]
    left = [row for row in known if row.id not in claimed]
    again, perhaps = (
        [pair for pair in pairs if pair_key(*pair) not in rejected]
        for pairs in renamed(arrivals, known, held)
    )
    sure += [_by_content(*pair, certain=True) for pair in again]
    sure += [_by_content(*pair, certain=False) for pair in perhaps]
    claimed |= {one for pair in (*again, *perhaps) for one in pair}
    rest = [row for row in rest if row.id not in claimed]
    left = [row for row in left if row.id not in claimed]
    rekeyed = {row.account_id for row in arrivals if row.id in {first for first, _ in again}}
    scene = _Scene(rest, left, rekeyed, held)
    edges = [
        edge for edge in _edges(rest, scene) if pair_key(edge.first, edge.second) not in rejected
    ]
    chosen = assign(edges)
    plain = clear(chosen, edges)
    return sure + [
        _proposal(edge, is_clear=(edge.first, edge.second) in plain)
        for edge in chosen
        if edge.points >= PROPOSED
    ]


def _by_content(first: str, second: str, *, certain: bool) -> Proposal:
    return Proposal(
        kind="duplicate",
        first=first,
        second=second,
        points=_KNOWN_ID if certain else PROPOSED,
        reason="ids-changed" if certain else "ids-differ",
        certain=certain,
    )


def _proposal(edge: Edge, *, is_clear: bool) -> Proposal:
    return Proposal(
        kind=edge.kind,
        first=edge.first,
        second=edge.second,
        points=edge.points,
        reason=edge.reason,
        certain=is_clear and edge.points >= CERTAIN,
    )


def _by_id(
    arrivals: Iterable[Candidate],
    known: Iterable[Candidate],
    rejected: Collection[frozenset[str]],
) -> list[Proposal]:
    """Pair rows under the provider's own id: banks use one twice, so the amount must agree or be pending."""
    there: dict[tuple[str, bytes], list[Candidate]] = {}
    for row in known:
        if row.bank_ref is not None:
            there.setdefault((row.account_id, row.bank_ref), []).append(row)
    found = []
    for row in arrivals:
        rows = there.get((row.account_id, row.bank_ref)) if row.bank_ref is not None else None
        for place_, other in enumerate(rows or ()):
            pending = _may_settle(row, other)
            if not (pending or other.amount == row.amount):
                continue
            if pair_key(row.id, other.id) not in rejected:
                found.append(
                    Proposal(
                        kind="pending" if pending else "duplicate",
                        first=row.id,
                        second=other.id,
                        points=_KNOWN_ID,
                        reason="same-bank-id",
                        certain=True,
                    )
                )
                del (rows or [])[place_]
                break
    return found


def _may_settle(row: Candidate, known: Candidate) -> bool:
    """Tell whether a pending row may have become this one: it is booked, and flows the same way."""
    booked = known.status == "pending" and row.status != "pending"
    return booked and (row.amount > 0) == (known.amount > 0)


def _overlap(arrivals: Sequence[Candidate], days: Days) -> int:
    """Say what it means for one newcomer that many others of its import are (not) known already.

    Two statements of the same weeks from two sources have nearly everything in common.
    """
    met = asked = 0
    for row in arrivals:
        group = (row.account_id, row.currency)
        if not days.count(group, row.day - 2, row.day + 2):
            continue
        asked += 1
        near = days.within(group, row.day - 4, row.day + 4)
        met += any(one.amount == row.amount for one in near)
    if asked < _OVERLAP_LEAST:
        return 0
    if 10 * met >= 7 * asked:
        return 6
    return -4 if 10 * met < 3 * asked else 0


def _lag(arrivals: Sequence[Candidate], days: Days) -> int:
    """Say whether this source books later (1) or earlier (-1) than what is known, as most do; 0 is not clear."""
    later = earlier = 0
    for row in arrivals:
        near = days.within((row.account_id, row.currency), row.day - 4, row.day + 4)
        equal = [one for one in near if one.amount == row.amount]
        if len(equal) == 1 and row.amount % 100:
            later += row.day > equal[0].day
            earlier += row.day < equal[0].day
    if later + earlier < _LAG_LEAST:
        return 0
    return 1 if later > 4 * earlier else -1 if earlier > 4 * later else 0


def _edges(arrivals: Sequence[Candidate], scene: _Scene) -> Iterator[Edge]:
    for row in arrivals:
        group = (row.account_id, row.currency)
        for other in scene.days.within(group, row.day - WINDOW, row.day + WINDOW):
            if of_one_file(row, other):
                continue
            kind, score = _SCORERS[_role(other)]
            found = score(row, other, scene)
            if found is not None and found[0] > 0:
                # which of several equal purchases it is does not matter: as many live on
                twin = (row.habit, other.habit, other.status)
                yield Edge(row.id, other.id, found[0], found[1], kind, twin)  # type: ignore[arg-type]


def _role(known: Candidate) -> str:
    if known.status == "pending":
        return "pending"
    if known.status == "planned":
        return "planned"
    return "entered" if known.source in {"manual", "recurring", "receipt"} else "imported"


def _as_duplicate(row: Candidate, known: Candidate, scene: _Scene) -> tuple[int, str] | None:
    """A copy of a row that another source brought: to the cent, within days."""
    if row.amount != known.amount or row.status == "pending":
        return None
    told_apart = row.bank_ref is not None and known.bank_ref is not None
    if told_apart and row.account_id not in scene.rekeyed:
        return None  # by the bank itself
    later = row.day - known.day
    day = by_distance(abs(later), (13, 11, 8, 4, -1))
    if day is None:
        return None
    name = of_names(row, known, same=11, close=6, unlike=-12)
    points = day + name + scene.amounts.rarity(row) + scene.overlap + of_references(row, known) + 4
    if later * scene.lag < 0:
        points -= 6
    if told_apart:
        points += 4
    elif scene.held.get(row.account_id):
        points -= 16
    return points, "near-day" if later else "same-day"


def _as_posted(row: Candidate, known: Candidate, scene: _Scene) -> tuple[int, str] | None:
    """What was pending is booked: often later, under another id, and not always for the same amount."""
    if row.status == "pending":
        return _as_still_pending(row, known)
    if not _may_settle(row, known):
        return None
    day = by_distance(row.day - known.day + 1, (2, 8, 8, 8, 7, 5, 4, 2, 1, 0, -3, -5))
    if day is None:
        return None
    shared = of_references(row, known)
    if row.amount == known.amount:
        name = of_names(row, known, same=11, close=7, unlike=-10)
        return day + name + max(scene.amounts.rarity(row), -4) + shared + 4, "same-amount"
    if not (names_agree(row, known) or shared):
        return None
    settled = _settled(row, known)
    if settled is None:
        return None
    worth, reason = settled
    return day + worth + of_names(row, known, same=5, close=2, unlike=0) + shared, reason


def _as_still_pending(row: Candidate, known: Candidate) -> tuple[int, str] | None:
    """Many providers give what is pending a new id each time; it may be a second purchase as well."""
    same = row.amount == known.amount and abs(row.day - known.day) <= 1
    return (PROPOSED + 3, "still-pending") if same and names_agree(row, known) else None


def _settled(row: Candidate, known: Candidate) -> tuple[int, str] | None:
    """Say why the amount may have changed, and what that is worth."""
    was, now = abs(known.amount), abs(row.amount)
    if (known.original or row.original) and 100 * abs(now - was) <= 6 * was:
        return (16, "currency") if row.original == known.original else (8, "currency")
    trade = known.trade or row.trade
    if was < now <= was + was * 26 // 100:
        return {"tips": 5, None: -4}.get(trade, -9), "tip"
    if was % 100 == 0 and (was <= 200 or was >= 4_000) and now <= max(20_000, was):
        return {"fuel": 8, "lodging": 6, None: 1}.get(trade, -9), "preauthorisation"
    return None


def _as_planned(row: Candidate, known: Candidate, scene: _Scene) -> tuple[int, str] | None:
    """What a plan foresaw has come: to the cent, or for a bill that varies under the same name."""
    if row.status == "pending" or (row.amount > 0) != (known.amount > 0):
        return None
    day = by_distance(abs(row.day - known.day), (8, 8, 7, 6, 5, 4, 3, 2, -2, -4, -6))
    if day is None:
        return None
    if row.amount == known.amount:
        name = of_names(row, known, same=11, close=7, unlike=-8)
        return day + name + max(scene.amounts.rarity(row), -3) + 5, "planned-amount"
    if 4 * abs(row.amount - known.amount) > abs(known.amount) or not names_agree(row, known):
        return None
    return day + of_names(row, known, same=7, close=3, unlike=0), "planned-payee"


def _as_entered(row: Candidate, known: Candidate, scene: _Scene) -> tuple[int, str] | None:
    """What somebody wrote down is booked: to the cent; people name things as they like."""
    if row.amount != known.amount or row.status == "pending":
        return None
    if row.bank_ref is not None and known.bank_ref is not None:
        return None
    day = by_distance(row.day - known.day + 3, (-3, 3, 8, 10, 8, 7, 6, 4, 2, 0, -3))
    if day is None:
        return None
    name = of_names(row, known, same=11, close=7, unlike=-9)
    leg = known.filed_as == "transfer" and row.texts.words & TRANSFER_WORDS
    rare = max(scene.amounts.rarity(row), -3)
    return day + name + rare + 5 + (6 if leg else 0), "entered-by-hand"


_SCORERS: Final[Mapping[str, tuple[str, _Scorer]]] = {
    "imported": ("duplicate", _as_duplicate),
    "pending": ("pending", _as_posted),
    "planned": ("planned", _as_planned),
    "entered": ("planned", _as_entered),
}
