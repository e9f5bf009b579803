"""The row that a transfer took in, as the text that is sealed on it."""

from __future__ import annotations

from functools import cache

from pydantic import ConfigDict, TypeAdapter

from chalicelib.expenses.model.legs import Absorbed

_BYTES = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")
"""Fingerprints, such as that of the bank's id, are bytes and no text."""


@cache
def _adapter() -> TypeAdapter[tuple[Absorbed]]:
    """Make the reader when it is first needed: a cold start does not pay for it.

    It reads a tuple of one, because a dataclass alone takes no configuration from outside.
    """
    return TypeAdapter(tuple[Absorbed], config=_BYTES)


def write_absorbed(kept: Absorbed) -> str:
    """Write what `read_absorbed` reads."""
    return _adapter().dump_json((kept,), exclude_defaults=True).decode()


def read_absorbed(text: str) -> Absorbed:
    """Read what `write_absorbed` wrote."""
    (kept,) = _adapter().validate_json(text)
    return kept
