"""Rules: what the user decided once for many transactions to come."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Final, cast

from chalicelib.expenses.errors import CategoryArchived, LimitReached, RuleNotFound
from chalicelib.expenses.model.action_reading import Actions, is_readable, read_actions
from chalicelib.expenses.model.actions import categories_of
from chalicelib.expenses.model.condition_reading import read_condition
from chalicelib.expenses.model.conditions import AllOf, Condition
from chalicelib.expenses.model.findings import find
from chalicelib.expenses.model.listing import Listing
from chalicelib.expenses.model.rulebook import (
    JudgedRule,
    StoredRule,
    asked_categories,
    judged,
    patterns_fit,
    references,
)
from chalicelib.expenses.model.rules import (
    MAX_POSITION,
    MAX_RULES,
    Rule,
    in_order,
    rule_problems,
)
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.lookup import Found, look_up, made_of
from chalicelib.expenses.repository.rules import Rules, stored_rule
from chalicelib.expenses.repository.setup import read_setup
from chalicelib.expenses.schemas.common import given
from chalicelib.expenses.schemas.rules import CreateRule, PatchRule
from chalicelib.expenses.service.paging import cut, listed, start_of
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import FieldProblem, Invalid
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.paging import Page
from chalicelib.kernel.wire import PageQuery

_QUESTION: Final = "rules"
_GAP: Final = 10
"""Left between positions, so that a rule can be put between two others."""


def list_rules(ctx: Context, query: PageQuery) -> Listing[JudgedRule]:
    """List the rules in the order in which they are applied, with what is wrong with them."""
    rules = _in_order(read_setup(ctx.owner, ctx.vault, prefix=table.RULE).rules)
    ids = [stored.rule.id for stored in rules]
    page = cut(rules, ids, start_of(ctx, query, _QUESTION), query.limit)
    findings = find([stored.rule for stored in rules])
    return listed(
        ctx, Page(tuple(judged(one, findings) for one in page.items), page.resume), _QUESTION
    )


def _in_order(rules: Iterable[StoredRule]) -> list[StoredRule]:
    return sorted(rules, key=lambda stored: (stored.rule.position, stored.rule.id))


def read_rule(ctx: Context, rule_id: str) -> JudgedRule:
    """Give a rule; raises `RuleNotFound`."""
    rules = read_setup(ctx.owner, ctx.vault, prefix=table.RULE).rules
    return _judged(_among(rules, rule_id), rules)


def _among(rules: Iterable[StoredRule], rule_id: str) -> StoredRule:
    stored = next((one for one in rules if one.rule.id == rule_id), None)
    if stored is None:
        raise RuleNotFound
    return stored


def _judged(stored: StoredRule, rules: Iterable[StoredRule]) -> JudgedRule:
    others = (one.rule for one in rules if one.rule.id != stored.rule.id)
    return judged(stored, find(in_order([stored.rule, *others])))


def create_rule(ctx: Context, body: CreateRule) -> JudgedRule:
    """Make a rule; the same id and body again is the same rule.

    Refuses conditions and actions that cannot be read, categories and accounts that are not there, too many rules.
    """
    draft = Rule(
        id=body.id or new_id(),
        name=body.name,
        position=0,
        when=read_when(body.when),
        then=read_then(body.then),
        stop=body.stop,
    )
    found = look_up_for(ctx, draft, [body.id] if body.id else [])
    made = made_of(ctx, body.model_dump(mode="json", exclude_unset=True)) if body.id else None
    if body.id is not None and found.repeats("rule", body.id, made):
        return read_rule(ctx, body.id)
    check_references(found, draft)
    setup = read_setup(ctx.owner, ctx.vault, prefix=table.RULE)
    if len(setup.rules) >= MAX_RULES or setup.items >= table.MOST_ITEMS:
        raise LimitReached
    position = body.position if body.position is not None else _last(setup.rules)
    stored = StoredRule(
        rule=sound(replace(draft, position=position)),
        version=1,
        created_at=ctx.now,
        updated_at=ctx.now,
        made=made,
    )
    check_patterns([stored.rule, *(one.rule for one in setup.rules)])
    Rules(ctx).save(stored, None)
    return _judged(stored, setup.rules)


def amend_rule(ctx: Context, rule_id: str, patch: PatchRule) -> JudgedRule:
    """Change a rule; refuses what `create_rule` refuses, and a stale `If-Match`."""
    rules = read_setup(ctx.owner, ctx.vault, prefix=table.RULE).rules
    before = _among(rules, rule_id)
    ctx.expect_version(before.version)
    changed = patch.model_fields_set
    rule = replace(
        before.rule,
        name=given(patch, "name", before.rule.name),
        position=given(patch, "position", before.rule.position),
        when=read_when(patch.when) if "when" in changed else before.rule.when,
        then=read_then(patch.then) if "then" in changed else before.rule.then,
        stop=given(patch, "stop", before.rule.stop),
    )
    new = replace(
        rule,
        when=rule.when if "when" in changed else AllOf(()),
        then=rule.then if "then" in changed else (),
    )
    check_references(look_up_for(ctx, new), new)
    if rule == before.rule:
        return _judged(before, rules)
    after = replace(before, rule=sound(rule), version=before.version + 1, updated_at=ctx.now)
    check_patterns([rule, *(one.rule for one in rules if one is not before)])
    Rules(ctx).save(after, before)
    return _judged(after, rules)


def remove_rule(ctx: Context, rule_id: str) -> None:
    """Delete a rule; again is no error. What it filed stays filed."""
    found = look_up(ctx, rule=[rule_id])
    if found.is_gone("rule", rule_id):
        return
    stored = stored_rule(found.live("rule", rule_id), ctx.vault)
    ctx.expect_version(stored.version)
    Rules(ctx).remove(stored)


def read_when(value: object, pointer: str = "/when") -> Condition:
    """Read a condition; raises `Invalid` with every problem."""
    condition = read_condition(value, pointer=pointer)
    if isinstance(condition, tuple):
        raise Invalid(errors=condition)
    return condition


def read_then(value: object, pointer: str = "/then") -> Actions:
    """Read actions; raises `Invalid` with every problem."""
    actions = read_actions(value, pointer=pointer)
    if not is_readable(actions):
        raise Invalid(errors=cast("tuple[FieldProblem, ...]", actions))
    return cast("Actions", actions)


def look_up_for(ctx: Context, rule: Rule, ids: Iterable[str] = ()) -> Found:
    """Read what a rule names, and rules by id."""
    return look_up(ctx, rule=ids, **references(rule))


def check_references(found: Found, rule: Rule) -> None:
    """Refuse categories and accounts that are not there."""
    for category_id in categories_of(rule.then):
        found.require_category(category_id)
    for category_id in asked_categories(rule.when):
        with suppress(CategoryArchived):  # its transactions can still be asked for
            found.require_category(category_id)
    for account_id in references(rule)["account"]:
        found.live("account", account_id)


def check_patterns(rules: Iterable[Rule], pointer: str = "/when") -> None:
    """Refuse rules whose patterns together would take more memory than a function has."""
    if not patterns_fit(rules):
        detail = "the patterns of all rules together are too large: use shorter repetitions"
        raise Invalid(errors=(FieldProblem(pointer, detail),))


def _last(rules: Iterable[StoredRule]) -> int:
    return min(max((stored.rule.position for stored in rules), default=0) + _GAP, MAX_POSITION)


def sound(rule: Rule) -> Rule:
    """Give a rule that can be kept; raises `Invalid`."""
    problems = rule_problems(rule)
    if problems:
        raise Invalid(errors=problems)
    return rule
