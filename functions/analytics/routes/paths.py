"""Which module has which paths: written by `make openapi`, read by `functions._edge.loading`."""

from __future__ import annotations

from typing import Final

PATHS: Final = {
    "flows": (
        "/v1/analytics/cash-flow",
        "/v1/analytics/year-over-year",
    ),
    "forecast": ("/v1/analytics/forecast",),
    "insights": (
        "/v1/analytics/insights",
        "/v1/analytics/insights/{insight_id}/dismiss",
    ),
    "looking": (
        "/v1/analytics/anomalies",
        "/v1/analytics/subscriptions",
    ),
    "net_worth": ("/v1/analytics/net-worth",),
    "query": ("/v1/analytics/query",),
    "reports": (
        "/v1/analytics/reports",
        "/v1/analytics/reports/{report_id}",
    ),
    "sums": (
        "/v1/analytics/spending",
        "/v1/analytics/trends",
    ),
    "tax_year": ("/v1/analytics/tax-summary",),
}
