"""Rules: what the user decided once for many transactions to come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from chalicelib.expenses.errors import LimitReached
from chalicelib.expenses.model.conditions import Condition, read_condition
from chalicelib.expenses.model.listing import Listing
from chalicelib.expenses.model.rulebook import StoredRule, accounts_of
from chalicelib.expenses.model.rules import (
    MAX_POSITION,
    MAX_RULES,
    Actions,
    Rule,
    read_actions,
    rule_problems,
)
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.lookup import Found, look_up, made_of
from chalicelib.expenses.repository.rules import Rules, stored_rule
from chalicelib.expenses.repository.setup import read_setup
from chalicelib.expenses.schemas.common import given
from chalicelib.expenses.schemas.rules import ActionsWire, CreateRule, PatchRule
from chalicelib.expenses.service.paging import cut, listed, start_of
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.wire import PageQuery

_QUESTION: Final = "rules"
_GAP: Final = 10
"""Left between positions, so that a rule can be put between two others."""


def list_rules(ctx: Context, query: PageQuery) -> Listing[StoredRule]:
    """List the rules in the order in which they are applied."""
    rules = _in_order(read_setup(ctx.owner, ctx.vault, prefix=table.RULE).rules)
    ids = [stored.rule.id for stored in rules]
    page = cut(rules, ids, start_of(ctx, query, _QUESTION), query.limit)
    return listed(ctx, page, _QUESTION)


def _in_order(rules: Iterable[StoredRule]) -> list[StoredRule]:
    return sorted(rules, key=lambda stored: (stored.rule.position, stored.rule.id))


def read_rule(ctx: Context, rule_id: str) -> StoredRule:
    """Give a rule; raises `RuleNotFound`."""
    return stored_rule(look_up(ctx, rule=[rule_id]).live("rule", rule_id), ctx.vault)


def create_rule(ctx: Context, body: CreateRule) -> StoredRule:
    """Make a rule; the same id and body again is the same rule.

    Refuses conditions that cannot be read, categories and accounts that are not there, too many rules.
    """
    when, then = _when(body.when), _then(body.then)
    found = _look_up(ctx, [body.id] if body.id else [], when, then)
    made = None
    if body.id is not None:
        made = made_of(ctx, body.model_dump(mode="json", exclude_unset=True))
        if found.repeats("rule", body.id, made):
            return stored_rule(found.live("rule", body.id), ctx.vault)
    _check_references(found, when, then)
    setup = read_setup(ctx.owner, ctx.vault, prefix=table.RULE)
    if len(setup.rules) >= MAX_RULES or setup.items >= table.MOST_ITEMS:
        raise LimitReached
    position = body.position if body.position is not None else _last(setup.rules)
    rule = Rule(body.id or new_id(), body.name, position, when, then, stop=body.stop)
    stored = StoredRule(
        rule=_sound(rule), version=1, created_at=ctx.now, updated_at=ctx.now, made=made
    )
    Rules(ctx).save(stored, None)
    return stored


def amend_rule(ctx: Context, rule_id: str, patch: PatchRule) -> StoredRule:
    """Change a rule; refuses what `create_rule` refuses, and a stale `If-Match`."""
    when = _when(patch.when) if "when" in patch.model_fields_set else None
    then = _then(patch.then) if "then" in patch.model_fields_set else None
    found = _look_up(ctx, [rule_id], when, then)
    before = stored_rule(found.live("rule", rule_id), ctx.vault)
    ctx.expect_version(before.version)
    _check_references(found, when, then)
    rule = replace(
        before.rule,
        name=given(patch, "name", before.rule.name),
        position=given(patch, "position", before.rule.position),
        when=when or before.rule.when,
        then=then or before.rule.then,
        stop=given(patch, "stop", before.rule.stop),
    )
    if rule == before.rule:
        return before
    after = replace(before, rule=_sound(rule), version=before.version + 1, updated_at=ctx.now)
    Rules(ctx).save(after, before)
    return after


def remove_rule(ctx: Context, rule_id: str) -> None:
    """Delete a rule; again is no error. What it filed stays filed."""
    found = look_up(ctx, rule=[rule_id])
    if found.is_gone("rule", rule_id):
        return
    stored = stored_rule(found.live("rule", rule_id), ctx.vault)
    ctx.expect_version(stored.version)
    Rules(ctx).remove(stored)


def _when(value: object) -> Condition:
    condition = read_condition(value)
    if isinstance(condition, tuple):
        raise Invalid(errors=condition)
    return condition


def _then(value: ActionsWire) -> Actions:
    actions = read_actions(value.model_dump())
    if isinstance(actions, tuple):
        raise Invalid(errors=actions)
    return actions


def _look_up(ctx: Context, ids: list[str], when: Condition | None, then: Actions | None) -> Found:
    categories = [then.category_id] if then and then.category_id else []
    accounts = accounts_of(when) if when else frozenset()
    return look_up(ctx, rule=ids, category=categories, account=accounts)


def _check_references(found: Found, when: Condition | None, then: Actions | None) -> None:
    if then and then.category_id:
        found.require_category(then.category_id)
    for account_id in accounts_of(when) if when else ():
        found.live("account", account_id)


def _last(rules: Iterable[StoredRule]) -> int:
    return min(max((stored.rule.position for stored in rules), default=0) + _GAP, MAX_POSITION)


def _sound(rule: Rule) -> Rule:
    problems = rule_problems(rule)
    if problems:
        raise Invalid(errors=problems)
    return rule
