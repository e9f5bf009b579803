"""A question of one's own to the kept sums."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.analytics.errors import TooMuchToSum
from chalicelib.analytics.model.periods import span
from chalicelib.analytics.model.pivot import MOST_ROWS, UNFILED, Pivot, pivot
from chalicelib.analytics.model.sums import UNCATEGORISED, Label
from chalicelib.analytics.schemas.query import MOST_MONTHS, PivotOut, PivotQuery
from chalicelib.analytics.service.reading import cells_of, check_accounts
from chalicelib.expenses import api as expenses
from chalicelib.kernel.clock import Period
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import FieldProblem, Invalid


def answer(ctx: Context, query: PivotQuery) -> PivotOut:
    """Group the kept sums of some months; refuses what `find` refuses."""
    return PivotOut.of(query, *find(ctx, query))


def find(ctx: Context, query: PivotQuery) -> tuple[Pivot, Mapping[str | None, str | None]]:
    """Group the kept sums of some months; gives them and the names of what they are grouped by.

    Refuses stretches that are turned round or too long, sides that are named twice, accounts and categories that are foreign or
    absent, and more rows than one answer holds.
    """
    _check(query)
    check_accounts(ctx, query.filter.account_ids)
    views = expenses.category_names(ctx.owner, ctx.vault)
    expenses.check_categories(views, set(query.filter.category_ids) - {UNFILED})
    labels = {one.id: Label(one.name, one.parent_id, one.kind) for one in views.values()}
    months = span(Period.parse(query.until), query.months)
    currency = query.filter.currencies[0] if len(query.filter.currencies) == 1 else None
    cells = cells_of(ctx, [months], currency=currency)
    found = pivot(cells, labels, query.to_wanted())
    if len(found.rows) > MOST_ROWS:
        raise TooMuchToSum
    return found, _names(ctx, query, labels)


def _check(query: PivotQuery) -> None:
    problems = []
    if query.since > query.until:
        problems.append(FieldProblem("/since", "since must not be after until"))
    elif query.months > MOST_MONTHS:
        problems.append(FieldProblem("/since", f"at most {MOST_MONTHS} months"))
    if len(set(query.group_by)) < len(query.group_by):
        problems.append(FieldProblem("/group_by", "each side once"))
    if problems:
        raise Invalid(errors=tuple(problems))


def _names(
    ctx: Context, query: PivotQuery, labels: Mapping[str, Label]
) -> Mapping[str | None, str | None]:
    """Give the names of what is grouped by; accounts' are one read more."""
    names: dict[str | None, str | None] = {}
    if {"category", "top_category"} & set(query.group_by):
        names[None] = UNCATEGORISED
        names |= {identity: label.name for identity, label in labels.items()}
    if "account" in query.group_by:
        names |= {one.id: one.name for one in expenses.accounts(ctx.owner, ctx.vault)}
    return names
