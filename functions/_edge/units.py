"""Running a use-case as one unit of work: opened, done, written once, and run again when it lost a race."""

from __future__ import annotations

import json
from collections.abc import Callable

from chalicelib.kernel.context import Context
from chalicelib.kernel.idempotency import Claim
from chalicelib.kernel.races import until_won
from functions._edge.problems import Answer


def in_unit(
    make: Callable[[], Context], work: Callable[[Context], Answer], *, claimed: Claim | None
) -> Answer:
    """Do the work in a unit and give its answer, or the first answer that the claim has already.

    Raises the use-case's refusal, or `LostRace` after too many lost races.
    """
    return until_won(lambda: _once(make(), work, claimed))


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
