"""Which money went where within one transaction: postings that only sum to nothing become movements.

A journal says what each account gained, not from which other one it came. Where only one account holds money
there is nothing to find. Where there are several, equal amounts belong together first; then spending and
earning take their part of the money, because that is what they are for; what is left moved between accounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from chalicelib.interchange.model.formats.amounts import ZERO
from chalicelib.interchange.model.formats.journals.entries import Posting
from chalicelib.kernel.values import dataclass

Role = Literal["money", "hidden", "category", "equity", "thing"]
"""What a posting is to its owner: money on an account, or on one that is not in the file, a reason, the owner's
equity, or shares and the like."""
_DUST: Final = Decimal("0.01")


class Piece(NamedTuple):
    """A part of a leg, in what the leg weighs, and the leg at its other end, if any."""

    amount: Decimal
    other: Leg | None


@dataclass(slots=True, eq=False)
class Leg:
    """A posting, how much of it has not found its other end yet, and what has."""

    posting: Posting
    role: Role
    left: Decimal
    pieces: list[Piece] = field(default_factory=list)

    @property
    def is_money(self) -> bool:
        """Whether money lies there, be it out of sight."""
        return self.role in {"money", "hidden"}

    @property
    def is_shown(self) -> bool:
        """Whether rows are made of it."""
        return self.role == "money"

    @property
    def key(self) -> tuple[str, str]:
        """The statement that it belongs to."""
        return self.posting.account, self.posting.commodity


def match(legs: Sequence[Leg]) -> None:
    """Give every leg its pieces; a leg keeps in `left` what no other one explains."""
    money = [leg for leg in legs if leg.is_money]
    if not money:
        return
    if len(money) == 1 and len({leg.posting.weight_in for leg in legs}) == 1:
        _explain_alone(money[0], legs)
        return
    groups: dict[str, list[Leg]] = {}
    for leg in legs:
        groups.setdefault(leg.posting.weight_in, []).append(leg)
    for group in groups.values():
        _settle(group)
    if len(groups) > 1:
        _across(legs)
    for leg in money:
        _absorb_dust(leg)


def _explain_alone(money: Leg, legs: Sequence[Leg]) -> None:
    """All others are the reasons for the only leg of money, each with its sign turned."""
    for leg in legs:
        if leg is not money and (leg.left or leg.role == "category"):
            money.pieces.append(Piece(leg.left.copy_negate(), leg))
            money.left += leg.left
    _absorb_dust(money)


def _settle(group: Sequence[Leg]) -> None:
    """Match legs that weigh in one currency."""
    _match_equal(group)
    for giving, taking in ((True, False), (False, True), (True, True), (False, False)):
        gave = [leg for leg in group if leg.left < 0 and leg.is_money is giving]
        took = [leg for leg in group if leg.left > 0 and leg.is_money is taking]
        if giving or taking:
            _pour(gave, took)
        elif gave and took:
            _through(group, gave + took)


def _match_equal(group: Sequence[Leg]) -> None:
    taking: dict[Decimal, list[Leg]] = {}
    for leg in reversed(group):
        if leg.left > 0:
            taking.setdefault(leg.left, []).append(leg)
    for leg in group:
        candidates = taking.get(leg.left.copy_negate()) if leg.left < 0 else None
        if candidates and (leg.is_money or candidates[-1].is_money):
            _give(leg, candidates.pop(), leg.left.copy_negate())


def _pour(gave: Iterable[Leg], took: Iterable[Leg]) -> None:
    """Let one side flow into the other, in the order of the file."""
    sinks = iter(took)
    sink = next(sinks, None)
    for source in gave:
        while source.left and sink is not None:
            _give(source, sink, min(source.left.copy_negate(), sink.left))
            if not sink.left:
                sink = next(sinks, None)


def _give(source: Leg, sink: Leg, amount: Decimal) -> None:
    source.pieces.append(Piece(amount.copy_negate(), sink))
    sink.pieces.append(Piece(amount, source))
    source.left += amount
    sink.left -= amount


def _through(group: Sequence[Leg], reasons: Sequence[Leg]) -> None:
    """Let what was earned and spent at once (tax out of a salary) pass through the largest account."""
    holders = [leg for leg in group if leg.is_money]
    if not holders or sum((leg.left for leg in reasons), ZERO):
        return
    holder = max(holders, key=lambda leg: abs(leg.posting.weight or ZERO))
    known = {id(piece.other): at for at, piece in enumerate(holder.pieces)}
    for leg in reasons:
        at = known.get(id(leg))
        if at is None:
            holder.pieces.append(Piece(leg.left.copy_negate(), leg))
        else:
            holder.pieces[at] = Piece(holder.pieces[at].amount - leg.left, leg)
        leg.left = ZERO


def _across(legs: Sequence[Leg]) -> None:
    """Pair what is left in one currency with what is left in another, if it is one leg each."""
    open_legs = [leg for leg in legs if leg.left and not (leg.pieces and abs(leg.left) < _DUST)]
    if len(open_legs) != 2:
        return
    first, second = open_legs
    if (first.left < 0) is (second.left < 0) or not (first.is_money or second.is_money):
        return
    first.pieces.append(Piece(first.left, second))
    second.pieces.append(Piece(second.left, first))
    first.left = second.left = ZERO


def _absorb_dust(leg: Leg) -> None:
    """Count to the last piece what a rounded price left over."""
    if leg.left and leg.pieces and abs(leg.left) < _DUST:
        last = leg.pieces[-1]
        leg.pieces[-1] = Piece(last.amount + leg.left, last.other)
        leg.left = ZERO
