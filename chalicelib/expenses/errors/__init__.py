"""What the ledger refuses, as facts, a module a subject."""

from __future__ import annotations

from chalicelib.expenses.errors.accounts import (
    AccountArchived,
    AccountInUse,
    AccountNotFound,
    AccountReadOnly,
    BalanceOutOfRange,
    WrongCurrency,
)
from chalicelib.expenses.errors.common import (
    IdTaken,
    LimitReached,
)
from chalicelib.expenses.errors.setup import (
    CategoryArchived,
    CategoryHasChildren,
    CategoryNotFound,
    RuleNotFound,
    ShippedCategory,
)
from chalicelib.expenses.errors.transactions import (
    FutureTransaction,
    TransactionNotFound,
    UnreadableRows,
)

__all__ = [
    "AccountArchived",
    "AccountInUse",
    "AccountNotFound",
    "AccountReadOnly",
    "BalanceOutOfRange",
    "CategoryArchived",
    "CategoryHasChildren",
    "CategoryNotFound",
    "FutureTransaction",
    "IdTaken",
    "LimitReached",
    "RuleNotFound",
    "ShippedCategory",
    "TransactionNotFound",
    "UnreadableRows",
    "WrongCurrency",
]
