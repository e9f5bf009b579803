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
    BadOriginal,
    FutureTransaction,
    NoAmount,
    NoRate,
    NotSplittable,
    PartNotFound,
    PartsMismatch,
    RefundedMore,
    TransactionNotFound,
    TransactionReconciled,
    UnreadableRows,
)
from chalicelib.expenses.errors.transfers import (
    BadLegs,
    NotAPair,
    NotATransfer,
    TransferUncategorised,
)

__all__ = [
    "AccountArchived",
    "AccountInUse",
    "AccountNotFound",
    "AccountReadOnly",
    "BadLegs",
    "BadOriginal",
    "BalanceOutOfRange",
    "CategoryArchived",
    "CategoryHasChildren",
    "CategoryNotFound",
    "FutureTransaction",
    "IdTaken",
    "LimitReached",
    "NoAmount",
    "NoRate",
    "NotAPair",
    "NotATransfer",
    "NotSplittable",
    "PartNotFound",
    "PartsMismatch",
    "RefundedMore",
    "RuleNotFound",
    "ShippedCategory",
    "TransactionNotFound",
    "TransactionReconciled",
    "TransferUncategorised",
    "UnreadableRows",
    "WrongCurrency",
]
