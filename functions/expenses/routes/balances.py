"""Balances of accounts over HTTP."""

from __future__ import annotations

from chalicelib.expenses.schemas.balances import BalancesOut, BalancesQuery
from chalicelib.expenses.service import balances
from chalicelib.kernel.context import Context
from functions.expenses.routes.edge import READ, edge


@edge.endpoint(
    "GET",
    "/v1/expenses/accounts/{account_id}/balances",
    summary="Read an account's balance on any day",
    query=BalancesQuery,
    out=BalancesOut,
    scope=READ,
    by_account=True,
)
def read_balances(ctx: Context, account_id: str, query: BalancesQuery) -> BalancesOut:
    """Give the balance at the end of a day, of each day or of each month; exact, whatever was entered when."""
    account, found = balances.read_balances(
        ctx, account_id, first=query.first, last=query.last, every=query.every
    )
    return BalancesOut.of(account.id, account.currency, found)
