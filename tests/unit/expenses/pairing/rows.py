"""Candidates for tests of the deciders."""

from __future__ import annotations

from itertools import count
from typing import Any, Final

from chalicelib.expenses.model.pairing.candidate import Candidate, Texts

_NUMBERS: Final = count()
DAY: Final = 739_000


def row(
    amount: int = -1234, payee: str = "Corner Bakery", memo: str = "", **more: Any
) -> Candidate:
    """A posted row of a statement."""
    given: dict[str, Any] = {
        "id": f"r{next(_NUMBERS)}",
        "account_id": "everyday",
        "day": DAY,
        "currency": "EUR",
        "texts": Texts(payee, memo),
        **more,
    }
    return Candidate(amount=amount, **given)
