"""The row that a transfer took in, as the text that is sealed on it."""

from __future__ import annotations

from functools import cache

from pydantic import TypeAdapter

from chalicelib.expenses.model.legs import Absorbed


@cache
def _adapter() -> TypeAdapter[Absorbed]:
    """Make the reader when it is first needed: a cold start does not pay for it."""
    return TypeAdapter(Absorbed)


def write_absorbed(kept: Absorbed) -> str:
    """Write what `read_absorbed` reads."""
    return _adapter().dump_json(kept, exclude_defaults=True).decode()


def read_absorbed(text: str) -> Absorbed:
    """Read what `write_absorbed` wrote."""
    return _adapter().validate_json(text)
