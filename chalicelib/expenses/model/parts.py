"""Parts of a split transaction: one purchase over several categories, or over several accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Final

from chalicelib.expenses.errors import PartsMismatch
from chalicelib.kernel.money import Money

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

    Percentages are of the total and are rounded together by largest remainders; parts that take what is left
    share it equally, the first ones a minor unit more. Raises `PartsMismatch` where fixed amounts and
    percentages are not the total, or leave less than nothing.
    """
    fixed = sum(share.fixed.amount_minor for share in shares if share.fixed is not None)
    percents = [Fraction(share.percent) for share in shares if share.percent is not None]
    exact = total.amount_minor * sum(percents, Fraction(0)) / _WHOLE
    open_ended = sum(share.fixed is None and share.percent is None for share in shares)
    if open_ended or abs(total.amount_minor - fixed - exact) >= 1:
        of_percents = round(exact)
    else:  # what is missing is less than a minor unit: the percentages take it in
        of_percents = total.amount_minor - fixed
    left = total.amount_minor - fixed - of_percents
    if (left and not open_ended) or left * total.amount_minor < 0:
        raise PartsMismatch
    by_percent = iter(_by_weight(of_percents, percents, total.currency))
    by_rest = iter(_by_weight(left, [Fraction(1)] * open_ended, total.currency))
    return tuple(
        share.fixed or next(by_rest if share.percent is None else by_percent) for share in shares
    )


def _by_weight(minor: int, weights: Sequence[Fraction], currency: str) -> tuple[Money, ...]:
    if not weights:
        return ()
    scale = lcm(*(weight.denominator for weight in weights))
    return Money(minor, currency).allocate([int(weight * scale) for weight in weights])
