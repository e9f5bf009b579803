"""Stretches of months: the one asked for, and those that it is compared with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

from chalicelib.kernel.clock import Period

YEAR: Final = 12
Span: TypeAlias = tuple[Period, ...]
"""Months one after the other, oldest first."""


def span(until: Period, months: int) -> Span:
    """Give the months up to and with `until`, oldest first; there is no month before 0001-01."""
    last = _number(until)
    return tuple(_period(number) for number in range(max(last - months + 1, YEAR), last + 1))


def shifted(months: Span, by: int) -> Span:
    """Give the months that lie so many months later (earlier: negative), in years from 1 to 9999."""
    return tuple(_period(_number(one) + by) for one in months)


def runs(spans: Iterable[Span]) -> list[tuple[Period, Period]]:
    """Give first and last month of each stretch without a gap that the spans make together, in order."""
    numbers = sorted({_number(month) for one in spans for month in one})
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return [(_period(first), _period(last)) for first, last in found]


def _number(month: Period) -> int:
    return month.year * YEAR + month.month - 1


def _period(number: int) -> Period:
    return Period(number // YEAR, number % YEAR + 1)
