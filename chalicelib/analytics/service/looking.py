"""What stands out, and what is paid again and again: looks at the history of the ledger and at kept sums."""

from __future__ import annotations

from typing import Final

from chalicelib.analytics.model.anomalies import (
    MOST,
    Anomaly,
    Paid,
    of_categories,
    of_payments,
    ranked,
)
from chalicelib.analytics.model.periods import shifted, span
from chalicelib.analytics.model.subscriptions import YEAR, Audited, Bill, Payment, audit
from chalicelib.analytics.model.sums import Label, is_transfer
from chalicelib.analytics.schemas.anomalies import AnomaliesQuery, Shown
from chalicelib.analytics.service.reading import cells_of, check_account, labels_of
from chalicelib.expenses import api as expenses
from chalicelib.kernel.clock import Period
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import FieldProblem, Invalid

OLDEST: Final = 12
"""Months back that a look may go: the history is looked at for 13."""


def outlook(ctx: Context) -> expenses.Outlook:
    """Look at what comes again, a year back and a year ahead, and at the payments of 13 months."""
    today = ctx.now.date()
    return expenses.look_ahead(ctx, since=today - YEAR, until=today + YEAR)


def anomalies(ctx: Context, query: AnomaliesQuery) -> Shown:
    """Find what stands out in a month, most first; refuses other months than the last 13, and accounts that are not seen."""
    check_account(ctx, query.account_id)
    now = Period.of(ctx.now.date())
    month = Period.parse(query.month) if query.month else now
    if not shifted((now,), -OLDEST)[0] <= month <= now:
        raise Invalid(errors=(FieldProblem("?month", "one of the last 13 months"),))
    labels = labels_of(ctx)
    seen = outlook(ctx)
    found = standing_out(ctx, seen, month, labels, query)
    return Shown(
        month=str(month),
        found=found,
        labels=labels,
        payees={one.id: seen.payee_of(one.evidence[0]) for one in found if one.kind == "payment"},
    )


def standing_out(
    ctx: Context,
    seen: expenses.Outlook,
    month: Period,
    labels: dict[str, Label],
    query: AnomaliesQuery,
) -> tuple[Anomaly, ...]:
    """Find what stands out in a month."""
    months = span(month, MOST + 1)
    cells = cells_of(ctx, [months], account_id=query.account_id, currency=query.currency)
    paid = [
        one
        for one in map(_paid, seen.payments)
        if one.minor > 0
        and query.account_id in {None, one.account_id}
        and query.currency in {None, one.currency}
        and (ctx.accounts is None or one.account_id in ctx.accounts)
        and not any(is_transfer(category, labels) for category in one.categories)
    ]
    return ranked(
        [
            *of_categories(cells, labels, [str(one) for one in months], paid),
            *of_payments(paid, str(month)),
        ]
    )


def _paid(one: expenses.Payment) -> Paid:
    return Paid(
        id=one.id,
        on=one.on,
        minor=-one.minor,
        currency=one.currency,
        account_id=one.account_id,
        categories=one.categories,
        payee_id=one.payee_id,
    )


def subscriptions(ctx: Context) -> tuple[Audited, ...]:
    """Audit what is paid again and again; of a household what lies on accounts that the caller sees."""
    return audited(outlook(ctx), labels_of(ctx))


def audited(seen: expenses.Outlook, labels: dict[str, Label]) -> tuple[Audited, ...]:
    """Audit what a look shows."""
    return audit(
        [
            _bill(one)
            for one in seen.repeating
            if one.minor < 0
            and one.to_account_id is None
            and not is_transfer(one.category_id, labels)
        ]
    )


def _bill(one: expenses.Repeating) -> Bill:
    return Bill(
        id=one.id,
        source="template" if one.source == "template" else "detected",
        payee=one.payee,
        account_id=one.account_id,
        category_id=one.category_id,
        currency=one.currency,
        minor=-one.minor,
        period=one.period,
        score=one.score,
        payments=tuple(
            Payment(turn.on, -turn.minor, turn.transaction_id) for turn in one.paid or one.past
        ),
        coming=tuple(Payment(turn.on, -turn.minor, None) for turn in one.coming),
    )
