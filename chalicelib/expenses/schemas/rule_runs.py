"""Rules over stored transactions on the wire: what they would do, and what a run did."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field, JsonValue, model_validator
from pydantic.config import JsonDict

from chalicelib.expenses.model.effects import Failure, differences
from chalicelib.expenses.model.parts import Part
from chalicelib.expenses.model.rule_runs import Seen
from chalicelib.expenses.model.runs import Run, RunKind, RunState
from chalicelib.expenses.model.transfers import Transfer
from chalicelib.expenses.schemas.common import (
    EXAMPLE_CATEGORY,
    EXAMPLE_ID,
    EXAMPLE_TIME,
    Day,
    Instant,
)
from chalicelib.expenses.schemas.rules import EXAMPLE_THEN, EXAMPLE_WHEN, Condition, Position, Then
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.money import Money
from chalicelib.kernel.wire import Id, MoneyWire, Name, Progress, Wire

MOST_DRAFTS: Final = 20
MOST_NAMED: Final = 500
_DRAFT: Final[JsonDict] = {"name": "Bakeries", "when": EXAMPLE_WHEN, "then": EXAMPLE_THEN}


class DraftRule(Wire):
    """A rule that is not saved; with a saved rule's id it stands in that one's place."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DRAFT]})

    id: Id | None = None
    name: Name = "draft"
    position: Position | None = None
    when: Condition
    then: Then
    stop: bool = False


class _Scope(Wire):
    """Which transactions: on an account, between two days inclusive."""

    account_id: Id | None = None
    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first and self.last and self.first > self.last:
            msg = "from must not be after to"
            raise ValueError(msg)
        return self


RuleIds = Annotated[list[Id], Field(max_length=MOST_NAMED)]


class PreviewRules(_Scope):
    """What is to be simulated: `rules` that are not saved, among the saved ones unless `saved` is false.

    `rule_ids` takes some of the saved ones only. Without a position a draft comes last.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"rules": [_DRAFT], "from": "2026-01-01", "limit": 50}]}
    )

    rules: Annotated[list[DraftRule], Field(max_length=MOST_DRAFTS)] = Field(default_factory=list)
    saved: bool = True
    rule_ids: RuleIds | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = None


class ApplyRules(_Scope):
    """Which rules to apply to what is stored: all that are saved, or those of `rule_ids`."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"rule_ids": [EXAMPLE_ID], "from": "2026-01-01"}]}
    )

    rule_ids: RuleIds | None = None


class RuleChange(Wire):
    """A field before and after, and the rule that changed it first. Money, parts and transfers are objects."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "field": "category",
                    "before": None,
                    "after": EXAMPLE_CATEGORY,
                    "rule_id": EXAMPLE_ID,
                }
            ]
        }
    )

    field: str
    before: JsonValue
    after: JsonValue
    rule_id: Id | None


class FailureOut(Wire):
    """An action that cannot be carried out exactly on this transaction, and why."""

    rule_id: Id
    action: str
    reason: str

    @classmethod
    def of(cls, one: Failure) -> Self:
        """Write a failure."""
        return cls(rule_id=one.rule_id, action=one.action, reason=one.reason)


class PreviewItem(Wire):
    """A transaction that rules would change, or would if nothing were in their way.

    `locked` are fields that they would change, had not the user set them or a reconciliation locked them.
    """

    transaction_id: Id
    version: int
    booked_on: date
    payee: str
    amount: MoneyWire
    rule_ids: list[Id]
    changes: list[RuleChange]
    locked: list[str]
    failures: list[FailureOut]

    @classmethod
    def of(cls, seen: Seen) -> Self:
        """Write what would become of a transaction."""
        one, effect = seen.before, seen.effect
        return cls(
            transaction_id=one.id,
            version=one.version,
            booked_on=one.booked_on,
            payee=one.payee,
            amount=MoneyWire.of(one.amount),
            rule_ids=list(seen.outcome.rule_ids),
            changes=[
                RuleChange(
                    field=name,
                    before=_written(before),
                    after=_written(after),
                    rule_id=effect.by.get(name),
                )
                for name, before, after in differences(one, effect.after)
            ],
            locked=list(effect.locked),
            failures=[FailureOut.of(failure) for failure in effect.failures],
        )


def _written(value: object) -> JsonValue:
    match value:
        case None | str():
            return value
        case date():
            return value.isoformat()
        case Money():
            return {"amount": value.amount, "currency": value.currency}
        case Part():
            return {
                "category_id": value.category_id,
                "account_id": value.account_id,
                "amount": _written(value.amount),
                "notes": value.notes,
            }
        case Transfer():
            return {"to_account_id": value.to_account_id, "received": _written(value.received)}
        case tuple():
            return [_written(one) for one in value]
        case _:
            raise TypeError(value)


class PreviewOut(Wire):
    """What rules would do to stored transactions, a page: only a null `next_cursor` is the end.

    `examined` transactions were looked at for this page; those on which nothing is to be said are not shown.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [], "examined": 500, "next_cursor": None}]}
    )

    items: list[PreviewItem]
    examined: int
    next_cursor: str | None


_RUN: Final[JsonDict] = {
    "id": EXAMPLE_ID,
    "version": 4,
    "kind": "rules",
    "state": "done",
    "progress": {"done": 1200, "total": 1200},
    "result": {
        "matched": 130,
        "changed": 118,
        "locked": 9,
        "failed": 3,
        "reasons": {"amount-too-small": 3},
        "touched": 0,
        "touched_ids": [],
    },
    "problem": None,
    "undone_by": None,
    "created_at": EXAMPLE_TIME,
    "updated_at": EXAMPLE_TIME,
}


class RuleRunResult(Wire):
    """What a run came to, in transactions.

    `matched`: a rule spoke about it. `changed`. `locked`: a field that the user set was left. `failed`: an action could
    not be carried out, by `reasons`. `touched`: somebody changed it since, so undoing left it as it is; the first
    200 are named.
    """

    matched: int
    changed: int
    locked: int
    failed: int
    reasons: dict[str, int]
    touched: int
    touched_ids: list[Id]


class RuleRunOut(Wire):
    """A run of rules, or of undoing one: a job to be polled. `undone_by` is the run that undoes it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RUN]})

    id: Id
    version: int
    kind: RunKind
    state: RunState
    progress: Progress
    result: RuleRunResult
    problem: str | None
    undone_by: Id | None
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, run: Run, at: datetime) -> Self:
        """Write a run as it stands at an instant."""
        state = run.state_at(at)
        counts = run.counts
        reasons = {
            name.removeprefix("failed:"): count
            for name, count in counts.items()
            if name.startswith("failed:")
        }
        return cls(
            id=run.id,
            version=run.version,
            kind=run.kind,
            state=state,
            # transfers lie on two accounts, and others came meanwhile: at the end everything was looked at
            progress=Progress(
                done=run.done, total=run.done if state == "done" else max(run.total, run.done)
            ),
            result=RuleRunResult(
                matched=counts.get("matched", 0),
                changed=run.changed,
                locked=counts.get("locked", 0),
                failed=counts.get("failed", 0),
                reasons=reasons,
                touched=run.left,
                touched_ids=list(run.left_ids),
            ),
            problem=run.problem or ("stalled" if state != run.state else None),
            undone_by=run.undone_by,
            created_at=rfc3339(run.created_at),
            updated_at=rfc3339(run.updated_at),
        )
