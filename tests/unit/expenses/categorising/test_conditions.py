from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.model.condition_reading import read_condition
from chalicelib.expenses.model.condition_writing import condition_json
from chalicelib.expenses.model.conditions import (
    MAX_NODES,
    MAX_PROBLEMS,
    AllOf,
    AmountRange,
    AmountTest,
    AnyOf,
    CalendarTest,
    ChoiceTest,
    Condition,
    DateRange,
    DateTest,
    Leaf,
    Line,
    Not,
    PatternTest,
    PresenceTest,
    TextChoice,
    TextTest,
)
from chalicelib.expenses.model.matching import Facts, compile_condition, required_texts, written
from chalicelib.expenses.model.payee import fold
from tests.unit.expenses.categorising.strategies import conditions, lines

LINE = Line(
    "CAFÉ Krone  Berlin", "Frühstück", -1250, "EUR", "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f",
    date(2025, 1, 5), tags=("Holiday",), source="import",
)  # fmt: skip


def holds(condition: Condition, line: Line) -> bool:
    return compile_condition(condition)(Facts(line))


def plainly(condition: Condition, line: Line) -> bool:
    """The same meaning, interpreted in the plainest way: what the compiler is compared with."""
    match condition:
        case AllOf(parts):
            return all(plainly(part, line) for part in parts)
        case AnyOf(parts):
            return any(plainly(part, line) for part in parts)
        case Not(part):
            return not plainly(part, line)
        case ChoiceTest() | PresenceTest():
            return _named(condition, line)
        case DateTest() | DateRange() | CalendarTest():
            return _dated(condition, line.booked_on)
        case AmountTest() | AmountRange():
            minor = line.amount_minor if condition.signed else abs(line.amount_minor)
            return line.currency == condition.currency and _sized(condition, minor)
        case _:
            return _worded(condition, line)


def _named(test: ChoiceTest | PresenceTest, line: Line) -> bool:
    found: dict[str, list[str | None]] = {
        "direction": ["out" if line.amount_minor < 0 else "in"],
        "kind": ["income" if line.amount_minor > 0 else "expense"],
        "tag": [fold(tag) for tag in line.tags],
        "payee": [line.payee] if line.payee else [],
        "notes": [line.notes] if line.notes else [],
        "category_id": [line.category_id] if line.category_id else [],
        **{name: [name] if name in line.has else [] for name in ("parts", "original")},
    }
    values = found[test.field] if test.field in found else [getattr(line, test.field)]
    if isinstance(test, PresenceTest):
        return bool(values) is test.present
    wanted = [fold(one) for one in test.values] if test.field == "tag" else test.values
    return any(value in wanted for value in values)


def _dated(test: DateTest | DateRange | CalendarTest, day: date) -> bool:
    match test:
        case DateRange(first, last):
            return first <= day <= last
        case CalendarTest("weekday", values):
            return day.weekday() in values
        case CalendarTest("month", values):
            return day.month in values
        case CalendarTest(_, values):
            last_day = (day + timedelta(days=1)).month != day.month
            return day.day in values or (last_day and -1 in values)
        case DateTest(operator, other):
            ahead = (day - other).days
            return {"on": ahead == 0, "before": ahead < 0, "after": ahead > 0}[operator]


def _sized(test: AmountTest | AmountRange, minor: int) -> bool:
    if isinstance(test, AmountRange):
        return test.least_minor <= minor <= test.most_minor
    more = minor - test.amount_minor
    return {
        "equals": more == 0,
        "less_than": more < 0,
        "at_most": more <= 0,
        "at_least": more >= 0,
        "more_than": more > 0,
    }[test.operator]


def _worded(test: Leaf, line: Line) -> bool:
    assert isinstance(test, TextTest | TextChoice | PatternTest)
    raw = written(line, test.field)
    text = fold(raw)
    match test:
        case PatternTest(_, pattern):
            return re.search(pattern, raw, re.IGNORECASE) is not None
        case TextChoice(_, values):
            return text in [fold(value) for value in values]
        case TextTest(_, operator, value):
            wanted = fold(value)
            return {
                "contains": wanted in text,
                "equals": wanted == text,
                "starts_with": text.startswith(wanted),
                "ends_with": text.endswith(wanted),
            }[operator]


@given(conditions, lines)
def test_a_compiled_condition_means_what_it_says(condition: Condition, line: Line) -> None:
    assert holds(condition, line) == plainly(condition, line)


@given(conditions, lines)
def test_a_true_condition_has_a_required_text_in_payee_or_notes(
    condition: Condition, line: Line
) -> None:
    texts = required_texts(condition)
    if texts and holds(condition, line):
        assert any(text in fold(line.payee) or text in fold(line.notes) for text in texts)


