"""What a rule looks for: a bounded tree of tests on one line.

Its JSON form (`condition_reading`, `condition_writing`) is both the wire form and the stored one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final, Literal, TypeAlias

from chalicelib.kernel.values import dataclass

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
TextField = Literal["payee", "shown_payee", "notes"]
TextOperator = Literal["contains", "equals", "starts_with", "ends_with"]
AmountOperator = Literal["equals", "less_than", "at_most", "at_least", "more_than"]
AmountField = Literal["amount", "signed_amount"]
ChoiceField = Literal[
    "direction",
    "currency",
    "account_id",
    "category_id",
    "category_source",
    "tag",
    "status",
    "kind",
    "source",
]
DateOperator = Literal["on", "before", "after"]
CalendarOperator = Literal["weekday", "day_of_month", "month"]
PresenceField = Literal[
    "payee", "notes", "category_id", "tag", "parts", "transfer", "refund", "original"
]

MAX_NESTING: Final = 4
"""Levels of all / any / not above a test."""
MAX_TESTS: Final = 50
"""Tests in one rule."""
MAX_NODES: Final = 200
"""Tests and all / any / not together."""
MAX_TEXT: Final = 200
MAX_CHOICES: Final = 50
MAX_TAG: Final = 50
"""Characters of a tag."""
MAX_PROBLEMS: Final = 20
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Line:
    """What rules and the categoriser look at. A negative amount (minor units) leaves the user.

    `payee` is what the statement said, or the user where there was none; `shown_payee` what stands there now,
    where that differs. `has` names what is there of parts, transfer, refund and original.
    """

    payee: str
    notes: str
    amount_minor: int
    currency: str
    account_id: str
    booked_on: date
    mcc: str = ""
    shown_payee: str = ""
    category_id: str | None = None
    category_source: str = "none"
    tags: tuple[str, ...] = ()
    status: str = "posted"
    kind: str = ""
    source: str = "manual"
    has: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TextTest:
    """A text holds, is, starts or ends with a value; case, accents and white space do not count."""

    field: TextField
    operator: TextOperator
    value: str


@dataclass(frozen=True, slots=True)
class TextChoice:
    """A text is one of some values, compared as `TextTest` compares."""

    field: TextField
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PatternTest:
    """A regular expression is found in a text as it was written; case does not count."""

    field: TextField
    pattern: str


@dataclass(frozen=True, slots=True)
class AmountTest:
    """The size of the amount, or with `signed` the amount itself; other currencies do not match."""

    operator: AmountOperator
    amount_minor: int
    currency: str
    signed: bool = False


@dataclass(frozen=True, slots=True)
class AmountRange:
    """The size of the amount, or with `signed` the amount itself, lies between two, ends included."""

    least_minor: int
    most_minor: int
    currency: str
    signed: bool = False


@dataclass(frozen=True, slots=True)
class ChoiceTest:
    """A field has one of the values; the direction is `out` or `in`; of tags, one is enough."""

    field: ChoiceField
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DateTest:
    """The booking day is on, before or after a day."""

    operator: DateOperator
    day: date


@dataclass(frozen=True, slots=True)
class DateRange:
    """The booking day lies between two, ends included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class CalendarTest:
    """The booking day has one of these weekdays (0 is Monday), days of the month (-1 the last) or months."""

    operator: CalendarOperator
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PresenceTest:
    """A field is there, or with `present` False is not."""

    field: PresenceField
    present: bool


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


Leaf: TypeAlias = (
    TextTest
    | TextChoice
    | PatternTest
    | AmountTest
    | AmountRange
    | ChoiceTest
    | DateTest
    | DateRange
    | CalendarTest
    | PresenceTest
)
Condition: TypeAlias = Leaf | AllOf | AnyOf | Not


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Give the tests of a tree."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case _:
            yield condition
