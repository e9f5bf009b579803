"""Running again what lost a race: the one loop for the edge, the workers and the public use-cases."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

from chalicelib.kernel.transaction import LostRace

T = TypeVar("T")
TRIES: Final = 5
"""A use-case that lost a race is run again up to this often (decision 10)."""


def until_won(attempt: Callable[[], T]) -> T:
    """Run an attempt, and again when it lost a race, with growing jitter; raise `LostRace` after five."""
    for number in range(TRIES):
        try:
            return attempt()
        except LostRace:
            time.sleep(random.uniform(0, 0.02 * 2**number))  # noqa: S311 - jitter, not a secret
    raise LostRace
