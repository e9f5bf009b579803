"""Rules: what a user decided once, applied to every line in the user's order.

By position; the first matching rule that sets a field wins that field, added notes add up, `stop`
ends the walk. Conditions see the line as it came, never what an earlier rule made of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from chalicelib.expenses.model.conditions import (
    Condition,
    Json,
    Line,
    condition_json,
    read_condition,
)
from chalicelib.expenses.model.matching import Facts, Test, compile_condition, required_texts
from chalicelib.kernel.errors import FieldProblem
from chalicelib.kernel.ids import is_id

MAX_RULES: Final = 500
"""Rules that one owner may have."""
MAX_POSITION: Final = 1_000_000
MAX_NAME: Final = 100
MAX_PAYEE: Final = 200
MAX_NOTE: Final = 500
MAX_RULE_TEXT: Final = 16_000
"""Characters of a rule as stored."""


@dataclass(frozen=True, slots=True)
class Actions:
    """What a rule does; None leaves the field as it is."""

    category_id: str | None = None
    payee: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition and what follows from it; lower positions come first."""

    id: str
    name: str
    position: int
    when: Condition
    then: Actions
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rules say about a line, and which of them spoke."""

    category_id: str | None = None
    payee: str | None = None
    notes: tuple[str, ...] = ()
    rule_ids: tuple[str, ...] = ()


_NOTHING: Final = Outcome()
_Step: TypeAlias = tuple[str, tuple[str, ...], Test, Rule]


def _step(rule: Rule) -> _Step:
    """Put the texts in front that the payee must hold: most rules fail there, without a call."""
    first, *more = required_texts(rule.when) or ("",)
    return first, tuple(more), compile_condition(rule.when), rule


def _holds(payee: str, texts: tuple[str, ...]) -> bool:
    for text in texts:  # noqa: SIM110 - half the time of any() over a generator
        if text in payee:
            return True
    return False


class RuleSet:
    """Compiled rules in their order; make it once for a chunk of lines."""

    __slots__ = ("_steps",)

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Compile; ties in position are broken by id."""
        ordered = sorted(rules, key=lambda rule: (rule.position, rule.id))
        self._steps = tuple(_step(rule) for rule in ordered)

    def __len__(self) -> int:
        return len(self._steps)

    def first_match(self, line: Line) -> Rule | None:
        """Give the first rule whose condition holds."""
        facts = Facts(line)
        payee = facts.payee
        for text, more, test, rule in self._steps:
            if (text in payee or (more and _holds(payee, more))) and test(facts):
                return rule
        return None

    def evaluate(self, line: Line) -> Outcome:
        """Give what all matching rules together say."""
        facts = Facts(line)
        payee = facts.payee
        matched: list[Rule] = []
        for text, more, test, rule in self._steps:
            if (text in payee or (more and _holds(payee, more))) and test(facts):
                matched.append(rule)
                if rule.stop:
                    break
        return _together(matched) if matched else _NOTHING


def _together(matched: list[Rule]) -> Outcome:
    return Outcome(
        category_id=next((r.then.category_id for r in matched if r.then.category_id), None),
        payee=next((r.then.payee for r in matched if r.then.payee), None),
        notes=tuple(dict.fromkeys(r.then.notes for r in matched if r.then.notes)),
        rule_ids=tuple(rule.id for rule in matched),
    )


def compile_rules(rules: Iterable[Rule]) -> RuleSet:
    """Compile rules for a batch of lines."""
    return RuleSet(rules)


# ---------------------------------------------------------------------------- reading and writing


_ACTION_LIMITS: Final[Mapping[str, int]] = {"payee": MAX_PAYEE, "notes": MAX_NOTE}


def read_actions(value: object, *, pointer: str = "/then") -> Actions | tuple[FieldProblem, ...]:
    """Read actions from parsed JSON; give the problems instead when there are any."""
    if not isinstance(value, dict):
        return (FieldProblem(pointer, "actions are an object"),)
    problems = [
        FieldProblem(f"{pointer}/{name}", detail)
        for name, given in value.items()
        if (detail := _action_problem(name, given))
    ]
    if not problems and all(given is None for given in value.values()):
        problems = [FieldProblem(pointer, "a rule does at least one thing")]
    return tuple(problems) if problems else Actions(**value)


def _action_problem(name: object, given: object) -> str | None:
    if name not in {"category_id", "payee", "notes"}:
        return "unknown field"
    if given is None:
        return None
    if name == "category_id":
        return None if isinstance(given, str) and is_id(given) else "an id is a lower-case UUID"
    limit = _ACTION_LIMITS[str(name)]
    if not isinstance(given, str) or not given.strip() or len(given) > limit:
        return f"a text of 1 to {limit} characters"
    return None


def actions_json(actions: Actions) -> dict[str, Json]:
    """Write actions in the form that `read_actions` reads, without what is left as it is."""
    pairs = (
        ("category_id", actions.category_id),
        ("payee", actions.payee),
        ("notes", actions.notes),
    )
    return {name: value for name, value in pairs if value is not None}


def rule_problems(rule: Rule) -> tuple[FieldProblem, ...]:
    """Say what is wrong with a rule beyond its parts: name, position, no action, its size."""
    found = []
    if not rule.name.strip() or len(rule.name) > MAX_NAME:
        found.append(FieldProblem("/name", f"a text of 1 to {MAX_NAME} characters"))
    if not 0 <= rule.position <= MAX_POSITION:
        found.append(FieldProblem("/position", f"a whole number from 0 to {MAX_POSITION}"))
    if rule.then == Actions():
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
        "v": 1,
        "id": rule.id,
        "name": rule.name,
        "position": rule.position,
        "when": condition_json(rule.when),
        "then": actions_json(rule.then),
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
    if isinstance(when, tuple) or isinstance(then, tuple) or body.get("v") != 1:
        raise DamagedRule("not a rule of this version")
    if not (isinstance(rule_id, str) and isinstance(name, str) and isinstance(stop, bool)):
        raise DamagedRule("not a rule")
    if type(position) is not int:
        raise DamagedRule("not a rule")
    return Rule(rule_id, name, position, when, then, stop)
