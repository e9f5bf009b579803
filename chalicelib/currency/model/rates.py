"""What is known of a day's rates."""

from __future__ import annotations

from chalicelib.currency.model.book import Missing, Path
from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True)
class RatesOfDay:
    """Ways from a base to others, those that lack one, and how many business days the newest is late."""

    paths: tuple[Path, ...]
    missing: tuple[Missing, ...]
    late: int
