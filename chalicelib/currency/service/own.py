"""A user's own rates: one number a pair and day, put and taken back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from chalicelib.currency import repository
from chalicelib.currency.errors import FixedByLaw, RateNotFound, TooManyOwnRates
from chalicelib.currency.model.fixed import successor
from chalicelib.currency.model.quotes import OWN, Quote
from chalicelib.currency.repository import Month
from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import Period
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import FieldProblem, Invalid
from chalicelib.kernel.ids import derived_id

MOST_A_MONTH: Final = 400
"""Own rates of one owner and month: some 15 KB."""


def put_rate(ctx: Context, base: str, quote: str, day: date, *, rate: str) -> Quote:
    """Set the user's own rate of a pair for a day, in place of the one there was, in either direction.

    Raises `Invalid` for a pair of one currency or a future day, `FixedByLaw`, `TooManyOwnRates`.
    """
    _check(ctx, base, quote, day)
    month = repository.get_month(ctx.owner, Period.of(day))
    wanted = Quote(base, quote, rate, day, OWN)
    before = _of(month, wanted)
    others = tuple(one for one in month.quotes if one != before)
    if len(others) >= MOST_A_MONTH:
        raise TooManyOwnRates
    _save(ctx, Month(month.period, (*others, wanted), month.version), before, wanted)
    return wanted


def remove_rate(ctx: Context, base: str, quote: str, day: date) -> None:
    """Take the user's own rate of a pair and day back; raise `RateNotFound`."""
    month = repository.get_month(ctx.owner, Period.of(day))
    before = _of(month, Quote(base, quote, "1", day, OWN))
    if before is None:
        raise RateNotFound
    others = tuple(one for one in month.quotes if one != before)
    _save(ctx, Month(month.period, others, month.version), before, None)


def own_rates(ctx: Context, first: date, last: date) -> tuple[Quote, ...]:
    """Give the user's own rates of the days between two, newest first."""
    found = repository.find_quotes(ctx.owner, first, last)
    return tuple(one for one in found if first <= one.day <= last)


def _check(ctx: Context, base: str, quote: str, day: date) -> None:
    if base == quote:
        raise Invalid(errors=(FieldProblem("/quote", "another currency than the base"),))
    if day > ctx.now.date() + timedelta(days=1):
        raise Invalid(errors=(FieldProblem("/date", "a day that has come"),))
    for old, new in ((base, quote), (quote, base)):
        found = successor(old, day)
        if found is not None and found.new == new:
            raise FixedByLaw


def _of(month: Month, wanted: Quote) -> Quote | None:
    return next(
        (one for one in month.quotes if one.pair == wanted.pair and one.day == wanted.day), None
    )


def _save(ctx: Context, month: Month, before: Quote | None, after: Quote | None) -> None:
    one = after or before
    if one is None:
        return
    repository.save_month(ctx.commit, ctx.owner, month)
    names = sorted(one.pair)
    ctx.commit.record(
        Change(
            kind="rate",
            id=derived_id("rate", str(ctx.owner), *names, one.day.isoformat()),
            version=month.version + 1,
            op="put" if after else "delete",
            fields={"base": one.base, "quote": one.quote, "date": one.day.isoformat()},
            before={"rate": before.rate} if before else None,
            after={"rate": after.rate} if after else None,
        )
    )
