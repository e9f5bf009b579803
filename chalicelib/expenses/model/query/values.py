"""Values of a query's terms: amounts, days and known words, in the one form in which they are kept."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final, TypeAlias, get_args

from chalicelib.expenses.model.query.tree import ChoiceField
from chalicelib.expenses.model.transactions import SetBy, Source, Status
from chalicelib.kernel.ids import is_id
from chalicelib.kernel.money import MoneyError, exponent
from chalicelib.kernel.regex import regex

DayRange: TypeAlias = tuple[date, date]
_AMOUNT: Final = regex(r"([+-]?)0*([0-9]{1,38})(?:\.([0-9]{1,18}))?")
_DAY: Final = regex(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_OLDEST: Final = 1900

KINDS: Final = ("expense", "income", "transfer")
HAS: Final = ("notes", "tags", "parts", "refund", "category", "payee", "original", "attachment")
IS: Final = ("transfer", "split", "refund")


def read_amount(text: str) -> str | None:
    """Give a number's shortest form, or None where the text is no number."""
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return None
    sign, whole, fraction = match.groups()
    whole, fraction = whole.lstrip("0") or "0", (fraction or "").rstrip("0")
    digits = f"{whole}.{fraction}" if fraction else whole
    return f"-{digits}" if sign == "-" and digits != "0" else digits


def scaled(amount: str, places: int) -> tuple[int, bool]:
    """Give a number in units of so many decimal places, rounded down, and whether that is exact."""
    negative = amount.startswith("-")
    whole, _, fraction = amount.lstrip("-").partition(".")
    kept, rest = fraction[:places].ljust(places, "0"), fraction[places:].rstrip("0")
    units = int(whole + kept)
    if not negative:
        return units, not rest
    return -units - (1 if rest else 0), not rest


# ------------------------------------------------------------------------------------------- days


def _day(today: date) -> DayRange:
    return today, today


def _yesterday(today: date) -> DayRange:
    return _day(today - timedelta(days=1))


def _week(today: date) -> DayRange:
    monday = today - timedelta(days=today.weekday())
    return monday, monday + timedelta(days=6)


def _month(day: date) -> DayRange:
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def _year(day: date) -> DayRange:
    return date(day.year, 1, 1), date(day.year, 12, 31)


RELATIVE: Final[Mapping[str, Callable[[date], DayRange]]] = {
    "today": _day,
    "yesterday": _yesterday,
    "this-week": _week,
    "last-week": lambda today: _week(today - timedelta(days=7)),
    "this-month": _month,
    "last-month": lambda today: _month(today.replace(day=1) - timedelta(days=1)),
    "this-year": _year,
    "last-year": lambda today: _year(date(today.year - 1, 1, 1)),
}


def is_day(text: str) -> bool:
    """Tell whether a text names a day, a month, a year or a stretch of days from today."""
    return text in RELATIVE or _written(text) is not None


def days_of(text: str, today: date) -> DayRange:
    """Give the first and the last day of what `is_day` accepts."""
    written = _written(text)
    return written if written is not None else RELATIVE[text](today)


def _written(text: str) -> DayRange | None:
    match = _DAY.fullmatch(text)
    if match is None or int(match.group(1)) < _OLDEST:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
    except ValueError:
        return None
    if day is not None:
        return first, first
    return _month(first) if month is not None else _year(first)


# -------------------------------------------------------------------------------------- known words


def _currency(text: str) -> str | None:
    try:
        exponent(text.upper())
    except MoneyError:
        return None
    return text.upper()


def _id(text: str) -> str | None:
    return text if is_id(text) else None


CHOICES: Final[Mapping[ChoiceField, tuple[str, ...]]] = {
    "status": get_args(Status),
    "kind": KINDS,
    "source": get_args(Source),
    "by": get_args(SetBy),
    "has": HAS,
    "is": (*IS, *KINDS[:2], *get_args(Status)),
}


def read_choice(field: ChoiceField, text: str) -> str | None:
    """Give the value of a property in its one form, or None where it has no such value."""
    if field == "currency":
        return _currency(text)
    if field == "import":
        return _id(text)
    lowered = text.lower()
    return lowered if lowered in CHOICES[field] else None


def expected(field: ChoiceField) -> str:
    """Say what a property may be."""
    if field == "currency":
        return "expected a currency code such as EUR"
    if field == "import":
        return "expected the id of an import"
    return f"expected one of {', '.join(CHOICES[field])}"
