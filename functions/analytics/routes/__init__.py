"""Analytics over HTTP, a module a subject: importing them registers them."""

from __future__ import annotations

from functions.analytics.routes import (
    flows,
    forecast,
    insights,
    looking,
    net_worth,
    query,
    sums,
    tax_year,
)
from functions.analytics.routes.edge import blueprint

__all__ = [
    "blueprint",
    "flows",
    "forecast",
    "insights",
    "looking",
    "net_worth",
    "query",
    "sums",
    "tax_year",
]
