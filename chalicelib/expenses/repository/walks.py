"""Going through all live transactions in the order of their ids, strongly consistent, from where one stopped."""

from __future__ import annotations

from chalicelib.expenses.model.transactions import Transaction
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.decode import transaction_of
from chalicelib.kernel.context import Context
from chalicelib.kernel.tables import Table


def next_live(ctx: Context, *, after: str, limit: int) -> tuple[list[Transaction], str | None]:
    """Give the live ones among the next so many, and the id to go on after, or None at the end."""
    low = table.TRANSACTION + after + ("!" if after else "")
    piece = Table(table.TABLE).query(
        str(ctx.owner), low, table.TRANSACTION + table.LAST, limit=limit, consistent=True
    )
    found = [transaction_of(one, ctx.vault) for one in piece.items if not table.is_deleted(one)]
    if piece.resume is None:
        return found, None
    return found, piece.items[-1]["sk"]["S"].removeprefix(table.TRANSACTION)
