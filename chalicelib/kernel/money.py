"""Money: integer minor units of one currency. Pure, exact, and the only place that rounds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Final

from chalicelib.kernel.currencies import CRYPTO_EXPONENTS, EXPONENTS
from chalicelib.kernel.regex import regex
from chalicelib.kernel.values import dataclass

MAX_FIAT_MINOR: Final = 10**18
"""Amounts in minor units stay below this (decision 20)."""
MAX_CRYPTO_MINOR: Final = 10**38
"""DynamoDB numbers hold 38 digits."""
_MOST_DIGITS: Final = 40
"""More than any amount has: what is longer is refused before it is computed with."""
_WIRE: Final = regex(r"-?(?:0|[1-9][0-9]{0,37})(?:\.([0-9]{1,18}))?", re.ASCII)


class MoneyError(ValueError):
    """The text, number or currency is not money; the message says why and holds no amount."""


class UnknownCurrency(MoneyError):
    """The code is neither in ISO 4217 nor one of the listed crypto units."""


class CurrencyMismatch(MoneyError):
    """Two currencies met in one sum."""


def exponent(currency: str) -> int:
    """Give the number of decimal digits of a currency's minor unit; raise `UnknownCurrency`."""
    digits = EXPONENTS.get(currency)
    if digits is None:
        digits = CRYPTO_EXPONENTS.get(currency)
    if digits is None:
        msg = "unknown currency code"
        raise UnknownCurrency(msg)
    return digits


def _limit(currency: str) -> int:
    return MAX_CRYPTO_MINOR if currency in CRYPTO_EXPONENTS else MAX_FIAT_MINOR


def _parts(value: Decimal, currency: str) -> tuple[int, tuple[int, ...], int]:
    """Give sign, digits and power of ten of a finite decimal in range; raise `MoneyError`."""
    sign, digits, power = value.as_tuple()
    if not isinstance(power, int):
        raise MoneyError("an amount is a finite number")
    if value and value.adjusted() + exponent(currency) >= _MOST_DIGITS:
        raise MoneyError("the amount is out of range")
    return sign, digits, power if value else 0


def wire_amount(amount_minor: int, currency: str) -> str:
    """Write minor units as a decimal string; sums of many amounts may be larger than any one amount."""
    digits = exponent(currency)
    sign = "-" if amount_minor < 0 else ""
    text = str(abs(amount_minor)).rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}" if digits else sign + text


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: `amount_minor` integer minor units (cents, yen, fils) of `currency`."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse what is not an integer of a known currency within its range."""
        if type(self.amount_minor) is not int:
            msg = "an amount is a whole number of minor units"
            raise MoneyError(msg)
        if abs(self.amount_minor) >= _limit(self.currency) or exponent(self.currency) < 0:
            msg = "the amount is out of range"
            raise MoneyError(msg)

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read the wire form, such as `-12.34`; more digits than the currency has are refused."""
        digits = exponent(currency)
        match = _WIRE.fullmatch(text)
        if match is None:
            msg = "an amount is a decimal string such as 12.34"
            raise MoneyError(msg)
        fraction = match.group(1) or ""
        if len(fraction) > digits:
            msg = f"{currency} has {digits} decimal digits"
            raise MoneyError(msg)
        whole = text.split(".", 1)[0]
        return cls(int(whole + fraction.ljust(digits, "0")), currency)

    @classmethod
    def from_decimal(cls, value: Decimal, currency: str) -> Money:
        """Take an exact decimal; a value that is not finite or has too many digits is refused."""
        sign, digits, power = _parts(value, currency)
        places = power + exponent(currency)
        whole = int("".join(map(str, digits)))
        if places < 0:
            whole, rest = divmod(whole, 10**-places) if -places <= len(digits) else (0, whole)
            if rest:
                raise MoneyError(f"{currency} has {exponent(currency)} decimal digits")
        else:
            whole *= 10**places
        return cls(-whole if sign else whole, currency)

    @classmethod
    def rounded_half_even(cls, value: Decimal, currency: str) -> Money:
        """Round a computed decimal to the minor unit, half to even (IEEE 754 roundTiesToEven)."""
        _, digits, _ = _parts(value, currency)
        with localcontext() as context:
            # exact while scaling, so that it is rounded once
            context.prec = len(digits) + _MOST_DIGITS
            scaled = value.scaleb(exponent(currency)).to_integral_value(rounding=ROUND_HALF_EVEN)
        return cls(int(scaled), currency)

    def to_decimal(self) -> Decimal:
        """Give the amount in major units, exactly."""
        return Decimal(self.amount)

    @property
    def amount(self) -> str:
        """The wire form: a decimal string with all digits of the currency, never an exponent."""
        return wire_amount(self.amount_minor, self.currency)

    def __add__(self, other: Money) -> Money:
        """Add money of the same currency; raise `CurrencyMismatch` for another."""
        self._same(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        """Subtract money of the same currency; raise `CurrencyMismatch` for another."""
        self._same(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __neg__(self) -> Money:
        """Turn the direction round."""
        return Money(-self.amount_minor, self.currency)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            msg = "amounts of two currencies cannot be added"
            raise CurrencyMismatch(msg)

    def allocate(self, weights: Sequence[int]) -> tuple[Money, ...]:
        """Split by whole-number weights so that the parts sum exactly to the amount.

        Method of largest remainders (Hamilton): each part gets its share cut towards zero, the
        minor units left over go one each to the largest remainders, ties to the earlier part.
        """
        if not weights or any(weight < 0 for weight in weights) or sum(weights) == 0:
            msg = "weights are non-negative whole numbers with a positive sum"
            raise MoneyError(msg)
        sign = -1 if self.amount_minor < 0 else 1
        total = sum(weights)
        shares = [divmod(abs(self.amount_minor) * weight, total) for weight in weights]
        left = abs(self.amount_minor) - sum(whole for whole, _ in shares)
        order = sorted(range(len(weights)), key=lambda index: (-shares[index][1], index))
        lucky = set(order[:left])
        return tuple(
            Money(sign * (whole + (index in lucky)), self.currency)
            for index, (whole, _) in enumerate(shares)
        )
