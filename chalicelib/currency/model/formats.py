"""Writing an amount as a locale does: CLDR's pattern, signs and symbols, digits of ISO 4217.

Source: Unicode Technical Standard #35, part 3 (number patterns). Latin digits in every locale.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chalicelib.kernel.currencies import CRYPTO_EXPONENTS
from chalicelib.kernel.money import Money
from chalicelib.kernel.values import dataclass

_PLACES: Final = frozenset("#0,.")
_NO_BREAK: Final = "\u00a0"
CRYPTO_NAMES: Final[Mapping[str, str]] = {
    "BTC": "Bitcoin",
    "ETH": "Ether",
    "LTC": "Litecoin",
    "USDC": "USD Coin",
    "USDT": "Tether",
}
"""Protocols' own names, the same in every language: CLDR has ISO codes only."""


@dataclass(frozen=True, slots=True)
class Style:
    """What a locale says about writing money."""

    locale: str
    pattern: str
    decimal: str
    group: str
    minus: str
    names: Mapping[str, str]
    symbols: Mapping[str, str]

    def name(self, currency: str) -> str:
        """Name a currency in this locale; its code where CLDR has no name."""
        return self.names.get(currency) or CRYPTO_NAMES.get(currency) or currency

    def symbol(self, currency: str) -> str:
        """Give the symbol that is clear in this locale; the code where there is none."""
        return self.symbols.get(currency) or currency

    def write(self, money: Money) -> str:
        """Write an amount with its symbol."""
        positive, _, negative = self.pattern.partition(";")
        below = money.amount_minor < 0
        pattern = negative if below and negative else positive
        first = min(at for at, sign in enumerate(pattern) if sign in _PLACES)
        last = max(at for at, sign in enumerate(pattern) if sign in _PLACES)
        number = self._number(money, pattern[first : last + 1])
        symbol = self.symbol(money.currency)
        before, after = pattern[:first], pattern[last + 1 :]
        before = self._marked(before, symbol, gap_after=True)
        after = self._marked(after, symbol, gap_after=False)
        sign = self.minus if below and not negative else ""
        return f"{sign}{before}{number}{after}"

    def _number(self, money: Money, places: str) -> str:
        whole, _, fraction = money.amount.lstrip("-").partition(".")
        if money.currency in CRYPTO_EXPONENTS:
            fraction = fraction.rstrip("0")
        groups = places.partition(".")[0].split(",")[1:]
        primary = len(groups[-1]) if groups else 0
        secondary = len(groups[-2]) if len(groups) > 1 else primary
        text = _grouped(whole, primary, secondary, self.group)
        return f"{text}{self.decimal}{fraction}" if fraction else text

    @staticmethod
    def _marked(part: str, symbol: str, *, gap_after: bool) -> str:
        """Put the symbol in; letters next to digits get a no-break space (UTS 35, currency spacing)."""
        if gap_after and part.endswith("¤") and symbol[-1:].isalpha():
            return part.replace("¤", symbol + _NO_BREAK)
        if not gap_after and part.startswith("¤") and symbol[:1].isalpha():
            return part.replace("¤", _NO_BREAK + symbol)
        return part.replace("¤", symbol)


def _grouped(digits: str, primary: int, secondary: int, separator: str) -> str:
    if not primary or len(digits) <= primary:
        return digits
    head, parts = digits[:-primary], [digits[-primary:]]
    while len(head) > secondary:
        head, tail = head[:-secondary], head[-secondary:]
        parts.insert(0, tail)
    return separator.join((head, *parts))
