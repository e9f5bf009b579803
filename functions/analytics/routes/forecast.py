"""What is to come."""

from __future__ import annotations

from chalicelib.analytics.schemas.forecast import ForecastOut, ForecastQuery
from chalicelib.analytics.service import forecast
from chalicelib.kernel.context import Context
from functions.analytics.routes.edge import READ, edge


@edge.endpoint(
    "GET",
    "/v1/analytics/forecast",
    summary="What is to come, with the forecast's own record",
    query=ForecastQuery,
    out=ForecastOut,
    scope=READ,
    by_account=True,
)
def read_forecast(ctx: Context, query: ForecastQuery) -> ForecastOut:
    """Forecast up to twelve months by currency: what the schedule brings, and the rest with an 80 % interval.

    The schedule is templates and what the history shows to come again. Of the rest nothing is said where its own
    record is worse than saying that all stays as it was, or too short to tell. Accounts are shown day by day as the schedule moves them.
    """
    return ForecastOut.of(forecast.read_forecast(ctx, query))
