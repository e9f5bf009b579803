"""Rules over stored transactions: what they would make of one, and what a run is asked to do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from chalicelib.expenses.model.doing import World
from chalicelib.expenses.model.effects import Effect, line_of, work_out
from chalicelib.expenses.model.rules import Outcome, Rule, RuleSet, decode_rule, encode_rule
from chalicelib.expenses.model.transactions import Transaction, moved
from chalicelib.kernel.values import dataclass

MOST_RULE_TEXT: Final = 100_000
"""Characters of all rules of one run: they go along with its state from step to step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A stored transaction, the rules that speak about it, and what they would make of it."""

    before: Transaction
    outcome: Outcome
    effect: Effect

    @property
    def changes(self) -> bool:
        """Whether anything would change."""
        return self.effect.after != self.before

    @property
    def noteworthy(self) -> bool:
        """Whether there is anything to show: a change, or why there is none."""
        return self.changes or bool(self.effect.locked or self.effect.failures)


def look(rules: RuleSet, world: World, one: Transaction) -> Seen:
    """See what rules would make of a stored transaction; nothing is guessed."""
    outcome = rules.evaluate(line_of(one))
    return Seen(before=one, outcome=outcome, effect=work_out(outcome, one, world))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which transactions: on an account, between two days inclusive."""

    account_id: str | None = None
    first: date | None = None
    last: date | None = None

    def covers(self, one: Transaction) -> bool:
        """Tell whether a transaction is meant."""
        if self.account_id is not None and self.account_id not in one.accounts:
            return False
        if self.first is not None and one.booked_on < self.first:
            return False
        return self.last is None or one.booked_on <= self.last


def spec_of(rules: Iterable[Rule], scope: Scope) -> Mapping[str, object] | None:
    """Write what a run needs to know: the rules as they are now. None where they are too many."""
    texts = [encode_rule(rule) for rule in rules]
    if sum(map(len, texts)) > MOST_RULE_TEXT:
        return None
    return {
        "rules": [json.loads(text) for text in texts],
        "account_id": scope.account_id,
        "from": scope.first and scope.first.isoformat(),
        "to": scope.last and scope.last.isoformat(),
    }


def read_spec(text: str) -> tuple[RuleSet, Scope]:
    """Read what `spec_of` wrote."""
    spec = json.loads(text)
    first, last = (spec[end] and date.fromisoformat(spec[end]) for end in ("from", "to"))
    rules = RuleSet(decode_rule(json.dumps(one)) for one in spec["rules"])
    return rules, Scope(account_id=spec["account_id"], first=first, last=last)


def items_of(seen: Seen) -> int:
    """Say how many items a change may write at most: itself, tags, and what stands on accounts."""
    before, after = seen.before, seen.effect.after
    tags = len(set(before.tags) ^ set(after.tags))
    money = (before.postings, moved(before)) != (after.postings, moved(after))
    accounts = {*before.accounts, *after.accounts} if money else ()
    return 1 + tags + 3 * len(accounts)


def tally(seen: Sequence[Seen]) -> dict[str, int]:
    """Count what a stretch of transactions came to, failures by their reasons too."""
    counts = {
        "matched": sum(bool(one.outcome.rules) for one in seen),
        "locked": sum(bool(one.effect.locked) for one in seen),
        "failed": sum(bool(one.effect.failures) for one in seen),
    }
    for one in seen:
        for reason in {failure.reason for failure in one.effect.failures}:
            counts[f"failed:{reason}"] = counts.get(f"failed:{reason}", 0) + 1
    return counts
