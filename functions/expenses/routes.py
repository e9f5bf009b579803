"""The ledger over HTTP."""

from __future__ import annotations

from dataclasses import replace

from chalice.app import Blueprint

from chalicelib.expenses.repository import TABLE
from chalicelib.expenses.schemas.accounts import AccountOut, CreateAccount, PatchAccount
from chalicelib.expenses.schemas.categories import CategoryOut, CreateCategory, PatchCategory
from chalicelib.expenses.schemas.common import page
from chalicelib.expenses.schemas.rules import CreateRule, PatchRule, RuleOut
from chalicelib.expenses.schemas.transactions import (
    CreateOperation,
    CreateTransaction,
    DeleteOperation,
    PatchTransaction,
    TransactionBulk,
    TransactionBulkOut,
    TransactionOperation,
    TransactionOut,
    TransactionQuery,
)
from chalicelib.expenses.service import accounts, categories, rules, transactions
from chalicelib.kernel.context import Context
from chalicelib.kernel.wire import PageOut, PageQuery
from functions._edge.bulk import bulk
from functions._edge.endpoint import Edge
from functions._edge.ledgers import ledger_route

blueprint = Blueprint(__name__)
edge = Edge(blueprint, TABLE)
ledger_route(edge)
READ = "expenses:read"
WRITE = "expenses:write"

# --- accounts


@edge.endpoint(
    "POST",
    "/v1/expenses/accounts",
    summary="Open an account",
    body=CreateAccount,
    out=AccountOut,
    status=201,
    scope=WRITE,
)
def create_account(ctx: Context, body: CreateAccount) -> AccountOut:
    """Open an account in one currency; the same id and body again is the same account."""
    return AccountOut.of(accounts.open_account(ctx, body))


@edge.endpoint(
    "GET",
    "/v1/expenses/accounts",
    summary="List the accounts",
    query=PageQuery,
    out=PageOut[AccountOut],
    scope=READ,
    by_account=True,
)
def list_accounts(ctx: Context, query: PageQuery) -> PageOut[AccountOut]:
    """List the accounts with their balances, archived ones too."""
    return page(accounts.list_accounts(ctx, query), AccountOut.of)


@edge.endpoint(
    "GET",
    "/v1/expenses/accounts/{account_id}",
    summary="Read an account",
    out=AccountOut,
    scope=READ,
    by_account=True,
)
def read_account(ctx: Context, account_id: str) -> AccountOut:
    """Read an account with its balance."""
    return AccountOut.of(accounts.read_account(ctx, account_id))


@edge.endpoint(
    "PATCH",
    "/v1/expenses/accounts/{account_id}",
    summary="Change an account",
    body=PatchAccount,
    out=AccountOut,
    scope=WRITE,
    if_match="required",
    by_account=True,
)
def amend_account(ctx: Context, account_id: str, body: PatchAccount) -> AccountOut:
    """Rename or archive an account, or correct its opening balance; every posting makes a new version."""
    return AccountOut.of(accounts.amend_account(ctx, account_id, body))


@edge.endpoint(
    "DELETE",
    "/v1/expenses/accounts/{account_id}",
    summary="Delete an account",
    status=204,
    scope=WRITE,
    if_match="required",
    by_account=True,
)
def remove_account(ctx: Context, account_id: str) -> None:
    """Delete an account that has no transactions; archive it when it has."""
    accounts.close_account(ctx, account_id)


# --- transactions


@edge.endpoint(
    "POST",
    "/v1/expenses/transactions",
    summary="Record a transaction",
    body=CreateTransaction,
    out=TransactionOut,
    status=201,
    scope=WRITE,
    by_account=True,
)
def create_transaction(ctx: Context, body: CreateTransaction) -> TransactionOut:
    """Record a transaction; without a category, rules and the categoriser look for one."""
    return TransactionOut.of(transactions.record_transaction(ctx, body))


@edge.endpoint(
    "GET",
    "/v1/expenses/transactions",
    summary="List transactions",
    query=TransactionQuery,
    out=PageOut[TransactionOut],
    scope=READ,
    by_account=True,
)
def list_transactions(ctx: Context, query: TransactionQuery) -> PageOut[TransactionOut]:
    """List transactions, newest day first; a filtered page may be short, only a null cursor is the end."""
    return page(transactions.list_transactions(ctx, query), TransactionOut.of)


@edge.endpoint(
    "GET",
    "/v1/expenses/transactions/{transaction_id}",
    summary="Read a transaction",
    out=TransactionOut,
    scope=READ,
    by_account=True,
)
def read_transaction(ctx: Context, transaction_id: str) -> TransactionOut:
    """Read a transaction."""
    return TransactionOut.of(transactions.read_transaction(ctx, transaction_id))


@edge.endpoint(
    "PATCH",
    "/v1/expenses/transactions/{transaction_id}",
    summary="Change a transaction",
    body=PatchTransaction,
    out=TransactionOut,
    scope=WRITE,
    if_match="required",
    by_account=True,
)
def amend_transaction(ctx: Context, transaction_id: str, body: PatchTransaction) -> TransactionOut:
    """Change a transaction; a category that a person chose is remembered for its payee."""
    return TransactionOut.of(transactions.amend_transaction(ctx, transaction_id, body))


