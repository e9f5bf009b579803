"""RRULE text, read and written.

The 31st that becomes the last day is RFC 7529's `RSCALE=GREGORIAN` with `SKIP=BACKWARD`; a text that says
nothing about it means that too here, `SKIP=OMIT` means RFC 5545's silence. The weekend has no standard word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final, cast

from chalicelib.expenses.model.recurrence.rule import (
    WEEKDAYS,
    Frequency,
    NthWeekday,
    Recurrence,
    ShortMonths,
    Weekend,
)
from chalicelib.kernel.regex import regex

MAX_TEXT: Final = 300
_DATE: Final = regex(r"(\d{4})(\d{2})(\d{2})(?:T\d{6}Z?)?", re.ASCII)
_NTH: Final = regex(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_NUMBER: Final = regex(r"[+-]?\d{1,4}", re.ASCII)
_FREQUENCIES: Final = ("daily", "weekly", "monthly", "yearly")
_SKIPS: Final[Mapping[str, ShortMonths]] = {"BACKWARD": "clamp", "OMIT": "skip"}


class UnreadableRule(ValueError):
    """A text is no RRULE, or says something that is not followed here; the message says what."""


def read_weekday(text: str) -> NthWeekday:
    """Read `MO`, `1MO` or `-1FR`; raise `UnreadableRule`."""
    match = _NTH.fullmatch(text)
    if match is None or (match[1] is not None and int(match[1]) == 0):
        raise UnreadableRule("a weekday is written MO, 1MO or -1FR")
    return NthWeekday(WEEKDAYS.index(match[2]), int(match[1] or 0))


def write_weekday(day: NthWeekday) -> str:
    """Write a weekday as RRULE does."""
    return f"{day.nth or ''}{WEEKDAYS[day.weekday]}"


def read_rrule(
    text: str, *, start: date, weekend: Weekend = "keep", short_months: ShortMonths | None = None
) -> Recurrence:
    """Read an RRULE, with or without its name; raise `UnreadableRule`. `short_months` outweighs SKIP."""
    parts = _parts(text)
    frequency = parts.pop("FREQ", "").lower()
    if frequency not in _FREQUENCIES:
        raise UnreadableRule("FREQ is DAILY, WEEKLY, MONTHLY or YEARLY")
    fields: dict[str, Any] = {}
    for name, value in parts.items():
        if name not in _READERS:
            raise UnreadableRule(f"{name[:20]} is not followed here")
        field, read = _READERS[name]
        fields[field] = read(value)
    fields.pop("", None)
    rule = Recurrence(
        frequency=cast("Frequency", frequency), start=start, weekend=weekend, **fields
    )
    return replace(rule, short_months=short_months) if short_months else rule


def _parts(text: str) -> dict[str, str]:
    body = text.strip().upper().removeprefix("RRULE:")
    if len(body) > MAX_TEXT:
        raise UnreadableRule(f"at most {MAX_TEXT} characters")
    parts: dict[str, str] = {}
    for part in body.removesuffix(";").split(";"):
        name, equals, value = part.partition("=")
        if not (equals and value) or name in parts:
            raise UnreadableRule("NAME=VALUE, each name once, with ; between them")
        parts[name] = value
    return parts


def _number(text: str) -> int:
    if _NUMBER.fullmatch(text) is None:
        raise UnreadableRule(f"{text[:20]} is not a number")
    return int(text)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(sorted({_number(one) for one in text.split(",")}))


def _weekdays(text: str) -> tuple[NthWeekday, ...]:
    return tuple(sorted({read_weekday(one) for one in text.split(",")}))


def _until(text: str) -> date:
    """Take the calendar day as it is written; a time beside it says nothing about a day."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise UnreadableRule("UNTIL is a day, YYYYMMDD")
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError as error:
        raise UnreadableRule("UNTIL is a day, YYYYMMDD") from error


def _week_start(text: str) -> int:
    if text not in WEEKDAYS:
        raise UnreadableRule("WKST is a weekday")
    return WEEKDAYS.index(text)


def _scale(text: str) -> None:
    if text != "GREGORIAN":
        raise UnreadableRule("RSCALE is GREGORIAN")


def _skip(text: str) -> ShortMonths:
    if text not in _SKIPS:
        raise UnreadableRule("SKIP is BACKWARD or OMIT")
    return _SKIPS[text]


_READERS: Final[Mapping[str, tuple[str, Callable[[str], object]]]] = {
    "INTERVAL": ("interval", _number),
    "BYDAY": ("by_day", _weekdays),
    "BYMONTHDAY": ("by_month_day", _numbers),
    "BYMONTH": ("by_month", _numbers),
    "COUNT": ("count", _number),
    "UNTIL": ("until", _until),
    "WKST": ("week_start", _week_start),
    "RSCALE": ("", _scale),
    "SKIP": ("short_months", _skip),
}


def write_rrule(rule: Recurrence) -> str:
    """Write the rule's text, with SKIP only where a month can lack the day."""
    parts = {
        "FREQ": rule.frequency.upper(),
        "INTERVAL": "" if rule.interval == 1 else str(rule.interval),
        "BYMONTH": _list(rule.by_month),
        "BYMONTHDAY": _list(rule.by_month_day),
        "BYDAY": ",".join(write_weekday(day) for day in rule.by_day),
        "WKST": WEEKDAYS[rule.week_start] if rule.week_start else "",
        "COUNT": "" if rule.count is None else str(rule.count),
        "UNTIL": "" if rule.until is None else f"{rule.until:%Y%m%d}",
    }
    if _may_lack_a_day(rule):
        skip = "BACKWARD" if rule.short_months == "clamp" else "OMIT"
        parts = {"RSCALE": "GREGORIAN", **parts, "SKIP": skip}
    return ";".join(f"{name}={value}" for name, value in parts.items() if value)


def _list(numbers: tuple[int, ...]) -> str:
    return ",".join(str(number) for number in numbers)


def _may_lack_a_day(rule: Recurrence) -> bool:
    if rule.frequency not in {"monthly", "yearly"} or rule.by_day:
        return False
    return any(abs(day) > 28 for day in rule.by_month_day or (rule.start.day,))
