"""Rules that can do nothing: planted ones are all found, and no finding is ever wrong."""

from __future__ import annotations

import random
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.expenses.model.action_reading import Actions, is_readable, read_actions
from chalicelib.expenses.model.cases import TooManyCases, cases, impossible
from chalicelib.expenses.model.condition_reading import read_condition
from chalicelib.expenses.model.conditions import (
    AllOf,
    AnyOf,
    ChoiceTest,
    Condition,
    Line,
    Not,
    TextTest,
)
from chalicelib.expenses.model.findings import Finding, find
from chalicelib.expenses.model.matching import Facts, compile_condition
from chalicelib.expenses.model.rules import Rule, RuleSet
from chalicelib.kernel.ids import derived_id
from tests.unit.expenses.categorising.strategies import conditions, lines

ONE, TWO = derived_id("one"), derived_id("two")
FILE, OTHER = {"action": "set_category", "value": ONE}, {"action": "set_category", "value": TWO}
NOTE, TAG = {"action": "append_notes", "value": "n"}, {"action": "add_tags", "value": ["t"]}
STOP = {"action": "stop"}


def has(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


REWE, MARKT = has("payee", "contains", "rewe"), has("payee", "contains", "REWE Markt")
OUT, IN = has("direction", "equals", "out"), has("direction", "equals", "in")


def eur(operator: str, amount: str, field: str = "amount") -> dict[str, Any]:
    return has(field, operator, {"amount": amount, "currency": "EUR"})


def rule(name: str, when: Any, *then: Any, position: int = 0) -> Rule:
    condition, actions = read_condition(when), read_actions(list(then) or [FILE])
    assert not isinstance(condition, tuple), condition
    assert is_readable(actions), actions
    return Rule(derived_id(name), name, position, condition, cast("Actions", actions))


def kinds(*rules: Rule) -> list[tuple[str, str, str | None]]:
    names = {one.id: one.name for one in rules}
    return [(names[one.rule_id], one.kind, one.field) for one in find(rules)]


@pytest.mark.parametrize(
    "when",
    [
        {"all": [OUT, IN]},
        {"all": [REWE, {"not": has("payee", "contains", "ewe")}]},
        {"all": [has("payee", "starts_with", "a"), has("payee", "starts_with", "b")]},
        {"all": [has("notes", "ends_with", "xa"), {"not": has("notes", "ends_with", "a")}]},
        {"all": [has("payee", "equals", "rewe"), has("payee", "contains", "aldi")]},
        {"all": [has("payee", "one_of", ["aldi", "lidl"]), REWE]},
        {"all": [has("payee", "is_set", False), REWE]},
        {"all": [has("payee", "matches", "x"), {"not": has("payee", "matches", "x")}]},
        {"all": [eur("less_than", "5"), eur("more_than", "7")]},
        {"all": [eur("at_least", "5"), has("currency", "equals", "USD")]},
        {"all": [eur("more_than", "5", "signed_amount"), OUT]},
        {"all": [eur("less_than", "3"), eur("less_than", "-4", "signed_amount")]},
        {"all": [eur("more_than", "0", "signed_amount"), has("kind", "equals", "expense")]},
        {"all": [has("category_id", "equals", ONE), has("category_id", "is_set", False)]},
        {"all": [has("tag", "equals", "a"), has("tag", "is_set", False)]},
        {"all": [has("tag", "equals", "a"), {"not": has("tag", "one_of", ["b", "A"])}]},
        {"all": [has("kind", "equals", "transfer"), has("transfer", "is_set", False)]},
        {"all": [has("booked_on", "after", "2026-01-05"), has("booked_on", "before", "2026-01-06")]},
        {"all": [has("booked_on", "month", [2]), has("booked_on", "day_of_month", [30, 31])]},
        {"all": [has("booked_on", "weekday", ["monday"]), has("booked_on", "on", "2026-01-06")]},
        {"not": {"any": [OUT, IN]}},
        {"not": {"any": [has("status", "one_of", ["planned", "pending"]), has("status", "one_of", ["posted", "reconciled"])]}},
    ],
)  # fmt: skip
def test_a_rule_that_no_transaction_can_meet_is_found(when: Any) -> None:
    assert kinds(rule("bad", when)) == [("bad", "never-applies", None)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (REWE, REWE),
        (REWE, MARKT),
        (REWE, has("payee", "equals", "REWE Berlin")),
        (REWE, {"all": [MARKT, OUT]}),
        ({"any": [REWE, IN]}, MARKT),
        (has("payee", "starts_with", "re"), has("payee", "one_of", ["rewe", "Real"])),
        ({"not": has("payee", "is_set", False)}, has("payee", "ends_with", "x")),
        (eur("at_least", "5"), eur("more_than", "7")),
        (eur("at_least", "5"), eur("at_most", "-5", "signed_amount")),
        (OUT, eur("less_than", "0", "signed_amount")),
        (has("currency", "one_of", ["EUR", "USD"]), eur("equals", "5")),
        (
            has("booked_on", "after", "2026-01-01"),
            has("booked_on", "between", {"from": "2026-01-02", "to": "2026-01-03"}),
        ),
        (has("booked_on", "month", [1, 2, 3]), has("booked_on", "on", "2026-02-07")),
        (has("booked_on", "day_of_month", [-1]), has("booked_on", "on", "2026-02-28")),
        (has("tag", "one_of", ["a", "b"]), has("tag", "equals", "B")),
        (has("account_id", "one_of", [ONE, TWO]), has("account_id", "equals", ONE)),
        ({"any": [OUT, IN]}, has("notes", "matches", "x")),
        ({"all": [{"not": REWE}, OUT]}, {"all": [has("payee", "equals", "aldi"), OUT]}),
    ],
)
def test_a_rule_that_an_earlier_one_never_lets_by_is_found(first: Any, second: Any) -> None:
    stopping = rule("first", first, NOTE, STOP)
    same = rule("first", first, OTHER)
    also = rule("second", second, FILE, TAG)

    assert kinds(stopping, also) == [("second", "shadowed", None)]
    assert kinds(same, also) == [("second", "contradictory", "category")]
    assert kinds(same, rule("second", second, FILE)) == [("second", "shadowed", None)]
    assert kinds(rule("first", first, NOTE), also) == []
    assert kinds(also, stopping)[:1] != [("second", "shadowed", None)]


