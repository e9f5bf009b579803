"""Which module has which paths: written by `make openapi`, read by `functions._edge.loading`."""

from __future__ import annotations

from typing import Final

PATHS: Final = {
    "accounts": (
        "/v1/expenses/accounts",
        "/v1/expenses/accounts/{account_id}",
    ),
    "attachments": (
        "/v1/expenses/transactions/{transaction_id}/attachments",
        "/v1/expenses/transactions/{transaction_id}/attachments/{attachment_id}",
    ),
    "balances": ("/v1/expenses/accounts/{account_id}/balances",),
    "categories": (
        "/v1/expenses/categories",
        "/v1/expenses/categories/merges/{run_id}",
        "/v1/expenses/categories/merges/{run_id}/undo",
        "/v1/expenses/categories/{category_id}",
        "/v1/expenses/categories/{category_id}/merge",
    ),
    "categorising": (
        "/v1/expenses/categorise",
        "/v1/expenses/categoriser",
    ),
    "editing": (
        "/v1/expenses/transactions/bulk-edit",
        "/v1/expenses/transactions/bulk-edit/preview",
        "/v1/expenses/transactions/bulk-edit/{run_id}",
        "/v1/expenses/transactions/bulk-edit/{run_id}/undo",
    ),
    "history": (
        "/v1/expenses/changes",
        "/v1/expenses/changes/{change_id}/undo",
        "/v1/expenses/transactions/{transaction_id}/history",
    ),
    "ledger": ("/v1/expenses/ledger",),
    "matches": (
        "/v1/expenses/matches",
        "/v1/expenses/matches/{match_id}/accept",
        "/v1/expenses/matches/{match_id}/reject",
    ),
    "payees": (
        "/v1/expenses/payees",
        "/v1/expenses/payees/merge",
        "/v1/expenses/payees/suggestions",
        "/v1/expenses/payees/{payee_id}",
        "/v1/expenses/tags",
    ),
    "receipts": (
        "/v1/expenses/receipts",
        "/v1/expenses/receipts/{receipt_id}",
        "/v1/expenses/receipts/{receipt_id}/confirm",
    ),
    "reconciliations": (
        "/v1/expenses/accounts/{account_id}/reconciliations",
        "/v1/expenses/accounts/{account_id}/reconciliations/{reconciliation_id}",
        "/v1/expenses/accounts/{account_id}/reconciliations/{reconciliation_id}/finish",
        "/v1/expenses/accounts/{account_id}/reconciliations/{reconciliation_id}/undo",
    ),
    "recurring": (
        "/v1/expenses/recurring",
        "/v1/expenses/recurring/detected",
        "/v1/expenses/recurring/detected/{suggestion_id}",
        "/v1/expenses/recurring/upcoming",
        "/v1/expenses/recurring/{recurring_id}",
    ),
    "refunds": (
        "/v1/expenses/transactions/{transaction_id}/refunds",
        "/v1/expenses/transactions/{transaction_id}/refunds/{refund_id}",
    ),
    "rules": (
        "/v1/expenses/rules",
        "/v1/expenses/rules/apply",
        "/v1/expenses/rules/preview",
        "/v1/expenses/rules/runs/{run_id}",
        "/v1/expenses/rules/runs/{run_id}/undo",
        "/v1/expenses/rules/{rule_id}",
    ),
    "searches": (
        "/v1/expenses/searches",
        "/v1/expenses/searches/{search_id}",
    ),
    "splits": ("/v1/expenses/transactions/{transaction_id}/splits",),
    "transactions": (
        "/v1/expenses/transactions",
        "/v1/expenses/transactions/bulk",
        "/v1/expenses/transactions/{transaction_id}",
    ),
    "transfers": ("/v1/expenses/transfers",),
}
