"""Accounts: open, read, change, close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from chalicelib.expenses.errors import AccountInUse, AccountReconciled, LimitReached, WrongCurrency
from chalicelib.expenses.model.accounts import MAX_ACCOUNTS_OWNED, Account, in_range
from chalicelib.expenses.model.listing import Listing
from chalicelib.expenses.repository.accounts import Accounts
from chalicelib.expenses.repository.lookup import look_up, made_of
from chalicelib.expenses.schemas.accounts import CreateAccount, PatchAccount
from chalicelib.expenses.schemas.common import given
from chalicelib.expenses.service.paging import cut, listed, start_of
from chalicelib.expenses.service.rights import require_account
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.owners import HOUSEHOLD
from chalicelib.kernel.wire import MoneyWire, PageQuery

_QUESTION: Final = "accounts"


def open_account(ctx: Context, body: CreateAccount) -> Account:
    """Open an account; the same id and body again is the same account.

    Refuses another body under a used id, and more accounts than one owner may have.
    """
    made = None
    if body.id is not None:
        made = made_of(ctx, body.model_dump(mode="json", exclude_unset=True))
        found = look_up(ctx, account=[body.id])
        if found.repeats("account", body.id, made):
            return found.account(body.id)
    if Accounts(ctx).count(most=MAX_ACCOUNTS_OWNED) >= MAX_ACCOUNTS_OWNED:
        raise LimitReached
    opening = _opening(body.opening_balance, body.currency)
    account = Account(
        id=body.id or new_id(),
        version=1,
        name=body.name,
        kind=body.kind,
        currency=body.currency,
        opening_minor=opening,
        balance_minor=opening,
        entries=0,
        archived=False,
        created_at=ctx.now,
        updated_at=ctx.now,
        made=made,
        opened_by=ctx.actor.user_id if ctx.owner.kind == HOUSEHOLD else None,
    )
    Accounts(ctx).add(account)
    return account


def open_once(ctx: Context, account_id: str, body: CreateAccount) -> None:
    """Open an account under an id that was derived, unless there is or was one; refuses as `open_account` does."""
    if look_up(ctx, account=[account_id]).raw("account", account_id) is None:
        open_account(ctx, body)


def read_account(ctx: Context, account_id: str) -> Account:
    """Give an account; raises `AccountNotFound`."""
    require_account(ctx, account_id, "viewer")
    return look_up(ctx, account=[account_id]).account(account_id)


def list_accounts(ctx: Context, query: PageQuery) -> Listing[Account]:
    """List the accounts that the caller may see, oldest first."""
    if ctx.accounts is not None:
        return _listed_some(ctx, query, sorted(ctx.accounts))
    page = Accounts(ctx).find(start=start_of(ctx, query, _QUESTION), limit=query.limit)
    return listed(ctx, page, _QUESTION)


def _listed_some(ctx: Context, query: PageQuery, ids: Sequence[str]) -> Listing[Account]:
    """List the few accounts of a limited member, read by id: so no page is short for what is hidden."""
    found = look_up(ctx, account=ids)
    live = [found.account(one) for one in ids if found.is_live("account", one)]
    start = start_of(ctx, query, _QUESTION)
    return listed(ctx, cut(live, [one.id for one in live], start, query.limit), _QUESTION)


def amend_account(ctx: Context, account_id: str, patch: PatchAccount) -> Account:
    """Change an account; a new opening balance moves the balance with it.

    Refuses a stale or missing `If-Match`, an opening balance in another currency, and any other one where the
    account is reconciled.
    """
    require_account(ctx, account_id, "editor")
    before = look_up(ctx, account=[account_id]).account(account_id)
    ctx.expect_version(before.version, required=True)
    opening = before.opening_minor
    if "opening_balance" in patch.model_fields_set:
        opening = _opening(patch.opening_balance, before.currency)
    if opening != before.opening_minor and before.reconciled_on is not None:
        raise AccountReconciled
    after = replace(
        before,
        name=given(patch, "name", before.name),
        kind=given(patch, "kind", before.kind),
        archived=given(patch, "archived", before.archived),
        opening_minor=opening,
        balance_minor=in_range(before.balance_minor + opening - before.opening_minor),
    )
    if after == before:
        return before
    after = replace(after, version=before.version + 1, updated_at=ctx.now)
    Accounts(ctx).replace(before, after)
    return after


def close_account(ctx: Context, account_id: str) -> None:
    """Delete an account without transactions; again is no error. Refuses `AccountInUse`."""
    require_account(ctx, account_id, "editor")
    found = look_up(ctx, account=[account_id])
    if found.is_gone("account", account_id):
        return
    account = found.account(account_id)
    ctx.expect_version(account.version, required=True)
    if account.entries:
        raise AccountInUse
    Accounts(ctx).remove(account)


def _opening(balance: MoneyWire | None, currency: str) -> int:
    if balance is None:
        return 0
    if balance.currency != currency:
        raise WrongCurrency("/opening_balance/currency", currency)
    return balance.to_money().amount_minor
