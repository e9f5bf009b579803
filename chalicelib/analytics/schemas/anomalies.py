"""What stands out, on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from pydantic import ConfigDict
from pydantic.config import JsonDict

from chalicelib.analytics.model.anomalies import Anomaly, Kind
from chalicelib.analytics.model.sums import UNCATEGORISED, Label
from chalicelib.analytics.schemas.sums import money
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.wire import CurrencyCode, Id, MoneyWire, Month, Wire

_ANOMALY: Final[JsonDict] = {
    "id": "0190b5a8-7c3e-8b1a-9d55-0a6f0c1d2e44",
    "kind": "category",
    "category_id": "0190b5a8-7c3e-8b1a-9d55-0a6f0c1d2e3f",
    "category": "Groceries",
    "payee": None,
    "amount": {"amount": "912.40", "currency": "EUR"},
    "why": {
        "usual": {"amount": "410.00", "currency": "EUR"},
        "spread": {"amount": "61.50", "currency": "EUR"},
        "highest_before": {"amount": "498.10", "currency": "EUR"},
        "limit": {"amount": "656.00", "currency": "EUR"},
        "compared": 24,
        "score": "8.2",
    },
    "evidence": ["0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e45"],
}
_EXAMPLE: Final[JsonDict] = {"examples": [{"month": "2026-11", "items": [_ANOMALY]}]}


class AnomaliesQuery(Wire):
    """Which month (default: the current one, in UTC), one of the last 13, and perhaps of which account or currency."""

    month: Month | None = None
    account_id: Id | None = None
    currency: CurrencyCode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What stands out in a month, and what things are called."""

    month: str
    found: tuple[Anomaly, ...]
    labels: Mapping[str, Label]
    payees: Mapping[str, str]


class WhyOut(Wire):
    """Why: it is above `limit`, the larger of four times `spread` above `usual` and a quarter above `highest_before`.

    `usual` is the median of the `compared` latest amounts before, `spread` 1.4826 times their median absolute deviation
    or 15 % of the median; `score` says how many spreads above the median it is.
    """

    usual: MoneyWire
    spread: MoneyWire
    highest_before: MoneyWire
    limit: MoneyWire
    compared: int
    score: str


class AnomalyOut(Wire):
    """A category whose month stands out from its months before, or a payment from earlier ones to the same payee.

    `evidence` names the payment, or the largest payments of the category. The id stays the same for the same thing.
    """

    id: Id
    kind: Kind
    category_id: Id | None
    category: str | None
    payee: str | None
    amount: MoneyWire
    why: WhyOut
    evidence: list[Id]

    @classmethod
    def of(cls, one: Anomaly, shown: Shown) -> Self:
        """Write an anomaly; `category` is null for one that is gone."""
        code, label = one.currency, shown.labels.get(one.category_id or "")
        return cls(
            id=one.id,
            kind=one.kind,
            category_id=one.category_id,
            category=label.name if label else None if one.category_id else UNCATEGORISED,
            payee=shown.payees.get(one.id),
            amount=money(one.minor, code),
            why=WhyOut(
                usual=money(one.why.usual, code),
                spread=money(one.why.spread, code),
                highest_before=money(one.why.highest, code),
                limit=money(one.why.limit, code),
                compared=one.why.compared,
                score=f"{one.why.score:.1f}",
            ),
            evidence=list(one.evidence),
        )


class AnomaliesOut(Wire):
    """What stands out in a month, most first."""

    model_config = ConfigDict(json_schema_extra=_EXAMPLE)

    month: Month
    items: list[AnomalyOut]

    @classmethod
    def of(cls, shown: Shown) -> Self:
        """Write the answer."""
        return cls(month=shown.month, items=[AnomalyOut.of(one, shown) for one in shown.found])
