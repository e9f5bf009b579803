"""Everything that the ledger can do, mixed at random by one owner: no step breaks what another one made."""

from __future__ import annotations

import os
from collections import Counter
from random import Random
from typing import Final

import pytest

from tests.factories.households import made as household_of
from tests.factories.households import within
from tests.factories.users import SignedIn, signed_in
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.ledger_check import check
from tests.support.ledger_walk import Walk, step

pytestmark = [pytest.mark.slice, pytest.mark.attack, pytest.mark.durable]
FULL: Final = bool(os.environ.get("XPENSE_FULL"))
SEEDS: Final = 60 if FULL else 3
STEPS: Final = 150 if FULL else 60
BETWEEN: Final = 8
"""Steps at most between two looks at the whole ledger."""
IN_HOUSEHOLD: Final = 3
"""Every third seed walks in a household's ledger."""
LONG: Final = 5
LINES: Final = 150
"""Every fifth seed begins with a long statement."""


def _walker(cloud: Cloud, seed: int) -> SignedIn:
    person = signed_in(Client(cloud.app))
    return within(person, household_of(person)) if seed % IN_HOUSEHOLD == 2 else person


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_is_mixed_the_books_are_right(cloud: Cloud, seed: int) -> None:
    walk = Walk(cloud, _walker(cloud, seed), Random(seed))
    walk.begin(lines=LINES if seed % LONG == LONG - 1 else 0)
    done = 0
    while done < STEPS:
        since = len(walk.trail)
        for _ in range(walk.rng.randrange(1, BETWEEN)):
            step(walk)
            done += 1
        cloud.drain()
        try:
            walk.settled()
            check(cloud, walk.person, walk.rng)
        except AssertionError:
            print(f"seed {seed}, after step {done}:", *walk.trail[since:], sep="\n")
            raise
    _tell(walk.did)


def _tell(did: Counter[str]) -> None:
    for name, count in sorted(did.items()):
        print(f"{count:4} {name}")
