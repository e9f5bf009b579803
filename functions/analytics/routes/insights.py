"""Cards about what deserves a look."""

from __future__ import annotations

from chalicelib.analytics.schemas.insights import InsightsOut
from chalicelib.analytics.service import insights
from chalicelib.kernel.context import Context
from functions.analytics.routes.edge import READ, WRITE, edge


@edge.endpoint(
    "GET",
    "/v1/analytics/insights",
    summary="What deserves a look now",
    out=InsightsOut,
    scope=READ,
    by_account=True,
)
def list_insights(ctx: Context) -> InsightsOut:
    """List cards that were not dismissed, each once: balances that will fall below zero, what stands out, bills to look at."""
    return InsightsOut.of(insights.list_insights(ctx))


@edge.endpoint(
    "POST",
    "/v1/analytics/insights/{insight_id}/dismiss",
    summary="Let a card not be shown as it stands",
    status=204,
    scope=WRITE,
)
def dismiss_insight(ctx: Context, insight_id: str) -> None:
    """Dismiss a card; it comes back only when what it tells of has changed by enough to matter."""
    insights.dismiss(ctx, insight_id)
