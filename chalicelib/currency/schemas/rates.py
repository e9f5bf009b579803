"""Rates on the wire: of a day, of a stretch of days, and the user's own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from chalicelib.currency.model.book import Path
from chalicelib.currency.model.rates import RatesOfDay
from chalicelib.currency.schemas.common import Day, MissingOut, QuoteOut, RateOut, RateText
from chalicelib.kernel.currencies import CRYPTO_EXPONENTS, EXPONENTS
from chalicelib.kernel.errors import FieldProblem, Invalid
from chalicelib.kernel.money import exponent
from chalicelib.kernel.wire import CurrencyCode, Wire

_MOST_SYMBOLS: Final = 50
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def _codes(text: str) -> str:
    codes = text.split(",")
    if len(codes) > _MOST_SYMBOLS:
        msg = f"at most {_MOST_SYMBOLS} currencies"
        raise ValueError(msg)
    for code in codes:
        exponent(code)
    return text


class RatesQuery(Wire):
    """Rates of one base on one day; all that are known where no symbols are asked for."""

    base: CurrencyCode = "EUR"
    date: Day | None = None
    symbols: Annotated[
        str | None,
        StringConstraints(max_length=300),
        AfterValidator(lambda text: text if text is None else _codes(text)),
        Field(examples=["USD,GBP"]),
    ] = None

    @property
    def codes(self) -> tuple[str, ...] | None:
        """The symbols asked for."""
        return None if self.symbols is None else tuple(dict.fromkeys(self.symbols.split(",")))


class RatesOut(Wire):
    """Rates of a day, each with its own day and source."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "base": "EUR",
                    "date": "2020-03-21",
                    "late_days": 0,
                    "items": [
                        {
                            "base": "EUR",
                            "quote": "USD",
                            "rate": "1.0707",
                            "date": "2020-03-20",
                            "via": [
                                {
                                    "base": "EUR",
                                    "quote": "USD",
                                    "rate": "1.0707",
                                    "date": "2020-03-20",
                                    "source": "ecb",
                                }
                            ],
                        }
                    ],
                    "missing": [
                        {"currency": "RUB", "reason": "too-old", "last_date": "2022-03-01"}
                    ],
                }
            ]
        }
    )

    base: CurrencyCode
    date: Day
    late_days: Annotated[
        int,
        Field(
            description="business days by which the newest of these rates is behind the ECB's calendar"
        ),
    ]
    items: list[RateOut]
    missing: list[MissingOut]

    @classmethod
    def of(cls, found: RatesOfDay, base: str, day: Day) -> RatesOut:
        """Show the rates of a day."""
        return cls(
            base=base,
            date=day,
            late_days=found.late,
            items=[RateOut.of(path, day) for path in found.paths],
            missing=[MissingOut.of(one) for one in found.missing],
        )


class HistoryQuery(Wire):
    """One pair over at most 366 days."""

    base: CurrencyCode
    quote: CurrencyCode
    since: Day
    until: Day | None = None


class HistoryRow(Wire):
    """The rate of a day on which one was published or set."""

    date: Day
    rate: str
    sources: list[str]


class HistoryOut(Wire):
    """A pair's rates, oldest first; days without a new one are left out."""

    base: CurrencyCode
    quote: CurrencyCode
    since: Day
    until: Day
    items: list[HistoryRow]

    @classmethod
    def of(cls, found: Iterable[tuple[Day, Path]], asked: HistoryQuery, until: Day) -> HistoryOut:
        """Show a pair's history."""
        return cls(
            base=asked.base,
            quote=asked.quote,
            since=asked.since,
            until=until,
            items=[
                HistoryRow(
                    date=day,
                    rate=path.rate,
                    sources=list(dict.fromkeys(leg.source for leg in path.legs)),
                )
                for day, path in found
            ],
        )


class OwnRateIn(Wire):
    """A rate of one's own."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"rate": "1.0875"}]})

    rate: RateText


class OwnRatesQuery(Wire):
    """The days between two."""

    since: Day
    until: Day


class OwnRatesOut(Wire):
    """One's own rates, newest first."""

    items: list[QuoteOut]


def pair_of(base: str, quote: str, day: str) -> tuple[str, str, Day]:
    """Read what a path names; raise `Invalid` naming each part that is wrong."""
    problems = []
    for name, code in (("base", base), ("quote", quote)):
        if code not in EXPONENTS and code not in CRYPTO_EXPONENTS:
            problems.append(FieldProblem(f"/{name}", "unknown currency code"))
    try:
        at = date.fromisoformat(day) if _DATE.fullmatch(day) else None
    except ValueError:
        at = None
    if at is None:
        problems.append(FieldProblem("/date", "a day such as 2026-11-20"))
    if problems or at is None:
        raise Invalid(errors=tuple(problems))
    return base, quote, at
