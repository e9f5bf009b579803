"""Money in and out beside what it was before."""

from __future__ import annotations

from chalicelib.analytics.schemas.flows import CashFlowOut, CashFlowQuery
from chalicelib.analytics.schemas.years import YearsOut, YearsQuery
from chalicelib.analytics.service import flows
from chalicelib.kernel.context import Context
from functions.analytics.routes.edge import READ, edge


@edge.endpoint(
    "GET",
    "/v1/analytics/cash-flow",
    summary="Money in and out, compared with the time before and a year ago",
    query=CashFlowQuery,
    out=CashFlowOut,
    scope=READ,
    by_account=True,
)
def read_cash_flow(ctx: Context, query: CashFlowQuery) -> CashFlowOut:
    """Sum up to 24 months by currency, and beside them as many before and the same ones a year ago.

    `by` groups by category, by the topmost category above each, or by account; groups add up to the whole
    exactly. Transfers between the user's own accounts stand apart. The cost does not grow with transactions.
    """
    return CashFlowOut.of_report(flows.cash_flow(ctx, query))


@edge.endpoint(
    "GET",
    "/v1/analytics/year-over-year",
    summary="The same months of several years side by side",
    query=YearsQuery,
    out=YearsOut,
    scope=READ,
    by_account=True,
)
def read_year_over_year(ctx: Context, query: YearsQuery) -> YearsOut:
    """Sum twelve months up to one, and the same months of up to four years before, month beside month."""
    return YearsOut.of(flows.year_over_year(ctx, query))
