"""A forecast: what the schedule brings, by account and day, and of the rest what its own record allows to say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from chalicelib.analytics.errors import TooMuchToSum
from chalicelib.analytics.model.forecast import (
    AccountPath,
    Forecast,
    Leg,
    Planned,
    by_day,
    forecasts,
    path,
)
from chalicelib.analytics.model.periods import shifted, span
from chalicelib.analytics.model.sums import is_transfer
from chalicelib.analytics.schemas.forecast import ForecastQuery
from chalicelib.analytics.service.reading import cells_of, check_account, labels_of
from chalicelib.expenses import api as expenses
from chalicelib.kernel.clock import Period
from chalicelib.kernel.context import Context

HISTORY: Final = 48
"""Months that are over and looked at."""
PATH: Final = timedelta(days=92)
"""How far accounts are shown day by day."""
MOST_DAYS: Final = 5_000
"""Days of all accounts together."""
_YEAR: Final = timedelta(days=365)


def read_forecast(ctx: Context, query: ForecastQuery) -> Forecast:
    """Forecast the current month and those after it, by currency; a foreign or absent account is NotFound."""
    check_account(ctx, query.account_id)
    today = ctx.now.date()
    now = Period.of(today)
    past = shifted(span(now, HISTORY), -1)
    to_come = shifted(span(now, query.months), query.months - 1)
    cells = cells_of(ctx, [past, (now,)], account_id=query.account_id, currency=query.currency)
    labels = labels_of(ctx)
    until = max(to_come[-1].last(), today + PATH)
    repeating = [
        one
        for one in expenses.look_ahead(ctx, since=past[0].first(), until=until).repeating
        if query.account_id in {None, one.account_id, one.to_account_id}
        and query.currency in {None, one.currency}
    ]
    planned = [
        found
        for one in repeating
        if one.to_account_id is None and not is_transfer(one.category_id, labels)
        for found in _planned(one, past[0].first(), today)
    ]
    return Forecast(
        months=tuple(map(str, to_come)),
        currencies=forecasts(cells, labels, planned, past, to_come),
        accounts=paths(ctx, repeating, query.account_id),
    )


def _planned(one: expenses.Repeating, first: date, today: date) -> Iterator[Planned]:
    """Give the turns of something, past ones included.

    Payments before a template was made are its turns too. A series that went on a year ago is taken to have gone on
    before: the history is looked at for 13 months only.
    """
    begun = one.past[0].on if one.past else today
    earlier = [turn for turn in one.paid if turn.on < begun]
    past = sorted([*earlier, *one.past], key=lambda turn: turn.on)
    for turn in (*past, *one.coming):
        yield Planned(turn.on, turn.minor, one.currency)
    shown = past if one.source == "detected" else earlier
    if shown and shown[0].on <= today - _YEAR:
        yield from _before([turn for turn in shown if turn.on > shown[0].on], one.currency, first)


def _before(year: Sequence[expenses.Turn], currency: str, first: date) -> Iterator[Planned]:
    """Repeat a year's turns in the years before it."""
    back = _YEAR
    while year and year[-1].on - back >= first:
        for turn in year:
            if turn.on - back >= first:
                yield Planned(turn.on - back, turn.minor, currency)
        back += _YEAR


def paths(
    ctx: Context, repeating: Sequence[expenses.Repeating], account_id: str | None
) -> tuple[AccountPath, ...]:
    """Walk accounts through what the schedule moves on them, transfers included, from today's balances on."""
    today = ctx.now.date()
    changes = by_day(
        leg
        for one in repeating
        for leg in _legs(one, today + PATH)
        if account_id in {None, leg.account_id}
    )
    days = sorted({day for one in changes.values() for day in one})
    if sum(map(len, changes.values())) > MOST_DAYS:
        raise TooMuchToSum
    found = expenses.balances_of_all(ctx.owner, ctx.vault, (today, *days), allowed=ctx.accounts)
    return tuple(
        AccountPath(
            id=one.id,
            name=one.name,
            currency=one.currency,
            balance=one.minor[0],
            days=path(changes[one.id], dict(zip(days, one.minor[1:], strict=True))),
        )
        for one in found
        if one.id in changes
    )


def _legs(one: expenses.Repeating, until: date) -> Iterator[Leg]:
    for turn in one.coming:
        if turn.on <= until:
            yield Leg(one.account_id, turn.on, turn.minor)
            if one.to_account_id is not None:
                yield Leg(one.to_account_id, turn.on, -turn.minor)
