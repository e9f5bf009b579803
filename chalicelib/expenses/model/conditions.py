"""What a rule looks for: a bounded tree of tests on one line, and its JSON form.

The JSON form is both the wire form and the stored one. Reading never raises: what is wrong comes
back as values with pointers, so that a client sees every problem of a rule at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias, cast, get_args

from chalicelib.expenses.model.payee import fold
from chalicelib.kernel.errors import FieldProblem
from chalicelib.kernel.ids import is_id
from chalicelib.kernel.money import Money, MoneyError, exponent

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
TextField = Literal["payee", "notes"]
TextOperator = Literal["contains", "equals", "starts_with", "ends_with"]
AmountOperator = Literal["equals", "less_than", "at_most", "at_least", "more_than"]
ChoiceField = Literal["direction", "currency", "account_id"]
DateOperator = Literal["on", "before", "after"]

MAX_NESTING: Final = 4
"""Levels of all / any / not above a test."""
MAX_TESTS: Final = 50
"""Tests in one rule."""
MAX_NODES: Final = 200
"""Tests and all / any / not together."""
MAX_TEXT: Final = 200
MAX_CHOICES: Final = 50
MAX_PROBLEMS: Final = 20


@dataclass(frozen=True, slots=True)
class Line:
    """What rules and the categoriser look at. A negative amount (minor units) leaves the user."""

    payee: str
    notes: str
    amount_minor: int
    currency: str
    account_id: str
    booked_on: date
    mcc: str = ""


@dataclass(frozen=True, slots=True)
class TextTest:
    """A text holds, is, starts or ends with a value; case, accents and white space do not count."""

    field: TextField
    operator: TextOperator
    value: str


@dataclass(frozen=True, slots=True)
class AmountTest:
    """The size of the amount, without its sign, in one currency; other currencies do not match."""

    operator: AmountOperator
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class ChoiceTest:
    """A field has one of the values; the direction is `out` or `in`."""

    field: ChoiceField
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DateTest:
    """The booking day is on, before or after a day."""

    operator: DateOperator
    day: date


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


Condition: TypeAlias = TextTest | AmountTest | ChoiceTest | DateTest | AllOf | AnyOf | Not


# ---------------------------------------------------------------------------------------- reading


class _Bad(Exception):
    """One part cannot be read; never leaves this module."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(detail)
        self.problem = FieldProblem(pointer, detail)


class _TooLarge(_Bad):
    """Reading on would only cost time."""


class _Reader:
    """Reads one tree, counting its nodes and collecting problems."""

    __slots__ = ("nodes", "problems", "tests")

    def __init__(self) -> None:
        self.problems: list[FieldProblem] = []
        self.nodes = 0
        self.tests = 0

    def read(self, value: object, pointer: str, depth: int) -> Condition | None:
        self.nodes += 1
        if self.nodes > MAX_NODES or len(self.problems) == MAX_PROBLEMS:
            raise _TooLarge(pointer, f"a rule has at most {MAX_NODES} conditions")
        try:
            return self._read(value, pointer, depth)
        except _TooLarge:
            raise
        except _Bad as bad:
            self.problems.append(bad.problem)
            return None

    def _read(self, value: object, pointer: str, depth: int) -> Condition:
        if not isinstance(value, dict):
            raise _Bad(pointer, "a condition is an object")
        if "field" in value:
            self.tests += 1
            if self.tests > MAX_TESTS:
                raise _TooLarge(pointer, f"a rule has at most {MAX_TESTS} tests")
            return _read_test(value, pointer)
        if len(value) != 1:
            raise _Bad(pointer, "a condition names one of all, any, not, or a field to test")
        ((kind, inner),) = value.items()
        if kind not in {"all", "any", "not"}:
            raise _Bad(pointer, "a condition names one of all, any, not, or a field to test")
        if depth >= MAX_NESTING:
            raise _Bad(pointer, f"conditions nest at most {MAX_NESTING} deep")
        if kind == "not":
            return Not(self._part(inner, f"{pointer}/not", depth))
        parts = self._parts(inner, f"{pointer}/{kind}", depth)
        return AllOf(parts) if kind == "all" else AnyOf(parts)

    def _part(self, value: object, pointer: str, depth: int) -> Condition:
        # A broken part is noted and replaced, so that its neighbours are read as well.
        return self.read(value, pointer, depth + 1) or AllOf(())

    def _parts(self, value: object, pointer: str, depth: int) -> tuple[Condition, ...]:
        if not isinstance(value, list) or not value:
            raise _Bad(pointer, "give a list of at least one condition")
        if len(value) > MAX_TESTS:
            raise _Bad(pointer, f"a rule has at most {MAX_TESTS} tests")
        return tuple(
            self._part(part, f"{pointer}/{index}", depth) for index, part in enumerate(value)
        )


def read_condition(
    value: object, *, pointer: str = "/when"
) -> Condition | tuple[FieldProblem, ...]:
    """Read a condition tree from parsed JSON; give the problems instead when there are any."""
    reader = _Reader()
    try:
        condition = reader.read(value, pointer, 0)
    except _TooLarge as large:
        return (*reader.problems, large.problem)[:MAX_PROBLEMS]
    if condition is None or reader.problems:
        return tuple(reader.problems)
    return condition


