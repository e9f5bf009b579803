"""Conditions as functions: compiled once for many lines, so that nothing is interpreted per line."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, TypeAlias

from chalicelib.expenses.model.conditions import (
    AllOf,
    AmountOperator,
    AmountRange,
    AmountTest,
    AnyOf,
    CalendarOperator,
    CalendarTest,
    ChoiceField,
    ChoiceTest,
    Condition,
    DateOperator,
    DateRange,
    DateTest,
    Leaf,
    Line,
    Not,
    PatternTest,
    PresenceField,
    PresenceTest,
    TextChoice,
    TextField,
    TextOperator,
    TextTest,
)
from chalicelib.expenses.model.patterns import Patterns
from chalicelib.expenses.model.payee import fold

ByField: TypeAlias = Mapping[TextField, Patterns]


class Facts:
    """A line as the compiled tests see it: texts folded once, not once a rule; the rest when it is asked for."""

    __slots__ = (
        "_found",
        "_shown",
        "_tags",
        "day",
        "line",
        "minor",
        "notes",
        "payee",
        "size",
        "words",
    )

    def __init__(self, line: Line) -> None:
        """Fold the texts and take the sign apart."""
        self.line = line
        self.payee = fold(line.payee)
        self.notes = fold(line.notes)
        self.words = f"{self.payee}\n{self.notes}" if self.notes else self.payee
        self.minor = line.amount_minor
        self.size = abs(line.amount_minor)
        self.day = line.booked_on
        self._shown: str | None = None
        self._tags: frozenset[str] | None = None
        self._found: dict[TextField, frozenset[int]] = {}

    @property
    def shown(self) -> str:
        """The payee as it stands now, folded."""
        if self._shown is None:
            self._shown = fold(self.line.shown_payee) if self.line.shown_payee else self.payee
        return self._shown

    @property
    def tags(self) -> frozenset[str]:
        """The tags, folded."""
        if self._tags is None:
            self._tags = frozenset(map(fold, self.line.tags))
        return self._tags

    def found(self, field: TextField, patterns: Patterns) -> frozenset[int]:
        """Give which patterns are found in a field: asked once a line and field, for all rules together."""
        hits = self._found.get(field)
        if hits is None:
            hits = self._found[field] = patterns.found(written(self.line, field))
        return hits


def written(line: Line, field: TextField) -> str:
    """Give a text as it was written."""
    if field == "shown_payee":
        return line.shown_payee or line.payee
    return line.payee if field == "payee" else line.notes


Test: TypeAlias = Callable[[Facts], bool]


def compile_condition(condition: Condition, patterns: ByField | None = None) -> Test:
    """Turn a condition into one function of `Facts`; rules that share `patterns` look for them together."""
    if patterns is None:
        patterns = no_patterns()
    match condition:
        case AllOf(parts):
            return _all([compile_condition(part, patterns) for part in parts])
        case AnyOf(parts):
            return _any([compile_condition(part, patterns) for part in parts])
        case Not(part):
            inner = compile_condition(part, patterns)
            return lambda facts: not inner(facts)
        case PatternTest(field, pattern):
            return _pattern(field, patterns[field], patterns[field].add(pattern))
        case _:
            return _leaf(condition)


def no_patterns() -> ByField:
    """Begin the patterns of a set of rules, which its conditions add to."""
    return {"payee": Patterns(), "shown_payee": Patterns(), "notes": Patterns()}


def _leaf(test: Leaf) -> Test:
    match test:
        case TextTest(field, operator, value):
            return _text(field, operator, fold(value))
        case TextChoice(field, values):
            return _one_of(field, frozenset(map(fold, values)))
        case AmountTest() | AmountRange():
            return _amount(test)
        case ChoiceTest(field, values):
            return _choice(field, values)
        case PresenceTest(field, present):
            there = _PRESENT[field]
            return there if present else (lambda facts: not there(facts))
        case _:
            return _date(test)


def required_texts(condition: Condition) -> tuple[str, ...]:
    """Give folded texts of which payee or notes must hold one for the condition to be true; () if none."""
    match condition:
        case TextTest("payee" | "notes", _, value):
            return (fold(value),)
        case TextChoice("payee" | "notes", values):
            return tuple(map(fold, values))
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


def _pattern(field: TextField, patterns: Patterns, number: int) -> Test:
    return lambda facts: number in facts.found(field, patterns)


_SHOWN: Final[Mapping[TextOperator, Callable[[str, str], bool]]] = {
    "contains": str.__contains__,
    "equals": str.__eq__,
    "starts_with": lambda text, value: text.startswith(value),
    "ends_with": lambda text, value: text.endswith(value),
}


def _text(field: TextField, operator: TextOperator, value: str) -> Test:
    if field == "payee":
        payees: Mapping[TextOperator, Test] = {
            "contains": lambda facts: value in facts.payee,
            "equals": lambda facts: facts.payee == value,
            "starts_with": lambda facts: facts.payee.startswith(value),
            "ends_with": lambda facts: facts.payee.endswith(value),
        }
        return payees[operator]
    if field == "shown_payee":
        holds = _SHOWN[operator]
        return lambda facts: holds(facts.shown, value)
    notes: Mapping[TextOperator, Test] = {
        "contains": lambda facts: value in facts.notes,
        "equals": lambda facts: facts.notes == value,
        "starts_with": lambda facts: facts.notes.startswith(value),
        "ends_with": lambda facts: facts.notes.endswith(value),
    }
    return notes[operator]


def _one_of(field: TextField, values: frozenset[str]) -> Test:
    tests: Mapping[TextField, Test] = {
        "payee": lambda facts: facts.payee in values,
        "shown_payee": lambda facts: facts.shown in values,
        "notes": lambda facts: facts.notes in values,
    }
    return tests[field]


def _amount(test: AmountTest | AmountRange) -> Test:
    currency = test.currency
    if isinstance(test, AmountRange):
        least, most = test.least_minor, test.most_minor
        if test.signed:
            return lambda facts: facts.line.currency == currency and least <= facts.minor <= most
        return lambda facts: facts.line.currency == currency and least <= facts.size <= most
    compare, minor = _COMPARE[test.operator], test.amount_minor
    if test.signed:
        return lambda facts: facts.line.currency == currency and compare(facts.minor, minor)
    return lambda facts: facts.line.currency == currency and compare(facts.size, minor)


def kind_of(line: Line) -> str:
    """Give the kind of a line: a transfer says so, else the sign does."""
    return line.kind or ("income" if line.amount_minor > 0 else "expense")


_VALUE: Final[Mapping[ChoiceField, Callable[[Line], str | None]]] = {
    "direction": lambda line: "out" if line.amount_minor < 0 else "in",
    "currency": lambda line: line.currency,
    "account_id": lambda line: line.account_id,
    "category_id": lambda line: line.category_id,
    "category_source": lambda line: line.category_source,
    "status": lambda line: line.status,
    "kind": kind_of,
    "source": lambda line: line.source,
}


def _choice(field: ChoiceField, values: tuple[str, ...]) -> Test:
    if field == "tag":
        tags = frozenset(map(fold, values))
        return lambda facts: not tags.isdisjoint(facts.tags)
    wanted, value = frozenset(values), _VALUE[field]
    return lambda facts: value(facts.line) in wanted


_PRESENT: Final[Mapping[PresenceField, Test]] = {
    "payee": lambda facts: bool(facts.payee),
    "notes": lambda facts: bool(facts.notes),
    "category_id": lambda facts: facts.line.category_id is not None,
    "tag": lambda facts: bool(facts.line.tags),
    "parts": lambda facts: "parts" in facts.line.has,
    "transfer": lambda facts: "transfer" in facts.line.has,
    "refund": lambda facts: "refund" in facts.line.has,
    "original": lambda facts: "original" in facts.line.has,
}


def _date(test: Leaf) -> Test:
    match test:
        case DateTest(operator, day):
            ordered = _ORDER[operator]
            return lambda facts: ordered(facts.day, day)
        case DateRange(first, last):
            return lambda facts: first <= facts.day <= last
        case CalendarTest(operator, values):
            return _calendar(operator, frozenset(values))
        case _:
            raise TypeError(test)


def _calendar(operator: CalendarOperator, values: frozenset[int]) -> Test:
    if operator == "weekday":
        return lambda facts: facts.day.weekday() in values
    if operator == "month":
        return lambda facts: facts.day.month in values
    if -1 in values:
        return lambda facts: facts.day.day in values or is_last_day(facts.day)
    return lambda facts: facts.day.day in values


def is_last_day(day: date) -> bool:
    """Tell the last day of a month."""
    return day.day == monthrange(day.year, day.month)[1]
