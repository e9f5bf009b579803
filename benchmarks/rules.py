"""Rules: how fast they are looked at and simulated, what a hostile pattern costs, and how long checking them takes.

`python -m benchmarks.rules`. Times are CPU seconds, best of three, on 10,000 transactions with the texts of the
labelled tables; floors and Python's own backtracking engine beside them, in the same run.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Final

from benchmarks.categorise import many
from chalicelib.expenses.model.actions import Action, Share
from chalicelib.expenses.model.categories import DEFAULTS
from chalicelib.expenses.model.conditions import (
    AllOf,
    AmountTest,
    AnyOf,
    CalendarTest,
    ChoiceTest,
    Condition,
    Line,
    Not,
    PatternTest,
    TextTest,
)
from chalicelib.expenses.model.doing import World
from chalicelib.expenses.model.effects import line_of
from chalicelib.expenses.model.expressions import Expression, read_expression
from chalicelib.expenses.model.findings import find
from chalicelib.expenses.model.patterns import compiled
from chalicelib.expenses.model.payee import fold
from chalicelib.expenses.model.rule_runs import look
from chalicelib.expenses.model.rules import Rule, RuleSet
from chalicelib.expenses.model.transactions import Filing, Transaction
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import Money

SIZE: Final = 10_000
ACCOUNT: Final = derived_id("account")
AT: Final = datetime(2026, 11, 2, tzinfo=UTC)
HOSTILE: Final = "(x+x+)+y"
TEXT: Final = "x" * 32
_PATIENCE: Final = 3
"""Seconds that Python's engine gets for the hostile pattern; it would need hours."""


def words() -> list[str]:
    """Give the words of the lines' payees, so that rules match some of them."""
    return sorted(
        {word for line in many(SIZE) for word in fold(line.payee).split() if len(word) > 3}
    )


def rules(count: int, *, patterns: int = 0, plain: bool = False) -> list[Rule]:
    """Make rules, seeded: one text each where they are plain, else trees of three to five tests."""
    rng = random.Random(11)
    known = words()
    made = []
    for number in range(count):
        word, other = rng.sample(known, 2)
        when: Condition = TextTest("payee", "contains", word)
        if number < patterns:
            when = PatternTest("payee", rf"\b{re.escape(word)}\b.*\d")
        if not plain:
            when = AllOf((AnyOf((when, TextTest("notes", "equals", other))), *_more(rng)))
        made.append(Rule(derived_id(str(number)), f"rule {number}", number, when, _then(rng)))
    return made


def _more(rng: random.Random) -> list[Condition]:
    out: Condition = ChoiceTest("direction", ("out",))
    large = AmountTest("at_least", rng.randint(1_000, 90_000), "EUR")
    weekend = CalendarTest("weekday", (5, 6))
    return [Not(one) if rng.random() < 0.5 else one for one in rng.sample([out, large, weekend], 2)]


def _then(rng: random.Random) -> tuple[Action, ...]:
    category, other = (one.id for one in rng.sample(DEFAULTS, 2))
    formula = read_expression("'Seen ' & format(day, 'MM/YYYY')", "text")
    assert isinstance(formula, Expression)
    shares = (Share(category, "percent", percent_hundredths=3_000), Share(other, "remainder"))
    every = [
        Action("set_category", category),
        Action("add_tags", ("weekly",)),
        Action("append_computed_notes", formula),
        Action("tidy_payee"),
        Action("split", shares),
    ]
    return tuple(rng.sample(every, 2))


def stored(lines: Sequence[Line]) -> list[Transaction]:
    """Make stored transactions of lines."""
    return [
        Transaction(
            id=derived_id(str(number)),
            version=1,
            account_id=ACCOUNT,
            amount=Money(line.amount_minor, line.currency),
            booked_on=line.booked_on,
            payee=line.payee,
            payee_id="p",
            notes=line.notes,
            filing=Filing(category_id=None, by="none"),
            source="import",
            created_at=AT,
            updated_at=AT,
        )
        for number, line in enumerate(lines)
    ]


def seconds(act: Callable[[], object]) -> float:
    """Give the CPU seconds of the best of three."""
    best = 60.0
    for _ in range(3):
        start = time.process_time()
        act()
        best = min(best, time.process_time() - start)
    return best


def speeds() -> Iterator[tuple[str, float]]:
    """Measure looking and simulating over the same transactions."""
    lines = many(SIZE)
    history = stored(lines)
    world = World(
        has_category=lambda _: True,
        currency_of=lambda _: "EUR",
        payee_id=lambda text: text,
        today=date(2026, 11, 2),
    )

    def evaluated(made: list[Rule]) -> float:
        known = RuleSet(made)
        return seconds(lambda: [known.evaluate(line) for line in lines])

    yield (
        "floor: folding payee and notes",
        seconds(lambda: [(fold(line.payee), fold(line.notes)) for line in lines]),
    )
    yield "100 rules, one text each", evaluated(rules(100, plain=True))
    yield "100 rules, trees of four tests", evaluated(rules(100))
    yield "100 rules, trees, 20 with patterns", evaluated(rules(100, patterns=20))
    yield "200 rules, one pattern each", evaluated(rules(200, patterns=200, plain=True))
    known = RuleSet(rules(100, patterns=20))
    yield (
        "100 rules simulated with all actions",
        seconds(lambda: [look(known, world, one) for one in history]),
    )
    yield "of that, reading the transactions", seconds(lambda: [line_of(one) for one in history])


def one_by_one() -> Iterator[tuple[str, float]]:
    """Look for the same 200 patterns one after the other, by RE2 and by Python's engine."""
    texts = [line.payee for line in many(SIZE)][:1_000]
    patterns = [test.pattern for test in _patterns(rules(200, patterns=200, plain=True))]
    linear = [compiled(pattern).search for pattern in patterns]
    python = [re.compile(pattern, re.IGNORECASE).search for pattern in patterns]
    for name, searches in (("RE2, one by one", linear), ("Python's re, one by one", python)):
        yield name, 10 * seconds(lambda s=searches: [[search(t) for search in s] for t in texts])  # type: ignore[misc]


def _patterns(made: list[Rule]) -> list[PatternTest]:
    return [rule.when for rule in made if isinstance(rule.when, PatternTest)]


def hostile() -> str:
    """Time a pattern that doubles a backtracking engine's work with each character."""
    ours = 1_000 * seconds(lambda: compiled(HOSTILE).search(TEXT * 30))
    code = f"import re; re.search({HOSTILE!r}, {TEXT!r})"
    try:
        start = time.monotonic()
        subprocess.run([sys.executable, "-c", code], timeout=_PATIENCE, check=True)
        theirs = f"{time.monotonic() - start:.1f} s"
    except subprocess.TimeoutExpired:
        theirs = f"not done after {_PATIENCE} s"
    return f"{HOSTILE} on {len(TEXT) * 30} x: {ours:.3f} ms; Python's re on {len(TEXT)} of them: {theirs}"


def main() -> None:
    """Print the figures."""
    for name, spent in [*speeds(), *one_by_one()]:
        print(f"{name:40} {spent:8.3f} s for {SIZE:,}   {SIZE / spent:10,.0f} a CPU second")
    print(hostile())
    for count in (100, 500):
        made = rules(count, patterns=count // 5)
        print(f"looking for findings in {count} rules: {seconds(lambda m=made: find(m)):.3f} s")  # type: ignore[misc]


if __name__ == "__main__":
    main()
