"""Putting together what sources said: who is asked, who goes first, and when the next one stands in.

The reference source (ECB) goes first. Of the wide sources the first that answers fills in the currencies that
the reference does not quote; only while the reference is behind does it stand in for those too. What a source
said for a day is replaced only by the same source, saying it anew for the same day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final

from chalicelib.currency.model.days import business_days_between, due
from chalicelib.currency.model.quotes import EURO, Sheet

_ORDER: Final = ("ecb", "coingecko", "open-exchange-rates", "currencylayer")
STALE_AFTER: Final = 2
"""Business days that the newest rates may be late before it is an alarm: a day's publication may slip."""


def merged(known: Iterable[Sheet], fresh: Iterable[Sheet]) -> tuple[Sheet, ...]:
    """Put a day's sheets together: the new one of a source replaces its old one, most trusted first."""
    found = {sheet.source: sheet for sheet in (*known, *fresh)}
    return tuple(
        sorted(
            found.values(),
            key=lambda one: _ORDER.index(one.source) if one.source in _ORDER else len(_ORDER),
        )
    )


def filling(sheet: Sheet, covered: Iterable[str]) -> Sheet:
    """Take from a wide sheet what the reference covers; the euro stays, because the way leads through it."""
    dropped = set(covered) - {EURO}
    rates = {code: rate for code, rate in sheet.rates.items() if code not in dropped}
    return Sheet(sheet.day, sheet.source, sheet.base, rates, sheet.priced)


def is_behind(newest: date, now: datetime) -> bool:
    """Tell whether the reference has not said yet what it should have."""
    return newest < due(now)


def lateness(newest: date, now: datetime) -> int:
    """Count the business days that are missing by now."""
    return business_days_between(newest, due(now))


def newest_reference(sheets: Sequence[Sheet]) -> Sheet | None:
    """Give the newest sheet of a list, or None."""
    return max(sheets, key=lambda one: one.day, default=None)
