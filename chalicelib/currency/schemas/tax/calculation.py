"""Tax on lines on the wire, and the check of a VAT number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from chalicelib.currency.model.tax.lines import (
    CODES,
    Asked,
    Breakdown,
    Manner,
    Prices,
    Taxed,
    Totals,
    Treatment,
    breakdown,
)
from chalicelib.currency.model.tax.numbers import MOST, Checked, Verdict
from chalicelib.currency.model.tax.rates import STANDARD, Part, Region
from chalicelib.currency.schemas.common import Day
from chalicelib.currency.schemas.conversion import MOST_LINES, Rounding
from chalicelib.currency.schemas.tax.rates import RegionCode, RegionOut, TaxRateOut
from chalicelib.kernel.money import Money, MoneyError, wire_amount
from chalicelib.kernel.wire import CurrencyCode, MoneyWire, Name, Wire


def _a_percent(text: str) -> str:
    if Decimal(text) > 100:
        msg = "a rate of tax is at most 100"
        raise ValueError(msg)
    return format(Decimal(text).normalize(), "f")


PercentText = Annotated[
    str,
    StringConstraints(pattern=r"^(?:0|[1-9][0-9]{0,2})(?:\.[0-9]{1,6})?$"),
    AfterValidator(_a_percent),
    Field(examples=["8.875"]),
]
AmountText = Annotated[str, StringConstraints(max_length=60), Field(examples=["19.99"])]


class TaxLineIn(Wire):
    """What is sold; negative for a credit. `percent` is a rate of your own, such as a county's sales tax."""

    amount: AmountText
    label: Name | None = None
    kind: Annotated[str, StringConstraints(max_length=30)] = STANDARD
    treatment: Treatment = "taxed"
    percent: PercentText | None = None


class CalculateIn(Wire):
    """Lines of one receipt or invoice.

    `per-line` rounds each line's tax; `per-total` rounds the tax of each rate's sum once and spreads it over the
    lines, so that they add up to it (largest remainders).
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "region": "DE",
                    "date": "2026-11-20",
                    "currency": "EUR",
                    "prices": "inclusive",
                    "totals": "per-total",
                    "lines": [
                        {"amount": "19.99", "label": "Lamp"},
                        {"amount": "4.49", "label": "Bread", "kind": "reduced"},
                    ],
                }
            ]
        }
    )

    region: RegionCode
    currency: CurrencyCode
    lines: Annotated[list[TaxLineIn], Field(min_length=1, max_length=MOST_LINES)]
    date: Day | None = None
    prices: Prices = "exclusive"
    rounding: Rounding = "half-up"
    totals: Totals = "per-total"
    customer_number: Annotated[str, StringConstraints(max_length=MOST)] | None = None

    @property
    def manner(self) -> Manner:
        """How prices are meant and tax is rounded."""
        return Manner(prices=self.prices, rounding=self.rounding, totals=self.totals)

    def asked(self) -> list[Asked]:
        """Give the lines; raise `MoneyError` with the line's place for what is no amount of the currency."""
        return [self._asked(at, line) for at, line in enumerate(self.lines)]

    def _asked(self, at: int, line: TaxLineIn) -> Asked:
        try:
            minor = Money.parse(line.amount, self.currency).amount_minor
        except MoneyError as error:
            raise WrongAmount(at, str(error)) from error
        return Asked(
            label=line.label or "",
            minor=minor,
            treatment=line.treatment,
            kind=line.kind,
            percent=line.percent,
        )


class WrongAmount(ValueError):
    """A line's amount is none of the currency: `at` is its place."""

    def __init__(self, at: int, why: str) -> None:
        """Name the line."""
        super().__init__(why)
        self.at = at


class TaxAmountOut(Wire):
    """One tax of a line or a sum: 0 under the reverse charge, where the customer owes it."""

    tax: str
    percent: str
    amount: MoneyWire


