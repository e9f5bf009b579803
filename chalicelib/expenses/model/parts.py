"""Parts of a split transaction: one purchase over several categories, or over several accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Final

from chalicelib.expenses.errors import PartsMismatch
from chalicelib.kernel.money import Money
from chalicelib.kernel.values import dataclass

MAX_PARTS: Final = 50
"""Parts of one transaction: more lines than a receipt of a family has, and each may touch an account."""
MAX_PART_NOTES: Final = 200
_WHOLE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a transaction's amount; without an account of its own it lies on the transaction's."""

    id: str
    category_id: str | None
    amount: Money
    account_id: str | None = None
    notes: str = ""


def rescaled(parts: Sequence[Part], amount: Money) -> tuple[Part, ...]:
    """Let parts follow a new total: the difference is shared by the size of each, exact to the minor unit."""
    if not parts:
        return ()
    more = amount.amount_minor - sum(part.amount.amount_minor for part in parts)
    weights = [abs(part.amount.amount_minor) for part in parts]
    if not any(weights):
        weights[0] = 1
    shares = Money(more, amount.currency).allocate(weights)
    return tuple(
        replace(part, amount=Money(part.amount.amount_minor + share.amount_minor, amount.currency))
        for part, share in zip(parts, shares, strict=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How much of a whole a part is to have: a fixed amount, a percentage, or with neither of what is left."""

    fixed: Money | None = None
    percent: Decimal | None = None


def allotted(total: Money, shares: Sequence[Share]) -> tuple[Money, ...]:
    """Give each part its amount, so that all sum exactly to the total, in any currency.

    Percentages are of the total. They and what is left are rounded together by largest remainders, so that each is
    less than a minor unit off; parts that take what is left share it equally, the first ones a minor unit
    more. Raises `PartsMismatch` where fixed amounts and percentages are not the total, or leave less than nothing.
    """
    fixed = sum(share.fixed.amount_minor for share in shares if share.fixed is not None)
    exact = [
        Fraction(share.percent) * total.amount_minor / _WHOLE
        for share in shares
        if share.percent is not None
    ]
    takers = sum(share.fixed is None and share.percent is None for share in shares)
    shared = total.amount_minor - fixed
    left = shared - sum(exact, Fraction(0))
    wrong = not takers or left * total.amount_minor < 0
    if wrong and abs(left) >= 1:
        raise PartsMismatch
    # what is off by less than a minor unit came of rounding the percentages
    weights = [*exact, Fraction(0) if wrong else left]
    *by_percent, rest = _by_weight(Money(shared, total.currency), weights)
    amounts, rests = iter(by_percent), iter(_by_weight(rest, [Fraction(1)] * takers))
    return tuple(
        share.fixed or next(rests if share.percent is None else amounts) for share in shares
    )


def _by_weight(money: Money, weights: Sequence[Fraction]) -> tuple[Money, ...]:
    """Share money out by largest remainders; where nothing has a weight, nobody gets any."""
    scale = lcm(*(weight.denominator for weight in weights))
    whole = [int(abs(weight) * scale) for weight in weights]
    if not any(whole):
        return (Money(0, money.currency),) * len(weights)
    return money.allocate(whole)
