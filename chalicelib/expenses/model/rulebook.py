"""A user's rules as they are kept, and what they refer to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from chalicelib.expenses.model.actions import accounts_named, categories_of
from chalicelib.expenses.model.conditions import ChoiceTest, Condition, PatternTest, leaves
from chalicelib.expenses.model.findings import Finding
from chalicelib.expenses.model.patterns import MAX_TOGETHER, size_of
from chalicelib.expenses.model.rules import Rule, decode_rule, encode_rule
from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRule:
    """A kept rule. `made` as with accounts."""

    rule: Rule
    version: int
    created_at: datetime
    updated_at: datetime
    made: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRule:
    """A kept rule, and what is wrong with it or with another because of it."""

    stored: StoredRule
    findings: tuple[Finding, ...]


def judged(stored: StoredRule, findings: Iterable[Finding]) -> JudgedRule:
    """Give a rule with the findings that it takes part in."""
    rule_id = stored.rule.id
    mine = (one for one in findings if rule_id in {one.rule_id, *one.by})
    return JudgedRule(stored=stored, findings=tuple(mine))


def recategorised(stored: StoredRule, source: str, into: str, at: datetime) -> StoredRule:
    """Give a rule that names one category in place of another, wherever it does; the very same where it does not."""
    text = encode_rule(stored.rule)
    if source not in text:
        return stored
    rule = decode_rule(text.replace(source, into))
    return replace(stored, rule=rule, version=stored.version + 1, updated_at=at)


def accounts_of(condition: Condition) -> frozenset[str]:
    """Collect the accounts that a rule's condition names."""
    return _values(condition, "account_id")


def patterns_fit(rules: Iterable[Rule]) -> bool:
    """Tell whether the patterns of all rules together stay within what one owner may have."""
    patterns = {
        test.pattern
        for rule in rules
        for test in leaves(rule.when)
        if isinstance(test, PatternTest)
    }
    return not patterns or size_of(patterns) <= MAX_TOGETHER


def asked_categories(condition: Condition) -> frozenset[str]:
    """Collect the categories that a rule's condition names."""
    return _values(condition, "category_id")


def references(rule: Rule) -> dict[str, frozenset[str]]:
    """Collect the accounts and categories that a rule names, by kind."""
    return {
        "account": accounts_of(rule.when) | frozenset(accounts_named(rule.then)),
        "category": asked_categories(rule.when) | frozenset(categories_of(rule.then)),
    }


def _values(condition: Condition, field: str) -> frozenset[str]:
    found = (
        test.values
        for test in leaves(condition)
        if isinstance(test, ChoiceTest) and test.field == field
    )
    return frozenset(value for values in found for value in values)
