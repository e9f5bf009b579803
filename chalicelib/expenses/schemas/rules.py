"""Rules on the wire."""

from __future__ import annotations

from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field, JsonValue
from pydantic.config import JsonDict

from chalicelib.expenses.model.conditions import condition_json
from chalicelib.expenses.model.rulebook import StoredRule
from chalicelib.expenses.model.rules import MAX_NOTE, MAX_POSITION, actions_json
from chalicelib.expenses.schemas.common import (
    EXAMPLE_CATEGORY,
    EXAMPLE_ID,
    EXAMPLE_TIME,
    Instant,
    Payee,
    absent,
)
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.wire import Id, Name, Wire

_WHEN: Final[JsonDict] = {
    "all": [
        {"field": "payee", "operator": "contains", "value": "bakery"},
        {"not": {"field": "direction", "operator": "equals", "value": "in"}},
    ]
}
_CREATE: Final[JsonDict] = {
    "name": "Bakeries",
    "position": 10,
    "when": _WHEN,
    "then": {"category_id": EXAMPLE_CATEGORY, "payee": None, "notes": None},
    "stop": True,
}
Condition = Annotated[
    dict[str, JsonValue],
    Field(
        description=(
            "One of `all`, `any` (lists), `not`, or a test of `field`, `operator` and `value`. Fields: "
            "payee and notes (contains, equals, starts_with, ends_with), amount without its sign "
            "(equals, less_than, at_most, at_least, more_than), direction (out, in), currency and "
            "account_id (equals, one_of), booked_on (on, before, after). At most 4 deep, 50 tests."
        ),
        examples=[_WHEN],
    ),
]
Position = Annotated[int, Field(ge=0, le=MAX_POSITION)]


class ActionsWire(Wire):
    """What a rule does, at least one thing; null leaves a field as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"category_id": EXAMPLE_CATEGORY}]})

    category_id: Id | None = None
    payee: Annotated[Payee, Field(min_length=1)] | None = None
    notes: Annotated[str, Field(min_length=1, max_length=MAX_NOTE)] | None = None


class CreateRule(Wire):
    """A rule; without a position it comes last."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CREATE]})

    id: Id | None = None
    name: Name
    position: Position | None = None
    when: Condition
    then: ActionsWire
    stop: bool = False


class PatchRule(Wire):
    """What changes about a rule; `when` and `then` are replaced whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"position": 5}]})

    name: Name = Field(default_factory=absent)
    position: Position = Field(default_factory=absent)
    when: Condition = Field(default_factory=absent)
    then: ActionsWire = Field(default_factory=absent)
    stop: bool = Field(default_factory=absent)


class RuleOut(Wire):
    """A rule; lower positions come first, `stop` ends the walk when it matches."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_CREATE,
                    "id": EXAMPLE_ID,
                    "version": 1,
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
    then: ActionsWire
    stop: bool
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, stored: StoredRule) -> Self:
        """Write a rule."""
        rule = stored.rule
        return cls(
            id=rule.id,
            version=stored.version,
            name=rule.name,
            position=rule.position,
            when=condition_json(rule.when),
            then=ActionsWire.model_validate(actions_json(rule.then)),
            stop=rule.stop,
            created_at=rfc3339(stored.created_at),
            updated_at=rfc3339(stored.updated_at),
        )