@given(conditions)
def test_a_condition_survives_its_json(condition: Condition) -> None:
    wire = json.loads(json.dumps(condition_json(condition)))

    assert read_condition(wire) == condition


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (("payee", "contains", "cafe krone"), True),
        (("payee", "contains", "KRONE BERLIN"), True),
        (("payee", "equals", "café krone berlin"), True),
        (("payee", "starts_with", "krone"), False),
        (("payee", "ends_with", "Berlin"), True),
        (("notes", "equals", "fruhstuck"), True),
        (("direction", "equals", "out"), True),
        (("direction", "equals", "in"), False),
        (("currency", "one_of", ["USD", "EUR"]), True),
        (("amount", "at_least", {"amount": "12.50", "currency": "EUR"}), True),
        (("amount", "more_than", {"amount": "12.50", "currency": "EUR"}), False),
        (("amount", "at_least", {"amount": "1", "currency": "JPY"}), False),
        (("booked_on", "on", "2025-01-05"), True),
        (("booked_on", "after", "2025-01-05"), False),
        (("payee", "one_of", ["Aldi", "cafe krone berlin"]), True),
        (("payee", "matches", "^café +krone"), True),
        (("payee", "matches", "krone$"), False),
        (("notes", "is_set", True), True),
        (("category_id", "is_set", True), False),
        (("tag", "equals", "holiday"), True),
        (("tag", "one_of", ["home", "HOLIDAY"]), True),
        (("signed_amount", "less_than", {"amount": "-12.49", "currency": "EUR"}), True),
        (("signed_amount", "at_least", {"amount": "0", "currency": "EUR"}), False),
        (("amount", "between", {"from": "12.50", "to": "13", "currency": "EUR"}), True),
        (("signed_amount", "between", {"from": "-12.4", "to": "0", "currency": "EUR"}), False),
        (("booked_on", "between", {"from": "2025-01-01", "to": "2025-01-05"}), True),
        (("booked_on", "weekday", ["saturday", "sunday"]), True),
        (("booked_on", "day_of_month", [5]), True),
        (("booked_on", "day_of_month", [-1]), False),
        (("booked_on", "month", [2, 3]), False),
        (("status", "equals", "posted"), True),
        (("kind", "equals", "income"), False),
        (("source", "one_of", ["import", "receipt"]), True),
        (("category_source", "equals", "user"), False),
        (("parts", "is_set", False), True),
    ],
)
def test_a_test_on_one_field(test: tuple[str, str, Any], expected: bool) -> None:
    field, operator, value = test
    condition = read_condition({"field": field, "operator": operator, "value": value})

    assert not isinstance(condition, tuple)
    assert holds(condition, LINE) is expected


CURRENCY = {"field": "currency", "operator": "equals", "value": "EUR"}


