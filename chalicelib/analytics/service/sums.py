"""Analytics' use-cases: add what the events say, answer from what was added.

Consumers write sums, the fact that they moved and the inbox mark in one transaction, so each event counts
exactly once, in any order. Answers read roll-up rows only, never transactions.
"""

from __future__ import annotations

from chalicelib.analytics.events import TotalsChanged
from chalicelib.analytics.model import sums as model
from chalicelib.analytics.model.periods import Span
from chalicelib.analytics.model.sums import CurrencySpending, Deltas, Trend
from chalicelib.analytics.repository import roll_ups
from chalicelib.analytics.service.reading import cells_of, check_account, labels_of
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
    check_account(ctx, account_id)
    at = Period.parse(month)
    cells = cells_of(ctx, [(at,)], account_id=account_id, currency=currency)
    return model.spending(cells, labels_of(ctx)) if cells else ()


def trends(
    ctx: Context,
    span: Span,
    *,
    account_id: str | None = None,
    currency: str | None = None,
) -> tuple[Trend, ...]:
    """Sum each month of a span by currency; a foreign or absent account is NotFound."""
    check_account(ctx, account_id)
    cells = cells_of(ctx, [span], account_id=account_id, currency=currency)
    return model.trends(cells, labels_of(ctx), span) if cells else ()
