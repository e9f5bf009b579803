"""Which module has which paths: written by `make openapi`, read by `functions._edge.loading`."""

from __future__ import annotations

from typing import Final

PATHS: Final = {
    "flows": (
        "/v1/analytics/cash-flow",
        "/v1/analytics/year-over-year",
    ),
    "forecast": ("/v1/analytics/forecast",),
    "net_worth": ("/v1/analytics/net-worth",),
    "sums": (
        "/v1/analytics/spending",
        "/v1/analytics/trends",
    ),
}
