"""What an export takes from the ledger: accounts, categories, and the transactions that a search finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from chalicelib.expenses.errors import CategoryNotFound
from chalicelib.expenses.model.accounts import Account
from chalicelib.expenses.model.catalogue import catalogue
from chalicelib.expenses.model.query import DayBounds
from chalicelib.expenses.model.transactions import Transaction
from chalicelib.expenses.repository.accounts import all_accounts
from chalicelib.expenses.repository.categories import read_categories
from chalicelib.expenses.repository.decode import categories_of, transaction_of
from chalicelib.expenses.repository.lookup import look_up
from chalicelib.expenses.repository.transactions import Filter, scan
from chalicelib.expenses.service.rights import require_account
from chalicelib.expenses.service.searching import EVERYTHING, search_of
from chalicelib.kernel.context import Context
from chalicelib.kernel.roles import Role
from chalicelib.kernel.tables import Raw
from chalicelib.kernel.values import dataclass

_PAGE: Final = 1_000
UNFILED: Final = "none"
"""Stands among categories for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which transactions: what all of the fields ask for that are set, as in a search.

    `q` is in the query language. A transaction is on an account if a part or a leg of it is. `none` among the
    categories are those without one. Both days are included. `at` is when it was asked, for days like
    last-month; `accounts` are those that the asker may see, None for all.
    """

    at: datetime
    q: str | None = None
    account_ids: tuple[str, ...] = ()
    category_ids: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    accounts: Mapping[str, Role] | None = None

    @property
    def everything(self) -> bool:
        """Whether it leaves out no transaction of the accounts that are asked for."""
        return not (self.q or self.category_ids or self.first or self.last)


def check_wanted(ctx: Context, wanted: Wanted, *, pointer: str) -> None:
    """Refuse what names nothing: `AccountNotFound`, `CategoryNotFound`, or `Invalid` at `pointer` for the query."""
    found = look_up(ctx, account=wanted.account_ids)
    for account_id in wanted.account_ids:
        require_account(ctx, account_id, "viewer")
        found.account(account_id)
    if wanted.category_ids:
        known = catalogue(read_categories(ctx.owner, ctx.vault))
        if set(wanted.category_ids) - {UNFILED, *known}:
            raise CategoryNotFound
    if wanted.q is not None:
        search_of(ctx, wanted.q, pointer=pointer)


def find_all(ctx: Context, wanted: Wanted) -> Iterator[list[Transaction]]:
    """Go through what is wanted, oldest day first, page by page: a page may be empty before the end.

    Reads an index that may lag a moment behind a write. What moves to another day meanwhile may come twice,
    or not at all: `api.change_number` before and after says whether that can be.
    """
    asked = replace(ctx, now=wanted.at, accounts=wanted.accounts)
    search = EVERYTHING if wanted.q is None else search_of(asked, wanted.q, pointer="")
    days = search.bounds.within(DayBounds(wanted.first, wanted.last))
    if days.empty:
        return
    chosen = Filter(
        first=days.first,
        last=days.last,
        accounts=_accounts(wanted),
        test=_test(wanted, search.holds),
    )
    start: Mapping[str, str] | None = None
    while True:
        raws, start = scan(ctx.owner, chosen, start=start, limit=_PAGE, forward=True)
        yield [transaction_of(raw, ctx.vault) for raw in raws]
        if start is None:
            return


def _accounts(wanted: Wanted) -> frozenset[str] | None:
    if wanted.account_ids:
        asked = frozenset(wanted.account_ids)
        return asked if wanted.accounts is None else asked & wanted.accounts.keys()
    return None if wanted.accounts is None else frozenset(wanted.accounts)


def _test(wanted: Wanted, holds: Callable[[Raw], bool] | None) -> Callable[[Raw], bool] | None:
    if not wanted.category_ids:
        return holds
    asked = frozenset("" if one == UNFILED else one for one in wanted.category_ids)
    if holds is None:
        return lambda item: not asked.isdisjoint(categories_of(item))
    return lambda item: not asked.isdisjoint(categories_of(item)) and holds(item)


def visible_accounts(ctx: Context, wanted: Wanted) -> tuple[Account, ...]:
    """Give the accounts that may be seen, archived ones too, in the order of their ids."""
    found = all_accounts(ctx.owner, ctx.vault)
    if wanted.accounts is None:
        return found
    return tuple(one for one in found if one.id in wanted.accounts)
