"""Analytics' use-cases: add what the events say, answer from what was added.

Consumers write sums, the fact that they moved and the inbox mark in one transaction, so each event counts
exactly once, in any order. Answers read roll-up rows only, never transactions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chalicelib.analytics.events import TotalsChanged
from chalicelib.analytics.model import sums as model
from chalicelib.analytics.model.sums import Cell, CurrencySpending, Deltas, Label, Sums, Trend
from chalicelib.analytics.repository import roll_ups
from chalicelib.expenses import api as expenses
from chalicelib.expenses.events import (
    TransactionChanged,
    TransactionRecorded,
    TransactionRemoved,
    TransactionsImported,
    TransactionsRevised,
)
from chalicelib.kernel.clock import Period
from chalicelib.kernel.context import Context


def count_recorded(ctx: Context, fact: TransactionRecorded) -> None:
    """Add a new transaction to its sums; tells `TotalsChanged`."""
    _add(ctx, model.recorded(fact), fact.transaction_id)


def count_changed(ctx: Context, fact: TransactionChanged) -> None:
    """Move a changed transaction from its old sums to its new ones; tells `TotalsChanged` if they differ."""
    _add(ctx, model.changed(fact), fact.transaction_id)


def count_removed(ctx: Context, fact: TransactionRemoved) -> None:
    """Take a removed transaction out of its sums; tells `TotalsChanged`."""
    _add(ctx, model.removed(fact), fact.transaction_id)


def count_imported(ctx: Context, fact: TransactionsImported) -> None:
    """Add the totals of one chunk of an import; tells `TotalsChanged` if there were any."""
    _add(ctx, model.imported(fact), fact.import_id)


def count_revised(ctx: Context, fact: TransactionsRevised) -> None:
    """Move many transactions at once from their old sums to their new ones; tells `TotalsChanged` if they differ."""
    _add(ctx, model.revised(fact), fact.job_id)


def _add(ctx: Context, deltas: Deltas, subject: str) -> None:
    if deltas:
        roll_ups.add(ctx.commit, deltas)
        ctx.commit.tell(TotalsChanged(totals=model.touched(deltas)), subject=subject)


def spending(
    ctx: Context, month: str, *, account_id: str | None = None, currency: str | None = None
) -> tuple[CurrencySpending, ...]:
    """Sum a month by currency and category; a foreign or absent account is NotFound."""
    _check_account(ctx, account_id)
    found = roll_ups.find(ctx.owner, month, month, currency=currency)
    cells = _of_account(ctx, found, account_id)
    return model.spending(cells, _labels(ctx)) if cells else ()


def trends(
    ctx: Context,
    span: tuple[Period, ...],
    *,
    account_id: str | None = None,
    currency: str | None = None,
) -> tuple[Trend, ...]:
    """Sum each month of a span by currency; a foreign or absent account is NotFound."""
    _check_account(ctx, account_id)
    since, until = str(span[0]), str(span[-1])
    found = roll_ups.find(ctx.owner, since, until, currency=currency)
    cells = _of_account(ctx, found, account_id)
    return model.trends(cells, _labels(ctx), span) if cells else ()


def _check_account(ctx: Context, account_id: str | None) -> None:
    if account_id is not None:
        expenses.account(ctx.owner, account_id, allowed=ctx.accounts)


def _of_account(
    ctx: Context, cells: Iterable[tuple[Cell, Sums]], account_id: str | None
) -> list[tuple[Cell, Sums]]:
    """Pick one account's sums, or those of all accounts that the caller may see."""
    return [
        (cell, sums)
        for cell, sums in cells
        if (account_id is None or cell.account_id == account_id)
        and (ctx.accounts is None or cell.account_id in ctx.accounts)
    ]


def _labels(ctx: Context) -> Mapping[str, Label]:
    """Ask for the names at the time of the answer: a renamed category needs no event."""
    return {
        category_id: Label(view.name, view.parent_id, view.kind)
        for category_id, view in expenses.category_names(ctx.owner, ctx.vault).items()
    }
