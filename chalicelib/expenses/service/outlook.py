"""What comes again, for the services above: templates and what the history shows, past turns and those to come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Final, Literal

from chalicelib.expenses.model.recurrence.days import occurrences
from chalicelib.expenses.model.recurring import Recurring, coming, counts
from chalicelib.expenses.model.suggestions import Detected, covers
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.decode import categories_of
from chalicelib.expenses.repository.recurring import Recurrings
from chalicelib.expenses.service.recurring_detected import (
    covering,
    described,
    history_of,
    series_of,
)
from chalicelib.kernel.context import Context
from chalicelib.kernel.tables import Raw
from chalicelib.kernel.values import dataclass

_MOST_TURNS: Final = 2_000
"""Of one template: five years of days, and more than any other rule has."""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One time that something came or is to come, with its sign, in minor units."""

    on: date
    minor: int
    transaction_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeating:
    """Something that comes again: a template, or a series that the history shows and no template covers.

    `past` are a template's turns as its rule has them, or the payments of a series; `paid` the payments that a template's
    own series shows in the history, where it has one. `minor` is what to expect, with its sign.
    """

    id: str
    source: Literal["template", "detected"]
    account_id: str
    to_account_id: str | None
    category_id: str | None
    payee: str
    currency: str
    minor: int
    period: str
    score: float | None
    missed: int
    past: tuple[Turn, ...]
    coming: tuple[Turn, ...]
    paid: tuple[Turn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money that came or went, with its sign, in minor units; `payee_id` says who is the same, not who that is."""

    id: str
    on: date
    minor: int
    currency: str
    account_id: str
    categories: frozenset[str | None]
    payee_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What comes again, and all payments of the last 13 months that were looked at, newest first.

    `payee_of` opens the payee's name of one of them.
    """

    repeating: tuple[Repeating, ...]
    payments: tuple[Payment, ...]
    payee_of: Callable[[str], str]


def look_ahead(ctx: Context, *, since: date, until: date) -> Outlook:
    """Give all that comes again, between two days around today; templates first, then series by how likely they are.

    Of a household only what lies wholly on accounts that the caller sees, and of series what they see of them. Reads
    templates, and the last 13 months of the history up to 4,000 rows (eight queries).
    """
    templates = [
        one
        for one in Recurrings(ctx).all()
        if ctx.accounts is None or set(one.template.accounts) <= ctx.accounts.keys()
    ]
    history = history_of(ctx)
    series = described(ctx, series_of(ctx, history, ()), history)
    today = ctx.now.date()
    known = [(covering(ctx, one), one) for one in templates]
    covered = {
        one.suggestion.id: template.id
        for one in series
        for cover, template in reversed(known)
        if covers(cover, one.suggestion)
    }
    paid = {covered[one.suggestion.id]: one for one in series if one.suggestion.id in covered}
    return Outlook(
        repeating=(
            *(_template(one, paid.get(one.id), since, today, until) for one in templates),
            *(
                _series(one, today, until)
                for one in series
                if one.suggestion.id not in covered and _is_seen(ctx, one)
            ),
        ),
        payments=tuple(_payment(identity, item) for identity, item in history.rows.items()),
        payee_of=lambda identity: table.opened(ctx.vault, history.rows[identity], "payee"),
    )


def _payment(identity: str, item: Raw) -> Payment:
    return Payment(
        id=identity,
        on=date.fromisoformat(item["by_day"]["S"].partition("#")[0]),
        minor=table.number(item, "amount"),
        currency=item["currency"]["S"],
        account_id=item["account_id"]["S"],
        categories=frozenset(one or None for one in categories_of(item)),
        payee_id=item["payee_id"]["S"],
    )


def _is_seen(ctx: Context, one: Detected) -> bool:
    return ctx.accounts is None or one.account_id in ctx.accounts


def _template(
    one: Recurring, paid: Detected | None, since: date, today: date, until: date
) -> Repeating:
    template = one.template
    rests = one.paused or one.stopped is not None
    turns = list(islice(_turns(one, since, today if rests else until), _MOST_TURNS))
    return Repeating(
        id=one.id,
        source="template",
        account_id=template.account_id,
        to_account_id=template.to_account_id,
        category_id=template.category_id,
        payee=template.payee,
        currency=template.amount.currency,
        minor=template.amount.amount_minor,
        period=one.rule.frequency if one.rule.interval == 1 else "other",
        score=None,
        missed=0,
        past=tuple(turn for turn in turns if turn.on <= today),
        coming=tuple(turn for turn in turns if turn.on > today),
        paid=_hits(paid) if paid else (),
    )


def _turns(one: Recurring, first: date, last: date) -> Iterator[Turn]:
    for found in coming(one, first=first, last=last):
        if counts(one, found.day):
            minor = one.amount_on(found.day).amount_minor
            yield Turn(on=found.booked_on, minor=minor)


def _series(one: Detected, today: date, until: date) -> Repeating:
    found = one.suggestion
    series, minor = found.series, found.amount.amount_minor
    return Repeating(
        id=found.id,
        source="detected",
        account_id=one.account_id,
        to_account_id=None,
        category_id=one.category_id,
        payee=one.payee,
        currency=found.stream.currency,
        minor=minor,
        period=series.fit.period.name,
        score=round(series.score, 2),
        missed=series.fit.missed,
        past=_hits(one),
        coming=tuple(
            Turn(on=turn.booked_on, minor=minor)
            for turn in islice(
                occurrences(series.rule, first=today + _DAY, last=until), _MOST_TURNS
            )
        ),
        paid=(),
    )


def _hits(one: Detected) -> tuple[Turn, ...]:
    sign = one.suggestion.stream.sign
    return tuple(
        Turn(on=hit.day, minor=sign * hit.amount_minor, transaction_id=hit.id)
        for hit in one.suggestion.series.hits
    )
