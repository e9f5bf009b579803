"""How well the text parser reads receipts: made-up ones of 23 layouts, clean and spoiled as by a scan.

`python -m benchmarks.receipts [seeds]` prints the accuracy of each field by noise, how far a confidence of 90 percent
and more can be believed, how long one receipt takes, and how receipts find their rows among a bank's.
"""

from __future__ import annotations

import sys
import time

from tests.corpus.receipts.generator import LAYOUTS, NOISES, receipts
from tests.corpus.receipts.ledgers import by_amount, ours, scenes
from tests.corpus.receipts.scoring import FIELDS, measured

_FIRST = 1_000
"""Seeds that no test and no tuning uses."""


def main() -> None:
    """Print the table."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    some = list(receipts(seeds=seeds, first=_FIRST))
    began = time.perf_counter()
    scores = measured(some)
    took = time.perf_counter() - began
    print(f"{len(some)} receipts: {len(LAYOUTS)} layouts x {len(NOISES)} noises x {seeds}")
    print(f"{1_000 * took / len(some):.2f} ms a receipt\n")
    print(f"| Noise | {' | '.join(FIELDS)} |")
    print(f"| --- | {' | '.join('---:' for _ in FIELDS)} |")
    for noise in NOISES:
        cells = (f"{100 * scores.of(noise, name).accuracy:.1f} %" for name in FIELDS)
        print(f"| {noise} | {' | '.join(cells)} |")
    print("\nof those read with a confidence of 90 or more, right (and how many these are):")
    for noise in NOISES:
        cells = (
            f"{100 * one.precision_of_sure:.1f} % ({100 * one.sure / max(1, one.asked):.0f} %)"
            for one in (scores.of(noise, name) for name in FIELDS)
        )
        print(f"| {noise} | {' | '.join(cells)} |")
    _print_matching(seeds)


def _print_matching(seeds: int) -> None:
    """Print how receipts find their bank rows, beside the plain way."""
    some = list(scenes(seeds=max(1, seeds // 2), first=_FIRST))
    there = sum(bool(scene.right) for scene in some)
    print(f"\n{len(some)} receipts among 40 or more bank rows each, {there} of them with a row\n")
    print("| Matcher | Without asking | of these right | First proposal right | Among proposals |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, found in (("ours", ours(some)), ("same amount in 7 days", by_amount(some))):
        print(
            f"| {name} | {found.certain} | {100 * found.precision:.2f} % "
            f"| {100 * found.first_right / there:.1f} % | {100 * found.among_right / there:.1f} % |"
        )


if __name__ == "__main__":
    main()
