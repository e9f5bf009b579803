"""What several subjects of the currency service show alike: rates with their day and source."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from chalicelib.currency.model.book import Missing, Path
from chalicelib.currency.model.quotes import Quote, is_rate
from chalicelib.kernel.wire import CurrencyCode, Wire

Day: TypeAlias = date
"""A calendar day; fields are called `date`, which would hide the type."""


def _a_rate(text: str) -> str:
    if not is_rate(text):
        msg = "a rate is a decimal string above zero such as 1.0934"
        raise ValueError(msg)
    return text


RateText = Annotated[
    str,
    StringConstraints(max_length=40),
    AfterValidator(_a_rate),
    Field(examples=["1.0934"]),
]
"""A rate in a request: at most 18 digits before the point and 20 after."""


class QuoteOut(Wire):
    """A number as it was published or set: 1 `base` = `rate` `quote`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "base": "EUR",
                    "quote": "USD",
                    "rate": "1.0934",
                    "date": "2020-03-18",
                    "source": "ecb",
                }
            ]
        }
    )

    base: CurrencyCode
    quote: CurrencyCode
    rate: str
    date: Day
    source: Annotated[
        str,
        Field(
            description="`ecb`, `open-exchange-rates`, `currencylayer`, `coingecko`, `own`, `given` (in the "
            "request), `council-regulation-2866-98` (fixed at the euro's introduction) or `redenomination`"
        ),
    ]

    @classmethod
    def of(cls, quote: Quote) -> QuoteOut:
        """Show a quote."""
        return cls(
            base=quote.base, quote=quote.quote, rate=quote.rate, date=quote.day, source=quote.source
        )


class RateOut(Wire):
    """What one unit of `base` is worth in `quote`, and the numbers that it was computed from."""

    base: CurrencyCode
    quote: CurrencyCode
    rate: Annotated[str, Field(description="16 significant digits where it was computed")]
    date: Day
    via: list[QuoteOut]

    @classmethod
    def of(cls, path: Path, asked: Day) -> RateOut:
        """Show a way."""
        return cls(
            base=path.start,
            quote=path.end,
            rate=path.rate,
            date=path.day(asked),
            via=[QuoteOut.of(leg) for leg in path.legs],
        )


class MissingOut(Wire):
    """Why there is no rate."""

    currency: CurrencyCode
    reason: Annotated[str, Field(description="`no-rate`, `too-old` or `in-the-future`")]
    last_date: Day | None

    @classmethod
    def of(cls, missing: Missing) -> MissingOut:
        """Show a reason."""
        return cls(currency=missing.currency, reason=missing.reason, last_date=missing.last_day)