def test_several_rules_that_together_stop_everything_are_found() -> None:
    rules = (
        rule("out", OUT, FILE, STOP),
        rule("small", {"all": [IN, eur("less_than", "10")]}, FILE, STOP),
        rule("large", {"all": [IN, eur("at_least", "10")]}, FILE, STOP),
        rule("other", {"not": has("currency", "equals", "EUR")}, FILE, STOP),
        rule("never", REWE),
    )

    assert find(rules) == (
        Finding(rule_id=rules[4].id, kind="shadowed", by=tuple(one.id for one in rules[:4])),
    )
    assert find((*rules[:3], rules[4])) == ()


def test_actions_of_one_rule_that_undo_each_other_are_found() -> None:
    twice = rule("twice", REWE, FILE, OTHER)
    lost = rule("lost", REWE, NOTE, {"action": "clear_notes"})
    fine = rule("fine", REWE, {"action": "clear_tags"}, TAG)

    assert kinds(twice) == [("twice", "contradictory", "category")]
    assert kinds(lost) == [("lost", "contradictory", "notes")]
    assert kinds(fine) == []


def test_a_special_rule_before_a_general_one_is_no_mistake() -> None:
    assert kinds(rule("special", MARKT, OTHER), rule("general", REWE, FILE)) == []
    assert kinds(rule("special", MARKT, OTHER, STOP), rule("general", REWE, FILE)) == []


def disjoint(seed: int, count: int) -> list[Rule]:
    """Rules that each have transactions of their own: none is shadowed, whatever order they come in."""
    rng = random.Random(seed)
    made = []
    for number in range(count):
        name = f"shop {number:03d}"
        mine = has("payee", rng.choice(["contains", "starts_with"]), name)
        way = rng.choice([OUT, IN, eur("at_least", "5"), {"not": eur("equals", "1")}])
        more = rng.choice([{"any": [mine, has("notes", "equals", name)]}, mine])
        then = [rng.choice([FILE, OTHER]), *rng.sample([NOTE, TAG, STOP], rng.randint(0, 2))]
        made.append(rule(name, {"all": [more, way]}, *then))
    return made


@pytest.mark.parametrize("seed", range(5))
def test_disjoint_rules_raise_no_alarm(seed: int) -> None:
    assert find(disjoint(seed, 100)) == ()


def test_every_planted_mistake_among_many_good_rules_is_found() -> None:
    rules = disjoint(7, 150)
    stop = rule("stop", has("payee", "contains", "planted"), FILE, STOP)
    planted = [
        rule(f"planted {number}", has("payee", "equals", f"planted {number}"))
        for number in range(20)
    ]
    rng = random.Random(3)
    for one in planted:
        rules.insert(rng.randrange(len(rules)), one)

    found = find((stop, *rules))

    assert {one.rule_id for one in found} == {one.id for one in planted}
    assert {(one.kind, one.by) for one in found} == {("shadowed", (stop.id,))}


@settings(max_examples=300)
@given(conditions, lines)
def test_a_condition_holds_where_one_of_its_cases_can_be(when: Condition, line: Line) -> None:
    holds = compile_condition(when)(Facts(line))
    try:
        fitting = cases(when, holds=holds)
    except TooManyCases:
        return
    assert not all(impossible(case) for case in fitting)


@settings(max_examples=300)
@given(st.lists(st.tuples(conditions, st.booleans()), min_size=1, max_size=4), lines)
def test_what_is_said_never_to_act_never_acts(
    drawn: list[tuple[Condition, bool]], line: Line
) -> None:
    then: Any = read_actions([FILE])
    rules = [
        Rule(derived_id(str(at)), "r", at, when, then, stop)
        for at, (when, stop) in enumerate(drawn)
    ]
    outcome = RuleSet(rules).evaluate(line)

    for one in find(rules):
        if one.rule_id in outcome.rule_ids:
            # it is reached, but an earlier one has set the category already
            assert one.kind == "shadowed"
            assert outcome.rule_ids.index(one.rule_id) > 0
            assert not next(r for r in rules if r.id == one.rule_id).stop


def test_an_analysis_is_bounded_and_a_huge_rule_only_makes_it_say_less() -> None:
    texts = tuple(TextTest("notes", "contains", f"n{number}") for number in range(16))
    huge = AllOf(tuple(AnyOf(texts) for _ in range(3)))
    then: Any = read_actions([FILE])
    rules = [Rule(derived_id(str(n)), "r", n, huge, then) for n in range(300)]
    days = ChoiceTest("direction", ("out",)), Not(ChoiceTest("direction", ("out",)))
    bad = Rule(derived_id("bad"), "bad", 999, AllOf(days), then)

    assert find([*rules, bad]) == (Finding(rule_id=bad.id, kind="never-applies"),)
