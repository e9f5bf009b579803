"""Net worth over time."""

from __future__ import annotations

from chalicelib.analytics.schemas.net_worth import NetWorthOut, NetWorthQuery
from chalicelib.analytics.service.net_worth import read_net_worth
from chalicelib.kernel.context import Context
from functions.analytics.routes.edge import READ, edge


@edge.endpoint(
    "GET",
    "/v1/analytics/net-worth",
    summary="What all accounts come to, month by month, in one currency",
    query=NetWorthQuery,
    out=NetWorthOut,
    scope=READ,
    by_account=True,
)
def read_worth(ctx: Context, query: NetWorthQuery) -> NetWorthOut:
    """Give balances at months' ends, and today's, in each account's currency and at the rate of each day in one.

    By kind of account too. A missing rate is named and its accounts are left out of the sums of that day. The
    cost grows with accounts and months, never with transactions.
    """
    return NetWorthOut.of(read_net_worth(ctx, query))
