"""Questions of one's own."""

from __future__ import annotations

from chalicelib.analytics.schemas.query import PivotOut, PivotQuery
from chalicelib.analytics.service import query
from chalicelib.kernel.context import Context
from functions.analytics.routes.edge import READ, edge


@edge.endpoint(
    "POST",
    "/v1/analytics/query",
    summary="Group the kept sums as you like",
    body=PivotQuery,
    out=PivotOut,
    scope=READ,
    reads=True,
    by_account=True,
    refuses=(404,),
)
def ask_query(ctx: Context, body: PivotQuery) -> PivotOut:
    """Group up to 60 months by up to three of month, quarter, year, category, topmost category, account and kind.

    Amounts of different currencies are never added. At most 2,000 rows; the cost does not grow with transactions.
    """
    return query.answer(ctx, body)