def _read_test(value: Mapping[str, object], pointer: str) -> Condition:
    for key in value:
        if key not in {"field", "operator", "value"}:
            raise _Bad(f"{pointer}/{_escaped(key)}", "unknown field")
    for key in ("operator", "value"):
        if key not in value:
            raise _Bad(f"{pointer}/{key}", "missing")
    field, operator = value["field"], value["operator"]
    reader = _READERS.get(field) if isinstance(field, str) else None
    if reader is None:
        raise _Bad(f"{pointer}/field", f"one of {', '.join(_READERS)}")
    operators, read = reader
    if not isinstance(operator, str) or operator not in operators:
        raise _Bad(f"{pointer}/operator", f"one of {', '.join(operators)}")
    return read(str(field), operator, value["value"], f"{pointer}/value")


def _escaped(key: object) -> str:
    return str(key)[:40].replace("~", "~0").replace("/", "~1")


def _read_text(field: str, operator: str, value: object, pointer: str) -> Condition:
    if not isinstance(value, str) or len(value) > MAX_TEXT or not fold(value):
        raise _Bad(pointer, f"a text of 1 to {MAX_TEXT} characters")
    return TextTest(cast("TextField", field), cast("TextOperator", operator), value)


def _read_amount(_field: str, operator: str, value: object, pointer: str) -> Condition:
    detail = 'an amount without sign, such as {"amount": "50.00", "currency": "EUR"}'
    if not isinstance(value, dict) or value.keys() != {"amount", "currency"}:
        raise _Bad(pointer, detail)
    amount, currency = value["amount"], value["currency"]
    if not isinstance(amount, str) or not isinstance(currency, str) or amount.startswith("-"):
        raise _Bad(pointer, detail)
    try:
        money = Money.parse(amount, currency)
    except MoneyError as error:
        raise _Bad(pointer, str(error)) from error
    return AmountTest(cast("AmountOperator", operator), money.amount_minor, money.currency)


def _read_choice(field: str, operator: str, value: object, pointer: str) -> Condition:
    values = [value] if operator == "equals" else value
    if not isinstance(values, list) or not 1 <= len(values) <= MAX_CHOICES:
        raise _Bad(pointer, f"a list of 1 to {MAX_CHOICES} values")
    for one in values:
        if not isinstance(one, str) or not _CHOICES[cast("ChoiceField", field)](one):
            raise _Bad(pointer, _CHOICE_HINTS[cast("ChoiceField", field)])
    return ChoiceTest(cast("ChoiceField", field), tuple(dict.fromkeys(values)))


def _read_date(_field: str, operator: str, value: object, pointer: str) -> Condition:
    detail = "a day, written YYYY-MM-DD"
    if not isinstance(value, str) or len(value) != 10 or not value.isascii():
        raise _Bad(pointer, detail)
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise _Bad(pointer, detail) from error
    return DateTest(cast("DateOperator", operator), day)


def _is_currency(text: str) -> bool:
    try:
        exponent(text)
    except MoneyError:
        return False
    return True


_CHOICES: Final[Mapping[ChoiceField, Callable[[str], bool]]] = {
    "direction": {"out", "in"}.__contains__,
    "currency": _is_currency,
    "account_id": is_id,
}
_CHOICE_HINTS: Final[Mapping[ChoiceField, str]] = {
    "direction": "out or in",
    "currency": "a known currency code, such as EUR",
    "account_id": "an id is a lower-case UUID",
}
_ReadTest: TypeAlias = Callable[[str, str, object, str], Condition]
_READERS: Final[Mapping[str, tuple[tuple[str, ...], _ReadTest]]] = {
    "payee": (get_args(TextOperator), _read_text),
    "notes": (get_args(TextOperator), _read_text),
    "amount": (get_args(AmountOperator), _read_amount),
    "direction": (("equals", "one_of"), _read_choice),
    "currency": (("equals", "one_of"), _read_choice),
    "account_id": (("equals", "one_of"), _read_choice),
    "booked_on": (get_args(DateOperator), _read_date),
}


# ---------------------------------------------------------------------------------------- writing


def condition_json(condition: Condition) -> dict[str, Json]:
    """Write a condition in the form that `read_condition` reads."""
    match condition:
        case AllOf(parts):
            return {"all": [condition_json(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [condition_json(part) for part in parts]}
        case Not(part):
            return {"not": condition_json(part)}
        case TextTest(field, operator, text):
            return {"field": field, "operator": operator, "value": text}
        case AmountTest(operator, minor, currency):
            amount: dict[str, Json] = {
                "amount": Money(minor, currency).amount,
                "currency": currency,
            }
            return {"field": "amount", "operator": operator, "value": amount}
        case ChoiceTest(field, values):
            return {"field": field, "operator": "one_of", "value": list(values)}
        case DateTest(operator, day):
            return {"field": "booked_on", "operator": operator, "value": day.isoformat()}
