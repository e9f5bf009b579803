"""Rates to look at: of a day, and of a pair over time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from chalicelib.currency import repository
from chalicelib.currency.gateways import history as shipped
from chalicelib.currency.model.book import MAX_AGE, OWN_AGE, Book, Missing, Path
from chalicelib.currency.model.fixed import successor
from chalicelib.currency.model.merging import lateness
from chalicelib.currency.model.rates import RatesOfDay
from chalicelib.currency.service import books
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import FieldProblem, Invalid

MOST_DAYS = 366
_DAY = timedelta(days=1)


def rates_of_day(
    ctx: Context, base: str, day: date, *, symbols: Sequence[str] | None
) -> RatesOfDay:
    """Give the rates of a base on a day, to the symbols or to all that any source quotes near it."""
    codes = _known_near(day) if symbols is None else tuple(symbols)
    pairs = [(base, code, day) for code in codes if code != base]
    found = books.paths(pairs, owner=ctx.owner, now=ctx.now, max_age=MAX_AGE)
    paths = tuple(one for one in found if isinstance(one, Path))
    newest = max((one.day(day) for one in paths), default=shipped.last_day())
    return RatesOfDay(
        paths,
        tuple(one for one in found if isinstance(one, Missing)),
        lateness(newest, ctx.now) if day >= ctx.now.date() else 0,
    )


def _known_near(day: date) -> tuple[str, ...]:
    sheets = books.sheets_of(day - MAX_AGE * _DAY, day)
    codes = {
        code for some in sheets.values() for sheet in some for code in (sheet.base, *sheet.rates)
    }
    return tuple(sorted(code for code in codes if successor(code, day) is None))


def history(
    ctx: Context, base: str, quote: str, *, since: date, until: date
) -> list[tuple[date, Path]]:
    """Give a pair's rates between two days, for each day that has a new one; raise `Invalid` for too many days."""
    if not timedelta(0) <= until - since < MOST_DAYS * _DAY:
        raise Invalid(errors=(FieldProblem("?since", f"at most {MOST_DAYS} days before until"),))
    sheets = books.sheets_of(since - MAX_AGE * _DAY, until)
    own = repository.find_quotes(ctx.owner, since - OWN_AGE * _DAY, until)
    book = Book(lambda day: sheets.get(day, ()), own)
    days = (since + number * _DAY for number in range((until - since).days + 1))
    found = ((day, book.path(base, quote, day)) for day in days)
    return [
        (day, path)
        for day, path in found
        if isinstance(path, Path) and max((leg.day for leg in path.legs), default=day) == day
    ]
