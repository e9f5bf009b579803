from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.model.action_reading import is_readable, read_actions
from chalicelib.expenses.model.actions import Action, action_json
from chalicelib.expenses.model.categories import default_id
from chalicelib.expenses.model.conditions import AllOf, AnyOf, Condition, Line, TextTest
from chalicelib.expenses.model.rules import (
    MAX_RULE_TEXT,
    DamagedRule,
    Outcome,
    Rule,
    RuleSet,
    compile_rules,
    decode_rule,
    encode_rule,
    rule_problems,
)
from chalicelib.kernel.ids import derived_id
from tests.unit.expenses.categorising.strategies import conditions, lines

GROCERIES, CAFES = default_id("groceries"), default_id("cafes")
LINE = Line("REWE Markt", "", -1250, "EUR", derived_id("a"), date(2025, 1, 5))
REWE = TextTest("payee", "contains", "rewe")


def rule(name: str, position: int = 0, *, when: Condition = REWE, **then: Any) -> Rule:
    stop = then.pop("stop", False)
    actions = tuple(Action(kind, value) for kind, value in then.items())
    return Rule(derived_id(name), name, position, when, actions, stop)


def test_the_lowest_position_speaks_first_whatever_the_order_of_the_list() -> None:
    first, second = rule("a", 1, set_category=CAFES), rule("b", 2, set_category=GROCERIES)

    for order in ([first, second], [second, first]):
        rules = compile_rules(order)
        assert rules.first_match(LINE) == first
        assert rules.evaluate(LINE).category_id == CAFES


def test_every_matching_rule_speaks_in_its_turn() -> None:
    first = rule("a", 1, set_payee="Rewe", append_notes="weekly")
    second = rule("b", 2, set_category=GROCERIES, set_payee="Other")
    third = rule("c", 3, set_category=CAFES)

    outcome = RuleSet([third, first, second]).evaluate(LINE)

    assert outcome == Outcome((first, second, third))
    assert outcome.category_id == GROCERIES
    assert [action.kind for action in outcome.actions()] == [
        "set_payee", "append_notes", "set_category", "set_payee", "set_category",
    ]  # fmt: skip


def test_a_stop_ends_the_walk() -> None:
    rules = RuleSet(
        [rule("a", 1, set_payee="Rewe", stop=True), rule("b", 2, set_category=GROCERIES)]
    )

    assert rules.evaluate(LINE).category_id is None
    assert rules.evaluate(LINE).rule_ids == (derived_id("a"),)


def test_stop_may_stand_among_the_actions() -> None:
    first = replace(rule("a", 1), then=(Action("set_payee", "Rewe"), Action("stop")))

    assert RuleSet([first, rule("b", 2, set_category=CAFES)]).evaluate(LINE).rules == (first,)


def test_a_rule_sees_the_line_as_it_came() -> None:
    renamed = TextTest("payee", "equals", "Shop")
    rules = RuleSet(
        [rule("a", 1, set_payee="Shop"), rule("b", 2, when=renamed, set_category=CAFES)]
    )

    assert rules.evaluate(LINE).category_id is None


def test_where_no_rule_matches_nothing_is_said() -> None:
    rules = RuleSet([rule("a", when=TextTest("payee", "contains", "aldi"), set_category=GROCERIES)])

    assert rules.first_match(LINE) is None
    assert rules.evaluate(LINE) == Outcome()
    assert RuleSet([]).evaluate(LINE) == Outcome()
    assert len(rules) == 1


@given(
    st.lists(
        st.tuples(conditions, st.integers(0, 3), st.booleans(), st.just(CAFES)),
        max_size=6,
    ),
    lines,
)
def test_the_walk_equals_rule_by_rule(
    drawn: list[tuple[Condition, int, bool, str]], line: Line
) -> None:
    rules = [
        Rule(derived_id(str(at)), "r", position, when, (Action("set_category", category),), stop)
        for at, (when, position, stop, category) in enumerate(drawn)
    ]

    walked: list[Rule] = []
    for one in sorted(rules, key=lambda one: (one.position, one.id)):
        if RuleSet([one]).first_match(line):
            walked.append(one)
            if one.stop:
                break

    outcome = RuleSet(rules).evaluate(line)
    assert outcome.rule_ids == tuple(one.id for one in walked)
    assert outcome.category_id == (CAFES if walked else None)
    assert RuleSet(rules).first_match(line) == (walked[0] if walked else None)


@given(conditions, st.text(min_size=1, max_size=100), st.integers(0, 1_000_000), st.booleans())
def test_a_rule_survives_storage(when: Condition, name: str, position: int, stop: bool) -> None:
    then = (Action("set_category", CAFES), Action("set_payee", "Café „Krone“"))
    kept = Rule(derived_id("r"), name, position, when, then, stop)

    assert decode_rule(encode_rule(kept)) == kept
    assert read_actions([action_json(action) for action in then]) == then


def test_a_rule_of_the_first_form_is_still_read() -> None:
    body = {
        "v": 1,
        "id": derived_id("r"),
        "name": "Bakeries",
        "position": 10,
        "when": {"field": "payee", "operator": "contains", "value": "bakery"},
        "then": {"notes": "bread", "category_id": CAFES, "payee": "Bakery"},
        "stop": True,
    }

    kept = decode_rule(json.dumps(body))

    assert kept.then == (
        Action("set_category", CAFES),
        Action("set_payee", "Bakery"),
        Action("append_notes", "bread"),
    )
    assert decode_rule(encode_rule(kept)) == kept


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        (None, "/then"),
        ({}, "/then"),
        ([], "/then"),
        ({"payee": None}, "/then"),
        ({"category_id": "groceries"}, "/then/category_id"),
        ({"payee": "  "}, "/then/payee"),
        ({"payee": 7}, "/then/payee"),
        ({"notes": "x" * 501}, "/then/notes"),
        ({"delete": True}, "/then/delete"),
    ],
)
def test_wrong_actions_are_named(value: object, pointer: str) -> None:
    problems = read_actions(value)

    assert not is_readable(problems)
    assert [getattr(problem, "pointer", None) for problem in problems] == [pointer]


def test_what_is_wrong_with_a_whole_rule_is_named() -> None:
    good = rule("good", set_category=CAFES)
    texts = tuple(TextTest("payee", "contains", f"{n:03d}".ljust(200, "é")) for n in range(50))
    huge = replace(good, when=AllOf((AnyOf(texts), AnyOf(texts))))
    bad = Rule(good.id, "  ", -1, REWE, ())

    assert rule_problems(good) == ()
    assert [one.pointer for one in rule_problems(bad)] == ["/name", "/position", "/then"]
    assert [one.pointer for one in rule_problems(huge)] == ["/when"]
    assert len(encode_rule(replace(good, when=AnyOf(texts)))) <= MAX_RULE_TEXT


@pytest.mark.parametrize(
    "change",
    [
        {"v": 3},
        {"when": {}},
        {"then": {}},
        {"stop": 1},
        {"position": True},
        {"position": "1"},
        {"id": None},
        {"name": ["x"]},
    ],
)
def test_a_damaged_rule_is_refused(change: dict[str, object]) -> None:
    body = json.loads(encode_rule(rule("r", set_category=CAFES)))

    with pytest.raises(DamagedRule):
        decode_rule(json.dumps(body | change))


@pytest.mark.parametrize("text", ["", "7", "[]", "{}", "null", "[" * 100_000, '{"v":1}'])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(DamagedRule):
        decode_rule(text)
