"""Running a use-case as one unit of work: opened, done, written once, and run again when it lost a race."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

from chalicelib.kernel.context import Context
from chalicelib.kernel.idempotency import Claim
from chalicelib.kernel.transaction import LostRace
from functions._edge.problems import Answer

T = TypeVar("T")
TRIES: Final = 5
"""A use-case that lost a race is run again up to this often (decision 10)."""


def in_unit(
    make: Callable[[], Context], work: Callable[[Context], Answer], *, claimed: Claim | None
) -> Answer:
    """Do the work in a unit and give its answer, or the first answer that the claim has already.

    Raises the use-case's refusal, or `LostRace` after too many lost races.
    """
    return retried(lambda: _once(make(), work, claimed))


def retried(attempt: Callable[[], T]) -> T:
    """Run again what lost a race, with growing jitter."""
    for number in range(TRIES):
        try:
            return attempt()
        except LostRace:
            time.sleep(random.uniform(0, 0.02 * 2**number))  # noqa: S311 - jitter, not a secret
    raise LostRace


def _once(context: Context, work: Callable[[Context], Answer], claimed: Claim | None) -> Answer:
    first = context.commit.open(claimed=claimed)
    if first is not None:
        status, headers, body = json.loads(first)
        return Answer(status, {**headers, "Idempotency-Replayed": "true"}, body)
    answer = work(context)
    if claimed is not None:
        context.commit.answer(
            json.dumps([answer.status, dict(answer.headers), answer.body]).encode()
        )
    context.commit.write()
    return answer
