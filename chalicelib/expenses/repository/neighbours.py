"""What lies around some days of a ledger: one bounded query of the index, newest day first."""

from __future__ import annotations

from datetime import date
from typing import Final

from chalicelib.expenses.model.transactions import Transaction
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.decode import accounts_of, transaction_of
from chalicelib.expenses.repository.table import BY_DAY
from chalicelib.kernel.context import Context
from chalicelib.kernel.folding import holds
from chalicelib.kernel.tables import Table

MOST_NEIGHBOURS: Final = 1_000
"""Transactions that are looked at around some days; older ones beyond are not compared."""


def neighbours(
    ctx: Context,
    first: date,
    last: date,
    *,
    accounts: frozenset[str] | None = None,
    but: str | None = None,
    most: int = MOST_NEIGHBOURS,
) -> list[Transaction]:
    """Give live transactions of some days, as the index has them: it may lag a moment behind a write.

    Of some accounts only, and without those that an import (`but`) brought, where that is said. At most `most` are
    looked at, those left out among them.
    """
    piece = Table(table.TABLE).query(
        str(ctx.owner),
        first.isoformat(),
        last.isoformat() + table.LAST,
        limit=most,
        index=BY_DAY,
        forward=False,
        keep=None if but is None else lambda item: not holds(item, "import_id", but),
    )
    return [
        transaction_of(item, ctx.vault)
        for item in piece.items
        if accounts is None or accounts_of(item) & accounts
    ]
