"""Routes of the ledger, a module a subject: importing them registers them."""

from __future__ import annotations

from functions.expenses.routes import (
    accounts,
    attachments,
    balances,
    categories,
    categorising,
    editing,
    history,
    matches,
    payees,
    receipts,
    reconciliations,
    recurring,
    refunds,
    rules,
    searches,
    splits,
    transactions,
    transfers,
)
from functions.expenses.routes.edge import blueprint

__all__ = [
    "accounts",
    "attachments",
    "balances",
    "blueprint",
    "categories",
    "categorising",
    "editing",
    "history",
    "matches",
    "payees",
    "receipts",
    "reconciliations",
    "recurring",
    "refunds",
    "rules",
    "searches",
    "splits",
    "transactions",
    "transfers",
]
