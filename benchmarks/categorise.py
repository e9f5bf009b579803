"""Rules and the categoriser: how fast, how right, what they cost to import; floors beside them, in one run.

`python -m benchmarks.categorise`. Times are CPU seconds, best of five, on lines made from the labelled
tables of the tests. The council's ledger codes (../shared/data/categorisation) are not our categories:
only those codes that say what was bought are compared, and holders of the cards filed them freely.
"""

from __future__ import annotations

import csv
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from benchmarks.cold_import import cpu_ms
from chalicelib.expenses.model.actions import Action
from chalicelib.expenses.model.categories import BY_SLUG, DEFAULTS
from chalicelib.expenses.model.categoriser import Categoriser
from chalicelib.expenses.model.conditions import (
    AllOf,
    AmountTest,
    AnyOf,
    ChoiceTest,
    Line,
    Not,
    TextTest,
)
from chalicelib.expenses.model.lexicon import lexicon
from chalicelib.expenses.model.memory import lessons
from chalicelib.expenses.model.payee import merchant_key
from chalicelib.expenses.model.rules import Rule, RuleSet
from chalicelib.kernel.ids import derived_id
from tests.unit.expenses.categorising.labelled_lines import HELD_OUT, LINES, TUNED

COUNCIL: Final = Path(__file__).parents[1] / "../shared/data/categorisation/birmingham_train.csv"
SLUGS: Final = {category.id: slug for slug, category in BY_SLUG.items()}
SIZE: Final = 10_000
CODES: Final = {
    "Vehicle Fuel": {"fuel"},
    "Purchases Food": {"groceries", "restaurants", "cafes"},
    "Hospitality": {"restaurants", "cafes", "groceries", "lodging"},
    "Postage": {"general"},
    "Travel Bus/Rail": {"transit"},
    "Phon NonCentrx Lines": {"telecom"},
    "Travel Foreign": {"flights", "lodging", "transit"},
    "Car Parking": {"parking"},
    "Travel Taxis": {"taxi"},
    "Electricity": {"utilities"},
    "Accomodation Hire": {"lodging"},
}


def labelled(table: str) -> list[tuple[Line, str]]:
    """Read a labelled table of the tests."""
    rows = [[part.strip() for part in row.split("|")] for row in filter(None, table.splitlines())]
    return [
        (Line(payee, notes, int(minor), "EUR", derived_id("a"), date(2025, 11, 22)), slug)
        for payee, notes, minor, slug in rows
    ]


def many(size: int) -> list[Line]:
    """Make lines with the texts of the tables and numbers that differ, seeded."""
    rng = random.Random(7)
    known = [line for line, _ in labelled(LINES)]
    return [
        replace(
            line,
            payee=f"{line.payee} {rng.randint(1_000, 99_999)}",
            amount_minor=-rng.randint(100, 20_000),
            booked_on=date(2021, 1, 1) + timedelta(days=rng.randint(0, 1_800)),
        )
        for line in rng.choices(known, k=size)
    ]


def rules(count: int, *, nested: bool) -> RuleSet:
    """Make rules of which few match a line: one text each, or small trees without a fixed text."""
    rng = random.Random(11)
    words = sorted(lexicon().phrases)
    made = []
    for at in range(count):
        first, second = (TextTest("payee", "contains", word) for word in rng.sample(words, 2))
        large = AmountTest("at_least", rng.randint(100, 20_000), "EUR")
        tree = AllOf((AnyOf((first, second)), Not(large), ChoiceTest("direction", ("out",))))
        then = (Action("set_category", rng.choice(DEFAULTS).id),)
        made.append(Rule(derived_id(str(at)), f"rule {at}", at, tree if nested else first, then))
    return RuleSet(made)


def rate(job: Callable[[Line], object], lines: list[Line]) -> float:
    """Give lines per CPU second, the best of five runs."""
    best = float("inf")
    for _ in range(5):
        start = time.process_time()
        for line in lines:
            job(line)
        best = min(best, time.process_time() - start)
    return len(lines) / best


