"""What is paid again and again, audited: what it costs a year, where its price rose, and what may be paid twice.

Whether something is still used cannot be seen in a ledger, and is not said.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import takewhile
from typing import Final, Literal

from chalicelib.kernel.values import dataclass

YEAR: Final = timedelta(days=365)
_SAME: Final = 1.02
"""Amounts that differ by no more than this factor are one price."""
_ALIKE: Final = 1.1
Twin = Literal["same-payee", "same-amount"]


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment, counted upwards in minor units; of a template's own turns the id is not known."""

    on: date
    minor: int
    id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """Something that is paid again and again; `coming` are its days of a year from now on."""

    id: str
    source: Literal["template", "detected"]
    payee: str
    account_id: str
    category_id: str | None
    currency: str
    minor: int
    period: str
    score: float | None
    payments: tuple[Payment, ...]
    coming: tuple[Payment, ...]

    @property
    def yearly(self) -> int:
        """What the year to come costs, in minor units."""
        return sum(one.minor for one in self.coming)


@dataclass(frozen=True, slots=True)
class Rise:
    """A price that rose: from what to what, in minor units, first paid on a day; and what that makes a year."""

    before: int
    after: int
    since: date
    yearly: int


@dataclass(frozen=True, slots=True)
class Double:
    """Another bill that may be the same: of the same payee, or of the same category, amount and period."""

    id: str
    why: Twin


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """A bill and what was found."""

    bill: Bill
    rise: Rise | None
    doubles: tuple[Double, ...]


def audit(bills: Sequence[Bill]) -> tuple[Audited, ...]:
    """Look at all bills; the one that costs most a year comes first, by currency."""
    found = [Audited(bill=one, rise=rise(one), doubles=_doubles(one, bills)) for one in bills]
    return tuple(sorted(found, key=lambda one: (one.bill.currency, -one.bill.yearly, one.bill.id)))


def rise(bill: Bill) -> Rise | None:
    """Say whether a price that was steady rose and stayed: what varies from time to time has no price to rise.

    It takes two payments of the old price, one after the other, before the first of the new one.
    """
    amounts = [one.minor for one in bill.payments]
    if not amounts:
        return None
    now = amounts[-1]
    new = len(list(takewhile(lambda one: _near(one, now, _SAME), reversed(amounts))))
    old = amounts[:-new]
    if len(old) < 2 or not _near(old[-1], old[-2], _SAME) or old[-1] >= now:
        return None
    before = old[-1]
    yearly = sum(now - before for _ in bill.coming)
    return Rise(before, now, bill.payments[-new].on, yearly)


def _doubles(one: Bill, bills: Sequence[Bill]) -> tuple[Double, ...]:
    found = []
    for other in bills:
        if other.id == one.id or other.currency != one.currency or other.period != one.period:
            continue
        why = _twin(one, other)
        if why is not None:
            found.append(Double(other.id, why))
    return tuple(found)


def _twin(one: Bill, other: Bill) -> Twin | None:
    name = one.payee.strip().casefold()
    if name and name == other.payee.strip().casefold():
        return "same-payee" if _near(one.minor, other.minor, _ALIKE) else None
    same = one.category_id is not None and one.category_id == other.category_id
    return "same-amount" if same and one.minor == other.minor else None


def _near(one: int, other: int, factor: float) -> bool:
    low, high = sorted((one, other))
    return high <= factor * low
