"""Refusals about what comes again."""

from __future__ import annotations

from chalicelib.kernel.errors import NotFound


class RecurringNotFound(NotFound):
    """No such template, or somebody else's."""

    slug = "recurring-not-found"
    title = "There is no such recurring transaction"


class SuggestionNotFound(NotFound):
    """Nothing that comes again was found under this id."""

    slug = "suggestion-not-found"
    title = "There is no such suggestion"
