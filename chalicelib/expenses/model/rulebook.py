"""A user's rules as they are kept, and what they refer to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.expenses.model.conditions import AllOf, AnyOf, ChoiceTest, Condition, Not
from chalicelib.expenses.model.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRule:
    """A kept rule. `made` as with accounts."""

    rule: Rule
    version: int
    created_at: datetime
    updated_at: datetime
    made: bytes | None = None


def accounts_of(condition: Condition) -> frozenset[str]:
    """Collect the accounts that a rule's condition names."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            return frozenset().union(*(accounts_of(part) for part in parts))
        case Not(part):
            return accounts_of(part)
        case ChoiceTest("account_id", values):
            return frozenset(values)
        case _:
            return frozenset()
