"""Going through a whole ledger in the order of its items' keys, strongly consistent, from where one stopped."""

from __future__ import annotations

from typing import Final

from chalicelib.expenses.model.transactions import Transaction
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.decode import accounts_of, transaction_of
from chalicelib.kernel.context import Context
from chalicelib.kernel.tables import Table

_EXAMINED: Final = 1_000
"""Items that one step looks at."""


def next_transactions(
    ctx: Context, accounts: frozenset[str], *, after: str, limit: int
) -> tuple[list[Transaction], str | None]:
    """Give the next live transactions of some accounts, and the id to go on after, or None at the end."""
    low = table.TRANSACTION + after + ("!" if after else "")
    piece = Table(table.TABLE).query(
        str(ctx.owner), low, table.TRANSACTION + table.LAST, limit=_EXAMINED, consistent=True
    )
    found: list[Transaction] = []
    last = ""
    for item in piece.items:
        last = item["sk"]["S"].removeprefix(table.TRANSACTION)
        if table.is_deleted(item) or not (accounts_of(item) & accounts):
            continue
        found.append(transaction_of(item, ctx.vault))
        if len(found) == limit:
            return found, last
    return found, last if piece.resume else None
