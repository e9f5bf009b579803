"""What is paid again and again, on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal, Self

from pydantic import ConfigDict
from pydantic.config import JsonDict

from chalicelib.analytics.model.flows import change
from chalicelib.analytics.model.subscriptions import Audited, Rise, Twin
from chalicelib.analytics.schemas.sums import money
from chalicelib.kernel.wire import CurrencyCode, Id, MoneyWire, Wire


def _euro(amount: str) -> JsonDict:
    return {"amount": amount, "currency": "EUR"}


_BILL: Final[JsonDict] = {
    "id": "0190b5a8-7c3e-8b1a-9d55-0a6f0c1d2e44",
    "source": "detected",
    "payee": "Film Club",
    "account_id": "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e40",
    "category_id": None,
    "amount": _euro("12.99"),
    "period": "monthly",
    "score": "0.98",
    "yearly_cost": _euro("155.88"),
    "last_on": "2026-11-14",
    "next_on": "2026-12-14",
    "payments": 13,
    "price_rise": {
        "before": _euro("9.99"),
        "after": _euro("12.99"),
        "since": "2026-08-14",
        "ratio": "0.3003",
        "yearly": _euro("36.00"),
    },
    "duplicates": [{"id": "0190b5a8-7c3e-8b1a-9d55-0a6f0c1d2e46", "why": "same-payee"}],
    "evidence": ["0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e45"],
}
_EXAMPLE: Final[JsonDict] = {
    "examples": [
        {"items": [_BILL], "totals": [{"currency": "EUR", "yearly_cost": _euro("155.88")}]}
    ]
}


class RiseOut(Wire):
    """A steady price that rose: `ratio` is the part of the old one, `yearly` what it makes in the year to come."""

    before: MoneyWire
    after: MoneyWire
    since: date
    ratio: str | None
    yearly: MoneyWire

    @classmethod
    def of(cls, one: Rise, currency: str) -> Self:
        """Write a rise."""
        return cls(
            before=money(one.before, currency),
            after=money(one.after, currency),
            since=one.since,
            ratio=change(one.after, one.before),
            yearly=money(one.yearly, currency),
        )


class DoubleOut(Wire):
    """Another bill of the same period that may be the same one: same payee, or same category and amount."""

    id: Id
    why: Twin


class BillOut(Wire):
    """Something that is paid again and again: a template (its id), or a series that the history shows.

    Amounts count upwards. `yearly_cost` is what its days of the 365 to come add up to, nothing while it is paused. `evidence`
    names the payments that are known, latest last. Whether it is still used a ledger cannot tell.
    """

    id: Id
    source: Literal["template", "detected"]
    payee: str
    account_id: Id
    category_id: Id | None
    amount: MoneyWire
    period: str
    score: str | None
    yearly_cost: MoneyWire
    last_on: date | None
    next_on: date | None
    payments: int
    price_rise: RiseOut | None
    duplicates: list[DoubleOut]
    evidence: list[Id]

    @classmethod
    def of(cls, one: Audited) -> Self:
        """Write a bill."""
        bill, code = one.bill, one.bill.currency
        return cls(
            id=bill.id,
            source=bill.source,
            payee=bill.payee,
            account_id=bill.account_id,
            category_id=bill.category_id,
            amount=money(bill.minor, code),
            period=bill.period,
            score=None if bill.score is None else f"{bill.score:.2f}",
            yearly_cost=money(bill.yearly, code),
            last_on=bill.payments[-1].on if bill.payments else None,
            next_on=bill.coming[0].on if bill.coming else None,
            payments=len(bill.payments),
            price_rise=None if one.rise is None else RiseOut.of(one.rise, code),
            duplicates=[DoubleOut(id=twin.id, why=twin.why) for twin in one.doubles],
            evidence=[payment.id for payment in bill.payments if payment.id is not None],
        )


class YearlyOut(Wire):
    """What all bills of a currency cost in the year to come."""

    currency: CurrencyCode
    yearly_cost: MoneyWire


class SubscriptionsOut(Wire):
    """All bills, by currency the dearest first."""

    model_config = ConfigDict(json_schema_extra=_EXAMPLE)

    items: list[BillOut]
    totals: list[YearlyOut]

    @classmethod
    def of(cls, found: Sequence[Audited]) -> Self:
        """Write the answer."""
        totals: dict[str, int] = {}
        for one in found:
            totals[one.bill.currency] = totals.get(one.bill.currency, 0) + one.bill.yearly
        return cls(
            items=[BillOut.of(one) for one in found],
            totals=[
                YearlyOut(currency=code, yearly_cost=money(minor, code))
                for code, minor in sorted(totals.items())
            ],
        )