@edge.endpoint(
    "DELETE",
    "/v1/expenses/transactions/{transaction_id}",
    summary="Delete a transaction",
    status=204,
    scope=WRITE,
    if_match="required",
    by_account=True,
)
def remove_transaction(ctx: Context, transaction_id: str) -> None:
    """Delete a transaction; importing its statement again does not bring it back."""
    transactions.remove_transaction(ctx, transaction_id)


@bulk(
    edge,
    "/v1/expenses/transactions/bulk",
    body=TransactionBulk,
    out=TransactionBulkOut,
    summary="Record, change and delete many transactions",
    scope=WRITE,
    by_account=True,
)
def write_transactions(
    ctx: Context, operation: TransactionOperation
) -> tuple[int, TransactionOut | None]:
    """Do up to 500 operations one by one, or up to 50 together or not at all (`atomic`)."""
    if isinstance(operation, CreateOperation):
        return 201, TransactionOut.of(transactions.record_transaction(ctx, operation.value))
    meant = replace(ctx, expected_version=operation.version)
    if isinstance(operation, DeleteOperation):
        transactions.remove_transaction(meant, operation.id)
        return 204, None
    changed = transactions.amend_transaction(meant, operation.id, operation.value)
    return 200, TransactionOut.of(changed)


# --- categories


@edge.endpoint(
    "POST",
    "/v1/expenses/categories",
    summary="Make a category",
    body=CreateCategory,
    out=CategoryOut,
    status=201,
    scope=WRITE,
)
def create_category(ctx: Context, body: CreateCategory) -> CategoryOut:
    """Make a category of one's own, at the top or under another."""
    return CategoryOut.of(categories.create_category(ctx, body))


@edge.endpoint(
    "GET",
    "/v1/expenses/categories",
    summary="List the categories",
    query=PageQuery,
    out=PageOut[CategoryOut],
    scope=READ,
    by_account=True,
)
def list_categories(ctx: Context, query: PageQuery) -> PageOut[CategoryOut]:
    """List shipped and own categories as one tree, each after its parent."""
    return page(categories.list_categories(ctx, query), CategoryOut.of)


@edge.endpoint(
    "PATCH",
    "/v1/expenses/categories/{category_id}",
    summary="Change a category",
    body=PatchCategory,
    out=CategoryOut,
    scope=WRITE,
    if_match="optional",
)
def amend_category(ctx: Context, category_id: str, body: PatchCategory) -> CategoryOut:
    """Rename, archive or move a category; shipped ones stay where they are."""
    return CategoryOut.of(categories.amend_category(ctx, category_id, body))


@edge.endpoint(
    "DELETE",
    "/v1/expenses/categories/{category_id}",
    summary="Delete a category",
    status=204,
    scope=WRITE,
    if_match="optional",
)
def remove_category(ctx: Context, category_id: str) -> None:
    """Delete a category of one's own that has no children; shipped ones can be archived."""
    categories.remove_category(ctx, category_id)


# --- rules


@edge.endpoint(
    "POST",
    "/v1/expenses/rules",
    summary="Make a rule",
    body=CreateRule,
    out=RuleOut,
    status=201,
    scope=WRITE,
)
def create_rule(ctx: Context, body: CreateRule) -> RuleOut:
    """Make a rule for transactions to come; without a position it is applied last."""
    return RuleOut.of(rules.create_rule(ctx, body))


@edge.endpoint(
    "GET",
    "/v1/expenses/rules",
    summary="List the rules",
    query=PageQuery,
    out=PageOut[RuleOut],
    scope=READ,
)
def list_rules(ctx: Context, query: PageQuery) -> PageOut[RuleOut]:
    """List the rules in the order in which they are applied."""
    return page(rules.list_rules(ctx, query), RuleOut.of)


@edge.endpoint(
    "GET", "/v1/expenses/rules/{rule_id}", summary="Read a rule", out=RuleOut, scope=READ
)
def read_rule(ctx: Context, rule_id: str) -> RuleOut:
    """Read a rule."""
    return RuleOut.of(rules.read_rule(ctx, rule_id))


@edge.endpoint(
    "PATCH",
    "/v1/expenses/rules/{rule_id}",
    summary="Change a rule",
    body=PatchRule,
    out=RuleOut,
    scope=WRITE,
    if_match="optional",
)
def amend_rule(ctx: Context, rule_id: str, body: PatchRule) -> RuleOut:
    """Change a rule; what it filed before stays filed."""
    return RuleOut.of(rules.amend_rule(ctx, rule_id, body))


@edge.endpoint(
    "DELETE",
    "/v1/expenses/rules/{rule_id}",
    summary="Delete a rule",
    status=204,
    scope=WRITE,
    if_match="optional",
)
def remove_rule(ctx: Context, rule_id: str) -> None:
    """Delete a rule; what it filed stays filed."""
    rules.remove_rule(ctx, rule_id)
