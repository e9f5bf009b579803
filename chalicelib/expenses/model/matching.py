"""Conditions as functions: compiled once for many lines, so that nothing is interpreted per line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, TypeAlias

from chalicelib.expenses.model.conditions import (
    AllOf,
    AmountOperator,
    AmountTest,
    AnyOf,
    ChoiceField,
    ChoiceTest,
    Condition,
    DateOperator,
    DateTest,
    Line,
    Not,
    TextField,
    TextOperator,
    TextTest,
)
from chalicelib.expenses.model.payee import fold


class Facts:
    """A line as the compiled tests see it: texts folded once, not once a rule."""

    __slots__ = ("account_id", "currency", "day", "direction", "notes", "payee", "size")

    def __init__(self, line: Line) -> None:
        """Fold the texts and take the sign apart."""
        self.payee = fold(line.payee)
        self.notes = fold(line.notes)
        self.size = abs(line.amount_minor)
        self.direction = "out" if line.amount_minor < 0 else "in"
        self.currency = line.currency
        self.account_id = line.account_id
        self.day = line.booked_on


Test: TypeAlias = Callable[[Facts], bool]


def compile_condition(condition: Condition) -> Test:
    """Turn a condition into one function of `Facts`, so that nothing is interpreted per line."""
    match condition:
        case AllOf(parts):
            return _all([compile_condition(part) for part in parts])
        case AnyOf(parts):
            return _any([compile_condition(part) for part in parts])
        case Not(part):
            inner = compile_condition(part)
            return lambda facts: not inner(facts)
        case TextTest(field, operator, value):
            return _text(field, operator, fold(value))
        case AmountTest(operator, minor, currency):
            compare = _COMPARE[operator]
            return lambda facts: facts.currency == currency and compare(facts.size, minor)
        case ChoiceTest(field, values):
            return _choice(field, frozenset(values))
        case DateTest(operator, day):
            ordered = _ORDER[operator]
            return lambda facts: ordered(facts.day, day)


def required_texts(condition: Condition) -> tuple[str, ...]:
    """Give folded texts of which the payee must hold one for the condition to be true; () if none."""
    match condition:
        case TextTest("payee", _, value):
            return (fold(value),)
        case AllOf(parts):
            # The fewest texts are looked for fastest; every one of the parts would do.
            return min(filter(None, map(required_texts, parts)), key=len, default=())
        case AnyOf(parts):
            found = [required_texts(part) for part in parts]
            return tuple(text for texts in found for text in texts) if all(found) else ()
        case _:
            return ()


_COMPARE: Final[Mapping[AmountOperator, Callable[[int, int], bool]]] = {
    "equals": int.__eq__,
    "less_than": int.__lt__,
    "at_most": int.__le__,
    "at_least": int.__ge__,
    "more_than": int.__gt__,
}
_ORDER: Final[Mapping[DateOperator, Callable[[date, date], bool]]] = {
    "on": date.__eq__,
    "before": date.__lt__,
    "after": date.__gt__,
}


def _all(tests: list[Test]) -> Test:
    if len(tests) == 2:
        first, second = tests
        return lambda facts: first(facts) and second(facts)

    def every(facts: Facts) -> bool:
        for test in tests:  # noqa: SIM110 - half the time of all() over a generator
            if not test(facts):
                return False
        return True

    return every


def _any(tests: list[Test]) -> Test:
    if len(tests) == 2:
        first, second = tests
        return lambda facts: first(facts) or second(facts)

    def some(facts: Facts) -> bool:
        for test in tests:  # noqa: SIM110 - half the time of any() over a generator
            if test(facts):
                return True
        return False

    return some


def _text(field: TextField, operator: TextOperator, value: str) -> Test:
    if field == "payee":
        payees: Mapping[TextOperator, Test] = {
            "contains": lambda facts: value in facts.payee,
            "equals": lambda facts: facts.payee == value,
            "starts_with": lambda facts: facts.payee.startswith(value),
            "ends_with": lambda facts: facts.payee.endswith(value),
        }
        return payees[operator]
    notes: Mapping[TextOperator, Test] = {
        "contains": lambda facts: value in facts.notes,
        "equals": lambda facts: facts.notes == value,
        "starts_with": lambda facts: facts.notes.startswith(value),
        "ends_with": lambda facts: facts.notes.endswith(value),
    }
    return notes[operator]


def _choice(field: ChoiceField, values: frozenset[str]) -> Test:
    tests: Mapping[ChoiceField, Test] = {
        "direction": lambda facts: facts.direction in values,
        "currency": lambda facts: facts.currency in values,
        "account_id": lambda facts: facts.account_id in values,
    }
    return tests[field]