class TaxSumOut(Wire):
    """What is taxed, its tax, and what is paid: `net` + `tax` = `gross`. `due` is owed by the customer."""

    net: MoneyWire
    tax: MoneyWire
    gross: MoneyWire
    due: MoneyWire


class TaxLineOut(TaxSumOut):
    """A line with its tax, and the table's rate where one was used."""

    label: str | None
    treatment: Treatment
    code: Annotated[str, Field(description="UN/CEFACT 5305: S, Z, E, AE or O")]
    taxes: list[TaxAmountOut]
    rate: TaxRateOut | None


class BreakdownOut(TaxSumOut):
    """All lines of one treatment and rate."""

    treatment: Treatment
    code: str
    taxes: list[TaxAmountOut]


class CalculateOut(Wire):
    """The lines in their order, their sums by rate, and the total."""

    region: RegionOut
    date: Day
    prices: Prices
    rounding: Rounding
    totals: Totals
    lines: list[TaxLineOut]
    breakdown: list[BreakdownOut]
    total: TaxSumOut

    @classmethod
    def of(
        cls, region: Region, day: Day, found: Sequence[Taxed], asked: CalculateIn
    ) -> CalculateOut:
        """Show taxed lines with their sums."""
        show = _Shown(asked.currency)
        return cls(
            region=RegionOut.of(region),
            date=day,
            prices=asked.prices,
            rounding=asked.rounding,
            totals=asked.totals,
            lines=[show.line(one) for one in found],
            breakdown=[show.group(one) for one in breakdown(found)],
            total=TaxSumOut(
                net=show.money(sum(one.net for one in found)),
                tax=show.money(sum(one.tax for one in found)),
                gross=show.money(sum(one.gross for one in found)),
                due=show.money(sum(one.due for one in found)),
            ),
        )


class _Shown:
    """Shows sums in a currency; they may be larger than any one amount."""

    def __init__(self, currency: str) -> None:
        self._currency = currency

    def money(self, minor: int) -> MoneyWire:
        return MoneyWire(amount=wire_amount(minor, self._currency), currency=self._currency)

    def taxes(self, parts: Iterable[Part], amounts: Sequence[int]) -> list[TaxAmountOut]:
        shown = amounts or [0] * len(tuple(parts))
        return [
            TaxAmountOut(tax=part.tax, percent=part.percent, amount=self.money(minor))
            for part, minor in zip(parts, shown, strict=True)
        ]

    def line(self, one: Taxed) -> TaxLineOut:
        return TaxLineOut(
            label=one.line.label or None,
            treatment=one.line.treatment,
            code=CODES[one.line.treatment],
            taxes=self.taxes(one.line.parts, one.taxes),
            rate=TaxRateOut.of(one.line.rate) if one.line.rate else None,
            net=self.money(one.net),
            tax=self.money(one.tax),
            gross=self.money(one.gross),
            due=self.money(one.due),
        )

    def group(self, one: Breakdown) -> BreakdownOut:
        return BreakdownOut(
            treatment=one.treatment,
            code=CODES[one.treatment],
            taxes=self.taxes(one.parts, one.taxes),
            net=self.money(one.net),
            tax=self.money(sum(one.taxes)),
            gross=self.money(one.net + sum(one.taxes)),
            due=self.money(one.due),
        )


class NumberIn(Wire):
    """A VAT number, with its country's letters or with `country`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"number": "DE136695976"}]})

    number: Annotated[str, StringConstraints(min_length=1, max_length=MOST)]
    country: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}$")] | None = None


class NumberOut(Wire):
    """What the form and the check digits say; no register was asked."""

    country: str
    number: str
    valid: bool
    verdict: Verdict
    checked: Literal["form-and-check-digits"]

    @classmethod
    def of(cls, found: Checked) -> NumberOut:
        """Show a verdict."""
        return cls(
            country=found.country,
            number=found.number,
            valid=found.verdict == "valid",
            verdict=found.verdict,
            checked="form-and-check-digits",
        )
