"""What stands out, by one stated rule: far above the middle of what it was before, and above all of that.

An amount is compared with 6 to 24 like it before: a category's month with its earlier months, a payment with
earlier ones to the same payee. It stands out when it is more than four robust standard deviations (1.4826 times
the median absolute deviation, or 15 % of the median where that is more) above their median, and a quarter above the
largest of them. Median and deviation are not moved by what stood out before; how often nothing is taken for
something is measured in tests/unit/analytics/test_anomalies.py and stated in docs/domains/analytics.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from statistics import median
from typing import Final, Literal

from chalicelib.analytics.model.sums import Cell, Label, Sums, is_transfer
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.values import dataclass

LEAST: Final = 6
MOST: Final = 24
EVIDENCE: Final = 5
"""Payments that are named at most: the largest."""
_TIMES: Final = 4
_QUARTER_MORE: Final = 1.25
_NORMAL: Final = 1.4826
"""Median absolute deviations in a standard deviation of normal errors."""
_FLOOR: Final = 0.15
Kind = Literal["category", "payment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Why an amount stands out: the middle and spread of those before it, the largest, and the limit that it passed.

    All in minor units; `score` is by how many spreads it is above the middle.
    """

    usual: int
    spread: int
    highest: int
    limit: int
    compared: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """A payment that left: `minor` counts upwards."""

    id: str
    on: date
    minor: int
    currency: str
    account_id: str
    categories: frozenset[str | None]
    payee_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """Something that stands out in a month: a category's whole, or one payment. The id stays the same for the same thing."""

    id: str
    kind: Kind
    month: str
    currency: str
    category_id: str | None
    minor: int
    why: Judgement
    evidence: tuple[str, ...]


def judge(minor: int, before: Sequence[int]) -> Judgement | None:
    """Say why an amount stands out from those before it, latest last; None where it does not, or they are too few."""
    known = before[-MOST:]
    if len(known) < LEAST:
        return None
    middle = median(known)
    if middle <= 0:
        return None
    spread = max(_NORMAL * median(abs(one - middle) for one in known), _FLOOR * middle)
    limit = max(middle + _TIMES * spread, _QUARTER_MORE * max(known))
    if minor <= limit:
        return None
    return Judgement(
        usual=round(middle),
        spread=round(spread),
        highest=max(known),
        limit=round(limit),
        compared=len(known),
        score=(minor - middle) / spread,
    )


def of_categories(
    cells: Iterable[tuple[Cell, Sums]],
    labels: Mapping[str, Label],
    months: Sequence[str],
    payments: Sequence[Paid],
) -> list[Anomaly]:
    """Find categories whose last month stands out from those before it, from its first one on."""
    spent: dict[tuple[str, str | None], dict[str, int]] = {}
    for cell, sums in cells:
        if not is_transfer(cell.category_id, labels):
            by_month = spent.setdefault((cell.currency, cell.category_id), {})
            by_month[cell.month] = by_month.get(cell.month, 0) + sums.expense
    found = []
    for (currency, category_id), by_month in spent.items():
        row = [by_month.get(month, 0) for month in months]
        begun = next((at for at, one in enumerate(row) if one), len(row))
        why = judge(row[-1], row[begun:-1])
        if why is not None:
            mine = [
                one
                for one in payments
                if one.currency == currency
                and category_id in one.categories
                and one.on.isoformat().startswith(months[-1])
            ]
            found.append(
                Anomaly(
                    id=derived_id("anomaly", months[-1], currency, category_id or "none"),
                    kind="category",
                    month=months[-1],
                    currency=currency,
                    category_id=category_id,
                    minor=row[-1],
                    why=why,
                    evidence=_largest(mine),
                )
            )
    return found


def of_payments(payments: Sequence[Paid], month: str) -> list[Anomaly]:
    """Find payments of a month that stand out from earlier ones to the same payee in the same currency."""
    by_payee: dict[tuple[str, str], list[Paid]] = {}
    for one in sorted(payments, key=lambda one: (one.on, one.id)):
        by_payee.setdefault((one.payee_id, one.currency), []).append(one)
    found = []
    for mine in by_payee.values():
        for at, one in enumerate(mine):
            if not one.on.isoformat().startswith(month):
                continue
            why = judge(one.minor, [other.minor for other in mine[:at]])
            if why is not None:
                found.append(
                    Anomaly(
                        id=derived_id("anomaly", one.id),
                        kind="payment",
                        month=month,
                        currency=one.currency,
                        category_id=min(one.categories, key=lambda one: one or "", default=None),
                        minor=one.minor,
                        why=why,
                        evidence=(one.id,),
                    )
                )
    return found


def ranked(found: Iterable[Anomaly]) -> tuple[Anomaly, ...]:
    """Put what stands out most first."""
    return tuple(sorted(found, key=lambda one: (-one.why.score, one.id)))


def _largest(payments: Iterable[Paid]) -> tuple[str, ...]:
    order = sorted(payments, key=lambda one: (-one.minor, one.id))
    return tuple(one.id for one in order[:EVIDENCE])
