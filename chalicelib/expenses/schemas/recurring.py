"""What comes again, on the wire."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from chalicelib.expenses.model.recurring import (
    MAX_AHEAD,
    MAX_VARIATIONS,
    Mode,
    Recurring,
    Upcoming,
    Variation,
)
from chalicelib.expenses.model.transactions import Kind
from chalicelib.expenses.schemas.common import (
    EXAMPLE_ACCOUNT,
    EXAMPLE_CATEGORY,
    EXAMPLE_ID,
    EXAMPLE_TIME,
    Day,
    Instant,
    Notes,
    Payee,
    Tags,
    absent,
)
from chalicelib.expenses.schemas.recurrence import (
    EXAMPLE_RULE,
    EXAMPLE_RULE_OUT,
    RecurrenceIn,
    RecurrenceOut,
)
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.money import Money
from chalicelib.kernel.wire import Id, MoneyIn, MoneyWire, PageQuery, TimeZone, Wire

_CREATE: Final[JsonDict] = {
    "account_id": EXAMPLE_ACCOUNT,
    "amount": {"amount": "-850.00", "currency": "EUR"},
    "payee": "Landlord",
    "category_id": EXAMPLE_CATEGORY,
    "tags": ["home"],
    "rule": EXAMPLE_RULE,
    "start": "2026-12-01",
    "time_zone": "Europe/Vienna",
    "mode": "draft",
    "days_ahead": 5,
}
_VARIATION: Final[JsonDict] = {
    "day": "2026-12-31",
    "amount": {"amount": "-900.00", "currency": "EUR"},
    "notes": "with the heating",
}
_OUT: Final[JsonDict] = {
    **_CREATE,
    "id": EXAMPLE_ID,
    "version": 3,
    "kind": "expense",
    "to_account_id": None,
    "notes": "",
    "rule": EXAMPLE_RULE_OUT,
    "hour": 6,
    "paused": False,
    "stopped": None,
    "variations": [{"skip": False, "booked_on": None, **_VARIATION}],
    "next_on": "2026-12-31",
    "next_at": "2026-12-26T05:00:00.000Z",
    "created_at": EXAMPLE_TIME,
    "updated_at": EXAMPLE_TIME,
}
_UPCOMING: Final[JsonDict] = {
    "recurring_id": EXAMPLE_ID,
    "day": "2026-12-31",
    "booked_on": "2026-12-31",
    "kind": "expense",
    "account_id": EXAMPLE_ACCOUNT,
    "to_account_id": None,
    "amount": {"amount": "-850.00", "currency": "EUR"},
    "payee": "Landlord",
    "category_id": EXAMPLE_CATEGORY,
    "mode": "draft",
    "transaction_id": None,
}


class VariationIn(Wire):
    """What is different about the occurrence of one of the rule's days."""

    model_config = ConfigDict(json_schema_extra={"examples": [_VARIATION]})

    day: Day
    skip: bool = False
    amount: MoneyIn | None = None
    booked_on: Day | None = None
    notes: Notes | None = None


class VariationOut(Wire):
    """What is different about one occurrence; null is as always."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"skip": False, "booked_on": None, **_VARIATION}]}
    )

    day: date
    skip: bool
    amount: MoneyWire | None
    booked_on: date | None
    notes: str | None

    @classmethod
    def of(cls, one: Variation, currency: str) -> Self:
        """Write a variation."""
        amount = None if one.amount_minor is None else Money(one.amount_minor, currency)
        return cls(
            day=one.day,
            skip=one.skip,
            amount=MoneyWire.of(amount) if amount else None,
            booked_on=one.booked_on,
            notes=one.notes,
        )


Hour = Annotated[int, Field(ge=0, le=23)]
Ahead = Annotated[int, Field(ge=0, le=MAX_AHEAD)]


class CreateRecurring(Wire):
    """A template of an expense, an income or (with `to_account_id` and a negative amount) a transfer.

    Days are calendar days of the time zone (without one, of the caller's preferences). A `draft` is made
    `days_ahead` days before as a planned transaction, which the bank's row then meets; `automatic` is posted on
    the day. Both happen at `hour` o'clock there; an hour that the clock skips in spring is one later, one that
    comes twice in autumn is the first. What would have been booked before today is not made.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_CREATE]})

    id: Id | None = None
    account_id: Id
    to_account_id: Id | None = None
    amount: MoneyIn
    payee: Payee = ""
    notes: Notes = ""
    category_id: Id | None = None
    tags: Tags = Field(default_factory=list)
    rule: RecurrenceIn
    start: Day
    time_zone: TimeZone | None = None
    hour: Hour = 6
    mode: Mode = "draft"
    days_ahead: Ahead = 3
    paused: bool = False


