"""Asking for transactions in the query language: from a text to a test of items, and the days that it can be about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Final

from chalicelib.expenses.model.accounts import MAX_ACCOUNTS_OWNED
from chalicelib.expenses.model.catalogue import catalogue
from chalicelib.expenses.model.query import (
    DayBounds,
    Names,
    Query,
    QueryProblem,
    Subject,
    compile_query,
    day_bounds,
    names_needed,
    parse_query,
)
from chalicelib.expenses.repository.accounts import Accounts
from chalicelib.expenses.repository.attachments import Attachments
from chalicelib.expenses.repository.categories import read_categories
from chalicelib.expenses.repository.decode import transaction_of
from chalicelib.expenses.repository.lookup import look_up
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import FieldProblem, Invalid
from chalicelib.kernel.tables import Raw
from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True)
class Search:
    """A query ready for use: `holds` opens an item and tests it, None where there is nothing to test."""

    holds: Callable[[Raw], bool] | None = None
    bounds: DayBounds = field(default_factory=DayBounds)


EVERYTHING: Final = Search()


def search_of(ctx: Context, text: str, *, pointer: str) -> Search:
    """Read a query and look its names up; raises `Invalid` at `pointer` for what cannot be read or has no such name.

    Names of accounts that the caller may not see name nothing.
    """
    query = read_query(text, pointer=pointer)
    today = ctx.now.date()
    test = compile_query(query, names=_names(ctx, query), today=today)
    if isinstance(test, QueryProblem):
        raise _refused(test, pointer)
    vault = ctx.vault
    return Search(lambda item: test(Subject(transaction_of(item, vault))), day_bounds(query, today))


def read_query(text: str, *, pointer: str) -> Query:
    """Read a query; raises `Invalid` at `pointer` for a text that is none."""
    query = parse_query(text)
    if isinstance(query, QueryProblem):
        raise _refused(query, pointer)
    return query


def _refused(problem: QueryProblem, pointer: str) -> Invalid:
    return Invalid(errors=(FieldProblem(pointer, str(problem)),))


def _names(ctx: Context, query: Query) -> Names:
    needed = names_needed(query)
    return Names(
        accounts=_account_names(ctx) if "account" in needed else {},
        categories=(
            catalogue(read_categories(ctx.owner, ctx.vault)) if "category" in needed else {}
        ),
        attached=Attachments(ctx).all_bearers() if "attachment" in needed else frozenset(),
    )


def _account_names(ctx: Context) -> dict[str, str]:
    if ctx.accounts is not None:
        ids = sorted(ctx.accounts)
        found = look_up(ctx, account=ids)
        return {one: found.account(one).name for one in ids if found.is_live("account", one)}
    page = Accounts(ctx).find(start=None, limit=MAX_ACCOUNTS_OWNED)
    return {account.id: account.name for account in page.items}
