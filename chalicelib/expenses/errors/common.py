"""Refusals that any kind of object may bring."""

from __future__ import annotations

from chalicelib.kernel.errors import Conflict


class IdTaken(Conflict):
    """The id that the client made belongs to another object, or to one that was deleted."""

    slug = "id-taken"
    title = "This id is already used"


class LimitReached(Conflict):
    """The owner has as many objects of this kind as one owner may have."""

    slug = "limit-reached"
    title = "No more objects of this kind can be made"
