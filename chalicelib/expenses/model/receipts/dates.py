"""Days in text that a machine has read: figures in any order, months by name, and which of them is the purchase."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from chalicelib.expenses.model.receipts import words
from chalicelib.expenses.model.receipts.draft import Read
from chalicelib.kernel.values import dataclass

_ISO: Final = re.compile(r"(?<!\d)(20\d\d)([-./])(\d{1,2})\2(\d{1,2})(?!\d)")
_FIGURES: Final = re.compile(r"(?<![\d.,])(\d{1,2}) ?([-./]) ?(\d{1,2}) ?\2 ?(20\d\d|\d\d)(?!\d)")
_DAY_FIRST: Final = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|\.)?[ -]?(?:de |of )?([^\W\d_]{3,12})[.,]?[ -]?(?:de |of )?(20\d\d|\d\d(?=\D|$))"
)
_MONTH_FIRST: Final = re.compile(r"([^\W\d_]{3,12})[.,]? (\d{1,2})(?:st|nd|rd|th)?,? (20\d\d)")
_JAPANESE: Final = re.compile(r"(20\d\d) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?日")
_OLDEST: Final = timedelta(days=3 * 366)
"""Receipts are kept for years, but are read within weeks: older days lose to newer ones."""
MONTH_FIRST_CURRENCIES: Final = frozenset({"USD"})


@dataclass(frozen=True, slots=True)
class _Found:
    day: date
    confidence: int
    line: int


def find_day(lines: Sequence[str], *, today: date, month_first: bool) -> Read[date] | None:
    """Find the day of the purchase in folded lines; none of the future, and none that a line says is another one."""
    found = [
        one
        for number, line in enumerate(lines)
        for one in _of_line(line, number, month_first=month_first)
    ]
    fits = [one for one in found if one.day <= today + timedelta(days=1)]
    if not fits:
        return None
    best = max(fits, key=lambda one: (one.day > today - _OLDEST, one.confidence, -one.line))
    others = {one.day for one in fits if one.confidence >= best.confidence - 10} - {best.day}
    sure = best.confidence - (15 if others else 0) - (30 if best.day < today - _OLDEST else 0)
    return Read(best.day, max(10, sure))


def _of_line(line: str, number: int, *, month_first: bool) -> Iterator[_Found]:
    named = 8 if words.BOUGHT.search(line) else 0
    if words.NOT_BOUGHT.search(line):
        named = -40
    for day, sure in _days(line, month_first=month_first):
        yield _Found(day, min(98, sure + named), number)


def _days(line: str, *, month_first: bool) -> Iterator[tuple[date, int]]:
    for match in _ISO.finditer(line):
        yield from _day(int(match[1]), int(match[3]), int(match[4]), 90)
    for match in _JAPANESE.finditer(line):
        yield from _day(int(match[1]), int(match[2]), int(match[3]), 90)
    for match in _FIGURES.finditer(line):
        yield from _ordered(match, month_first=month_first)
    for match in _DAY_FIRST.finditer(line):
        month = words.MONTHS.get(match[2])
        if month:
            yield from _day(_year(match[3]), month, int(match[1]), 90)
    for match in _MONTH_FIRST.finditer(line):
        month = words.MONTHS.get(match[1])
        if month:
            yield from _day(int(match[3]), month, int(match[2]), 90)


def _ordered(match: re.Match[str], *, month_first: bool) -> Iterator[tuple[date, int]]:
    """Read three figures: by points always the day first; by slashes as the country does, unless only one way fits."""
    first, second, year = int(match[1]), int(match[3]), _year(match[4])
    sure = 88 if len(match[4]) == 4 else 80
    if match[2] == ".":
        yield from _day(year, second, first, sure)
    elif first > 12 or second > 12 or first == second:
        month, day = (second, first) if first > 12 else (first, second)
        yield from _day(year, month, day, sure)
    else:
        month, day = (first, second) if month_first else (second, first)
        yield from _day(year, month, day, sure - 18)


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _day(year: int, month: int, day: int, sure: int) -> Iterator[tuple[date, int]]:
    try:
        yield date(year, month, day), sure
    except ValueError:
        return
