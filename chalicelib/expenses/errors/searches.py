"""Refusals about kept queries."""

from __future__ import annotations

from chalicelib.kernel.errors import NotFound


class SearchNotFound(NotFound):
    """No such kept query, or somebody else's."""

    slug = "search-not-found"
    title = "There is no such search"
