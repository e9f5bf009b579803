"""Regular expressions in linear time, whatever the pattern."""

from __future__ import annotations

import re
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.model.conditions import PatternTest
from chalicelib.expenses.model.patterns import (
    MAX_PATTERN,
    Patterns,
    found_in,
    pattern_problem,
    replaced,
)
from chalicelib.expenses.model.rulebook import patterns_fit
from chalicelib.expenses.model.rules import Rule
from chalicelib.kernel.ids import derived_id

HANGING = ("(a+)+$", "(a|aa)+$", "(.*a){20}$", r"^(([a-z])+.)+[A-Z]([a-z])+$", "(x+x+)+y")
"""Patterns that a backtracking engine tries for hours on a few dozen characters."""


@pytest.mark.parametrize("pattern", HANGING)
def test_a_pattern_that_hangs_a_backtracking_engine_takes_milliseconds(pattern: str) -> None:
    patterns = Patterns()
    patterns.add(pattern)
    patterns.add("rewe")  # two of them are one automaton
    start = time.process_time()

    for text in ("a" * 1_000 + "!", "x" * 1_000, "ab" * 500 + "!"):
        patterns.found(text)
        found_in(pattern, text)

    assert time.process_time() - start < 0.5


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("", "1 to"),
        ("a" * (MAX_PATTERN + 1), "1 to"),
        ("a(?=b)", "look-around"),
        ("(?<!a)b", "look-around"),
        (r"(a)\1", "back-references"),
        ("(?P<n>a)(?P=n)", "back-references"),
        ("(", "missing )"),
        ("a{1001}", "invalid repetition size"),
        ("(?:[^a]{60}){10}", "too large"),
        ("\ud800", "UTF-8"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(pattern: str, words: str) -> None:
    problem = pattern_problem(pattern)

    assert problem is not None
    assert words in problem


@given(
    st.lists(
        st.sampled_from(["a", "b+", "^a", "c$", "a.c", "[ab]{2}", "é", "x*y", "rewe", r"\d\d"]),
        min_size=1,
        max_size=8,
    ),
    st.text(alphabet="abcéxy1 ", max_size=12),
)
def test_many_patterns_together_find_what_each_finds_alone(wanted: list[str], text: str) -> None:
    patterns = Patterns()
    numbers = [patterns.add(pattern) for pattern in wanted]

    found = patterns.found(text)

    for pattern, number in zip(wanted, numbers, strict=True):
        assert (number in found) == bool(re.search(pattern, text, re.IGNORECASE))


def test_large_patterns_are_spread_over_several_automata() -> None:
    patterns = Patterns()
    numbers = [patterns.add(rf"shop {number} \pL+ \pL+") for number in range(40)]

    assert patterns.found("SHOP 7 in Köln") == {numbers[7]}
    assert patterns.found("shop 39 am Rhein") == {numbers[39]}


@pytest.mark.parametrize(
    ("pattern", "by", "text", "expected"),
    [
        (r"\d+", "#", "a 12 b 3", "a # b #"),
        (r"(\w+)@(\w+)", "$2 $1", "me@home", "home me"),
        (r"(a)|b", "<$1$3>", "ab", "<a><>"),
        ("é", "e", "Café", "Cafe"),
        (r"(.+)", "$1$1", "$2", "$2$2"),
        ("x", "y" * 50, "x" * 10, None),
        ("", "y" * 100, "x" * 90, None),
    ],
)
def test_what_is_found_is_replaced_within_bounds(
    pattern: str, by: str, text: str, expected: str | None
) -> None:
    assert replaced(pattern, by, text, 100) == expected


def test_the_patterns_of_all_rules_together_are_bounded() -> None:
    def rules(pattern: str, count: int) -> list[Rule]:
        return [
            Rule(derived_id(str(n)), "r", n, PatternTest("payee", pattern % n), ())
            for n in range(count)
        ]

    assert patterns_fit(rules("shop %d", 500))
    assert patterns_fit(rules(".{0,200}x%d", 100))
    assert not patterns_fit(rules(".{0,200}x%d", 120))


def test_the_first_group_is_extracted_or_the_whole() -> None:
    assert found_in(r"usd ([0-9.]+)", "paid USD 12.50 abroad") == "12.50"
    assert found_in(r"\d+", "room 12") == "12"
    assert found_in(r"\d+", "no room") == ""


def test_nobody_without_a_pattern_pays_for_the_engine() -> None:
    code = (
        "import sys, chalicelib.expenses.service.rules, chalicelib.expenses.service.filing\n"
        "sys.exit('re2' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
