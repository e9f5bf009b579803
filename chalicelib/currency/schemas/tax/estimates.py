"""Estimates of income tax on the wire, line by line, and what an estimate asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from chalicelib.currency.model.tax.estimate import (
    SENTENCE,
    Estimate,
    Figure,
    in_minor_units,
)
from chalicelib.currency.model.tax.pack import Input, Pack
from chalicelib.currency.model.tax.tables import decimal_text
from chalicelib.currency.schemas.common import Day
from chalicelib.currency.schemas.tax.rates import SourceOut
from chalicelib.kernel.money import wire_amount
from chalicelib.kernel.wire import CurrencyCode, MoneyWire, Wire

CountryCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z]{2}$"),
    Field(examples=["GB"], description="ISO 3166-1"),
]
FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
_MOST_FIELDS = 50


class InputOut(Wire):
    """What may be said: money, or a whole number up to `most`. What is left out is taken as `default`."""

    name: str
    label: str
    kind: Literal["money", "count"]
    most: int | None
    default: str

    @classmethod
    def of(cls, asked: Input) -> InputOut:
        """Show an input."""
        return cls(
            name=asked.name,
            label=asked.label,
            kind=asked.kind,
            most=asked.most or None,
            default=str(asked.default),
        )


class ChoiceOut(Wire):
    """One of a few; the first option is meant where nothing is said."""

    name: str
    label: str
    options: Mapping[str, str]


class PackOut(Wire):
    """A country whose income tax can be estimated, for the tax years that begin from `first_year` to `last_year`."""

    country: CountryCode
    name: str
    currency: CurrencyCode
    table_date: Day
    first_year: int
    last_year: int
    choices: list[ChoiceOut]
    inputs: list[InputOut]
    taxes: Mapping[str, str]
    leaves_out: list[str]

    @classmethod
    def of(cls, pack: Pack) -> PackOut:
        """Show a pack."""
        return cls(
            country=pack.country,
            name=pack.name,
            currency=pack.currency,
            table_date=pack.as_of,
            first_year=pack.first,
            last_year=pack.last,
            choices=[
                ChoiceOut(name=one.name, label=one.label, options=one.options)
                for one in pack.choices.values()
            ],
            inputs=[InputOut.of(one) for one in pack.inputs.values()],
            taxes=pack.taxes,
            leaves_out=list(pack.leaves_out),
        )


class PacksOut(Wire):
    """All countries whose income tax can be estimated."""

    items: list[PackOut]

    @classmethod
    def of(cls, packs: Sequence[Pack]) -> PacksOut:
        """Show packs."""
        return cls(items=[PackOut.of(one) for one in packs])


class EstimateIn(Wire):
    """A tax year by the calendar year in which it begins, and what GET /v1/currency/tax/estimates asks for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "country": "GB",
                    "year": 2025,
                    "choices": {"residence": "scotland"},
                    "inputs": {"employment": "42000.00", "savings": "350.00"},
                }
            ]
        }
    )

    country: CountryCode
    year: Annotated[int, Field(ge=1900, le=2200)]
    inputs: Annotated[
        dict[FieldName, Annotated[str, StringConstraints(max_length=60)]],
        Field(max_length=_MOST_FIELDS),
    ]
    choices: Annotated[
        dict[FieldName, Annotated[str, StringConstraints(max_length=60)]],
        Field(max_length=_MOST_FIELDS, default_factory=dict),
    ]


class TableRowOut(Wire):
    """The row of the table that a figure used."""

    table: str
    label: str
    since: Day
    source: SourceOut


class FigureOut(Wire):
    """One line of the explanation: with a rate, `amount` = `base` x `rate`, rounded."""

    step: str
    label: str
    base: str | None
    rate: str | None
    amount: str
    tax: Annotated[str | None, Field(description="the tax that it is a part of")]
    counts: Annotated[
        bool, Field(description="whether it is in the total: what an employer pays is not")
    ]
    row: TableRowOut | None


class TaxTotalOut(Wire):
    """What a tax comes to."""

    tax: str
    label: str
    amount: MoneyWire


class EstimateOut(Wire):
    """An estimate: its lines, its taxes, the date of its table, and what it leaves out."""

    country: str
    name: str
    year: int
    since: Day
    until: Day
    table_date: Day
    sentence: str
    choices: Mapping[str, str]
    income: MoneyWire
    taxes: list[TaxTotalOut]
    total: MoneyWire
    share: Annotated[str | None, Field(description="total as percent of income")]
    lines: list[FigureOut]
    leaves_out: list[str]

    @classmethod
    def of(cls, found: Estimate, year: int, choices: Mapping[str, str]) -> EstimateOut:
        """Show an estimate."""
        pack, show = found.pack, _Shown(found.pack)
        first = {name: next(iter(one.options)) for name, one in pack.choices.items()}
        return cls(
            country=pack.country,
            name=pack.name,
            year=year,
            since=found.since,
            until=found.until,
            table_date=pack.as_of,
            sentence=SENTENCE,
            choices=first | dict(choices),
            income=show.money(found.income),
            taxes=[
                TaxTotalOut(tax=tax, label=pack.taxes[tax], amount=show.money(amount))
                for tax, amount in found.taxes.items()
            ],
            total=show.money(found.total),
            share=show.share(found.total, found.income),
            lines=[show.figure(one) for one in found.figures],
            leaves_out=list(pack.leaves_out),
        )


class _Shown:
    """Shows exact figures rounded to a pack's minor unit."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack

    def text(self, amount: Fraction) -> str:
        return wire_amount(in_minor_units(self._pack, amount), self._pack.currency)

    def money(self, amount: Fraction) -> MoneyWire:
        return MoneyWire(amount=self.text(amount), currency=self._pack.currency)

    def share(self, total: Fraction, income: Fraction) -> str | None:
        return decimal_text(total * 100 / income, 2) if income > 0 else None

    def figure(self, one: Figure) -> FigureOut:
        row = None
        if one.row is not None:
            label = self._pack.tables[one.table].label
            source = SourceOut.of(one.row.source)
            row = TableRowOut(table=one.table, label=label, since=one.row.since, source=source)
        return FigureOut(
            step=one.step,
            label=one.label,
            base=self.text(one.base) if one.base is not None else None,
            rate=decimal_text(one.rate, 10) if one.rate is not None else None,
            amount=self.text(one.amount),
            tax=one.tax or None,
            counts=bool(one.tax) and not one.memo,
            row=row,
        )
