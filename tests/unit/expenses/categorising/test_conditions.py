from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.model.conditions import (
    MAX_NODES,
    MAX_PROBLEMS,
    AllOf,
    AmountTest,
    AnyOf,
    ChoiceTest,
    Condition,
    DateTest,
    Line,
    Not,
    TextTest,
    condition_json,
    read_condition,
)
from chalicelib.expenses.model.matching import Facts, compile_condition, required_texts
from chalicelib.expenses.model.payee import fold
from tests.unit.expenses.categorising.strategies import conditions, lines

LINE = Line(
    "CAFÉ Krone  Berlin", "Frühstück", -1250, "EUR", "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f",
    date(2025, 1, 5),
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
        case ChoiceTest(field, values):
            way = "out" if line.amount_minor < 0 else "in"
            return (way if field == "direction" else getattr(line, field)) in values
        case _:
            return _compared(condition, line)


def _compared(test: TextTest | AmountTest | DateTest, line: Line) -> bool:
    match test:
        case TextTest(field, operator, value):
            text, wanted = fold(getattr(line, field)), fold(value)
            return {
                "contains": wanted in text,
                "equals": wanted == text,
                "starts_with": text.startswith(wanted),
                "ends_with": text.endswith(wanted),
            }[operator]
        case AmountTest(operator, minor, currency):
            more = abs(line.amount_minor) - minor
            return (
                line.currency == currency
                and {
                    "equals": more == 0,
                    "less_than": more < 0,
                    "at_most": more <= 0,
                    "at_least": more >= 0,
                    "more_than": more > 0,
                }[operator]
            )
        case DateTest(operator, day):
            ahead = (line.booked_on - day).days
            return {"on": ahead == 0, "before": ahead < 0, "after": ahead > 0}[operator]


@given(conditions, lines)
def test_a_compiled_condition_means_what_it_says(condition: Condition, line: Line) -> None:
    assert holds(condition, line) == plainly(condition, line)


@given(conditions, lines)
def test_a_true_condition_has_a_required_text_in_the_payee(
    condition: Condition, line: Line
) -> None:
    texts = required_texts(condition)
    if texts and holds(condition, line):
        assert any(text in fold(line.payee) for text in texts)


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
        ({"field": "payee", "operator": "matches", "value": "(a+)+$"}, "/when/operator"),
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
