"""Rules: what a user decided once, applied to every line in the user's order.

By position. Conditions see the line as it came, never what an earlier rule made of it. What an earlier rule did
to a field a later one may add to, not replace (`model.effects`). `stop` ends the walk, and there is no way back
in it: whatever rules there are, it ends after each was looked at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias, cast

from chalicelib.expenses.model.action_reading import Actions, is_readable, read_actions
from chalicelib.expenses.model.actions import Action, action_json, tells
from chalicelib.expenses.model.condition_reading import read_condition
from chalicelib.expenses.model.condition_writing import condition_json
from chalicelib.expenses.model.conditions import Condition, Line
from chalicelib.expenses.model.matching import (
    ByField,
    Facts,
    Test,
    compile_condition,
    no_patterns,
    required_texts,
)
from chalicelib.kernel.errors import FieldProblem
from chalicelib.kernel.values import dataclass

MAX_RULES: Final = 500
"""Rules that one owner may have."""
MAX_POSITION: Final = 1_000_000
MAX_NAME: Final = 100
MAX_RULE_TEXT: Final = 16_000
"""Characters of a rule as stored."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition and what follows from it; lower positions come first."""

    id: str
    name: str
    position: int
    when: Condition
    then: tuple[Action, ...]
    stop: bool = False

    @property
    def stops(self) -> bool:
        """Whether no later rule is looked at."""
        return self.stop or tells(self.then, "stop")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The rules that speak about a line, in their order."""

    rules: tuple[Rule, ...] = ()

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """Which they are."""
        return tuple(rule.id for rule in self.rules)

    @property
    def category_id(self) -> str | None:
        """The first category that they name."""
        for action in self.actions():
            if action.kind == "set_category":
                return str(action.value)
        return None

    def actions(self) -> Iterator[Action]:
        """Give all that they say to do."""
        for rule in self.rules:
            yield from rule.then


NOTHING: Final = Outcome()
_Step: TypeAlias = tuple[str, tuple[str, ...], Test, Rule]


def in_order(rules: Iterable[Rule]) -> list[Rule]:
    """Give rules in the order in which they are applied."""
    return sorted(rules, key=lambda rule: (rule.position, rule.id))


def _step(rule: Rule, patterns: ByField) -> _Step:
    """Put the texts in front that payee or notes must hold: most rules fail there, without a call."""
    first, *more = required_texts(rule.when) or ("",)
    return first, tuple(more), compile_condition(rule.when, patterns), rule


def _holds(words: str, texts: tuple[str, ...]) -> bool:
    for text in texts:  # noqa: SIM110 - half the time of any() over a generator
        if text in words:
            return True
    return False


class RuleSet:
    """Compiled rules in their order; make it once for a chunk of lines."""

    __slots__ = ("_steps",)

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Compile; ties in position are broken by id."""
        patterns = no_patterns()
        self._steps = tuple(_step(rule, patterns) for rule in in_order(rules))

    def __len__(self) -> int:
        return len(self._steps)

    def first_match(self, line: Line) -> Rule | None:
        """Give the first rule whose condition holds."""
        facts = Facts(line)
        words = facts.words
        for text, more, test, rule in self._steps:
            if (text in words or (more and _holds(words, more))) and test(facts):
                return rule
        return None

    def evaluate(self, line: Line) -> Outcome:
        """Give what all matching rules together say."""
        facts = Facts(line)
        words = facts.words
        matched: list[Rule] = []
        for text, more, test, rule in self._steps:
            if (text in words or (more and _holds(words, more))) and test(facts):
                matched.append(rule)
                if rule.stops:
                    break
        return Outcome(tuple(matched)) if matched else NOTHING


def compile_rules(rules: Iterable[Rule]) -> RuleSet:
    """Compile rules for a batch of lines."""
    return RuleSet(rules)


# ---------------------------------------------------------------------------- reading and writing


def rule_problems(rule: Rule) -> tuple[FieldProblem, ...]:
    """Say what is wrong with a rule beyond its parts: name, position, no action, its size."""
    found = []
    if not rule.name.strip() or len(rule.name) > MAX_NAME:
        found.append(FieldProblem("/name", f"a text of 1 to {MAX_NAME} characters"))
    if not 0 <= rule.position <= MAX_POSITION:
        found.append(FieldProblem("/position", f"a whole number from 0 to {MAX_POSITION}"))
    if not rule.then:
        found.append(FieldProblem("/then", "a rule does at least one thing"))
    if len(_text_of(rule)) > MAX_RULE_TEXT:
        found.append(FieldProblem("/when", f"a rule has at most {MAX_RULE_TEXT} characters"))
    return tuple(found)


class DamagedRule(ValueError):
    """A stored text is not a rule."""


def encode_rule(rule: Rule) -> str:
    """Write a rule for storage, at most `MAX_RULE_TEXT` characters for one without problems.

    The whole text is personal (names and payees): seal it.
    """
    return _text_of(rule)


def _text_of(rule: Rule) -> str:
    body = {
        "v": 2,
        "id": rule.id,
        "name": rule.name,
        "position": rule.position,
        "when": condition_json(rule.when),
        "then": [action_json(action) for action in rule.then],
        "stop": rule.stop,
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def decode_rule(text: str) -> Rule:
    """Read what `encode_rule` wrote; raise `DamagedRule` for anything else."""
    try:
        body = json.loads(text)
        when, then = read_condition(body["when"]), read_actions(body["then"])
        rule_id, name, position, stop = (body[key] for key in ("id", "name", "position", "stop"))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DamagedRule("not a rule") from error
    if isinstance(when, tuple) or not is_readable(then) or body.get("v") not in {1, 2}:
        raise DamagedRule("not a rule of this version")
    if not (isinstance(rule_id, str) and isinstance(name, str) and isinstance(stop, bool)):
        raise DamagedRule("not a rule")
    if type(position) is not int:
        raise DamagedRule("not a rule")
    return Rule(rule_id, name, position, when, cast("Actions", then), stop)
