"""Rates as published: a sheet is what one source said for one day, a quote one number of it.

A number is kept as the text that was published, never as a float, and never turned round before it is used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Final

from chalicelib.kernel.regex import regex
from chalicelib.kernel.values import dataclass

EURO: Final = "EUR"
OWN: Final = "own"
GIVEN: Final = "given"
"""A rate that stood in the request itself."""
BY_LAW: Final = "council-regulation-2866-98"
RENAMED: Final = "redenomination"
SHOWN_DIGITS: Final = 16
"""Significant digits of a rate that is computed and shown; published ones are shown as they are."""
_RATE: Final = regex(r"(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,20})?", re.ASCII)


def is_rate(text: str) -> bool:
    """Tell whether a text is a rate: a plain decimal above zero, up to 18 digits before the point and 20 after."""
    return _RATE.fullmatch(text) is not None and any(digit in "123456789" for digit in text)


def shown(value: Fraction) -> str:
    """Write a computed rate: rounded half to even to 16 significant digits, no exponent."""
    with localcontext() as context:
        context.prec = SHOWN_DIGITS
        rounded = Decimal(value.numerator) / Decimal(value.denominator)
        text = format(rounded, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class Quote:
    """1 unit of `base` = `rate` units of `quote`, said by `source` for `day`."""

    base: str
    quote: str
    rate: str
    day: date
    source: str

    @property
    def exact(self) -> Fraction:
        """The rate as an exact number."""
        return Fraction(self.rate)

    def factor(self, start: str) -> Fraction:
        """What one unit of `start`, one of the two, is worth in the other, exactly."""
        return self.exact if start == self.base else 1 / self.exact

    def other(self, start: str) -> str:
        """The currency at the other end."""
        return self.quote if start == self.base else self.base

    @property
    def pair(self) -> frozenset[str]:
        """The two currencies."""
        return frozenset((self.base, self.quote))


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one source said for one day, by currency.

    1 `base` = so many units of each; where `priced`, 1 unit of each = so much of `base` (as crypto is quoted).
    """

    day: date
    source: str
    base: str
    rates: Mapping[str, str]
    priced: bool = False

    def quote(self, currency: str) -> Quote | None:
        """Give the number for a currency against the sheet's base, or None."""
        rate = self.rates.get(currency)
        if not rate:
            return None
        ends = (currency, self.base) if self.priced else (self.base, currency)
        return Quote(*ends, rate, self.day, self.source)

    def path(self, start: str, end: str) -> tuple[Quote, ...] | None:
        """Go from one currency to another through the sheet's base, or None where it lacks one of them."""
        legs = []
        for currency in (start, end):
            if currency != self.base:
                leg = self.quote(currency)
                if leg is None:
                    return None
                legs.append(leg)
        return tuple(legs)


def factor_of(legs: Sequence[Quote], start: str) -> Fraction:
    """Multiply along the legs, exactly: what one unit of `start` is worth at the end."""
    value, at = Fraction(1), start
    for leg in legs:
        value *= leg.factor(at)
        at = leg.other(at)
    return value


def end_of(legs: Sequence[Quote], start: str) -> str:
    """Say where the legs lead to."""
    at = start
    for leg in legs:
        at = leg.other(at)
    return at
