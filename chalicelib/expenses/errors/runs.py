"""Refusals about runs, bulk edits and undoing."""

from __future__ import annotations

from chalicelib.kernel.errors import Conflict, NotFound


class RunNotFound(NotFound):
    """No such run, or somebody else's."""

    slug = "run-not-found"
    title = "There is no such run"


class RunUnderWay(Conflict):
    """What is not finished cannot be undone."""

    slug = "run-under-way"
    title = "The run is still under way"
