"""Accounts over HTTP."""

from __future__ import annotations

from chalicelib.expenses.schemas.accounts import AccountOut, CreateAccount, PatchAccount
from chalicelib.expenses.schemas.common import page
from chalicelib.expenses.service import accounts
from chalicelib.kernel.context import Context
from chalicelib.kernel.wire import PageOut, PageQuery
from functions.expenses.routes.edge import READ, WRITE, edge


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
