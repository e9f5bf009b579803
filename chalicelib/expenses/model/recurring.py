"""What comes again in a ledger: a template, the days it comes, and how far its bookings have got.

An occurrence is named by the rule's own day, whatever weekend or variation moves it to: its transaction's id
is derived from that, so it is made once, and once deleted never again. `through` is the last day that was
made or passed over; the schedule goes on behind it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Final, Literal

from chalicelib.expenses.model.recurrence.days import Occurrence, business_day, days, next_day
from chalicelib.expenses.model.recurrence.instants import day_of, instant_of
from chalicelib.expenses.model.recurrence.rule import LAST_DAY, Recurrence
from chalicelib.expenses.model.transactions import Kind
from chalicelib.kernel.errors import FieldProblem
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import Money
from chalicelib.kernel.values import dataclass

Mode = Literal["draft", "automatic"]
"""A draft is made ahead as a planned transaction, for the bank's row to meet; automatic books on the day."""
MAX_RECURRING: Final = 200
"""Templates that one owner may have."""
MAX_VARIATIONS: Final = 60
MAX_AHEAD: Final = 60
"""Days that a draft is made ahead at most."""
MAX_MOVED: Final = timedelta(days=31)
"""How far a variation may move an occurrence."""
_REACH: Final = MAX_MOVED + timedelta(days=3)
"""How far a rule's day may lie from its booking, weekends included."""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """What is different about one occurrence: it is left out, or has another amount, day or notes."""

    day: date
    skip: bool = False
    amount_minor: int | None = None
    booked_on: date | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What each occurrence is made of; `to_account_id` makes it a transfer."""

    account_id: str
    amount: Money
    to_account_id: str | None = None
    category_id: str | None = None
    payee: str = ""
    notes: str = ""
    tags: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """What the accounts or the sign say, as of a transaction."""
        if self.to_account_id is not None:
            return "transfer"
        return "income" if self.amount.amount_minor > 0 else "expense"

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that it lies on, its own first."""
        return (self.account_id, *([self.to_account_id] if self.to_account_id else []))


@dataclass(frozen=True, kw_only=True)
class Recurring:
    """A template with its rule, and its place in time.

    `stopped` says why the schedule gave up (the slug of a refusal, such as an archived account): it goes on
    when the owner changes something.
    """

    id: str
    version: int
    template: Template
    rule: Recurrence
    zone: str
    hour: int
    mode: Mode
    days_ahead: int
    paused: bool
    created_at: datetime
    updated_at: datetime
    variations: tuple[Variation, ...] = ()
    next_on: date | None = None
    """The rule's day that is to be made next; None when it is over."""
    through: date | None = None
    stopped: str | None = None
    made: bytes | None = None

    @cached_property
    def varied(self) -> Mapping[date, Variation]:
        """The variations by the day that they are about."""
        return {one.day: one for one in self.variations}

    def booked_on(self, day: date) -> date | None:
        """Give the day on which the rule's day is booked; None where it is left out."""
        variation = self.varied.get(day)
        if variation is None:
            return business_day(day, self.rule.weekend)
        if variation.skip:
            return None
        return variation.booked_on or business_day(day, self.rule.weekend)

    def due_at(self) -> datetime | None:
        """Give the instant at which the schedule has something to do; None while it rests."""
        if self.next_on is None or self.paused or self.stopped is not None:
            return None
        # one that is left out is passed over on its own day
        booked_on = self.booked_on(self.next_on) or self.next_on
        early = self.days_ahead if self.mode == "draft" else 0
        return instant_of(booked_on - early * _DAY, self.hour, self.zone)

    def amount_on(self, day: date) -> Money:
        """Give what an occurrence comes to."""
        variation = self.varied.get(day)
        if variation is None or variation.amount_minor is None:
            return self.template.amount
        return Money(variation.amount_minor, self.template.amount.currency)

    def notes_on(self, day: date) -> str:
        """Give the notes of an occurrence."""
        variation = self.varied.get(day)
        if variation is None or variation.notes is None:
            return self.template.notes
        return variation.notes

    def transaction_id(self, day: date) -> str:
        """Give the id of an occurrence's transaction."""
        return derived_id("recurring", self.id, day.isoformat())


