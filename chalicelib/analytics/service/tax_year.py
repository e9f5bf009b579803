"""A tax year by tax category, from kept sums; where it begins within a month, from that month's rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from chalicelib.analytics.errors import TooMuchToSum
from chalicelib.analytics.model.periods import Span, span
from chalicelib.analytics.model.sums import Cell, Label, Sums, of_postings
from chalicelib.analytics.model.tax_year import COUNTS_NOT, SHIPPED, Counted, Line, lines_of, summed
from chalicelib.analytics.schemas.tax_year import TaxYearQuery, TaxYearShown
from chalicelib.analytics.service.reading import cells_of, check_account, of_account
from chalicelib.currency import api as currency
from chalicelib.expenses import api as expenses
from chalicelib.kernel.clock import Period
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import FieldProblem, Invalid
from chalicelib.users import api as users

MOST_ROWS: Final = 4_000
"""Transactions of the two months in which a tax year begins and ends, where that is not on their first day."""
_DAY: Final = timedelta(days=1)


def read_tax_year(ctx: Context, query: TaxYearQuery) -> TaxYearShown:
    """Sum a tax year up in the person's base currency, or another.

    Refuses countries whose tax year is not known, tax categories and categories that there are not, and a foreign or absent account.
    """
    check_account(ctx, query.account_id)
    today = ctx.now.date()
    year = currency.tax_year(query.country, year=query.year, day=today, pointer="?country")
    views = expenses.category_names(ctx.owner, ctx.vault)
    labels = {one.id: Label(one.name, one.parent_id, one.kind) for one in views.values()}
    rules = _rules(query, views)
    last = year.until - _DAY
    cells = list(_cells(ctx, query, year.since, last))
    target = query.currency or users.preferences(ctx.person.id).base_currency
    lines = lines_of(cells, labels, min(last, today))
    return TaxYearShown(
        country=query.country.upper(),
        name=year.name,
        since=year.since,
        last=last,
        complete=last < today,
        currency=target,
        sums=summed(lines, _worths(ctx, lines, target), labels, rules, _categories()),
        labels=labels,
    )


def _rules(query: TaxYearQuery, views: Mapping[str, expenses.CategoryView]) -> dict[str, Counted]:
    asked = query.rules
    expenses.check_categories(views, asked)
    unknown = set(asked.values()) - {COUNTS_NOT, *currency.TAX_CATEGORIES}
    if unknown:
        detail = f"no tax category is called {min(unknown)}"
        raise Invalid(errors=(FieldProblem("?categories", detail),))
    shipped = {
        expenses.shipped_category(slug): Counted(name, "shipped") for slug, name in SHIPPED.items()
    }
    return shipped | {identity: Counted(name, "asked") for identity, name in asked.items()}


def _categories() -> dict[str, tuple[currency.TaxSide, str]]:
    return {name: (one.side, one.label) for name, one in currency.TAX_CATEGORIES.items()}


def _cells(
    ctx: Context, query: TaxYearQuery, since: date, last: date
) -> Iterator[tuple[Cell, Sums]]:
    """Give the sums of whole months as they are kept, and of parts of months from their rows."""
    whole = _whole_months(since, last)
    yield from cells_of(ctx, [whole], account_id=query.account_id)
    if since.day == 1:
        return
    yield from of_account(ctx, _rows(ctx, since, Period.of(since).last()), query.account_id)
    yield from of_account(ctx, _rows(ctx, Period.of(last).first(), last), query.account_id)


def _whole_months(since: date, last: date) -> Span:
    first = Period.of(since) if since.day == 1 else Period.of(since).next()
    until = Period.of(last) if (last + _DAY).day == 1 else Period.of(last.replace(day=1) - _DAY)
    months = (until.year - first.year) * 12 + until.month - first.month + 1
    return span(until, months)


def _rows(ctx: Context, first: date, last: date) -> Iterator[tuple[Cell, Sums]]:
    found = expenses.iter_transactions(ctx.owner, ctx.vault, first=first, last=last)
    for count, one in enumerate(found):
        if count == MOST_ROWS:
            raise TooMuchToSum
        inside = [posting for posting in one.postings if first <= posting.booked_on <= last]
        yield from of_postings(inside).items()


def _worths(ctx: Context, lines: list[Line], target: str) -> list[tuple[int | None, int | None]]:
    """Convert income and expense of each line, at the rate of its day."""
    asked = [
        (minor, code, day) for _, code, day, sums in lines for minor in (sums.income, sums.expense)
    ]
    found = [one.minor for one in currency.worths(asked, target, owner=ctx.owner, now=ctx.now)]
    return list(zip(found[::2], found[1::2], strict=True))
