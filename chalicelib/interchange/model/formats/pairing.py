"""The two sides of transfers, in files whose rows name the other account or at least say that there is one.

Equal amounts of one day belong together. Between two currencies, which some formats do not even tell, the amounts
differ: there a day on which each account has one side is clear. On a day with several it is evidence if all of them,
put in order by size, come to about one rate; without that nothing is paired, and each row stays what it is.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from chalicelib.interchange.model.formats.types import Row

_LOOKED_AT: Final = 8
"""Waiting rows of the same day and amount that are looked at for one of another account."""
_APART: Final = Decimal("1.05")
"""How much the rates of one day may differ: a currency seldom moves by a hundredth, but banks take their part."""
Pair = tuple[int, int]


class Side(NamedTuple):
    """A row on an account that came from, or went to, an `other` one; empty where the file does not name it."""

    row: Row
    account: str
    other: str


def is_whole(row: Row) -> bool:
    """Whether a row has a day and an amount and nothing wrong with it."""
    return row.booked_on is not None and row.amount is not None and not row.problems


def pairs_of(sides: Mapping[int, Side]) -> list[Pair]:
    """Give the pairs of sides by their keys, the earlier one first, in the order of the file."""
    whole = {at: one for at, one in sorted(sides.items()) if is_whole(one.row) and one.row.amount}
    pairs = [*_equal(whole)]
    paired = {at for pair in pairs for at in pair}
    rest = {at: one for at, one in whole.items() if at not in paired and one.other}
    return sorted([*pairs, *_converted(rest)])


def _equal(sides: Mapping[int, Side]) -> Iterator[Pair]:
    """Find the opposite amount on the same day: on the account that is named, or else on any other."""
    waiting: defaultdict[tuple[object, ...], deque[int]] = defaultdict(deque)
    for at, one in sides.items():
        amount = _amount(one)
        here = (one.row.booked_on, one.row.currency, amount)
        there = (one.row.booked_on, one.row.currency, -amount)
        names = ((one.account, one.other), (one.other, one.account)) if one.other else ((), ())
        partner = _take(waiting[(*there, *names[1])], sides, one.account)
        if partner is None:
            waiting[(*here, *names[0])].append(at)
        else:
            yield partner, at


def _take(queue: deque[int], sides: Mapping[int, Side], account: str) -> int | None:
    """Take the first waiting row of another account."""
    for index in range(min(len(queue), _LOOKED_AT)):
        if sides[queue[index]].account != account:
            partner = queue[index]
            del queue[index]
            return partner
    return None


def _converted(sides: Mapping[int, Side]) -> Iterator[Pair]:
    """Find what left one account and arrived on the other in another currency."""
    moves: defaultdict[tuple[object, ...], tuple[list[int], list[int]]] = defaultdict(
        lambda: ([], [])
    )
    for at, one in sides.items():
        gains = _amount(one) > 0
        ends = (one.other, one.account) if gains else (one.account, one.other)
        moves[one.row.booked_on, *ends][gains].append(at)
    for sent, arrived in moves.values():
        pairs = list(zip(_by_size(sides, sent), _by_size(sides, arrived), strict=False))
        if len(sent) == len(arrived) and _is_clear(sides, pairs):
            yield from ((min(pair), max(pair)) for pair in pairs)


def _by_size(sides: Mapping[int, Side], places: Sequence[int]) -> list[int]:
    return sorted(places, key=lambda at: (abs(_amount(sides[at])), at))


def _is_clear(sides: Mapping[int, Side], pairs: Sequence[Pair]) -> bool:
    """Tell whether there are two currencies, or none is told, and one rate."""
    for sent, arrived in pairs:
        left, came = sides[sent], sides[arrived]
        told = left.row.currency or came.row.currency
        if left.account == came.account or (told and left.row.currency == came.row.currency):
            return False
    rates = [abs(_amount(sides[arrived]) / _amount(sides[sent])) for sent, arrived in pairs]
    return len(rates) == 1 or max(rates) <= min(rates) * _APART


def _amount(one: Side) -> Decimal:
    return one.row.amount or Decimal(0)
