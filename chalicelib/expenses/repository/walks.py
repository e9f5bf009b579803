"""Going through all live transactions in the order of their ids, strongly consistent, from where one stopped."""

from __future__ import annotations

from chalicelib.expenses.model.transactions import Transaction
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.decode import transaction_of
from chalicelib.kernel.context import Context
from chalicelib.kernel.tables import Raw, Table


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


def categories_in_use(ctx: Context, *, after: str, most: int) -> tuple[set[str], str | None]:
    """Give the categories of the live ones among the next so many, and the id to go on after, or None at the end."""
    found: set[str] = set()
    low, left = table.TRANSACTION + after + ("!" if after else ""), most
    while left > 0:
        piece = Table(table.TABLE).query(
            str(ctx.owner), low, table.TRANSACTION + table.LAST, limit=left, consistent=True
        )
        for item in piece.items:
            if not table.is_deleted(item):
                found |= _categories_of(ctx, item)
        if piece.resume is None:
            return found, None
        left -= max(1, len(piece.items))
        low = piece.resume["sk"] + "!"
    return found, low.removeprefix(table.TRANSACTION).removesuffix("!")


def _categories_of(ctx: Context, item: Raw) -> set[str]:
    """Read only what is needed: most transactions are under one category, which stands in clear."""
    if "parts" not in item and "transfer" not in item:
        category_id = table.text(item, "category_id")
        return {category_id} if category_id else set()
    one = transaction_of(item, ctx.vault)
    fee = one.transfer.fee_category_id if one.transfer else None
    named = (one.filing.category_id, fee, *(part.category_id for part in one.parts))
    return {category_id for category_id in named if category_id}
