"""Rules over HTTP."""

from __future__ import annotations

from chalicelib.expenses.schemas.common import page
from chalicelib.expenses.schemas.rules import CreateRule, PatchRule, RuleOut
from chalicelib.expenses.service import rules
from chalicelib.kernel.context import Context
from chalicelib.kernel.wire import PageOut, PageQuery
from functions.expenses.routes.edge import READ, WRITE, edge


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
