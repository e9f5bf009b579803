"""Currencies on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from chalicelib.currency.model.fixed import SUCCESSIONS
from chalicelib.currency.model.formats import Style
from chalicelib.currency.schemas.common import Day
from chalicelib.kernel.currencies import CRYPTO_EXPONENTS, WITHDRAWN
from chalicelib.kernel.money import exponent
from chalicelib.kernel.wire import CurrencyCode, Wire

Locale = Annotated[
    str, StringConstraints(min_length=2, max_length=35), Field(examples=["de", "pt-BR"])
]
"""A BCP 47 language tag."""


class CurrenciesQuery(Wire):
    """In which language, and whether with currencies that have ended."""

    locale: Locale = "en"
    withdrawn: bool = False


class SuccessorOut(Wire):
    """What replaced a currency: from `since` on 1 unit of `currency` = `rate` of the old ones."""

    currency: CurrencyCode
    rate: str
    since: Day


class CurrencyOut(Wire):
    """One currency: digits of the minor unit by ISO 4217, name and symbol by CLDR."""

    code: CurrencyCode
    name: str
    symbol: str
    digits: int
    kind: Literal["fiat", "crypto"]
    withdrawn: bool
    successor: SuccessorOut | None

    @classmethod
    def of(cls, code: str, style: Style) -> CurrencyOut:
        """Show a currency in a locale."""
        found = SUCCESSIONS.get(code)
        return cls(
            code=code,
            name=style.name(code),
            symbol=style.symbol(code),
            digits=exponent(code),
            kind="crypto" if code in CRYPTO_EXPONENTS else "fiat",
            withdrawn=code in WITHDRAWN,
            successor=SuccessorOut(currency=found.new, rate=found.number, since=found.since)
            if found
            else None,
        )


class CurrenciesOut(Wire):
    """All currencies, and how the locale writes amounts (a CLDR number pattern and its signs)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "locale": "de",
                    "pattern": "#,##0.00 ¤",
                    "decimal": ",",
                    "group": ".",
                    "minus": "-",
                    "items": [
                        {
                            "code": "HRK",
                            "name": "Kroatischer Kuna",
                            "symbol": "HRK",
                            "digits": 2,
                            "kind": "fiat",
                            "withdrawn": True,
                            "successor": {
                                "currency": "EUR",
                                "rate": "7.53450",
                                "since": "2023-01-01",
                            },
                        }
                    ],
                }
            ]
        }
    )

    locale: str
    pattern: str
    decimal: str
    group: str
    minus: str
    items: list[CurrencyOut]

    @classmethod
    def of(cls, style: Style, codes: Iterable[str]) -> CurrenciesOut:
        """Show currencies in a locale."""
        return cls(
            locale=style.locale,
            pattern=style.pattern,
            decimal=style.decimal,
            group=style.group,
            minus=style.minus,
            items=[CurrencyOut.of(code, style) for code in codes],
        )
