"""A month by category, and the months one after the other."""

from __future__ import annotations

from chalicelib.analytics.model.periods import span
from chalicelib.analytics.schemas.sums import SpendingOut, SpendingQuery, TrendsOut, TrendsQuery
from chalicelib.analytics.service import sums
from chalicelib.kernel.clock import Period
from chalicelib.kernel.context import Context
from functions.analytics.routes.edge import READ, edge


@edge.endpoint(
    "GET",
    "/v1/analytics/spending",
    summary="A month's income and expense by category",
    query=SpendingQuery,
    out=SpendingOut,
    scope=READ,
    by_account=True,
)
def read_spending(ctx: Context, query: SpendingQuery) -> SpendingOut:
    """Sum a month by currency and category, exactly, at the same cost for ten rows as for a million.

    Transfers between the user's own accounts are neither income nor expense and stand apart.
    """
    found = sums.spending(ctx, query.month, account_id=query.account_id, currency=query.currency)
    return SpendingOut.of(query.month, found)


@edge.endpoint(
    "GET",
    "/v1/analytics/trends",
    summary="Income and expense month by month",
    query=TrendsQuery,
    out=TrendsOut,
    scope=READ,
    by_account=True,
)
def read_trends(ctx: Context, query: TrendsQuery) -> TrendsOut:
    """Sum each of up to 24 months by currency; months without any transaction are there with zeros."""
    until = Period.parse(query.until) if query.until else Period.of(ctx.now.date())
    months = span(until, query.months)
    found = sums.trends(ctx, months, account_id=query.account_id, currency=query.currency)
    return TrendsOut.of(str(months[0]), str(months[-1]), found)
