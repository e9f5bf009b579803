"""A page of a list with its cursor, ready for the wire."""

from __future__ import annotations

from typing import Generic, TypeVar

from chalicelib.kernel.values import dataclass

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """Some objects and the signed cursor of what follows: None only at the end."""

    items: tuple[T, ...]
    next_cursor: str | None
