"""The front door of the currency service: conversion with its proof, rates, names and formats.

Nothing here writes. `owner` lets an owner's own rates count; without one only what is published does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from chalicelib.currency.errors import MissingRate, SourceFailed, UnknownLocale
from chalicelib.currency.model.book import MAX_AGE, Missing, Path
from chalicelib.currency.model.conversion import Converted, Line, Manner, Worth
from chalicelib.currency.model.quotes import Quote
from chalicelib.currency.model.tax.years import CATEGORIES as TAX_CATEGORIES
from chalicelib.currency.model.tax.years import Side as TaxSide
from chalicelib.currency.model.tax.years import YearSummary
from chalicelib.currency.service import books, conversion, currencies
from chalicelib.currency.service.conversion import worths
from chalicelib.currency.service.data_rights import PART as DATA_RIGHTS
from chalicelib.currency.service.tax import tax_year
from chalicelib.currency.service.tax_summary import summary as tax_summary
from chalicelib.kernel.money import Money
from chalicelib.kernel.owners import Owner

__all__ = [
    "DATA_RIGHTS",
    "TAX_CATEGORIES",
    "Converted",
    "Line",
    "Manner",
    "Missing",
    "MissingRate",
    "Path",
    "Quote",
    "SourceFailed",
    "TaxSide",
    "UnknownLocale",
    "Worth",
    "YearSummary",
    "convert",
    "convert_lines",
    "format_money",
    "rate",
    "tax_summary",
    "tax_year",
    "worths",
]


def convert(amount: Money, to: str, *, day: date, owner: Owner | None, now: datetime) -> Converted:
    """Convert one amount at its day's rate; `path` in the answer has each number with its day and source.

    Raises `MissingRate`. Reads: at most one query of the owner's rates and, for days beyond the shipped
    history, one of public rates.
    """
    (found,) = convert_lines([Line(amount=amount, day=day)], to, owner=owner, now=now)
    return found


def convert_lines(
    lines: Sequence[Line],
    to: str,
    *,
    owner: Owner | None,
    now: datetime,
    manner: Manner = conversion.PLAIN,
) -> tuple[Converted, ...]:
    """Convert dated lines; `manner` names rounding, totals, and whether a missing rate is refused or flagged.

    Raises `MissingRate` naming each line (`/lines/<n>/date`) unless flagged: then `money` is None.
    """
    return conversion.convert(lines, to, owner=owner, now=now, manner=manner)


def rate(base: str, quote: str, *, day: date, owner: Owner | None, now: datetime) -> Path | Missing:
    """Give what 1 `base` is worth in `quote` on a day, with its proof, or the reason why that is not known."""
    (found,) = books.paths([(base, quote, day)], owner=owner, now=now, max_age=MAX_AGE)
    return found


def format_money(money: Money, *, locale: str) -> str:
    """Write an amount as a locale does (CLDR); raise `UnknownLocale`."""
    return currencies.format_money(money, locale=locale)
