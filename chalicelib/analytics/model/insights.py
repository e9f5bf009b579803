"""Cards about what deserves a look, each with an id that stays and a bucket that says how things stand.

A card that was dismissed comes back only when its bucket is another one: when things changed by enough to matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, Literal

from chalicelib.analytics.model.anomalies import Anomaly
from chalicelib.analytics.model.forecast import AccountPath
from chalicelib.analytics.model.subscriptions import Audited
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.values import dataclass

Kind = Literal["low-balance", "unusual-category", "unusual-payment", "price-rise", "double-bill"]
_ORDER: Final[tuple[Kind, ...]] = (
    "low-balance",
    "unusual-category",
    "unusual-payment",
    "price-rise",
    "double-bill",
)
MOST_CARDS: Final = 50
_STEP: Final = 1.25
"""A category that stands out comes back when it is a quarter more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One insight: `minor` is what it is about, `before` what that was or usually is; both count upwards, but for balances.

    `subject_id` is an account's, category's, payment's or bill's; `on` the day that matters, where there is one.
    """

    id: str
    kind: Kind
    bucket: str
    subject_id: str | None
    name: str | None
    currency: str
    minor: int
    before: int | None
    on: date | None
    evidence: tuple[str, ...]


def cards(
    anomalies: Sequence[Anomaly],
    bills: Sequence[Audited],
    accounts: Sequence[AccountPath],
    names: Mapping[str, str],
) -> tuple[Card, ...]:
    """Make all cards, the gravest kind first; `names` are those of categories by id, and of payments by the anomaly's id."""
    found = [
        *_low(accounts),
        *(_unusual(one, names) for one in anomalies),
        *_rises(bills),
        *_doubles(bills),
    ]
    return tuple(sorted(found, key=lambda one: (_ORDER.index(one.kind), one.id))[:MOST_CARDS])


def left(found: Iterable[Card], dismissed: Mapping[str, str]) -> tuple[Card, ...]:
    """Leave out what was dismissed and stands as it stood then; `dismissed` gives the bucket by id."""
    return tuple(one for one in found if dismissed.get(one.id) != one.bucket)


def _low(accounts: Iterable[AccountPath]) -> Iterator[Card]:
    """Tell of accounts that are not below zero now, and that the schedule alone takes there; again in another month."""
    for one in accounts:
        first = next((day for day in one.days if day.balance < 0), None)
        if first is not None and one.balance >= 0:
            yield Card(
                id=derived_id("insight", "low-balance", one.id),
                kind="low-balance",
                bucket=first.on.isoformat()[:7],
                subject_id=one.id,
                name=one.name,
                currency=one.currency,
                minor=first.balance,
                before=one.balance,
                on=first.on,
                evidence=(),
            )


def _unusual(one: Anomaly, names: Mapping[str, str]) -> Card:
    payment = one.kind == "payment"
    subject = one.evidence[0] if payment else one.category_id
    return Card(
        id=derived_id("insight", one.id),
        kind="unusual-payment" if payment else "unusual-category",
        bucket=_quarters(one.minor, one.why.limit),
        subject_id=subject,
        name=names.get(one.id if payment else one.category_id or ""),
        currency=one.currency,
        minor=one.minor,
        before=one.why.usual,
        on=None,
        evidence=one.evidence,
    )


def _quarters(minor: int, limit: int) -> str:
    """Count by how many quarters, each on top of the one before, an amount is above its limit."""
    steps, level = 0, limit * _STEP
    while limit > 0 and minor > level:
        steps, level = steps + 1, level * _STEP
    return str(steps)


def _rises(bills: Iterable[Audited]) -> Iterator[Card]:
    """Tell of each new price once."""
    for one in bills:
        if one.rise is not None:
            yield Card(
                id=derived_id("insight", "price-rise", one.bill.id),
                kind="price-rise",
                bucket=str(one.rise.after),
                subject_id=one.bill.id,
                name=one.bill.payee,
                currency=one.bill.currency,
                minor=one.rise.after,
                before=one.rise.before,
                on=one.rise.since,
                evidence=tuple(
                    paid.id for paid in one.bill.payments if paid.id and paid.on >= one.rise.since
                ),
            )


def _doubles(bills: Iterable[Audited]) -> Iterator[Card]:
    """Tell of each pair once."""
    for one in bills:
        for other in one.doubles:
            if one.bill.id < other.id:
                yield Card(
                    id=derived_id("insight", "double-bill", one.bill.id, other.id),
                    kind="double-bill",
                    bucket=other.why,
                    subject_id=one.bill.id,
                    name=one.bill.payee,
                    currency=one.bill.currency,
                    minor=one.bill.minor,
                    before=None,
                    on=None,
                    evidence=(one.bill.id, other.id),
                )
