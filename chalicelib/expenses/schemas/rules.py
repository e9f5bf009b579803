"""Rules on the wire."""

from __future__ import annotations

from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field, JsonValue
from pydantic.config import JsonDict

from chalicelib.expenses.model.actions import KINDS, MAX_ACTIONS, action_json
from chalicelib.expenses.model.condition_writing import condition_json
from chalicelib.expenses.model.findings import Finding, FindingKind
from chalicelib.expenses.model.rulebook import JudgedRule
from chalicelib.expenses.model.rules import MAX_POSITION
from chalicelib.expenses.schemas.common import (
    EXAMPLE_CATEGORY,
    EXAMPLE_ID,
    EXAMPLE_TIME,
    Instant,
    absent,
)
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.wire import Id, Name, Wire

EXAMPLE_WHEN: Final[JsonDict] = {
    "all": [
        {"field": "payee", "operator": "contains", "value": "bakery"},
        {"not": {"field": "direction", "operator": "equals", "value": "in"}},
    ]
}
EXAMPLE_THEN: Final[list[JsonValue]] = [
    {"action": "set_category", "value": EXAMPLE_CATEGORY},
    {"action": "compute_notes", "value": "'Bread of ' & format(day, 'MM/YYYY')"},
]
_CREATE: Final[JsonDict] = {
    "name": "Bakeries",
    "position": 10,
    "when": EXAMPLE_WHEN,
    "then": EXAMPLE_THEN,
    "stop": True,
}
Condition = Annotated[
    dict[str, JsonValue],
    Field(
        description=(
            "One of `all`, `any` (lists), `not`, or a test of `field`, `operator` and `value`. Fields: "
            "payee (as the bank named it), shown_payee and notes (contains, equals, starts_with, ends_with, "
            "one_of, matches: a regular expression in linear time), amount without its sign and signed_amount "
            "(equals, less_than, at_most, at_least, more_than, between), direction (out, in), kind, status, "
            "source, category_source, currency, account_id, category_id and tag (equals, one_of), booked_on (on, "
            "before, after, between, weekday, day_of_month, month); payee, notes, category_id, tag, parts, "
            "transfer, refund and original (is_set). At most 4 deep, 50 tests."
        ),
        examples=[EXAMPLE_WHEN],
    ),
]
Position = Annotated[int, Field(ge=0, le=MAX_POSITION)]


_THEN: Final = " ".join(f"{kind}: {sort.about}" for kind, sort in KINDS.items())
ActionList = Annotated[
    list[dict[str, JsonValue]],
    Field(
        description=(
            f"Up to {MAX_ACTIONS} actions in their order, each an object of `action` and, where it takes one, "
            f"`value`, and beside it `find`, `category_id` or `currency`. {_THEN}"
        ),
        examples=[EXAMPLE_THEN],
    ),
]
FirstForm = Annotated[
    dict[str, JsonValue],
    Field(
        description="The first form: category_id, payee and notes, null leaving a field as it is.",
        examples=[{"category_id": EXAMPLE_CATEGORY}],
    ),
]
Then = ActionList | FirstForm


class CreateRule(Wire):
    """A rule; without a position it comes last."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CREATE]})

    id: Id | None = None
    name: Name
    position: Position | None = None
    when: Condition
    then: Then
    stop: bool = False


class PatchRule(Wire):
    """What changes about a rule; `when` and `then` are replaced whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"position": 5}]})

    name: Name = Field(default_factory=absent)
    position: Position = Field(default_factory=absent)
    when: Condition = Field(default_factory=absent)
    then: Then = Field(default_factory=absent)
    stop: bool = Field(default_factory=absent)


class FindingOut(Wire):
    """Why a rule, or one field of it, can do nothing; `by` are the rules that make it so.

    never-applies: no transaction can meet its condition. shadowed: earlier rules stop, or decide, all that it is
    for. contradictory: an earlier rule, or another action of its own, always decides the `field` otherwise.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"rule_id": EXAMPLE_ID, "kind": "shadowed", "by": [EXAMPLE_CATEGORY], "field": None}
            ]
        }
    )

    rule_id: Id
    kind: FindingKind
    by: list[Id]
    field: str | None

    @classmethod
    def of(cls, one: Finding) -> Self:
        """Write a finding."""
        return cls(rule_id=one.rule_id, kind=one.kind, by=list(one.by), field=one.field)


class RuleOut(Wire):
    """A rule; lower positions come first, `stop` ends the walk when it matches.

    `findings` are what can be shown to be wrong with it, or with another rule because of it.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_CREATE,
                    "id": EXAMPLE_ID,
                    "version": 1,
                    "findings": [],
                    "created_at": EXAMPLE_TIME,
                    "updated_at": EXAMPLE_TIME,
                }
            ]
        }
    )

    id: Id
    version: int
    name: str
    position: int
    when: Condition
    then: ActionList
    stop: bool
    findings: list[FindingOut]
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, judged: JudgedRule) -> Self:
        """Write a rule."""
        stored = judged.stored
        rule = stored.rule
        return cls(
            id=rule.id,
            version=stored.version,
            name=rule.name,
            position=rule.position,
            when=condition_json(rule.when),
            then=[dict(action_json(action)) for action in rule.then],
            stop=rule.stop,
            findings=[FindingOut.of(one) for one in judged.findings],
            created_at=rfc3339(stored.created_at),
            updated_at=rfc3339(stored.updated_at),
        )
