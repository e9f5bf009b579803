"""Regions and rates of VAT, GST and sales tax on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from chalicelib.currency.model.tax.rates import Part, Rate, Region, Start
from chalicelib.currency.model.tax.tables import Source
from chalicelib.currency.schemas.common import Day
from chalicelib.kernel.wire import CurrencyCode, Wire

RegionCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z]{2}(?:-[A-Za-z0-9]{1,6})?$", max_length=9),
    Field(examples=["DE"], description="ISO 3166-1, or 3166-2 where a part has rates of its own"),
]


class SourceOut(Wire):
    """Where a number was published, and its table's licence."""

    title: str
    url: str
    licence: str

    @classmethod
    def of(cls, source: Source) -> SourceOut:
        """Show a source."""
        return cls(title=source.title, url=source.url, licence=source.licence)


class PartOut(Wire):
    """One tax of a rate."""

    tax: str
    percent: str

    @classmethod
    def of(cls, part: Part) -> PartOut:
        """Show a part."""
        return cls(tax=part.tax, percent=part.percent)


class TaxRateOut(Wire):
    """A rate with its days: `until` is the first day on which it is no longer so."""

    kind: str
    percent: str
    parts: list[PartOut]
    since: Day
    until: Day | None
    start: Annotated[
        Start,
        Field(
            description="`exact`: as published; `inferred`: that of the standard rate beside it; `unknown`: the "
            "table has no date, and the rate counts from the table's own day"
        ),
    ]
    source: SourceOut

    @classmethod
    def of(cls, rate: Rate) -> TaxRateOut:
        """Show a rate."""
        return cls(
            kind=rate.kind,
            percent=rate.percent,
            parts=[PartOut.of(part) for part in rate.parts],
            since=rate.since,
            until=rate.until,
            start=rate.start,
            source=SourceOut.of(rate.source),
        )


class RegionOut(Wire):
    """A region with the kinds of rates that its table has."""

    code: RegionCode
    name: str
    also: list[str]
    currency: CurrencyCode
    tax: Annotated[str, Field(description="`vat`, `gst`, `hst`, `pst`, `qst` or `sales-tax`")]
    kinds: list[str]
    note: str | None
    table_date: Day

    @classmethod
    def of(cls, region: Region) -> RegionOut:
        """Show a region."""
        return cls(
            code=region.code,
            name=region.name,
            also=list(region.also),
            currency=region.currency,
            tax=region.tax,
            kinds=list(region.kinds),
            note=region.note or None,
            table_date=region.as_of,
        )


class RegionsOut(Wire):
    """All regions, in the order of their codes."""

    items: list[RegionOut]

    @classmethod
    def of(cls, regions: Sequence[Region]) -> RegionsOut:
        """Show regions."""
        return cls(items=[RegionOut.of(one) for one in regions])


class TaxRatesQuery(Wire):
    """Which region, on which day (today where none is named)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"region": "DE", "date": "2020-07-01"}]}
    )

    region: RegionCode
    date: Day | None = None


class TaxRatesOut(Wire):
    """A region's rates of a day."""

    region: RegionOut
    date: Day
    rates: list[TaxRateOut]

    @classmethod
    def of(cls, region: Region, rates: Sequence[Rate], day: Day) -> TaxRatesOut:
        """Show rates."""
        return cls(
            region=RegionOut.of(region), date=day, rates=[TaxRateOut.of(one) for one in rates]
        )
