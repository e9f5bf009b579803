"""What the ledger refuses, as facts, a module a subject."""

from __future__ import annotations

from chalicelib.expenses.errors.accounts import (
    AccountArchived,
    AccountInUse,
    AccountNotFound,
    AccountReadOnly,
    AccountReconciled,
    BalanceOutOfRange,
    TooManyMovements,
    WrongCurrency,
)
from chalicelib.expenses.errors.common import (
    IdTaken,
    LimitReached,
)
from chalicelib.expenses.errors.refunds import (
    AlreadyLinked,
    BadRefund,
    HasRefunds,
    NotARefund,
    NotRefundable,
    RefundedMore,
    RefundNotFound,
    RefundUsedUp,
)
from chalicelib.expenses.errors.setup import (
    CategoryArchived,
    CategoryHasChildren,
    CategoryMerged,
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
    "AccountReconciled",
    "AlreadyLinked",
    "BadLegs",
    "BadOriginal",
    "BadRefund",
    "BalanceOutOfRange",
    "CategoryArchived",
    "CategoryHasChildren",
    "CategoryMerged",
    "CategoryNotFound",
    "FutureTransaction",
    "HasRefunds",
    "IdTaken",
    "LimitReached",
    "NoAmount",
    "NoRate",
    "NotAPair",
    "NotARefund",
    "NotATransfer",
    "NotRefundable",
    "NotSplittable",
    "PartNotFound",
    "PartsMismatch",
    "RefundNotFound",
    "RefundUsedUp",
    "RefundedMore",
    "RuleNotFound",
    "ShippedCategory",
    "TooManyMovements",
    "TransactionNotFound",
    "TransactionReconciled",
    "TransferUncategorised",
    "UnreadableRows",
    "WrongCurrency",
]
