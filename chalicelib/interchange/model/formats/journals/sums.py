"""Numbers of journals: exact, with the sums that Beancount and Ledger let people write in place of one."""

from __future__ import annotations

import re
from decimal import Context, Decimal, InvalidOperation
from typing import Final

PLAIN: Final = re.compile(r"[+-]?[0-9][0-9,]{0,60}+(?:\.[0-9]{0,60}+)?")
_TOKEN: Final = re.compile(r"\s*([0-9][0-9,]{0,60}+(?:\.[0-9]{0,60}+)?|[-+*/()])\s*")
_MOST_TOKENS: Final = 100
_MOST_DIGITS: Final = 60
_DIVISION: Final = Context(prec=28)
"""Beancount divides with the default precision of Python's decimals."""


def evaluate(text: str) -> Decimal | None:
    """Work out `12.50`, `1,234.00` or `(10 + 2.5) / 2`; None for anything else, or beyond all bounds."""
    text = text.strip()
    if PLAIN.fullmatch(text):
        return Decimal(text.replace(",", ""))
    tokens = _tokens(text)
    if tokens is None:
        return None
    try:
        return _Sum(tokens).whole()
    except (ArithmeticError, IndexError):
        return None


def _tokens(text: str) -> list[str] | None:
    tokens: list[str] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or len(tokens) >= _MOST_TOKENS:
            return None
        tokens.append(found[1])
        at = found.end()
    return tokens or None


class _Sum:
    """Recursive descent over the tokens; their number bounds its depth."""

    def __init__(self, tokens: list[str]) -> None:
        self._left = tokens[::-1]

    def whole(self) -> Decimal | None:
        """Give the value of all tokens; None if they are no sum."""
        value = self._sum()
        return None if self._left else value

    def _next_is(self, signs: str) -> bool:
        return bool(self._left) and self._left[-1] in signs

    def _sum(self) -> Decimal:
        value = self._product()
        while self._next_is("+-"):
            sign = self._left.pop()
            value = _apply(value, sign, self._product())
        return value

    def _product(self) -> Decimal:
        value = self._factor()
        while self._next_is("*/"):
            sign = self._left.pop()
            value = _apply(value, sign, self._factor())
        return value

    def _factor(self) -> Decimal:
        first = self._left.pop()
        if first in "+-":
            value = self._factor()
            return value.copy_negate() if first == "-" else value
        if first != "(":
            return Decimal(first.replace(",", ""))
        value = self._sum()
        if self._left.pop() != ")":
            raise InvalidOperation
        return value


def _apply(first: Decimal, sign: str, second: Decimal) -> Decimal:
    if sign == "+":
        value = first + second
    elif sign == "-":
        value = first - second
    elif sign == "*":
        value = first * second
    else:
        value = _DIVISION.divide(first, second)
    if value and abs(value.adjusted()) > _MOST_DIGITS:
        raise InvalidOperation
    return value
