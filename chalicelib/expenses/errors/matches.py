"""Refusals about proposed matches."""

from __future__ import annotations

from chalicelib.kernel.errors import Conflict, NotFound


class MatchNotFound(NotFound):
    """No such match, or somebody else's."""

    slug = "match-not-found"
    title = "There is no such match"


class MatchDecided(Conflict):
    """It was accepted or rejected before, and that stands."""

    slug = "match-decided"
    title = "This match was already decided"


class MatchOutdated(Conflict):
    """One of the two transactions is gone, or became something that cannot be matched any more."""

    slug = "match-outdated"
    title = "The transactions are no longer what they were"
