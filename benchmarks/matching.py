"""How right matching is: duplicates, ids changed, pending, planned, transfers, refunds; others beside us.

`python -m benchmarks.matching [SEED [WORLDS]]`. The corpus is made (`tests/corpus/matching`), with its truth.
Weights were set on seeds 1 to 9; the printed table is of other seeds, which nothing was tuned on.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from chalicelib.expenses.model.pairing.arrivals import place
from chalicelib.expenses.model.pairing.candidate import Candidate, Texts
from tests.corpus.matching.generator import worlds
from tests.corpus.matching.records import CLASSES
from tests.corpus.matching.scoring import Scores, measured, ours

HELD_OUT: Final = 9_003
WORLDS: Final = 150


def table(scores: Scores) -> Iterator[str]:
    """Write the scores, a line a class and matcher; who answers nothing about a class has no line."""
    yield (
        f"{'class':10} {'matcher':20} {'precision':>9} {'recall':>7} {'F1':>7}"
        f" {'right':>6} {'wrong':>6} {'missed':>6}"
    )
    for kind in CLASSES:
        for name, of in scores.items():
            one = of[kind]
            if one.right + one.wrong:
                yield (
                    f"{kind:10} {name:20} {one.precision:9.4f} {one.recall:7.4f} {one.f1:7.4f}"
                    f" {one.right:6} {one.wrong:6} {one.missed:6}"
                )


def speed(seed: int) -> float:
    """Rows a CPU second, with texts that are read for the first time."""
    made = list(worlds(seed, 5))
    rows = sum(len(one.known) + len(one.arriving) + len(one.ledger) for one in made)
    start = time.process_time()
    for one in made:
        ours(one)
    return rows / (time.process_time() - start)


def worst() -> float:
    """CPU milliseconds for a chunk of 85 equal rows among 1,000 equal ones: the largest tangle there is."""
    one = Candidate(
        id="",
        account_id="a",
        day=739_000,
        amount=-320,
        currency="EUR",
        texts=Texts("City Tram"),
    )
    known = [replace(one, id=f"k{at}", day=one.day + at % 25) for at in range(1_000)]
    chunk = [replace(one, id=f"a{at}", day=one.day + at % 25) for at in range(85)]
    start = time.process_time()
    assert len(place(chunk, known)) == 85
    return 1_000 * (time.process_time() - start)


def main() -> None:
    """Print the table."""
    given = [int(one) for one in sys.argv[1:3]]
    seed, count = (*given, *(HELD_OUT, WORLDS)[len(given) :])
    print(f"seed {seed}, {count} households")
    for line in table(measured(worlds(seed, count))):
        print(line)
    print(f"ours: {speed(seed):,.0f} rows per CPU second; the worst chunk: {worst():.0f} CPU ms")


if __name__ == "__main__":
    main()
