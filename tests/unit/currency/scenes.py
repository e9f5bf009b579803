"""Books for tests: the shipped history, or a few sheets made up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from chalicelib.currency.gateways import history
from chalicelib.currency.model.book import MAX_AGE, Book, Path
from chalicelib.currency.model.quotes import Quote, Sheet

FRIDAY = date(2026, 6, 5)
SATURDAY = date(2026, 6, 6)
SUNDAY = date(2026, 6, 7)
MONDAY = date(2026, 6, 8)


def shipped(*own: Quote, max_age: int = MAX_AGE) -> Book:
    """A book of the shipped history."""

    def sheets(day: date) -> Sequence[Sheet]:
        found = history.sheet(day)
        return (found,) if found else ()

    return Book(sheets, own, max_age)


def book(*sheets: Sheet, own: Sequence[Quote] = (), max_age: int = MAX_AGE) -> Book:
    """A book of these sheets alone, in the order of trust."""
    return Book(lambda day: [sheet for sheet in sheets if sheet.day == day], own, max_age)


def ecb(day: date, **rates: str) -> Sheet:
    return Sheet(day, "ecb", "EUR", rates)


def found(way: object) -> Path:
    assert isinstance(way, Path), way
    return way