@dataclass(frozen=True, slots=True)
class Upcoming:
    """One occurrence of a template; `transaction_id` where it is made already."""

    of: Recurring
    day: date
    booked_on: date
    transaction_id: str | None = None

    @property
    def place(self) -> tuple[str, str, str]:
        """Where it stands in the list: by day, then by template."""
        return (self.booked_on.isoformat(), self.of.id, self.day.isoformat())


def coming(one: Recurring, *, first: date, last: date) -> Iterator[Occurrence]:
    """Give what is booked from one day to another, in order, variations heeded."""
    for day in days(one.rule, first=first - _REACH, last=min(last, LAST_DAY - _REACH) + _REACH):
        booked_on = one.booked_on(day)
        if booked_on is not None and first <= booked_on <= last:
            yield Occurrence(day, booked_on)


def counts(one: Recurring, day: date) -> bool:
    """Leave out days that were never made, because the template is younger or they passed in a pause."""
    made = one.through is not None and day <= one.through
    return made or (one.next_on is not None and day >= one.next_on)


def from_today(one: Recurring, now: datetime) -> Recurring:
    """Let the next occurrence be the first that is booked today or later and was not passed yet."""
    today = day_of(now, one.zone)
    for day in days(one.rule, first=today - _REACH):
        booked_on = one.booked_on(day) or day
        if booked_on >= today and (one.through is None or day > one.through):
            return replace(one, next_on=day)
    return replace(one, next_on=None)


def passed(one: Recurring) -> Recurring:
    """Go on behind the next occurrence, which was made or is left out; what varied it is over."""
    day = one.next_on
    if day is None:
        return one
    left = tuple(variation for variation in one.variations if variation.day > day)
    return replace(one, through=day, next_on=next_day(one.rule, day), variations=left)


def variation_problems(one: Recurring) -> tuple[FieldProblem, ...]:
    """Say which variations are about no day to come, or would change the order of the days."""
    problems = []
    for place, variation in enumerate(one.variations):
        pointer = f"/variations/{place}"
        if not _is_to_come(one, variation.day) or one.varied[variation.day] is not variation:
            detail = "a day of the rule that was not made yet, each day once"
            problems.append(FieldProblem(f"{pointer}/day", detail))
        elif variation.booked_on is not None and not _in_order(one, variation.day):
            detail = f"at most {MAX_MOVED.days} days away, and between its neighbours"
            problems.append(FieldProblem(f"{pointer}/booked_on", detail))
        elif one.template.kind == "transfer" and one.amount_on(variation.day).amount_minor >= 0:
            problems.append(FieldProblem(f"{pointer}/amount", "a transfer leaves the account"))
    return tuple(problems)


def _is_to_come(one: Recurring, day: date) -> bool:
    if one.through is not None and day <= one.through:
        return False
    return next(days(one.rule, first=day, last=day), None) == day


def _in_order(one: Recurring, day: date) -> bool:
    """Tell whether an occurrence still comes between the one before and the one after it."""
    booked_on = one.booked_on(day)
    if booked_on is None or abs(booked_on - day) > MAX_MOVED:
        return False
    near = [
        one.booked_on(other) for other in days(one.rule, first=day - 2 * _REACH, last=day - _DAY)
    ]
    after = (
        one.booked_on(other) for other in days(one.rule, first=day + _DAY, last=day + 2 * _REACH)
    )
    earlier = [other for other in near if other is not None]
    later = next((other for other in after if other is not None), None)
    return (not earlier or earlier[-1] <= booked_on) and (later is None or booked_on <= later)