class PatchRecurring(Wire):
    """What changes about a template; what it made stays as it is.

    `rule` and `variations` are replaced whole. Another rule, another start and the end of a pause let the next
    occurrence be the first from today on. Any change lets a stopped one go on.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"paused": True}]})

    account_id: Id = Field(default_factory=absent)
    amount: MoneyIn = Field(default_factory=absent)
    payee: Payee = Field(default_factory=absent)
    notes: Notes = Field(default_factory=absent)
    category_id: Id | None = Field(default_factory=absent)
    tags: Tags = Field(default_factory=absent)
    rule: RecurrenceIn = Field(default_factory=absent)
    start: Day = Field(default_factory=absent)
    time_zone: TimeZone = Field(default_factory=absent)
    hour: Hour = Field(default_factory=absent)
    mode: Mode = Field(default_factory=absent)
    days_ahead: Ahead = Field(default_factory=absent)
    paused: bool = Field(default_factory=absent)
    variations: Annotated[list[VariationIn], Field(max_length=MAX_VARIATIONS)] = Field(
        default_factory=absent
    )


class RecurringOut(Wire):
    """A template. `next_on` is the rule's day that is made next, `next_at` when that happens; null at rest.

    `stopped` says why the schedule gave up, as the type of a problem: the account was archived, for example.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_OUT]})

    id: Id
    version: int
    kind: Kind
    account_id: Id
    to_account_id: Id | None
    amount: MoneyWire
    payee: str
    notes: str
    category_id: Id | None
    tags: list[str]
    rule: RecurrenceOut
    start: date
    time_zone: str
    hour: int
    mode: Mode
    days_ahead: int
    paused: bool
    stopped: str | None
    variations: list[VariationOut]
    next_on: date | None
    next_at: Instant | None
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, one: Recurring) -> Self:
        """Write a template."""
        template, due_at = one.template, one.due_at()
        return cls(
            id=one.id,
            version=one.version,
            kind=template.kind,
            account_id=template.account_id,
            to_account_id=template.to_account_id,
            amount=MoneyWire.of(template.amount),
            payee=template.payee,
            notes=template.notes,
            category_id=template.category_id,
            tags=list(template.tags),
            rule=RecurrenceOut.of(one.rule),
            start=one.rule.start,
            time_zone=one.zone,
            hour=one.hour,
            mode=one.mode,
            days_ahead=one.days_ahead,
            paused=one.paused,
            stopped=one.stopped,
            variations=[
                VariationOut.of(varied, template.amount.currency) for varied in one.variations
            ],
            next_on=one.next_on,
            next_at=rfc3339(due_at) if due_at else None,
            created_at=rfc3339(one.created_at),
            updated_at=rfc3339(one.updated_at),
        )


class UpcomingQuery(PageQuery):
    """Which occurrences: from a day (today) to a day (60 days later), at most 366 days."""

    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first and self.last and self.first > self.last:
            msg = "from must not be after to"
            raise ValueError(msg)
        return self


class UpcomingOut(Wire):
    """An occurrence: the rule's day, the day it is booked, and its transaction where that is made already."""

    model_config = ConfigDict(json_schema_extra={"examples": [_UPCOMING]})

    recurring_id: Id
    day: date
    booked_on: date
    kind: Kind
    account_id: Id
    to_account_id: Id | None
    amount: MoneyWire
    payee: str
    category_id: Id | None
    mode: Mode
    transaction_id: Id | None

    @classmethod
    def of(cls, item: Upcoming) -> Self:
        """Write an occurrence."""
        template = item.of.template
        return cls(
            recurring_id=item.of.id,
            day=item.day,
            booked_on=item.booked_on,
            kind=template.kind,
            account_id=template.account_id,
            to_account_id=template.to_account_id,
            amount=MoneyWire.of(item.of.amount_on(item.day)),
            payee=template.payee,
            category_id=template.category_id,
            mode=item.of.mode,
            transaction_id=item.transaction_id,
        )
