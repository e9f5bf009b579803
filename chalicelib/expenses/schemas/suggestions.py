"""What seems to come again, on the wire: suggestions that can be posted as templates."""

from __future__ import annotations

from datetime import date
from typing import Final, Self

from pydantic import ConfigDict
from pydantic.config import JsonDict

from chalicelib.expenses.model.recurrence.fit import PeriodName
from chalicelib.expenses.model.recurrence.rule import Frequency, Weekend
from chalicelib.expenses.model.suggestions import Detected, Look
from chalicelib.expenses.schemas.common import EXAMPLE_ACCOUNT, EXAMPLE_CATEGORY, EXAMPLE_ID
from chalicelib.kernel.money import Money
from chalicelib.kernel.wire import Id, MoneyWire, PageOut, Wire

_DETECTED: Final[JsonDict] = {
    "id": EXAMPLE_ID,
    "score": 0.97,
    "period": "monthly",
    "template": {
        "account_id": EXAMPLE_ACCOUNT,
        "amount": {"amount": "-880.00", "currency": "EUR"},
        "payee": "Landlord",
        "category_id": EXAMPLE_CATEGORY,
        "rule": {
            "frequency": "monthly",
            "interval": 1,
            "by_month_day": [-1],
            "by_month": [],
            "weekend": "keep",
        },
        "start": "2026-12-31",
    },
    "lowest": {"amount": "-880.00", "currency": "EUR"},
    "highest": {"amount": "-850.00", "currency": "EUR"},
    "missed": 1,
    "last_on": "2026-11-30",
    "evidence": [EXAMPLE_ID],
}


class SuggestedRule(Wire):
    """A rule in its parts."""

    frequency: Frequency
    interval: int
    by_month_day: list[int]
    by_month: list[int]
    weekend: Weekend


class SuggestedTemplate(Wire):
    """A template that can be posted as it is."""

    account_id: Id
    amount: MoneyWire
    payee: str
    category_id: Id | None
    rule: SuggestedRule
    start: date


class DetectedOut(Wire):
    """Something that seems to come again.

    `score` from 0 to 1 says how likely that is: drifting amounts and skipped periods (`missed`) lower it, they do
    not rule it out. `evidence` names the payments that say so, `lowest` and `highest` what they came to.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_DETECTED]})

    id: Id
    score: float
    period: PeriodName
    template: SuggestedTemplate
    lowest: MoneyWire
    highest: MoneyWire
    missed: int
    last_on: date
    evidence: list[Id]

    @classmethod
    def of(cls, one: Detected) -> Self:
        """Write a suggestion."""
        series, stream = one.suggestion.series, one.suggestion.stream
        amounts = sorted(stream.sign * hit.amount_minor for hit in series.hits)
        return cls(
            id=one.suggestion.id,
            score=round(series.score, 2),
            period=series.fit.period.name,
            template=SuggestedTemplate(
                account_id=one.account_id,
                amount=MoneyWire.of(one.suggestion.amount),
                payee=one.payee,
                category_id=one.category_id,
                rule=SuggestedRule(
                    frequency=series.rule.frequency,
                    interval=series.rule.interval,
                    by_month_day=list(series.rule.by_month_day),
                    by_month=list(series.rule.by_month),
                    weekend=series.rule.weekend,
                ),
                start=series.rule.start,
            ),
            lowest=MoneyWire.of(Money(amounts[0], stream.currency)),
            highest=MoneyWire.of(Money(amounts[-1], stream.currency)),
            missed=series.fit.missed,
            last_on=series.hits[-1].day,
            evidence=[hit.id for hit in series.hits],
        )


class DetectedPage(PageOut[DetectedOut]):
    """A page of suggestions, likeliest first, from `examined` transactions since a day."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"items": [_DETECTED], "next_cursor": None, "since": "2025-10-28", "examined": 812}
            ]
        }
    )

    since: date
    examined: int

    @classmethod
    def of(cls, look: Look) -> Self:
        """Write a look at the history."""
        return cls(
            items=[DetectedOut.of(one) for one in look.listing.items],
            next_cursor=look.listing.next_cursor,
            since=look.since,
            examined=look.examined,
        )