def speeds() -> Iterator[tuple[str, float]]:
    """Measure each job on the same lines."""
    lines = many(SIZE)
    taught = lessons((line, DEFAULTS[at % len(DEFAULTS)].id) for at, line in enumerate(lines))
    lookup: dict[str, str] = {}
    yield (
        "floor: one look-up of the folded payee",
        rate(lambda line: lookup.get(line.payee.lower()), lines),
    )
    yield "100 rules, one text each", rate(rules(100, nested=False).evaluate, lines)
    yield "100 rules, trees of four tests", rate(rules(100, nested=True).evaluate, lines)
    yield "merchant key", rate(lambda line: merchant_key(line.payee, line.notes), lines)
    yield "categorise, nothing taught", rate(Categoriser().guess, lines)
    yield "categorise, every payee taught", rate(Categoriser(memory=taught).guess, lines)
    both = Categoriser(rules=rules(100, nested=False), memory=taught)
    yield "100 rules, then categorise", rate(both.guess, lines)


def accuracy(name: str, table: str) -> str:
    """Score a labelled table."""
    found = [(Categoriser().guess(line), slug) for line, slug in labelled(table)]
    made = [(guess, SLUGS.get(guess.category_id or "") == slug) for guess, slug in found]
    right = sum(good for _, good in made)
    guessed = sum(guess.category_id is not None for guess, _ in made)
    knowable = sum(slug != "-" for _, slug in found)
    return (
        f"{name:12} {len(found):6} lines   precision {right / guessed:6.1%}"
        f"   found {right / knowable:6.1%} of the knowable"
    )


def council() -> Iterator[str]:
    """Compare with the council's codes that say what was bought."""
    categoriser = Categoriser()
    seen: dict[str, str | None] = {}
    all_, guessed, agreed = Counter[str](), Counter[str](), Counter[str]()
    with COUNCIL.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code, merchant = row["category"], row["merchant"]
            if code not in CODES:
                continue
            if merchant not in seen:
                line = Line(merchant, "", -1_000, "GBP", derived_id("a"), date(2016, 1, 1))
                seen[merchant] = SLUGS.get(categoriser.guess(line).category_id or "")
            all_[code] += 1
            guessed[code] += seen[merchant] is not None
            agreed[code] += seen[merchant] in CODES[code]
    for code in CODES:
        yield (
            f"{code:22} {all_[code]:6} payments   guessed {guessed[code] / all_[code]:6.1%}"
            f"   agreed {agreed[code] / max(1, guessed[code]):6.1%}"
        )
    total, sure = all_.total(), guessed.total()
    yield f"{'all of these':22} {total:6} payments   guessed {sure / total:6.1%}   agreed {agreed.total() / sure:6.1%}"


def import_ms() -> float:
    """CPU milliseconds of importing the categoriser beyond the kernel's pure parts, the best of nine."""
    base = "import chalicelib.kernel.money, chalicelib.kernel.ids, chalicelib.kernel.errors"
    ours = base + ", chalicelib.expenses.model.categoriser"
    cpu_ms(ours)
    return min(cpu_ms(ours).run for _ in range(9)) - min(cpu_ms(base).run for _ in range(9))


def main() -> None:
    """Print the figures."""
    print(f"import of the categoriser beyond the kernel: {import_ms():.1f} CPU ms")
    start = time.process_time()
    lexicon()
    first = time.process_time() - start
    print(f"first use, once a process (indexing the lexicon): {1_000 * first:.1f} CPU ms")
    for name, speed in speeds():
        print(f"{name:40} {speed:12,.0f} lines per CPU second")
    print(accuracy("tuned on", TUNED))
    print(accuracy("held out", HELD_OUT))
    if COUNCIL.exists():
        for text in council():
            print(text)
    else:
        print("council payments: ../shared/data/categorisation is not here")


if __name__ == "__main__":
    main()
