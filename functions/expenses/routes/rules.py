"""Rules over HTTP."""

from __future__ import annotations

from chalicelib.expenses.schemas.common import page
from chalicelib.expenses.schemas.rule_runs import (
    ApplyRules,
    PreviewItem,
    PreviewOut,
    PreviewRules,
    RuleRunOut,
)
from chalicelib.expenses.schemas.rules import CreateRule, PatchRule, RuleOut
from chalicelib.expenses.service import rule_runs, rules
from chalicelib.kernel.context import Context
from chalicelib.kernel.wire import PageOut, PageQuery
from chalicelib.security.api import Limit
from functions.expenses.routes.edge import READ, WRITE, edge

RUNS = Limit(name="rule-runs", quota=100, window=3_600)


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


@edge.endpoint(
    "POST",
    "/v1/expenses/rules/preview",
    summary="Show what rules would change",
    body=PreviewRules,
    out=PreviewOut,
    scope=READ,
    reads=True,
    refuses=(409,),
)
def preview_rules(ctx: Context, body: PreviewRules) -> PreviewOut:
    """Simulate rules, saved or not, on stored transactions: every change before and after. Nothing is written."""
    shown = rule_runs.preview(ctx, body)
    return PreviewOut(
        items=[PreviewItem.of(seen) for seen in shown.items],
        examined=shown.examined,
        next_cursor=shown.next_cursor,
    )


@edge.endpoint(
    "POST",
    "/v1/expenses/rules/apply",
    summary="Apply rules to what is stored",
    body=ApplyRules,
    out=RuleRunOut,
    status=202,
    scope=WRITE,
    limit=RUNS,
)
def apply_rules(ctx: Context, body: ApplyRules) -> RuleRunOut:
    """Apply saved rules, as they are now, to stored transactions, in a run that can be undone."""
    return RuleRunOut.of(rule_runs.apply_rules(ctx, body), ctx.now)


@edge.endpoint(
    "GET",
    "/v1/expenses/rules/runs/{run_id}",
    summary="Read a run of rules",
    out=RuleRunOut,
    scope=READ,
)
def read_rule_run(ctx: Context, run_id: str) -> RuleRunOut:
    """Say how far a run is, or that of undoing one, and what it came to."""
    return RuleRunOut.of(rule_runs.read_run(ctx, run_id), ctx.now)


@edge.endpoint(
    "POST",
    "/v1/expenses/rules/runs/{run_id}/undo",
    summary="Undo a run of rules",
    out=RuleRunOut,
    status=202,
    scope=WRITE,
)
def undo_rule_run(ctx: Context, run_id: str) -> RuleRunOut:
    """Put back what a run changed, in a run of its own; what was touched since is left and named."""
    return RuleRunOut.of(rule_runs.undo_run(ctx, run_id), ctx.now)
