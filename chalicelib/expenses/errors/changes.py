"""Refusals about entries of the change log."""

from __future__ import annotations

from chalicelib.kernel.errors import Conflict, NotFound


class ChangeNotFound(NotFound):
    """No such change, or somebody else's."""

    slug = "change-not-found"
    title = "There is no such change"


class NotUndoable(Conflict):
    """The change is of a kind that undoing does not cover; the detail says which."""

    slug = "not-undoable"
    title = "This change cannot be undone"