def nested(depth: int) -> dict[str, Any]:
    return CURRENCY if depth == 0 else {"not": nested(depth - 1)}


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ("payee", "/when"),
        ([], "/when"),
        (None, "/when"),
        ({}, "/when"),
        ({"all": [CURRENCY], "any": [CURRENCY]}, "/when"),
        ({"xor": [CURRENCY]}, "/when"),
        ({"all": []}, "/when/all"),
        ({"any": CURRENCY}, "/when/any"),
        ({"not": "x"}, "/when/not"),
        ({"all": [CURRENCY, {"field": "payee"}]}, "/when/all/1/operator"),
        ({"field": "payee", "operator": "contains"}, "/when/value"),
        ({**CURRENCY, "a/b~": 1}, "/when/a~1b~0"),
        ({"field": "iban", "operator": "equals", "value": "x"}, "/when/field"),
        ({"field": [], "operator": "equals", "value": "x"}, "/when/field"),
        ({"field": "payee", "operator": "matches", "value": "(?=a)b"}, "/when/value"),
        ({"field": "notes", "operator": "matches", "value": r"(a)\1"}, "/when/value"),
        ({"field": "payee", "operator": "matches", "value": "(?:[^a]{60}){10}"}, "/when/value"),
        ({"field": "payee", "operator": "matches", "value": ["a"]}, "/when/value"),
        ({"field": "direction", "operator": "matches", "value": "a"}, "/when/operator"),
        ({"field": "payee", "operator": "one_of", "value": ["a", ""]}, "/when/value/1"),
        ({"field": "notes", "operator": "is_set", "value": 1}, "/when/value"),
        ({"field": "tag", "operator": "equals", "value": "x" * 51}, "/when/value"),
        ({"field": "booked_on", "operator": "weekday", "value": ["funday"]}, "/when/value"),
        ({"field": "booked_on", "operator": "day_of_month", "value": [0]}, "/when/value"),
        ({"field": "booked_on", "operator": "day_of_month", "value": [True]}, "/when/value"),
        ({"field": "booked_on", "operator": "month", "value": [13]}, "/when/value"),
        (
            {
                "field": "booked_on",
                "operator": "between",
                "value": {"from": "2025-02-01", "to": "2025-01-01"},
            },
            "/when/value",
        ),
        (
            {
                "field": "amount",
                "operator": "between",
                "value": {"from": "5", "to": "1", "currency": "EUR"},
            },
            "/when/value",
        ),
        ({"field": "payee", "operator": ["contains"], "value": "x"}, "/when/operator"),
        ({"field": "payee", "operator": "contains", "value": ""}, "/when/value"),
        ({"field": "payee", "operator": "contains", "value": "  \u0301 "}, "/when/value"),
        ({"field": "payee", "operator": "contains", "value": "x" * 201}, "/when/value"),
        ({"field": "payee", "operator": "contains", "value": 7}, "/when/value"),
        ({"field": "amount", "operator": "equals", "value": 12.5}, "/when/value"),
        ({"field": "amount", "operator": "equals", "value": "12.50"}, "/when/value"),
        (
            {"field": "amount", "operator": "equals", "value": {"amount": 5, "currency": "EUR"}},
            "/when/value",
        ),
        (
            {"field": "amount", "operator": "equals", "value": {"amount": "-5", "currency": "EUR"}},
            "/when/value",
        ),
        (
            {
                "field": "amount",
                "operator": "equals",
                "value": {"amount": "1e400", "currency": "EUR"},
            },
            "/when/value",
        ),
        (
            {
                "field": "amount",
                "operator": "equals",
                "value": {"amount": "0.001", "currency": "EUR"},
            },
            "/when/value",
        ),
        (
            {"field": "amount", "operator": "equals", "value": {"amount": "5", "currency": "XYZ"}},
            "/when/value",
        ),
        ({"field": "direction", "operator": "equals", "value": "up"}, "/when/value"),
        ({"field": "currency", "operator": "one_of", "value": []}, "/when/value"),
        ({"field": "currency", "operator": "one_of", "value": ["EUR"] * 51}, "/when/value"),
        ({"field": "account_id", "operator": "equals", "value": "mine"}, "/when/value"),
        ({"field": "booked_on", "operator": "on", "value": "2025-02-30"}, "/when/value"),
        ({"field": "booked_on", "operator": "on", "value": "20250201"}, "/when/value"),
        ({"field": "booked_on", "operator": "on", "value": "２025-02-01"}, "/when/value"),
        (nested(5), "/when/not/not/not/not"),
        ({"all": [CURRENCY] * 51}, "/when/all"),
    ],
)
def test_what_is_wrong_is_named_by_a_pointer(value: object, pointer: str) -> None:
    problems = read_condition(value)

    assert isinstance(problems, tuple)
    assert [problem.pointer for problem in problems] == [pointer]


def test_every_problem_is_named_at_once_up_to_a_bound() -> None:
    bad = {"field": "payee", "operator": "contains", "value": ""}

    two = read_condition({"all": [bad, CURRENCY, {"not": bad}]})
    many = read_condition({"any": [bad] * 40})

    assert isinstance(two, tuple)
    assert [one.pointer for one in two] == ["/when/all/0/value", "/when/all/2/not/value"]
    assert isinstance(many, tuple)
    assert len(many) == MAX_PROBLEMS


def test_nesting_four_deep_and_fifty_tests_are_enough() -> None:
    assert not isinstance(read_condition(nested(4)), tuple)
    assert not isinstance(read_condition({"all": [CURRENCY] * 50}), tuple)
    assert isinstance(read_condition({"all": [{"all": [CURRENCY] * 26}] * 2}), tuple)


def test_a_deep_or_wide_tree_is_refused_without_reading_it_all() -> None:
    deep: Any = CURRENCY
    for _ in range(20_000):
        deep = {"not": deep}
    reads = 0

    class Counted(dict[str, object]):
        def __contains__(self, key: object) -> bool:
            nonlocal reads
            reads += 1
            return super().__contains__(key)

    level: Any = Counted()
    for _ in range(4):
        level = {"all": [level] * 50}

    assert isinstance(read_condition(deep), tuple)
    assert isinstance(read_condition(level), tuple)
    assert reads <= MAX_NODES


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(
            st.sampled_from(["all", "any", "not", "field", "operator", "value", "payee"]), inner
        ),
        max_leaves=12,
    )
)  # fmt: skip
def test_any_json_is_read_or_refused(value: object) -> None:
    read = read_condition(value)

    if isinstance(read, tuple):
        assert read
    else:
        assert read_condition(condition_json(read)) == read
