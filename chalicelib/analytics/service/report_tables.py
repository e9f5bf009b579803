"""Reports as tables: each answers its question as the route of its own would, for whom it was asked."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.analytics.model.flows import Flow, Report
from chalicelib.analytics.model.net_worth import NetWorth
from chalicelib.analytics.model.subscriptions import Audited
from chalicelib.analytics.model.tables import Amount, Cell, Table
from chalicelib.analytics.schemas.query import PivotQuery
from chalicelib.analytics.schemas.reports import (
    AnyReport,
    CashFlowReport,
    NetWorthReport,
    QueryReport,
    TaxReport,
)
from chalicelib.analytics.schemas.tax_year import TaxYearShown
from chalicelib.analytics.service import flows, looking, net_worth, query, tax_year
from chalicelib.kernel.context import Context

_FLOW = ("currency", "income", "expense", "net", "count", "transfers_in", "transfers_out")


def table_of(ctx: Context, asked: AnyReport) -> Table:
    """Answer a report's question as a table; refuses what the question's own route refuses."""
    if isinstance(asked, QueryReport):
        return _query(ctx, asked.parameters)
    if isinstance(asked, CashFlowReport):
        return _cash_flow(flows.cash_flow(ctx, asked.parameters))
    if isinstance(asked, NetWorthReport):
        return _net_worth(net_worth.read_net_worth(ctx, asked.parameters))
    if isinstance(asked, TaxReport):
        return _tax(tax_year.read_tax_year(ctx, asked.parameters))
    return _bills(looking.subscriptions(ctx))


def _query(ctx: Context, question: PivotQuery) -> Table:
    found, names = query.find(ctx, question)
    return Table(
        title="Query",
        columns=(
            *(column for side in question.group_by for column in (side, f"{side}_name")),
            *_FLOW[:5],
        ),
        rows=[
            [
                *(cell for one in row.key for cell in (one, names.get(one))),
                row.currency,
                Amount(row.sums.income, row.currency),
                Amount(row.sums.expense, row.currency),
                Amount(row.sums.net, row.currency),
                row.sums.count,
            ]
            for row in found.rows
        ],
    )


def _cash_flow(found: Report) -> Table:
    return Table(
        title="Cash flow",
        columns=("month", "group_id", "group", *_FLOW),
        rows=list(_flow_rows(found)),
    )


def _flow_rows(found: Report) -> Iterator[list[Cell]]:
    """Give each month of the span, whole, and behind it its groups."""
    for one in found.currencies:
        for month in found.spans[0]:
            yield [str(month), None, None, *_flow(one.months.get(str(month)), one.currency)]
            for group in one.groups:
                flow = group.months.get(str(month))
                if flow:
                    named = found.names.get(group.key)
                    name = named.name if named is not None else None
                    yield [str(month), group.key, name, *_flow(flow, one.currency)]


def _flow(flow: Flow | None, currency: str) -> list[Cell]:
    shown = flow or Flow()
    return [
        currency,
        Amount(shown.sums.income, currency),
        Amount(shown.sums.expense, currency),
        Amount(shown.sums.net, currency),
        shown.sums.count,
        Amount(shown.transfers.income, currency),
        Amount(shown.transfers.expense, currency),
    ]


def _net_worth(found: NetWorth) -> Table:
    return Table(
        title="Net worth",
        columns=(
            "day",
            "account_id",
            "account",
            "kind",
            "balance",
            "currency",
            "worth",
            "worth_currency",
        ),
        rows=[
            [
                point.on,
                one.holding.id,
                one.holding.name,
                one.holding.kind,
                Amount(one.holding.minor[at], one.holding.currency),
                one.holding.currency,
                None if (worth := one.worth[at]) is None else Amount(worth, found.currency),
                found.currency,
            ]
            for at, point in enumerate(found.points)
            for one in found.accounts
        ],
    )


def _tax(found: TaxYearShown) -> Table:
    return Table(
        title="Tax year",
        columns=(
            "year",
            "tax_category",
            "side",
            "category_id",
            "category",
            "amount",
            "currency",
            "count",
        ),
        rows=[
            [
                found.name,
                one.tax_category,
                one.side,
                part.category_id,
                label.name if (label := found.labels.get(part.category_id)) else None,
                Amount(part.minor, found.currency),
                found.currency,
                part.count,
            ]
            for one in found.sums.sums
            for part in one.parts
        ],
    )


def _bills(found: tuple[Audited, ...]) -> Table:
    return Table(
        title="Subscriptions",
        columns=(
            "payee",
            "period",
            "amount",
            "yearly_cost",
            "currency",
            "last_on",
            "next_on",
            "price_before",
            "price_since",
            "may_be_double",
            "id",
        ),
        rows=[
            [
                one.bill.payee,
                one.bill.period,
                Amount(one.bill.minor, one.bill.currency),
                Amount(one.bill.yearly, one.bill.currency),
                one.bill.currency,
                one.bill.payments[-1].on if one.bill.payments else None,
                one.bill.coming[0].on if one.bill.coming else None,
                None if one.rise is None else Amount(one.rise.before, one.bill.currency),
                None if one.rise is None else one.rise.since,
                " ".join(twin.id for twin in one.doubles),
                one.bill.id,
            ]
            for one in found
        ],
    )
