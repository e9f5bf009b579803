"""Money in and out, compared: a stretch with those before it, and years with each other."""

from __future__ import annotations

from chalicelib.analytics.model.flows import By, Report, flows
from chalicelib.analytics.model.periods import YEAR, Span, shifted, span
from chalicelib.analytics.schemas.flows import CashFlowQuery
from chalicelib.analytics.schemas.years import YearsQuery
from chalicelib.analytics.service.reading import cells_of, check_account, labels_of, names_of
from chalicelib.kernel.clock import Period
from chalicelib.kernel.context import Context


def cash_flow(ctx: Context, query: CashFlowQuery) -> Report:
    """Sum a stretch of months, as many before it, and the same ones a year ago.

    A foreign or absent account is NotFound.
    """
    now = span(_until(ctx, query.until), query.months)
    spans = (now, shifted(now, -len(now)), shifted(now, -YEAR))
    return _report(ctx, spans, query.by, query.account_id, query.currency)


def year_over_year(ctx: Context, query: YearsQuery) -> Report:
    """Sum the same twelve months of several years, latest first; a foreign or absent account is NotFound."""
    now = span(_until(ctx, query.until), YEAR)
    spans = tuple(shifted(now, -YEAR * back) for back in range(query.years))
    return _report(ctx, spans, query.by, query.account_id, query.currency)


def _until(ctx: Context, until: str | None) -> Period:
    return Period.parse(until) if until else Period.of(ctx.now.date())


def _report(
    ctx: Context,
    spans: tuple[Span, ...],
    by: By | None,
    account_id: str | None,
    currency: str | None,
) -> Report:
    check_account(ctx, account_id)
    cells = cells_of(ctx, spans, account_id=account_id, currency=currency)
    labels = labels_of(ctx) if cells else {}
    return Report(
        spans=spans,
        complete=spans[0][-1] < Period.of(ctx.now.date()),
        by=by,
        names=names_of(ctx, by, labels) if cells else {},
        currencies=flows(cells, labels, spans, by),
    )
