"""Cards about what deserves a look, on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, Self

from pydantic import ConfigDict
from pydantic.config import JsonDict

from chalicelib.analytics.model.insights import Card, Kind
from chalicelib.analytics.schemas.sums import money
from chalicelib.kernel.wire import Id, MoneyWire, Wire

_CARD: Final[JsonDict] = {
    "id": "0190b5a8-7c3e-8b1a-9d55-0a6f0c1d2e50",
    "kind": "price-rise",
    "subject_id": "0190b5a8-7c3e-8b1a-9d55-0a6f0c1d2e44",
    "name": "Film Club",
    "amount": {"amount": "12.99", "currency": "EUR"},
    "before": {"amount": "9.99", "currency": "EUR"},
    "on": "2026-08-14",
    "evidence": ["0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e45"],
}


class InsightOut(Wire):
    """One card, in facts: apps find the words in their user's language.

    `low-balance`: the schedule alone takes an account (`subject_id`) below zero `on` a day, to `amount`; now it is `before`.
    `unusual-category` and `unusual-payment`: what `GET /anomalies` has of this month; `before` is what is usual.
    `price-rise` and `double-bill`: what `GET /subscriptions` has; the evidence of a double bill is both bills.
    """

    id: Id
    kind: Kind
    subject_id: Id | None
    name: str | None
    amount: MoneyWire
    before: MoneyWire | None
    on: date | None
    evidence: list[Id]

    @classmethod
    def of(cls, one: Card) -> Self:
        """Write a card."""
        return cls(
            id=one.id,
            kind=one.kind,
            subject_id=one.subject_id,
            name=one.name,
            amount=money(one.minor, one.currency),
            before=None if one.before is None else money(one.before, one.currency),
            on=one.on,
            evidence=list(one.evidence),
        )


class InsightsOut(Wire):
    """At most 50 cards, the gravest kind first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_CARD]}]})

    items: list[InsightOut]

    @classmethod
    def of(cls, found: Sequence[Card]) -> Self:
        """Write the cards."""
        return cls(items=[InsightOut.of(one) for one in found])
