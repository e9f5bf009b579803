"""Which currencies there are, how they are called, and how amounts are written."""

from __future__ import annotations

from chalicelib.currency.errors import UnknownLocale
from chalicelib.currency.gateways import names
from chalicelib.currency.model.formats import Style
from chalicelib.kernel.currencies import CRYPTO_EXPONENTS, EXPONENTS, WITHDRAWN
from chalicelib.kernel.money import Money


def style_of(locale: str) -> Style:
    """Give a locale's style, or that of its language; raise `UnknownLocale`."""
    found = names.style(locale)
    if found is None:
        raise UnknownLocale
    return found


def codes(*, withdrawn: bool) -> tuple[str, ...]:
    """Give all codes in order, with or without those that have ended."""
    every = sorted((*EXPONENTS, *CRYPTO_EXPONENTS))
    return tuple(code for code in every if withdrawn or code not in WITHDRAWN)


def format_money(money: Money, *, locale: str) -> str:
    """Write an amount as a locale does; raise `UnknownLocale`."""
    return style_of(locale).write(money)
