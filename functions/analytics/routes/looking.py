"""What stands out, and what is paid again and again."""

from __future__ import annotations

from chalicelib.analytics.schemas.anomalies import AnomaliesOut, AnomaliesQuery
from chalicelib.analytics.schemas.subscriptions import SubscriptionsOut
from chalicelib.analytics.service import looking
from chalicelib.kernel.context import Context
from functions.analytics.routes.edge import READ, edge


@edge.endpoint(
    "GET",
    "/v1/analytics/anomalies",
    summary="What stands out in a month, and why",
    query=AnomaliesQuery,
    out=AnomaliesOut,
    scope=READ,
    by_account=True,
)
def read_anomalies(ctx: Context, query: AnomaliesQuery) -> AnomaliesOut:
    """Find categories and payments that stand out from what they were before, by a rule that each answer spells out."""
    return AnomaliesOut.of(looking.anomalies(ctx, query))


@edge.endpoint(
    "GET",
    "/v1/analytics/subscriptions",
    summary="What is paid again and again: yearly cost, price rises, doubles",
    out=SubscriptionsOut,
    scope=READ,
    by_account=True,
)
def read_subscriptions(ctx: Context) -> SubscriptionsOut:
    """Audit templates and what the history shows to come again, the dearest first."""
    return SubscriptionsOut.of(looking.subscriptions(ctx))
